// The tracker client over real sockets against servers on loopback that lie, flood and point elsewhere (SAFETY.md,
// Adversarial cases: trackers). The same client is shown against pretended servers beside its code.

import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Millis, PeerId, WireHash } from '../../src/base/ids.ts'
import type { Clock, Names } from '../../src/base/ports.ts'
import { SeededRandom } from '../../src/base/random.ts'
import {
  type AnnounceCall,
  type TrackerAnswer,
  TrackerClient,
} from '../../src/engine/discovery/tracker-client.ts'
import type { TrackerFailure, TrackerOrigin } from '../../src/engine/discovery/tracker-state.ts'
import { NodeHttp } from '../../src/platform/http.ts'
import { NodeNames } from '../../src/platform/names.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import type { AnnounceRequest } from '../../src/protocol/tracker/announce.ts'
import { parseTrackerUrl } from '../../src/protocol/tracker/url.ts'
import { selfSigned } from '../doubles/self-signed.ts'
import { type Answer, WebServer } from './http/server.ts'

const CLOCK: Clock = {
  now: () => performance.now() as Millis,
  wallMs: () => Date.now(),
  schedule: (at, wake) => {
    const timer = setTimeout(wake, Math.max(0, at - performance.now()))
    return () => clearTimeout(timer)
  },
}

const HASH = '000102ff20253f26aabbccddeeff001122334455' as WireHash
const REQUEST: AnnounceRequest = {
  hash: HASH,
  peerId: '2d'.repeat(20) as PeerId,
  port: 6881,
  uploadedBytes: 0,
  downloadedBytes: 0,
  leftBytes: 1,
  event: 'started',
  numWant: 50,
  key: 7,
  trackerId: undefined,
}

interface Outcome {
  readonly answers: readonly TrackerAnswer[]
  readonly failure: TrackerFailure | undefined
}

function client(names: Names = new NodeNames()): TrackerClient {
  return new TrackerClient({
    clock: CLOCK,
    http: new NodeHttp({ names }),
    names,
    random: new SeededRandom(1),
    udp: new NodeUdp(),
  })
}

function announce(
  url: string,
  options: { by?: TrackerOrigin; totalMs?: number; client?: TrackerClient } = {},
): Promise<Outcome> {
  const tracker = parseTrackerUrl(url)
  assert.ok(tracker, url)
  const answers: TrackerAnswer[] = []
  const using = options.client ?? client()
  return new Promise((resolve) => {
    // UDP exchanges are driven by ticks, as a session drives them.
    const ticks = setInterval(() => using.tick(CLOCK.now()), 20)
    const call: AnnounceCall = {
      tracker,
      by: options.by ?? 'hand',
      requests: [REQUEST],
      totalMs: options.totalMs ?? 5_000,
      heard: (answer) => answers.push(answer),
      done: (failure) => {
        clearInterval(ticks)
        resolve({ answers, failure })
      },
    }
    using.announce(call)
  })
}

function say(body: string | Uint8Array, headers: Record<string, string> = {}, status = 200): Answer {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

async function overHttp(answer: Answer): Promise<Outcome> {
  await using server = await WebServer.start(answer)
  return await announce(`http://127.0.0.1:${server.port}/announce`)
}

test('an honest HTTP tracker gets our infohash byte by byte and gives us peers', async () => {
  let path = ''
  const { answers, failure } = await overHttp((request, response) => {
    path = request.url ?? ''
    response.end(Buffer.from('d8:intervali1800e5:peers6:\x7f\x00\x00\x01\x1a\xe1e', 'latin1'))
  })
  assert.equal(failure, undefined)
  assert.ok(path.startsWith('/announce?info_hash=%00%01%02%FF%20%25%3F%26%AA%BB'), path)
  assert.equal(answers[0]?.teller, '127.0.0.1')
  assert.deepEqual(answers[0]?.reply.peers, [{ host: '127.0.0.1', port: 6881 }])
})

test('bombs, floods and pages that are no answers are told apart and cost nothing', async () => {
  const million = Buffer.concat([
    Buffer.from('d8:intervali1800e5:peers6000000:'),
    Buffer.alloc(6_000_000, 7),
    Buffer.from('e'),
  ])
  const cases: [string, Answer, TrackerFailure['code']][] = [
    ['a gzip bomb', say(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }), 'TOO_LARGE'],
    ['a hundred megabytes', say('', { 'content-length': '100000000' }), 'TOO_LARGE'],
    ['a million peers', say(million), 'TOO_LARGE'],
    ['a million peers, packed', say(gzipSync(million), { 'content-encoding': 'gzip' }), 'TOO_LARGE'],
    ['a page with script', say('<html><script>alert(1)</script></html>'), 'BAD_RESPONSE'],
    ['an error page', say('<html>no such page</html>', {}, 404), 'STATUS'],
    ['script in a refusal', say('d14:failure reason25:<script>alert(1)</script>e'), 'SAID_NO'],
    ['a refusal with an error status', say('d14:failure reason7:unknowne', {}, 400), 'SAID_NO'],
    ['ten thousand nested lists', say('l'.repeat(10_000)), 'BAD_RESPONSE'],
  ]
  for (const [what, answer, code] of cases) {
    const { answers, failure } = await overHttp(answer)
    assert.deepEqual([answers.length, failure?.code], [0, code], what)
  }
})

