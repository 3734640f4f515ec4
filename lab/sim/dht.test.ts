// The DHT of the production machines in virtual time: what is announced is found, whoever announces and whoever looks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../src/base/bencode-encode.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { immutableTarget, signItem } from '../../src/protocol/dht/item.ts'
import { statedSeed } from '../../test/doubles/stated-seed.ts'
import { type ChurnOptions, runChurn } from './dht-churn.ts'
import { Conspiracy, FittingAddresses } from './dht-liars.ts'
import { DhtSwarm, type SwarmNode } from './dht-swarm.ts'
import { World } from './world.ts'

const seed = statedSeed(1)

async function grown(count: number, loss = 0): Promise<{ readonly world: World; readonly swarm: DhtSwarm }> {
  const world = new World(seed)
  const swarm = new DhtSwarm({ world, delayMs: [10, 100], loss })
  swarm.add()
  for (let i = 1; i < count; i++)
    world.after(i * 50, () => swarm.join(swarm.add(), [swarm.draw(), swarm.draw(), swarm.draw()]))
  await world.runFor(count * 50 + 120_000)
  return { world, swarm }
}

function announce(swarm: DhtSwarm, member: SwarmNode, hash: Uint8Array, port = 7_000) {
  return swarm.wish(member, (id) => ({
    kind: 'find-peers',
    id,
    hash,
    announce: { port, impliedPort: false, seed: port % 2 === 0 },
    scrape: false,
    noSeeds: false,
  }))
}

function find(swarm: DhtSwarm, member: SwarmNode, hash: Uint8Array, scrape = false) {
  return swarm.wish(member, (id) => ({
    kind: 'find-peers',
    id,
    hash,
    announce: undefined,
    scrape,
    noSeeds: false,
  }))
}

test(`what one of 300 nodes announces, all others find, also where a tenth of all datagrams is lost (seed ${seed})`, async () => {
  const { world, swarm } = await grown(300, 0.1)
  const hash = world.random('hash').bytes(20)
  const announcer = swarm.draw()
  const told = await world.run('announce', () => announce(swarm, announcer, hash), 60_000)
  assert.ok(told.done.result.kind === 'peers' && told.done.result.announcedTo >= 6, JSON.stringify(told.done))
  for (let i = 0; i < 40; i++) {
    const seeker = swarm.draw(announcer)
    const { peers, done } = await world.run('find', () => find(swarm, seeker, hash), 60_000)
    assert.deepEqual(peers, [{ host: announcer.endpoint.host, port: 7_000 }])
    assert.ok(done.figures.asked < 60, `${done.figures.asked} asked`)
  }
})

test(`a swarm is counted about rightly, seeds and others (seed ${seed})`, async () => {
  const { world, swarm } = await grown(150)
  const hash = world.random('hash').bytes(20)
  await world.run(
    'announces',
    () =>
      Promise.all(
        swarm.nodes.slice(0, 60).map((member, i) => announce(swarm, member, hash, 7_000 + (i % 3))),
      ),
    120_000,
  )
  const { done, peers } = await world.run('scrape', () => find(swarm, swarm.draw(), hash, true), 60_000)
  const { result } = done
  assert.ok(result.kind === 'peers' && result.swarm !== undefined)
  assert.ok(Math.abs(result.swarm.seeds - 40) <= 4, `${result.swarm.seeds} seeds`)
  assert.ok(Math.abs(result.swarm.leeches - 20) <= 3, `${result.swarm.leeches} leeches`)
  assert.ok(peers.length >= 55, `${peers.length} of 60 peers`)
})

test(`values are put once and read anywhere; a newer one replaces the older, an older one is refused (seed ${seed})`, async () => {
  const { world, swarm } = await grown(120)
  const digest = new SystemDigest()
  const signatures = new SystemSignatures()
  const value = encode('hello')
  const target = immutableTarget(value, digest)
  const put = await world.run(
    'put',
    () => swarm.wish(swarm.draw(), (id) => ({ kind: 'put-immutable', id, value })),
    60_000,
  )
  assert.ok(put.done.result.kind === 'put' && put.done.result.storedAt >= 7)

  const got = await world.run(
    'get',
    () => swarm.wish(swarm.draw(), (id) => ({ kind: 'get-immutable', id, target })),
    60_000,
  )
  assert.deepEqual(got.done.result, { kind: 'item', value, mutable: undefined })

  const secret = world.random('secret').bytes(32)
  const salt = utf8('room')
  const item = (sequence: number) =>
    signItem({ salt, sequence, value: encode(`version ${sequence}`) }, secret, signatures)
  const store = (sequence: number, cas?: number) =>
    world.run(
      'put',
      () => swarm.wish(swarm.draw(), (id) => ({ kind: 'put-mutable', id, item: item(sequence), cas })),
      60_000,
    )
  const read = async () => {
    const { publicKey } = item(1)
    const wish = () => swarm.wish(swarm.draw(), (id) => ({ kind: 'get-mutable', id, publicKey, salt }))
    const { done } = await world.run('get', wish, 60_000)
    return done.result.kind === 'item' ? done.result.mutable?.sequence : undefined
  }
  await store(1)
  assert.equal(await read(), 1)
  await store(3)
  assert.equal(await read(), 3)
  const older = (await store(2)).done.result
  assert.ok(older.kind === 'put' && older.storedAt === 0 && older.refusals.every((code) => code === 302))
  const mismatched = (await store(4, 2)).done.result
  assert.ok(
    mismatched.kind === 'put' &&
      mismatched.storedAt === 0 &&
      mismatched.refusals.every((code) => code === 301),
  )
  assert.equal(await read(), 3)
})

