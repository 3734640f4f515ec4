import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { utf8 } from '../../base/bytes.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { hashBytes, type Millis, type WireHash, wireHashFromBytes } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { DhtNode } from '../../protocol/dht/dht-node.ts'
import { encodeQuery, type Krpc, parseKrpc } from '../../protocol/dht/krpc.ts'
import type { PeerHint } from './candidates.ts'
import { DhtDiscovery, type DhtMember } from './dht.ts'

const digest = new SystemDigest()
const signatures = new SystemSignatures()
const US: Endpoint = { host: '10.0.0.1', port: 6881 }
const ROUTER: Endpoint = { host: '10.9.9.9', port: 25_401 }

/** One discovery and some plain nodes; datagrams take no time. */
class Scene {
  readonly clock = new VirtualClock(1_000)
  readonly wakes = new DeadlineQueue(this.clock)
  readonly random = new SeededRandom(7)
  readonly nodes = new Map<string, DhtNode>()
  readonly resolved: string[] = []
  /** Queries of ours, by method. */
  readonly asked: string[] = []
  announcedPort = 6881
  readonly dht: DhtDiscovery

  constructor(options: { readonly nodes?: readonly string[]; readonly routers?: readonly string[] } = {}) {
    this.dht = new DhtDiscovery({
      clock: this.clock,
      random: this.random,
      digest,
      signatures,
      wakes: this.wakes,
      names: {
        resolve: async (name) => {
          this.resolved.push(name)
          return name === 'router.test' ? [ROUTER.host] : /^[\d.]+$/.test(name) ? [name] : []
        },
      },
      families: [4],
      send: (bytes, to) => this.#send(bytes, to),
      announced: () => ({ port: this.announcedPort, implied: false }),
      nodes: options.nodes ?? [],
      routers: options.routers ?? [],
      readOnly: false,
      externalAddress: () => {},
    })
  }

  node(endpoint: Endpoint): void {
    const node = new DhtNode({ family: 4, random: this.random, digest, signatures, now: this.clock.now() })
    this.nodes.set(endpointText(endpoint), node)
  }

  #send(bytes: Uint8Array, to: Endpoint): void {
    const message = parseKrpc(bytes)
    if (message?.kind === 'query') this.asked.push(message.method)
    const node = this.nodes.get(endpointText(to))
    for (const effect of node?.handle({ kind: 'datagram', bytes, from: US }, this.clock.now()) ?? []) {
      if (effect.kind !== 'send') continue
      void Promise.resolve().then(() => this.dht.datagram(effect.bytes, to))
    }
  }

  asks(method: string): number {
    return this.asked.filter((asked) => asked === method).length
  }
}

class Member implements DhtMember {
  hashes: WireHash[]
  readonly hints: PeerHint[] = []
  wants = true
  stranded = false

  constructor(...bytes: number[]) {
    this.hashes = bytes.map((byte) => wireHashFromBytes(new Uint8Array(20).fill(byte)))
  }

  keys(): readonly WireHash[] {
    return this.hashes
  }

  seed(): boolean {
    return false
  }

  wantsPeers(): boolean {
    return this.wants
  }

  isStranded(): boolean {
    return this.stranded
  }

  found(hints: readonly PeerHint[]): number {
    const fresh = hints.filter(({ endpoint }) => endpoint.host !== US.host)
    this.hints.push(...fresh)
    return fresh.length
  }
}

const NODE: Endpoint = { host: '10.0.0.2', port: 7000 }

async function begun(): Promise<Scene> {
  const scene = new Scene({ nodes: [endpointText(NODE)] })
  scene.node(NODE)
  scene.dht.start([])
  await scene.clock.advance(100)
  return scene
}

test('a torrent is looked for and announced as soon as a node is known, and not before', async () => {
  const scene = new Scene()
  scene.node(NODE)
  scene.dht.start([])
  scene.dht.join(new Member(1))
  await scene.clock.advance(60_000)
  assert.equal(scene.asks('get_peers'), 0)
  scene.dht.addNode(NODE)
  await scene.clock.advance(1_000)
  assert.ok(scene.asks('get_peers') > 0)
  assert.equal(scene.asks('announce_peer'), 1)
})

test('what others announced is told with the node as its teller', async () => {
  const scene = await begun()
  scene.announcedPort = 0
  const node = scene.nodes.get(endpointText(NODE)) as DhtNode
  const other: Endpoint = { host: '10.0.0.3', port: 9_000 }
  const member = new Member(1)
  announceAt(node, other, hashBytes(member.hashes[0] as WireHash), scene.clock.now())
  scene.dht.join(member)
  await scene.clock.advance(1_000)
  assert.deepEqual(member.hints, [{ endpoint: other, source: 'dht', teller: NODE.host }])
  assert.equal(scene.asks('announce_peer'), 0, 'nobody could connect to us')
})

/** As a node would: asks for a token and announces with it. */
function announceAt(node: DhtNode, from: Endpoint, hash: Uint8Array, now: Millis): void {
  const id = new Uint8Array(20).fill(9)
  const ask = (method: string, args: Parameters<typeof encodeQuery>[0]['args']): Krpc | undefined => {
    const bytes = encodeQuery({ transaction: utf8('t'), method, args, version: utf8('SH01'), readOnly: true })
    for (const effect of node.handle({ kind: 'datagram', bytes, from }, now))
      if (effect.kind === 'send' && effect.to.host === from.host) return parseKrpc(effect.bytes)
    return undefined
  }
  const answer = ask('get_peers', { id, info_hash: hash })
  const token = answer?.kind === 'reply' ? answer.values.bytes('token') : undefined
  assert.ok(token !== undefined)
  assert.equal(ask('announce_peer', { id, info_hash: hash, port: from.port, token })?.kind, 'reply')
}

