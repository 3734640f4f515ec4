// A file that is kept locked, in real sessions of the simulator: nobody gets it, whoever knew of it is told, and it comes back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Swarm, type SwarmMember } from '../../../lab/sim/swarm.ts'
import type { Torrent } from './torrent.ts'

const RATE = { uploadRate: 400_000, downloadRate: 8_000_000 }

const torrentOf = (member: SwarmMember | undefined): Torrent => {
  if (member?.torrent === undefined) throw new TypeError('not here yet')
  return member.torrent
}

test('a file that is withheld while somebody fetches it is given no further, and is again once it is released', async () => {
  const swarm = new Swarm(1, {
    pieceCount: 32,
    pieceLengthBytes: 32_768,
    seeds: [RATE],
    leeches: [RATE],
  })
  await swarm.start()
  const [seed, leech] = [torrentOf(swarm.seeds[0]), torrentOf(swarm.leeches[0])]
  await swarm.world.runUntil('some pieces are there', () => (leech.live?.have.count ?? 0) > 4, 30_000)
  const given = seed.swarm.givenBytes
  await swarm.world.run('the lock', () => seed.wishes.setWithheld(new Set([0])), 10_000)
  await swarm.world.runFor(2_000)
  const after = seed.swarm.givenBytes
  assert.ok(after - given <= 2 * 32_768, 'at most what was on its way')
  await swarm.world.runFor(20_000)
  assert.equal(seed.swarm.givenBytes, after, 'nothing more is given')
  assert.equal(seed.live?.have.complete, true, 'it is here still')
  assert.equal(leech.finished, false)
  await swarm.world.run('the release', () => seed.wishes.setWithheld(new Set()), 10_000)
  await swarm.finish(60_000)
  await swarm.close()
})

test('who comes later is not shown a withheld file, also by one that super-seeds', async () => {
  const swarm = new Swarm(2, {
    pieceCount: 16,
    pieceLengthBytes: 32_768,
    seeds: [{ ...RATE, superSeed: true }],
    leeches: [{ ...RATE, joinsAtMs: 5_000 }],
  })
  await swarm.start()
  const seed = torrentOf(swarm.seeds[0])
  await swarm.world.runUntil('it gives', () => seed.live !== undefined, 5_000)
  await swarm.world.run('the lock', () => seed.wishes.setWithheld(new Set([0])), 10_000)
  seed.wishes.setSuperSeed(true)
  await swarm.world.runUntil('the other is there', () => seed.swarm.peers.size === 1, 30_000)
  await swarm.world.runFor(30_000)
  assert.equal(torrentOf(swarm.leeches[0]).live?.have.count, 0)
  assert.equal(seed.swarm.givenBytes, 0)
  await swarm.close()
})