/** A sample of what `npm run lab:dht` shows with 10,000 nodes (docs/dht.md). */
const SAMPLE: ChurnOptions = {
  seed,
  nodes: 200,
  growMinutes: 4,
  runMinutes: 8,
  medianSessionMinutes: 60,
  loss: 0.02,
  torrents: 20,
  lookups: 240,
  malicious: 0,
  sybilTorrents: 0,
}

test(`under churn 99 of 100 lookups find what was announced, in few questions and little traffic (seed ${seed})`, async () => {
  const { lookups, datagramsPerNodeHour, bytesPerNodeHour } = await runChurn(SAMPLE)
  const figures = lookups.get('none')
  assert.ok(figures !== undefined && figures.lookups >= 220)
  assert.ok(figures.found >= 0.99 * figures.lookups, `${figures.found} of ${figures.lookups}`)
  assert.ok(figures.asked <= 30 && figures.hops <= 6, JSON.stringify(figures))
  assert.ok(figures.p95Ms <= 5_000, JSON.stringify(figures))
  assert.ok(datagramsPerNodeHour <= 2_000 && bytesPerNodeHour <= 300_000, `${datagramsPerNodeHour} datagrams`)
})

test(`with 8 Sybils beside them torrents are found still, whatever their ids and addresses (seed ${seed})`, async () => {
  const { lookups } = await runChurn({ ...SAMPLE, torrents: 0, sybilTorrents: 1, lookups: 150 })
  for (const [kind, { found, lookups: count }] of lookups)
    assert.ok(count >= 40 && found >= 0.9 * count, `${kind}: ${found} of ${count}`)
  assert.equal(lookups.size, 3)
})

test(`with a tenth of the nodes malicious 99 of 100 lookups succeed, at no higher cost (seed ${seed})`, async () => {
  const { lookups } = await runChurn({ ...SAMPLE, malicious: 0.1 })
  const figures = lookups.get('none')
  assert.ok(figures !== undefined && figures.lookups >= 220)
  assert.ok(figures.found >= 0.99 * figures.lookups, JSON.stringify(figures))
  assert.ok(figures.asked <= 30 && figures.hops <= 6, JSON.stringify(figures))
  assert.ok(figures.p95Ms <= 5_000, JSON.stringify(figures))
})

test(`a tenth are accomplices, and who comes begins with two of them and one honest node: 95 of 100 find (seed ${seed})`, async () => {
  const world = new World(seed)
  const swarm = new DhtSwarm({ world, delayMs: [10, 100], loss: 0 })
  const conspiracy = new Conspiracy(
    new FittingAddresses(world.random('addresses')),
    world.random('conspiracy'),
  )
  const [honest, accomplices]: [SwarmNode[], SwarmNode[]] = [[swarm.add()], []]
  for (let i = 1; i < 400; i++)
    world.after(i * 50, () => {
      const member = swarm.add()
      swarm.join(member, [swarm.draw(), swarm.draw(), swarm.draw()])
      if (i % 10 === 0) conspiracy.turn(member, 'colludes')
      ;(i % 10 === 0 ? accomplices : honest).push(member)
    })
  await world.runFor(400 * 50 + 120_000)
  const hash = world.random('hash').bytes(20)
  const announcer = swarm.draw()
  await world.run('announce', () => announce(swarm, announcer, hash), 60_000)
  const newcomers = Array.from({ length: 60 }, (_, i) => {
    const [first, second] = [
      accomplices[i % accomplices.length],
      accomplices[(7 * i + 3) % accomplices.length],
    ]
    const member = swarm.add()
    swarm.join(member, [first, second, honest[5 * i]] as SwarmNode[])
    return member
  })
  await world.runFor(180_000)
  let found = 0
  for (const member of newcomers) {
    const { peers } = await world.run('find', () => find(swarm, member, hash), 60_000)
    if (peers.some(({ host }) => host === announcer.endpoint.host)) found++
  }
  assert.ok(found >= 0.95 * newcomers.length, `${found} of ${newcomers.length}`)
})
