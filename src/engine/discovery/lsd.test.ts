import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatagramLan } from '../../../test/doubles/datagram-lan.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import { endpointText } from '../../base/endpoint.ts'
import type { WireHash } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import {
  encodeLsd,
  LSD_GROUP_IPV4,
  LSD_GROUP_IPV6,
  LSD_PORT,
  MAX_LSD_HASHES,
  parseLsd,
} from '../../protocol/lsd/message.ts'
import type { PeerHint } from './candidates.ts'
import { LanDiscovery, type LanMember } from './lsd.ts'

const MINUTE = 60_000

function hash(i: number): WireHash {
  return i.toString(16).padStart(40, '0') as WireHash
}

class Machine {
  readonly lan: LanDiscovery
  readonly found: string[] = []
  readonly sources = new Set<PeerHint['source']>()

  constructor(clock: VirtualClock, network: DatagramLan, seed: number, ...addresses: string[]) {
    this.lan = new LanDiscovery({
      udp: network.host(...addresses),
      clock,
      random: new SeededRandom(seed),
      wakes: new DeadlineQueue(clock),
    })
  }

  member(hashes: readonly WireHash[], port = 6881): LanMember {
    return {
      hashes: () => hashes,
      port: () => port,
      found: (hints) => {
        for (const hint of hints) {
          this.found.push(endpointText(hint.endpoint))
          this.sources.add(hint.source)
          assert.equal(hint.teller, hint.endpoint.host)
        }
      },
    }
  }
}

function scene() {
  const clock = new VirtualClock()
  const network = new DatagramLan()
  return {
    clock,
    network,
    machine: (seed: number, ...addresses: string[]) => new Machine(clock, network, seed, ...addresses),
  }
}

test('two machines with the same torrent find each other within a second', async () => {
  const { clock, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  const ben = machine(2, '192.168.1.2')
  assert.deepEqual(await ana.lan.start(), [4])
  await ben.lan.start()
  ana.lan.join(ana.member([hash(1)], 1111))
  ben.lan.join(ben.member([hash(1), hash(2)], 2222))
  await clock.advance(1_000)
  assert.deepEqual(new Set(ana.found), new Set(['192.168.1.2:2222']))
  assert.deepEqual(new Set(ben.found), new Set(['192.168.1.1:1111']))
  assert.deepEqual([...ben.sources], ['lsd'])
})

test('both families are used where the machine has both', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1', 'fe80::1%eth0')
  assert.deepEqual(await ana.lan.start(), [4, 6])
  ana.lan.join(ana.member([hash(1)]))
  await clock.advance(1_000)
  assert.deepEqual(
    network.sent.map((datagram) => datagram.to.host),
    [LSD_GROUP_IPV4, LSD_GROUP_IPV6],
  )
  const ben = machine(2, 'fe80::2%eth0')
  await ben.lan.start()
  ben.lan.join(ben.member([hash(1)], 5))
  await clock.advance(1_000)
  assert.deepEqual(ana.found, ['[fe80::2%eth0]:5'], 'with the zone, which is needed to dial it')
})

test('a torrent of which nobody else knows is not heard by others', async () => {
  const { clock, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  const ben = machine(2, '192.168.1.2')
  await ana.lan.start()
  await ben.lan.start()
  ana.lan.join(ana.member([hash(1)]))
  ben.lan.join(ben.member([hash(2)]))
  await clock.advance(MINUTE)
  assert.deepEqual([ana.found, ben.found], [[], []])
})

test('a torrent is announced at its start, a minute later, and then every five minutes', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  const leave = ana.lan.join(ana.member([hash(1)]))
  const counts: number[] = []
  for (let minute = 0; minute < 13; minute++) {
    await clock.advance(MINUTE)
    counts.push(network.sent.length)
  }
  assert.deepEqual(counts, [1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4])
  leave()
  await clock.advance(30 * MINUTE)
  assert.equal(network.sent.length, 4, 'silent once it left')
  assert.equal(clock.waiting, 0)
})

test('however many torrents come and go, there is at most one round a minute', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  const times = new Set<number>()
  for (let i = 0; i < 60; i++) {
    ana.lan.join(ana.member([hash(i)]))
    const before = network.sent.length
    await clock.advance(10_000)
    if (network.sent.length > before) times.add(clock.now())
  }
  assert.ok(times.size <= 11, `${times.size} rounds in ten minutes`)
  const said = new Set(network.sent.flatMap((datagram) => parseLsd(datagram.bytes)?.hashes ?? []))
  assert.ok(said.size >= 55, 'and all torrents are said')
})

