// What a person may ask of a torrent at run time, of real sessions in the simulator: moved and renamed at rest, fewer peers,
// super-seeding switched, and what it tells about itself.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Swarm, type SwarmMember, type SwarmPlan } from '../../../lab/sim/swarm.ts'
import { contributionsOf, fileProgressOf, pieceMapOf } from './details.ts'
import { peerStatusOf } from './status-of.ts'
import type { Torrent } from './torrent.ts'

const PIECES = 32
const PIECE_BYTES = 32_768
const FAST = { uploadRate: 4_000_000, downloadRate: 8_000_000 }

const plan = (changes: Partial<SwarmPlan> = {}): SwarmPlan => ({
  pieceCount: PIECES,
  pieceLengthBytes: PIECE_BYTES,
  seeds: [FAST],
  leeches: [FAST],
  ...changes,
})

async function running(seed: number, changes: Partial<SwarmPlan> = {}): Promise<Swarm> {
  const swarm = new Swarm(seed, plan(changes))
  await swarm.start()
  return swarm
}

const torrentOf = (member: SwarmMember | undefined): Torrent => {
  if (member?.torrent === undefined) throw new TypeError('not here yet')
  return member.torrent
}

test('a paused torrent is moved and renamed with its files closed, and goes on in the new place', async () => {
  const swarm = await running(1)
  const [seed] = swarm.seeds as [SwarmMember]
  const { session } = seed
  const torrent = torrentOf(seed)
  await swarm.finish(60_000)
  const moved = await swarm.world.run(
    'the move',
    async () => {
      await session.pause(torrent)
      const results = [await torrent.move('/elsewhere'), await torrent.renameFile(0, ['other name.bin'])]
      assert.equal(torrent.stateName, 'paused')
      return results
    },
    60_000,
  )
  assert.deepEqual(moved, [{ moved: true }, { moved: true }])
  assert.equal(torrent.states.saveFolder, '/elsewhere')
  assert.equal(torrent.states.homeFolder, '/data')
  const stat = await swarm.world.run('a look', () => seed.files.stat('/elsewhere/other name.bin'), 1_000)
  assert.equal(stat?.kind, 'file')
  session.resume(torrent)
  await swarm.world.runUntil('it runs again', () => torrent.live?.done === true, 60_000)
  assert.equal(torrent.states.checkedBytes, 0, 'nothing had to be looked at')
  assert.equal(torrent.states.saveFolder, '/elsewhere')
  await swarm.close()
})

test('whoever starts it while its files are moved waits for the end of that', async () => {
  const swarm = await running(2)
  const [seed] = swarm.seeds as [SwarmMember]
  const torrent = torrentOf(seed)
  await swarm.finish(60_000)
  await swarm.world.run(
    'the move',
    async () => {
      await seed.session.pause(torrent)
      const moving = torrent.move('/elsewhere')
      torrent.start()
      assert.equal(torrent.stateName, 'checking')
      assert.deepEqual(await torrent.move('/a third place'), { refused: { code: 'BUSY' } })
      assert.deepEqual(await moving, { moved: true })
    },
    60_000,
  )
  await swarm.world.runUntil('it runs', () => torrent.live?.done === true, 60_000)
  assert.equal(torrent.live?.store.path(0), '/elsewhere/content.bin')
  await swarm.close()
})

test('a link whose files are not known yet is moved by being saved elsewhere', async () => {
  const swarm = await running(3, { byLink: true, leeches: [{ ...FAST, joinsAtMs: 0 }] })
  const torrent = torrentOf(swarm.leeches[0])
  assert.equal(torrent.metainfo, undefined)
  assert.deepEqual(await torrent.move('/elsewhere'), { moved: true })
  await swarm.finish(120_000)
  assert.equal(torrent.live?.store.path(0), '/elsewhere/content.bin')
  assert.equal(torrent.states.homeFolder, '/elsewhere')
  await swarm.close()
})

