// Whole sessions whom nobody can reach, and one whom everybody can: those find each other through it and connect (BEP 55).

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { statedSeed } from '../../test/doubles/stated-seed.ts'
import { Swarm, type SwarmMember, type SwarmPlan } from './swarm.ts'

const seed = randomInt(2 ** 32)

/** Gives next to nothing, so that whoever is done has it from the others. */
const PUBLIC = { uploadRate: 1_000_000, downloadRate: 1_000_000, upLimit: 2_000, address: '20.0.0.1' }
const closed = (i: number, joinsAtMs = 0) => ({
  uploadRate: 1_000_000,
  downloadRate: 4_000_000,
  address: `20.0.${i}.1`,
  closed: true,
  joinsAtMs,
})

const PLAN: SwarmPlan = {
  pieceCount: 64,
  pieceLengthBytes: 32_768,
  seeds: [PUBLIC, closed(1)],
  leeches: [closed(2, 5_000)],
  discovery: 'pex',
  utp: true,
}

/** Addresses that a member is connected to, and how these connections came to be. */
function partners(member: SwarmMember): ReadonlyMap<string, string> {
  const peers = [...(member.torrent?.swarm.peers ?? [])]
  return new Map(peers.map((peer) => [peer.endpoint.host, peer.source]))
}

test(`two whom nobody can reach get the file from each other, at more than the pace of the one between (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, PLAN)
  await swarm.start()
  await swarm.finish(60_000)
  const [, giver] = swarm.seeds
  const [taker] = swarm.leeches
  assert.ok(giver !== undefined && taker !== undefined)
  assert.ok(partners(taker).has('20.0.1.1') && partners(giver).has('20.0.2.1'), swarm.describe())
  await swarm.close()
})

test(`firewalls of IPv6 are gone through alike (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, {
    ...PLAN,
    seeds: [
      { ...PUBLIC, address: '2600:1::1' },
      { ...closed(1), address: '2600:2::1' },
    ],
    leeches: [{ ...closed(2, 5_000), address: '2600:3::1' }],
  })
  await swarm.start()
  await swarm.finish(60_000)
  const [taker] = swarm.leeches
  assert.ok(taker !== undefined && partners(taker).has('2600:2::1'), swarm.describe())
  await swarm.close()
})

test(`without uTP they stay apart (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, { ...PLAN, utp: false })
  await swarm.start()
  await swarm.world.runFor(60_000)
  const [taker] = swarm.leeches
  assert.ok(taker !== undefined && taker.finishedAfterMs === undefined)
  assert.deepEqual([...partners(taker).keys()], ['20.0.0.1'])
  await swarm.close()
})

test(`a private torrent takes no part (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, { ...PLAN, private: true })
  await swarm.start()
  await swarm.world.runFor(60_000)
  const [taker] = swarm.leeches
  assert.ok(taker !== undefined)
  assert.deepEqual([...partners(taker).keys()], ['20.0.0.1'])
  await swarm.close()
})

test('in a swarm of such peers all of them are connected in the end, through loss and late comers', async () => {
  const leeches = Array.from({ length: 8 }, (_, i) => closed(2 + i, 7_000 * i))
  const swarm = new Swarm(statedSeed(1), { ...PLAN, leeches, network: { datagramLoss: 0.02 } })
  await swarm.start()
  await swarm.finish(600_000)
  await swarm.world.runFor(300_000)
  const lonely = swarm.members
    .slice(1)
    .filter((member) => partners(member).size < leeches.length + 1)
    .map((member) => `${member.host.name}: ${[...partners(member).keys()].join(' ')}`)
  assert.deepEqual(lonely, [])
  await swarm.close()
})
