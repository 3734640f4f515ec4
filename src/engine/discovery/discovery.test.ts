import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatagramLan } from '../../../test/doubles/datagram-lan.ts'
import { type Asked, PretendedWeb, type WebAnswer } from '../../../test/doubles/pretended-web.ts'
import { settled, VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { compactEndpoint } from '../../base/address.ts'
import { concatBytes, fromLatin1, readUint32, toHex, writeUint32 } from '../../base/bytes.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { PeerId, WireHash } from '../../base/ids.ts'
import type { DatagramSocket } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { parseLsd } from '../../protocol/lsd/message.ts'
import type { PeerHint } from './candidates.ts'
import { Discovery, type DiscoveryFacts } from './discovery.ts'
import { LanDiscovery } from './lsd.ts'
import type { TrackerOrigin } from './tracker-state.ts'

const V1 = '11'.repeat(20) as WireHash
const V2 = '22'.repeat(20) as WireHash
const NAMES = {
  'one.test': ['5.5.5.1'],
  'two.test': ['5.5.5.2'],
  'both.test': ['5.5.5.3', '2606:4700::3'],
  'home.test': ['192.168.1.9'],
}

interface SceneOptions {
  readonly tiers?: string[][]
  readonly by?: TrackerOrigin
  readonly answer?: (asked: Asked) => WebAnswer
  readonly facts?: Partial<DiscoveryFacts>
  readonly withLan?: boolean
}

/** One torrent's discovery on a host 5.5.5.200, driven as a session would. */
class Scene {
  readonly clock = new VirtualClock()
  readonly network = new DatagramLan()
  readonly wakes = new DeadlineQueue(this.clock)
  readonly web: PretendedWeb
  readonly hints: PeerHint[] = []
  readonly discovery: Discovery
  readonly facts: { -readonly [K in keyof DiscoveryFacts]: DiscoveryFacts[K] }
  trackerChanges = 0
  wantsPeers = false

  constructor(options: SceneOptions = {}) {
    this.web = new PretendedWeb(this.clock, NAMES, options.answer ?? (() => 'd8:intervali1800e5:peers0:e'))
    const udp = this.network.host('5.5.5.200', '2606:4700::200')
    const random = new SeededRandom(5)
    const lan = options.withLan
      ? new LanDiscovery({ udp, clock: this.clock, random, wakes: this.wakes })
      : undefined
    void lan?.start()
    this.facts = {
      hashes: [V1],
      meetingKeys: [V1],
      seed: () => false,
      isStranded: () => false,
      private: false,
      peerId: '2d'.repeat(20) as PeerId,
      port: () => 6881,
      localPort: () => 6881,
      stats: () => ({ uploadedBytes: 1, downloadedBytes: 2, leftBytes: 3 }),
      wantsPeers: () => this.wantsPeers,
      ...options.facts,
    }
    this.discovery = new Discovery({
      facts: this.facts,
      dht: undefined,
      nodes: [],
      ports: { clock: this.clock, http: this.web, names: this.web, random, udp },
      lan,
      trackers: (options.tiers ?? [['http://one.test/announce']]).map((tier) =>
        tier.map((url) => ({ url, by: options.by ?? 'torrent' })),
      ),
      random,
      found: (hints) => {
        this.hints.push(...hints)
        return this.discovery.candidates.add(hints, this.clock.now())
      },
      trackerChanged: () => this.trackerChanges++,
      wake: () => this.arm(),
    })
  }

  readonly wake = (now: ReturnType<VirtualClock['now']>) => {
    this.discovery.tick(now)
    return this.discovery.deadline()
  }

  arm(): void {
    this.wakes.set(this, this.discovery.deadline())
  }

  async start(): Promise<void> {
    this.discovery.start(this.clock.now())
    await this.clock.advance(0)
  }

  /** What the web servers were asked: path, and the value of one parameter. */
  asked(parameter: string): (string | undefined)[] {
    return this.web.asked.map(({ url }) => new RegExp(`[?&]${parameter}=([^&]*)`).exec(url.search)?.[1])
  }
}

function answerWith(...peers: Endpoint[]): string {
  const compact = fromLatin1(concatBytes(peers.map(compactEndpoint)))
  return `d8:intervali1800e5:peers${compact.length}:${compact}e`
}

test('peers that a tracker tells become candidates, with the tracker as their teller', async () => {
  const scene = new Scene({
    answer: () =>
      answerWith(
        { host: '7.7.7.7', port: 70 },
        { host: '127.0.0.1', port: 71 },
        { host: '10.0.0.1', port: 72 },
      ),
  })
  await scene.start()
  assert.ok(scene.hints.every((hint) => hint.source === 'tracker' && hint.teller === '5.5.5.1'))
  assert.deepEqual(
    scene.discovery.candidates.next(9, scene.clock.now()),
    [{ host: '7.7.7.7', port: 70 }],
    'narrower addresses are dropped',
  )
})

test('a hybrid torrent is announced under both its hashes, over both families', async () => {
  const scene = new Scene({ tiers: [['http://both.test/announce']], facts: { hashes: [V1, V2] } })
  await scene.start()
  assert.deepEqual(
    new Set(scene.web.asked.map(({ host, url }) => `${host} ${url.search.slice(0, 20)}`)).size,
    4,
  )
  assert.deepEqual(new Set(scene.web.asked.map(({ host }) => host)), new Set(['5.5.5.3', '2606:4700::3']))
  assert.equal(new Set(scene.asked('key')).size, 1, 'with one key (BEP 7)')
})

test('an announce says what the torrent says, and events follow its life', async () => {
  const scene = new Scene()
  await scene.start()
  scene.discovery.completed(scene.clock.now())
  await scene.clock.advance(0)
  await scene.clock.advance(1_900_000)
  await scene.discovery.stop()
  assert.deepEqual(scene.asked('event'), ['started', 'completed', undefined, 'stopped'])
  assert.deepEqual(scene.asked('numwant'), ['100', '100', '100', '0'])
  assert.deepEqual(scene.asked('left'), ['3', '3', '3', '3'])
  assert.deepEqual(scene.asked('port')[0], '6881')
})

test('who does not listen says so with a port where nobody answers', async () => {
  const scene = new Scene({ facts: { port: () => 0 } })
  await scene.start()
  assert.deepEqual(scene.asked('port'), ['1'])
})

test('an unlisted torrent contacts no tracker and looks up no name', async () => {
  const scene = new Scene({ facts: { hashes: [] } })
  await scene.start()
  await scene.clock.advance(3_600_000)
  await scene.discovery.stop()
  assert.deepEqual([scene.web.asked, scene.web.lookedUp], [[], []])
  assert.equal(scene.discovery.deadline(), undefined)
})

test('a torrent that may be announced only later is announced then', async () => {
  const scene = new Scene({ facts: { hashes: [] } })
  await scene.start()
  await scene.clock.advance(60_000)
  scene.facts.hashes = [V1]
  scene.discovery.tick(scene.clock.now())
  await settled()
  assert.deepEqual(scene.asked('event'), ['started'])
})

test('stopping waits two seconds for a tracker that does not answer, and no longer', async () => {
  let silent = false
  const scene = new Scene({ answer: () => (silent ? 'silence' : 'd8:intervali1800e5:peers0:e') })
  await scene.start()
  silent = true
  let stopped = false
  void scene.discovery.stop().then(() => {
    stopped = true
  })
  await scene.clock.advance(1_900)
  assert.equal(stopped, false)
  await scene.clock.advance(100)
  assert.equal(stopped, true)
  assert.equal(scene.web.asked.at(-1)?.timeoutMs, 2_000)
  scene.wakes.forget(scene)
  assert.equal(scene.clock.waiting, 0)
})

test('stopping before the first answer still says good-bye, and what comes late is dropped', async () => {
  const scene = new Scene({
    answer: ({ url }) => (url.search.includes('event=stopped') ? 'd8:intervali1800e5:peers0:e' : 'silence'),
  })
  await scene.start()
  await scene.discovery.stop()
  assert.deepEqual(scene.asked('event'), ['started', 'stopped'])
  assert.deepEqual(scene.hints, [])
})

test('stopped and started again, it starts again', async () => {
  const scene = new Scene()
  await scene.start()
  await scene.discovery.stop()
  await scene.start()
  assert.deepEqual(scene.asked('event'), ['started', 'stopped', 'started'])
})

test('a tracker that fails makes room for the next of its tier at once, and says why', async () => {
  const scene = new Scene({
    tiers: [['http://one.test/announce', 'http://two.test/announce']],
    answer: ({ host }) =>
      host === '5.5.5.1' ? 'd14:failure reason14:<b>go away</b>e' : answerWith({ host: '7.7.7.7', port: 1 }),
  })
  await scene.start()
  assert.equal(scene.discovery.candidates.size, 1)
  const states = new Map(scene.discovery.trackers.map((state) => [new URL(state.url).hostname, state]))
  assert.equal(states.get('two.test')?.status, 'working')
  const refused = states.get('one.test')
  if (refused?.failure !== undefined)
    assert.deepEqual([refused.failure.code, refused.failure.detail], ['SAID_NO', '<b>go away</b>'])
})

test('what went wrong is told apart', async () => {
  const cases: [WebAnswer, string][] = [
    ['<html><script>alert(1)</script></html>', 'BAD_RESPONSE'],
    [{ ok: true, status: 503, body: new Uint8Array(0), remote: '5.5.5.1' }, 'STATUS'],
    [{ ok: false, failure: 'TLS', detail: 'x' }, 'TLS'],
    ['d14:failure reason2:noe', 'SAID_NO'],
  ]
  for (const [answer, code] of cases) {
    const scene = new Scene({ answer: () => answer })
    await scene.start()
    assert.equal(scene.discovery.trackers[0]?.failure?.code, code)
    assert.equal(scene.discovery.trackers[0]?.status, 'failing')
  }
  const nameless = new Scene({ tiers: [['http://nowhere.test/announce']] })
  await nameless.start()
  assert.equal(nameless.discovery.trackers[0]?.failure?.code, 'NAME_NOT_FOUND')
})

test('when one family fails and the other answers, the tracker works', async () => {
  const scene = new Scene({
    tiers: [['http://both.test/announce']],
    answer: ({ host }) =>
      host.includes(':')
        ? { ok: false, failure: 'OTHER', detail: 'ENETUNREACH' }
        : answerWith({ host: '7.7.7.7', port: 1 }),
  })
  await scene.start()
  assert.equal(scene.discovery.trackers[0]?.status, 'working')
})

test('a tracker out of a torrent is contacted on the public network only', async () => {
  for (const url of [
    'http://home.test/announce',
    'http://127.0.0.1/announce',
    'http://[::1]/announce',
    'http://169.254.169.254/latest',
    'http://0.0.0.0/announce',
    'udp://192.168.1.9:80',
    'udp://127.0.0.1:53/announce',
  ]) {
    const scene = new Scene({ tiers: [[url]], by: 'torrent' })
    await scene.start()
    assert.equal(scene.discovery.trackers[0]?.failure?.code, 'ADDRESS_REFUSED', url)
    assert.deepEqual([scene.web.asked, scene.network.sent], [[], []], url)
  }
})

test('a tracker given by hand may be at home, and on loopback only with the path /announce', async () => {
  for (const [url, allowed] of [
    ['http://home.test/announce', true],
    ['http://home.test/any/path', true],
    ['http://127.0.0.1/announce', true],
    ['http://127.0.0.1/announce?key=1', true],
    ['http://[::1]/announce', true],
    ['http://127.0.0.1/admin', false],
    ['http://127.0.0.1/', false],
    ['http://127.0.0.1/announce/../admin', false],
    ['http://0.0.0.0/announce', false],
  ] as const) {
    const scene = new Scene({ tiers: [[url]], by: 'hand' })
    await scene.start()
    assert.equal(scene.web.asked.length, allowed ? 1 : 0, url)
  }
})

test('what a tracker gives as its id goes back to it, and our own address is not dialled', async () => {
  const scene = new Scene({
    answer: () =>
      `d11:external ip4:\x05\x05\x05\xc88:intervali1800e5:peers12:\x05\x05\x05\xc8\x1a\xe1\x07\x07\x07\x07\x00\x0110:tracker id3:abce`,
  })
  await scene.start()
  await scene.clock.advance(1_900_000)
  assert.deepEqual(scene.asked('trackerid'), [undefined, 'abc'])
  assert.deepEqual(scene.discovery.candidates.next(9, scene.clock.now()).map(endpointText), ['7.7.7.7:1'])
})

test('trackers are told the router’s port, the local network our own', async () => {
  const scene = new Scene({ withLan: true, facts: { port: () => 7_000, localPort: () => 6_881 } })
  await scene.start()
  await scene.clock.advance(10_000)
  assert.deepEqual(scene.asked('port'), ['7000'])
  assert.ok(scene.network.sent.length > 0)
  for (const { bytes } of scene.network.sent) assert.match(fromLatin1(bytes), /\r\nPort: 6881\r\n/)
})

test('a private torrent is not spoken of on the local network, and takes peers from its tracker and by hand only', async () => {
  const scene = new Scene({ withLan: true, facts: { private: true } })
  await scene.start()
  await scene.clock.advance(1_000_000)
  assert.equal(scene.network.sent.length, 0)
  const hint = (host: string, source: PeerHint['source']): PeerHint => ({
    endpoint: { host, port: 1 },
    source,
    teller: 'hand',
  })
  const told = [
    hint('1.0.0.1', 'pex'),
    hint('1.0.0.2', 'lsd'),
    hint('1.0.0.3', 'resume'),
    hint('1.0.0.4', 'incoming'),
    hint('1.0.0.5', 'tracker'),
    hint('1.0.0.6', 'hand'),
  ]
  assert.equal(scene.discovery.candidates.add(told, scene.clock.now()), 2)
})

test('a change of private tracker disconnects everybody before the new peers are used (BEP 27)', async () => {
  let firstFails = false
  const scene = new Scene({
    tiers: [['http://one.test/announce'], ['http://two.test/announce']],
    facts: { private: true },
    answer: ({ host, url }) => {
      if (host === '5.5.5.2') return answerWith({ host: '7.7.7.2', port: 1 })
      return firstFails && !url.search.includes('stopped')
        ? { ok: false, failure: 'REFUSED', detail: '' }
        : answerWith({ host: '7.7.7.1', port: 1 })
    },
  })
  await scene.start()
  assert.deepEqual(
    scene.web.asked.map(({ host }) => host),
    ['5.5.5.1'],
  )
  firstFails = true
  await scene.clock.advance(1_900_000)
  assert.equal(scene.trackerChanges, 1)
  assert.deepEqual(
    scene.discovery.candidates.next(9, scene.clock.now()).map((endpoint) => endpoint.host),
    ['7.7.7.2'],
  )
})

test('a magnet that turns out private falls silent on the local network', async () => {
  const scene = new Scene({
    withLan: true,
    tiers: [['http://one.test/announce'], ['http://two.test/announce']],
  })
  await scene.start()
  await scene.clock.advance(2_000)
  assert.ok(scene.network.sent.length > 0)
  const before = scene.network.sent.length
  const hint = (host: string, source: PeerHint['source']): PeerHint => ({
    endpoint: { host, port: 1 },
    source,
    teller: 'hand',
  })
  scene.discovery.candidates.add([hint('1.0.0.1', 'pex'), hint('1.0.0.2', 'tracker')], scene.clock.now())
  scene.facts.private = true
  scene.discovery.tick(scene.clock.now())
  assert.equal(scene.trackerChanges, 1, 'everybody is disconnected, since some came by hearsay')
  assert.deepEqual(
    scene.discovery.candidates.next(9, scene.clock.now()).map((endpoint) => endpoint.host),
    ['1.0.0.2'],
  )
  await scene.clock.advance(600_000)
  assert.equal(scene.network.sent.length, before)
  assert.deepEqual(scene.asked('event'), ['started', 'started', 'stopped'])
})

test('an unlisted torrent is spoken of on the local network under its rendezvous key only', async () => {
  const scene = new Scene({ withLan: true, facts: { hashes: [], meetingKeys: [V2] } })
  await scene.start()
  await scene.clock.advance(1_000)
  const said = scene.network.sent.flatMap((datagram) => parseLsd(datagram.bytes)?.hashes ?? [])
  assert.deepEqual(new Set(said), new Set([V2]))
})

test('a tracker added later is announced to at once', async () => {
  const scene = new Scene({ tiers: [] })
  await scene.start()
  assert.equal(scene.discovery.addTracker('http://home.test/announce', 'hand'), true)
  assert.equal(scene.discovery.addTracker('http://home.test/announce', 'hand'), false)
  await settled()
  assert.deepEqual(
    scene.web.asked.map(({ host }) => host),
    ['192.168.1.9'],
  )
})

test('a tracker removed while it is asked tells nobody any more, and hears that we left', async () => {
  const scene = new Scene({ answer: () => answerWith({ host: '7.7.7.1', port: 1 }) })
  scene.discovery.start(scene.clock.now())
  assert.equal(scene.discovery.removeTracker('http://two.test/announce'), false)
  assert.equal(scene.discovery.removeTracker('http://one.test/announce'), true)
  await scene.clock.advance(5_000)
  assert.deepEqual(scene.asked('event').at(-1), 'stopped')
  assert.deepEqual([scene.hints, scene.discovery.trackers], [[], []])
  assert.equal(scene.discovery.removeTracker('http://one.test/announce'), false)
})

test('a tracker can be removed while nothing runs, and is not asked at the next start', async () => {
  const scene = new Scene()
  scene.discovery.removeTracker('http://one.test/announce')
  scene.discovery.addTracker('http://two.test/announce', 'hand')
  await scene.start()
  assert.deepEqual(
    scene.web.asked.map(({ host }) => host),
    ['5.5.5.2'],
  )
})

test('asked again, trackers and the local network are, as soon as each permits', async () => {
  const scene = new Scene({ withLan: true })
  await settled()
  await scene.start()
  await scene.clock.advance(3 * 60_000)
  const [asked, said] = [scene.web.asked.length, scene.network.sent.length]
  scene.discovery.again(scene.clock.now())
  await scene.clock.advance(1_000)
  assert.equal(scene.network.sent.length, said + 2, 'once for each family')
  await scene.clock.advance(30 * 60_000)
  assert.ok(scene.web.asked.length > asked)
})

// ── UDP ─────────────────────────────────────────────────────────────────────────────────────────────

/** A UDP tracker at `host`: answers as told, from wherever it is told. */
async function udpTracker(
  network: DatagramLan,
  host: string,
  answer: (packet: Uint8Array, reply: (bytes: Uint8Array) => void) => void,
): Promise<DatagramSocket> {
  const socket = await network.host(host).bind({ at: { host, port: 6969 } })
  socket.onMessage = (bytes, from) => answer(bytes, (reply) => socket.send(reply, from))
  return socket
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  for (const [i, value] of values.entries()) writeUint32(bytes, 4 * i, value)
  return bytes
}

function honest(peers: Endpoint[], asks: Uint8Array[] = []) {
  return (packet: Uint8Array, reply: (bytes: Uint8Array) => void): void => {
    const transaction = readUint32(packet, 12)
    if (readUint32(packet, 8) === 0) reply(words(0, transaction, 0xabcd, 0x1234))
    else {
      asks.push(packet.slice())
      reply(concatBytes([words(1, transaction, 1800, 4, 5), ...peers.map(compactEndpoint)]))
    }
  }
}

test('a UDP tracker is announced to under each hash with one connection, and its sockets are closed afterwards', async () => {
  const scene = new Scene({ tiers: [['udp://both.test:6969/announce']], facts: { hashes: [V1, V2] } })
  const asks: Uint8Array[] = []
  await udpTracker(scene.network, '5.5.5.3', honest([{ host: '7.7.7.7', port: 7 }], asks))
  await udpTracker(scene.network, '2606:4700::3', honest([{ host: '2606:4700::77', port: 8 }], asks))
  await scene.start()
  assert.deepEqual(asks.map((ask) => toHex(ask.subarray(16, 36))).sort(), [V1, V1, V2, V2])
  assert.deepEqual(
    new Set(scene.hints.map((hint) => `${hint.endpoint.host} by ${hint.teller}`)),
    new Set(['7.7.7.7 by 5.5.5.3', '2606:4700::77 by 2606:4700::3']),
  )
  assert.equal(scene.network.openSockets, 2, 'only those of the trackers')
  assert.deepEqual([scene.discovery.trackers[0]?.seeds, scene.discovery.trackers[0]?.leeches], [5, 4])
  await scene.discovery.stop()
  assert.deepEqual(
    asks.slice(4).map((ask) => readUint32(ask, 80)),
    [3, 3, 3, 3],
  )
  const connects = scene.network.sent.filter(
    (datagram) => datagram.to.port === 6969 && datagram.bytes.length === 16,
  )
  assert.equal(connects.length, 4, 'the farewell used the connection ids again')
})

test('a silent UDP tracker is asked twice and given up after 45 s', async () => {
  const scene = new Scene({ tiers: [['udp://one.test:6969']] })
  await scene.start()
  await scene.clock.advance(44_000)
  assert.equal(scene.network.sent.length, 2)
  assert.equal(scene.discovery.trackers[0]?.status, 'announcing')
  await scene.clock.advance(2_000)
  assert.equal(scene.discovery.trackers[0]?.failure?.code, 'TIMEOUT')
})

test('lies from other addresses or with other transaction ids are not believed', async () => {
  const scene = new Scene({ tiers: [['udp://one.test:6969']] })
  const liar = await scene.network.host('6.6.6.6').bind({ at: { host: '6.6.6.6', port: 6969 } })
  await udpTracker(scene.network, '5.5.5.1', (packet, reply) => {
    const transaction = readUint32(packet, 12)
    const evil = compactEndpoint({ host: '6.6.6.7', port: 6 })
    const us = scene.network.sent.at(-1)?.from as Endpoint
    if (readUint32(packet, 8) === 0) {
      liar.send(words(0, transaction, 6, 6), us)
      reply(words(0, transaction ^ 1, 6, 6))
      reply(words(0, transaction, 0xabcd, 0x1234))
      return
    }
    assert.equal(readUint32(packet, 0), 0xabcd, 'the true connection id')
    liar.send(concatBytes([words(1, transaction, 1800, 4, 5), evil]), us)
    reply(concatBytes([words(1, transaction ^ 1, 1800, 4, 5), evil]))
    reply(words(1, transaction).subarray(0, 7))
    reply(concatBytes([words(1, transaction, 1800, 4, 5), compactEndpoint({ host: '7.7.7.7', port: 7 })]))
  })
  await scene.start()
  assert.deepEqual(
    scene.hints.map((hint) => hint.endpoint.host),
    ['7.7.7.7'],
  )
})

test('a tracker is asked early while hardly anybody is known, and at the regular time otherwise', async () => {
  for (const [known, least, most] of [
    [1, 300_000, 310_000],
    [40, 1_800_000, 1_900_000],
  ] as const) {
    const peers = Array.from({ length: known }, (_, i) => ({ host: `7.7.7.${i + 1}`, port: 1 }))
    const scene = new Scene({ answer: () => answerWith(...peers) })
    scene.wantsPeers = true
    await scene.start()
    await scene.clock.advance(least - 1_000)
    assert.equal(scene.web.asked.length, 1, `${known} known`)
    await scene.clock.advance(most - least)
    assert.equal(scene.web.asked.length, 2, `${known} known`)
  }
})

test('over random weather on the way to trackers, discovery never wakes in a busy loop and always comes to rest', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const random = new SeededRandom(seed)
    const scene = new Scene({
      tiers: [['http://one.test/announce', 'udp://two.test:6969'], ['udp://both.test:6969']],
      answer: () =>
        random.uint32() % 3 === 0
          ? 'silence'
          : random.uint32() % 2 === 0
            ? 'nonsense'
            : answerWith({ host: '7.7.7.7', port: 1 }),
    })
    await udpTracker(scene.network, '5.5.5.2', (packet, reply) => {
      if (random.uint32() % 2 === 0) honest([{ host: '7.7.7.8', port: 1 }])(packet, reply)
    })
    let wakes = 0
    const tick = scene.discovery.tick.bind(scene.discovery)
    scene.discovery.tick = (now) => {
      wakes++
      tick(now)
    }
    scene.wantsPeers = true
    await scene.start()
    await scene.clock.advance(2 * 3_600_000)
    assert.ok(wakes > 10 && wakes < 2_000, `seed ${seed}: ${wakes} wakes`)
    let stopped = false
    void scene.discovery.stop().then(() => {
      stopped = true
    })
    await scene.clock.advance(2_000)
    assert.ok(stopped, `seed ${seed}`)
  }
})