test('fewer peers are allowed: those that move least go, and no new ones come', async () => {
  const swarm = await running(4, { leeches: [FAST, FAST, FAST], pieceCount: 256 })
  const torrent = torrentOf(swarm.seeds[0])
  await swarm.world.runUntil('three are there', () => torrent.swarm.peers.size === 3, 30_000)
  torrent.setMaxPeers(1)
  assert.equal(torrent.swarm.peers.size, 1)
  await swarm.world.runFor(2_000)
  assert.ok(torrent.swarm.peers.size <= 1)
  await swarm.close()
})

test('what has all that is wanted stands among the seeds of the queue, also while it is paused, until more is wanted', async () => {
  const swarm = await running(7)
  const [leech] = swarm.leeches as [SwarmMember]
  const torrent = torrentOf(leech)
  assert.equal(torrent.hasAllWanted, false)
  await swarm.finish(60_000)
  await swarm.world.run('the end', () => leech.session.pause(torrent), 60_000)
  assert.equal(torrent.hasAllWanted, true)
  for (const [priority, hasAll] of [
    [7, true],
    [0, true],
    [7, false],
  ] as const) {
    await torrent.wishes.setPriorities([priority])
    assert.equal(torrent.hasAllWanted, hasAll, `priority ${priority}`)
  }
  await swarm.close()
})

test('super-seeding ends at once for those who were shown little, and begins for those who come later', async () => {
  const slow = { uploadRate: 200_000, downloadRate: 8_000_000 }
  const swarm = await running(5, { seeds: [{ ...slow, superSeed: true }], leeches: [FAST, FAST] })
  const torrent = torrentOf(swarm.seeds[0])
  const seedAt = { host: swarm.seeds[0]?.host.addresses[0] ?? '', port: 6881 }
  const shown = () => torrentOf(swarm.leeches[0]).swarm.peers.at(seedAt)?.pieces?.count
  await swarm.world.runFor(1_500)
  const hidden = shown()
  assert.ok(hidden !== undefined && hidden < PIECES, `${hidden} shown`)
  torrent.wishes.setSuperSeed(false)
  await swarm.world.runFor(500)
  assert.equal(shown(), PIECES)
  torrent.wishes.setSuperSeed(true)
  assert.equal(torrent.wishes.superSeed, true)
  await swarm.finish(120_000)
  await swarm.close()
})

test('files, pieces, peers and contributions are told while it runs and after it stopped', async () => {
  const swarm = await running(6, { pieceCount: 600 })
  const [leech, seed] = [swarm.leeches[0] as SwarmMember, swarm.seeds[0] as SwarmMember]
  const [torrent, giver] = [torrentOf(leech), torrentOf(seed)]
  await swarm.world.runUntil('half is here', () => torrent.swarm.takenBytes > 300 * PIECE_BYTES, 60_000)
  const map = pieceMapOf(torrent)
  assert.deepEqual([map.here.length, map.availability.length], [500, 500])
  assert.ok(
    map.availability.every((copies) => copies === 1),
    'one seed',
  )
  assert.ok(map.here.some((share) => share === 255) && map.here.some((share) => share === 0))
  assert.equal(fileProgressOf(torrent)?.[0], (torrent.live?.have.count ?? 0) * PIECE_BYTES)
  const [peer] = [...giver.swarm.peers].map((each) => peerStatusOf(each, giver.now))
  assert.equal(peer?.transport, 'tcp')
  assert.ok((peer?.progress ?? 0) > 0.3 && (peer?.progress ?? 1) < 1)
  await swarm.finish(60_000)
  await swarm.world.run('the end', () => leech.session.pause(torrent), 60_000)
  assert.deepEqual(fileProgressOf(torrent), [600 * PIECE_BYTES])
  assert.ok(pieceMapOf(torrent).here.every((share) => share === 255))
  const { each, others } = contributionsOf(torrent)
  assert.deepEqual(
    each.map(({ who, downloadedBytes, connected }) => [who, downloadedBytes, connected]),
    [[`${seed.host.addresses[0]}:6881`, 600 * PIECE_BYTES, false]],
  )
  assert.deepEqual(others, { downloadedBytes: 0, uploadedBytes: 0 })
  assert.equal(giver.status().takers, 1)
  assert.ok(torrent.status().seedSeenAt !== undefined && giver.status().payloadAt !== undefined)
  await swarm.close()
})