test('intervals of 0, −1 and 2^31 do not make us flood the tracker or forget it', async () => {
  for (const interval of ['0', '-1', '2147483648']) {
    const { answers } = await overHttp(say(`d8:intervali${interval}e5:peers0:e`))
    const { intervalS, minIntervalS } = answers[0]?.reply ?? assert.fail(interval)
    assert.ok(intervalS >= 300 && intervalS <= 21_600 && minIntervalS >= 300, interval)
  }
})

test('a redirect from a tracker to another path of this computer is not followed', async () => {
  await using inner = await WebServer.start(say('d8:intervali1800e5:peers0:e'))
  for (const path of ['/admin', '/announce/../admin', '/', '/announce2']) {
    await using outer = await WebServer.start(
      say('', { location: `http://127.0.0.1:${inner.port}${path}` }, 302),
    )
    const { failure } = await announce(`http://127.0.0.1:${outer.port}/announce`)
    assert.equal(failure?.code, 'ADDRESS_REFUSED', path)
  }
  assert.deepEqual(inner.asked, [])
  await using outer = await WebServer.start((request, response) => {
    const query = request.url?.split('?')[1]
    say('', { location: `http://127.0.0.1:${inner.port}/announce?${query}` }, 302)(request, response)
  })
  assert.equal(
    (await announce(`http://127.0.0.1:${outer.port}/announce`)).failure,
    undefined,
    'to a tracker there it is',
  )
})

test('a tracker out of a torrent that names or resolves to this computer is not contacted', async () => {
  await using server = await WebServer.start(say('d8:intervali1800e5:peers0:e'))
  const names: Names = {
    resolve: async (name) => (name === 'rebind.test' ? ['127.0.0.1', '169.254.169.254', '::1'] : [name]),
  }
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:7f00:1]', 'rebind.test']) {
    const using = client(host === 'localhost' ? new NodeNames() : names)
    const { failure } = await announce(`http://${host}:${server.port}/announce`, {
      by: 'torrent',
      client: using,
    })
    assert.equal(failure?.code, 'ADDRESS_REFUSED', host)
  }
  assert.deepEqual(server.asked, [])
})

test('a self-signed HTTPS tracker is refused with a reason', async () => {
  await using server = await WebServer.start(
    say('d8:intervali1800e5:peers0:e'),
    '127.0.0.1',
    selfSigned('tracker.test'),
  )
  const { failure } = await announce(`https://127.0.0.1:${server.port}/announce`)
  assert.equal(failure?.code, 'TLS')
  assert.deepEqual(server.asked, [])
})

// ── UDP ─────────────────────────────────────────────────────────────────────────────────────────────

type UdpAnswer = (packet: Buffer, from: RemoteInfo, reply: (bytes: Buffer) => void) => void

async function overUdp(answer: UdpAnswer, host = '127.0.0.1', totalMs = 5_000): Promise<Outcome> {
  const socket = createSocket(host === '::1' ? 'udp6' : 'udp4')
  socket.on('message', (packet, from) =>
    answer(packet, from, (bytes) => socket.send(bytes, from.port, from.address)),
  )
  socket.bind(0, host)
  await once(socket, 'listening')
  try {
    const shown = host === '::1' ? '[::1]' : host
    return await announce(`udp://${shown}:${socket.address().port}/announce`, { totalMs })
  } finally {
    socket.close()
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i)
  return bytes
}

const PEER = Buffer.from([7, 7, 7, 7, 0, 7])

const honest: UdpAnswer = (packet, _, reply) => {
  const transaction = packet.readUInt32BE(12)
  if (packet.readUInt32BE(8) === 0) reply(words(0, transaction, 0xaaaa, 0xbbbb))
  else {
    assert.equal(packet.subarray(16, 36).toString('hex'), HASH)
    reply(Buffer.concat([words(1, transaction, 1800, 2, 3), PEER]))
  }
}

