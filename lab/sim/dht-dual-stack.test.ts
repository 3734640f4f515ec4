// Two address families, two DHTs (BEP 32): a node of both is the bridge by which each finds the other.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { DeadlineQueue } from '../../src/base/deadline-queue.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type WireHash, wireHashFromBytes } from '../../src/base/ids.ts'
import type { PeerHint } from '../../src/engine/discovery/candidates.ts'
import { DhtDiscovery, type DhtMember } from '../../src/engine/discovery/dht.ts'
import { SharedDatagrams } from '../../src/engine/transport/datagrams.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import type { SimHost } from './host.ts'
import { SimNetwork } from './network.ts'
import { World } from './world.ts'

const seed = randomInt(2 ** 32)
const PORT = 6881
const HASH = wireHashFromBytes(new Uint8Array(20).fill(7))

class Member implements DhtMember {
  readonly hints: PeerHint[] = []

  keys(): readonly WireHash[] {
    return [HASH]
  }

  seed(): boolean {
    return false
  }

  wantsPeers(): boolean {
    return true
  }

  isStranded(): boolean {
    return false
  }

  found(hints: readonly PeerHint[]): number {
    this.hints.push(...hints)
    return hints.length
  }
}

async function node(host: SimHost, knows: readonly Endpoint[]): Promise<DhtDiscovery> {
  const { world } = host.network
  const datagrams = await SharedDatagrams.open(host.udp, { host: '::', port: PORT })
  const dht = new DhtDiscovery({
    clock: host.clock,
    wakes: new DeadlineQueue(host.clock),
    random: world.random(host.name),
    digest: new SystemDigest(),
    signatures: new SystemSignatures(),
    names: { resolve: async (name) => [name] },
    // As on a computer that has no address of the other family.
    families: datagrams.families.filter((family) =>
      host.addresses.some((address) => address.includes(':') === (family === 6)),
    ),
    send: (bytes, to) => datagrams.send(bytes, to),
    announced: () => ({ port: PORT, implied: true }),
    nodes: [],
    routers: [],
    readOnly: false,
    externalAddress: () => {},
  })
  datagrams.dht = dht
  dht.start(knows)
  return dht
}

test(`who knows one IPv4 node only finds a peer that has IPv6 only, through nodes of both (seed ${seed})`, async () => {
  const world = new World(seed)
  const network = new SimNetwork(world)
  const both = await Promise.all(
    [1, 2, 3, 4].map((i) => network.addHost(`both ${i}`, { addresses: [`20.0.${i}.1`, `2001:db8:${i}::1`] })),
  )
  const first: Endpoint = { host: '20.0.1.1', port: PORT }
  const first6: Endpoint = { host: '2001:db8:1::1', port: PORT }
  for (const host of both) await node(host, [first, first6])
  await world.runFor(30_000)

  const giver = await node(network.addHost('giver', { addresses: ['2001:db8:99::1'] }), [first6])
  giver.join(new Member())
  await world.runFor(30_000)

  const member = new Member()
  const taker = await node(network.addHost('taker', { addresses: ['30.0.0.1', '2001:db8:77::1'] }), [first])
  taker.join(member)
  await world.runFor(60_000)
  const found = member.hints.map(({ endpoint }) => endpoint.host)
  assert.ok(found.includes('2001:db8:99::1'), found.join(', '))
})