test('while nobody is found it looks again soon, then ever later; never more than one lookup of a key at a time', async () => {
  const scene = await begun()
  scene.dht.join(new Member(1))
  await scene.clock.advance(5_000)
  const first = scene.asks('announce_peer')
  await scene.clock.advance(10_000)
  const second = scene.asks('announce_peer')
  assert.ok(second > first)
  await scene.clock.advance(30 * 60_000)
  const later = scene.asks('announce_peer')
  await scene.clock.advance(30 * 60_000)
  assert.ok(scene.asks('announce_peer') - later <= 4, 'about every quarter of an hour')
})

test('who has nobody and may be hidden looks every two minutes, whatever it has already', async () => {
  const scene = await begun()
  const member = new Member(1)
  member.wants = false
  member.stranded = true
  scene.dht.join(member)
  await scene.clock.advance(10 * 60_000)
  const before = scene.asks('announce_peer')
  await scene.clock.advance(20 * 60_000)
  const times = scene.asks('announce_peer') - before
  assert.ok(times >= 9 && times <= 12, `${times} in 20 minutes`)
})

test('a key that is not said any more is looked for no longer', async () => {
  const scene = await begun()
  const member = new Member(1)
  scene.dht.join(member)
  await scene.clock.advance(1_000)
  member.hashes = []
  scene.dht.review()
  const asked = scene.asks('get_peers')
  await scene.clock.advance(3_600_000)
  assert.equal(scene.asks('get_peers'), asked)
})

test('who left is looked for no longer', async () => {
  const scene = await begun()
  const leave = scene.dht.join(new Member(1, 2))
  await scene.clock.advance(1_000)
  leave()
  const asked = scene.asks('get_peers')
  await scene.clock.advance(3_600_000)
  assert.equal(scene.asks('get_peers'), asked)
})

test('at most eight lookups are under way, however many torrents there are', async () => {
  const scene = await begun()
  // From now on the node is silent: every question stays open.
  scene.nodes.clear()
  for (let i = 0; i < 100; i++) scene.dht.join(new Member(i))
  await scene.clock.advance(900)
  assert.ok(scene.asks('get_peers') >= 8 && scene.asks('get_peers') <= 8, `${scene.asks('get_peers')} asked`)
})

test('public routers are asked only when nobody else answered', async () => {
  const lonely = new Scene({ routers: [`router.test:${ROUTER.port}`] })
  lonely.node(ROUTER)
  lonely.dht.start([])
  await lonely.clock.advance(1_000)
  assert.deepEqual(lonely.resolved, [])
  await lonely.clock.advance(5_000)
  assert.deepEqual(lonely.resolved, ['router.test'])
  assert.equal(lonely.dht.nodeCount, 1)

  const served = new Scene({ nodes: [endpointText(NODE)], routers: [`router.test:${ROUTER.port}`] })
  served.node(NODE)
  served.node(ROUTER)
  served.dht.start([])
  await served.clock.advance(3_600_000)
  assert.ok(!served.resolved.includes('router.test'))
})

test('what was announced while too few nodes were known is announced again soon; among enough, a quarter of an hour later', async () => {
  const announces = async (nodes: number): Promise<number[]> => {
    const scene = new Scene()
    const known = Array.from({ length: nodes }, (_, i) => ({ host: `10.0.1.${i + 1}`, port: 7_000 }))
    for (const endpoint of known) scene.node(endpoint)
    scene.dht.start(known)
    await scene.clock.advance(1_000)
    const member = new Member(1)
    member.wants = false
    scene.dht.join(member)
    await scene.clock.advance(5_000)
    const first = scene.asks('announce_peer')
    await scene.clock.advance(10 * 60_000)
    return [first, scene.asks('announce_peer') - first]
  }
  const [few, again] = (await announces(3)) as [number, number]
  assert.ok(few === 3 && again >= 3 * 4 && again <= 3 * 7, `${again} more`)
  assert.deepEqual(await announces(20), [8, 0])
})

test('when the port changes everybody is told anew', async () => {
  const scene = await begun()
  const member = new Member(1)
  member.wants = false
  scene.dht.join(member)
  await scene.clock.advance(5_000)
  const before = scene.asks('announce_peer')
  scene.dht.announceAgain()
  await scene.clock.advance(5_000)
  assert.equal(scene.asks('announce_peer'), before + 1)
})

test('asked again it looks again, but not more often than every ten seconds', async () => {
  const scene = await begun()
  const member = new Member(1)
  member.wants = false
  scene.dht.join(member)
  await scene.clock.advance(5_000)
  const before = scene.asks('announce_peer')
  for (let second = 0; second < 30; second++) {
    scene.dht.again(member, scene.clock.now())
    await scene.clock.advance(1_000)
  }
  const asked = scene.asks('announce_peer') - before
  assert.ok(asked >= 2 && asked <= 3, `${asked} times in half a minute`)
})

test('closed, it says which nodes to begin with next time, and does nothing more', async () => {
  const scene = await begun()
  scene.dht.join(new Member(1))
  await scene.clock.advance(1_000)
  assert.deepEqual(scene.dht.close(), [NODE])
  const asked = scene.asked.length
  await scene.clock.advance(3_600_000)
  assert.equal(scene.asked.length, asked)
})