test('an honest UDP tracker gives us peers, over IPv4 and IPv6', async (t) => {
  const { answers, failure } = await overUdp(honest)
  assert.equal(failure, undefined)
  assert.deepEqual(answers[0]?.reply.peers, [{ host: '7.7.7.7', port: 7 }])
  assert.deepEqual(
    [answers[0]?.reply.leeches, answers[0]?.reply.seeds, answers[0]?.teller],
    [2, 3, '127.0.0.1'],
  )
  const probe = createSocket('udp6')
  const six = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.bind(0, '::1', () => resolve(true))
  })
  probe.close()
  if (!six) {
    t.diagnostic('this machine has no ::1; IPv6 was not tried')
    return
  }
  const over6 = await overUdp((packet, from, reply) => {
    if (packet.readUInt32BE(8) === 0) honest(packet, from, reply)
    else
      reply(
        Buffer.concat([
          words(1, packet.readUInt32BE(12), 1800, 2, 3),
          Buffer.alloc(16, 0x26),
          Buffer.from([0, 9]),
        ]),
      )
  }, '::1')
  assert.deepEqual(over6.answers[0]?.reply.peers, [
    { host: '2626:2626:2626:2626:2626:2626:2626:2626', port: 9 },
  ])
})

test('wrong transaction ids, wrong senders and truncated packets are not believed; the truth after them is', async () => {
  const stranger = createSocket('udp4')
  stranger.bind(0, '127.0.0.1')
  await once(stranger, 'listening')
  const evil = Buffer.from([6, 6, 6, 6, 0, 6])
  try {
    const { answers } = await overUdp((packet, from, reply) => {
      const transaction = packet.readUInt32BE(12)
      if (packet.readUInt32BE(8) === 0) {
        stranger.send(words(0, transaction, 6, 6), from.port, from.address)
        reply(words(0, transaction + 1, 6, 6))
        reply(words(0, transaction, 6))
        setTimeout(() => reply(words(0, transaction, 0xaaaa, 0xbbbb)), 50)
        return
      }
      assert.equal(packet.readUInt32BE(0), 0xaaaa)
      stranger.send(Buffer.concat([words(1, transaction, 1800, 1, 1), evil]), from.port, from.address)
      reply(Buffer.concat([words(1, transaction + 1, 1800, 1, 1), evil]))
      reply(words(1, transaction, 1800, 1))
      reply(Buffer.alloc(0))
      setTimeout(() => honest(packet, from, reply), 50)
    })
    assert.deepEqual(answers[0]?.reply.peers, [{ host: '7.7.7.7', port: 7 }])
  } finally {
    stranger.close()
  }
})

test('a UDP tracker that only lies, or says no, or nothing, is told apart', async () => {
  const truncated: UdpAnswer = (packet, _, reply) =>
    reply(words(packet.readUInt32BE(8), packet.readUInt32BE(12)))
  const refusing: UdpAnswer = (packet, _, reply) =>
    reply(Buffer.concat([words(3, packet.readUInt32BE(12)), Buffer.from('<b>no</b>')]))
  assert.equal((await overUdp(truncated, '127.0.0.1', 300)).failure?.code, 'BAD_RESPONSE')
  assert.equal((await overUdp(() => {}, '127.0.0.1', 300)).failure?.code, 'TIMEOUT')
  const no = (await overUdp(refusing)).failure
  assert.deepEqual([no?.code, no?.detail], ['SAID_NO', '<b>no</b>'])
})

test('an announce that is cancelled is silent', async () => {
  const reached = Promise.withResolvers<void>()
  await using server = await WebServer.start(() => reached.resolve())
  const using = client()
  const tracker = parseTrackerUrl(`http://127.0.0.1:${server.port}/announce`)
  assert.ok(tracker)
  let called = false
  const note = () => {
    called = true
  }
  const cancel = using.announce({ tracker, by: 'hand', requests: [REQUEST], heard: note, done: note })
  await reached.promise
  cancel()
  // A whole exchange with another server outlasts anything the cancelled one had still to say.
  assert.equal((await overHttp(say('d8:intervali1800e5:peers0:e'))).failure, undefined)
  assert.equal(called, false)
})

test('figures of a swarm can be asked for without announcing (BEP 48)', async () => {
  await using server = await WebServer.start((request, response) => {
    assert.ok(request.url?.startsWith('/scrape?info_hash=%00%01%02%FF'))
    response.end(
      Buffer.concat([
        Buffer.from('d5:filesd20:'),
        Buffer.from(HASH, 'hex'),
        Buffer.from('d8:completei4e10:downloadedi9e10:incompletei2eeee'),
      ]),
    )
  })
  const tracker = parseTrackerUrl(`http://127.0.0.1:${server.port}/announce`)
  assert.ok(tracker)
  const entries = await client().scrape(tracker, 'hand', [HASH])
  assert.ok(entries instanceof Map)
  assert.deepEqual(entries.get(HASH), { seeds: 4, leeches: 2, downloads: 9 })
})