test('many torrents share messages that stay within a datagram', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  for (let i = 0; i < 300; i++) ana.lan.join(ana.member([hash(i)]))
  await clock.advance(1_000)
  assert.equal(network.sent.length, 8)
  assert.ok(network.sent.every((datagram) => parseLsd(datagram.bytes)?.hashes.length === MAX_LSD_HASHES))
  await clock.advance(2 * MINUTE)
  assert.equal(new Set(network.sent.flatMap((datagram) => parseLsd(datagram.bytes)?.hashes ?? [])).size, 300)
})

test('its own messages are not mistaken for a neighbour', async () => {
  const { clock, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  ana.lan.join(ana.member([hash(1)]))
  await clock.advance(10 * MINUTE)
  assert.deepEqual(ana.found, [])
})

test('only senders of the link or a private network are believed', async () => {
  const { network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  ana.lan.join(ana.member([hash(1)]))
  const bytes = encodeLsd(LSD_GROUP_IPV4, { port: 9, hashes: [hash(1)], cookie: undefined })
  for (const host of [
    '8.8.8.8',
    '127.0.0.1',
    '0.0.0.0',
    '239.1.1.1',
    'nonsense',
    '10.0.0.9',
    '169.254.3.4',
  ]) {
    network.send({ bytes, from: { host, port: LSD_PORT }, to: { host: LSD_GROUP_IPV4, port: LSD_PORT } })
  }
  assert.deepEqual(ana.found, ['10.0.0.9:9', '169.254.3.4:9'])
})

test('a flood is heard a little and then not at all, while others are still heard', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  ana.lan.join(ana.member([hash(1)]))
  const shout = (host: string) =>
    network.send({
      bytes: encodeLsd(LSD_GROUP_IPV4, { port: 9, hashes: [hash(1)], cookie: undefined }),
      from: { host, port: LSD_PORT },
      to: { host: LSD_GROUP_IPV4, port: LSD_PORT },
    })
  for (let i = 0; i < 5_000; i++) shout('10.0.0.9')
  assert.equal(ana.found.length, 20)
  shout('10.0.0.8')
  assert.equal(ana.found.at(-1), '10.0.0.8:9')
  for (let i = 0; i < 5_000; i++) shout(`10.1.${i >> 8}.${i & 255}`)
  assert.ok(ana.found.length <= 200, 'all senders together are bounded too')
  await clock.advance(10_000)
  const before = ana.found.length
  shout('10.0.0.7')
  assert.equal(ana.found.length, before + 1, 'and when it is over all is well')
})

test('garbage on the port changes nothing', async () => {
  const { network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  await ana.lan.start()
  ana.lan.join(ana.member([hash(1)]))
  for (let i = 0; i < 15; i++) {
    network.send({
      bytes: new SeededRandom(i).bytes(200),
      from: { host: '10.0.0.1', port: 1 },
      to: { host: LSD_GROUP_IPV4, port: LSD_PORT },
    })
  }
  assert.deepEqual(ana.found, [])
})

test('who does not listen announces nothing but still hears, and a closed one is silent', async () => {
  const { clock, network, machine } = scene()
  const ana = machine(1, '192.168.1.1')
  const ben = machine(2, '192.168.1.2')
  await ana.lan.start()
  await ben.lan.start()
  ana.lan.join(ana.member([hash(1)], 0))
  ben.lan.join(ben.member([hash(1)], 7))
  await clock.advance(1_000)
  assert.deepEqual([ana.found, ben.found], [['192.168.1.2:7'], []])
  ana.lan.close()
  ben.lan.close()
  assert.equal(network.openSockets, 0)
  assert.equal(clock.waiting, 0)
})

test('a machine without any network still starts', async () => {
  const { clock, machine } = scene()
  const ana = machine(1)
  assert.deepEqual(await ana.lan.start(), [])
  ana.lan.join(ana.member([hash(1)]))
  await clock.advance(MINUTE)
  ana.lan.close()
  assert.equal(clock.waiting, 0)
})
