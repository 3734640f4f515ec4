// Whole sessions that find each other by the DHT alone: listed, unlisted, and not at all.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { toHex } from '../../src/base/bytes.ts'
import { hashBytes } from '../../src/base/ids.ts'
import { rendezvousKey } from '../../src/metainfo/rendezvous.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { Swarm, type SwarmPlan } from './swarm.ts'

const seed = randomInt(2 ** 32)
const MEMBER = { uploadRate: 1_000_000, downloadRate: 4_000_000 }

const PLAN: SwarmPlan = {
  pieceCount: 8,
  pieceLengthBytes: 32_768,
  version: 'hybrid',
  seeds: [MEMBER],
  leeches: [MEMBER, { ...MEMBER, joinsAtMs: 20_000 }, MEMBER],
  discovery: 'dht',
  byLink: true,
}

/** Hex of everything that was sent in datagrams. */
function listen(swarm: Swarm): { readonly says: (bytes: Uint8Array) => boolean } {
  const heard: string[] = []
  swarm.network.tap = (bytes) => heard.push(toHex(bytes))
  return { says: (bytes) => heard.some((text) => text.includes(toHex(bytes))) }
}

test(`a link alone is enough: metadata and data through the DHT, and both hashes are announced (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, PLAN)
  const datagrams = listen(swarm)
  await swarm.start()
  await swarm.finish(120_000)
  const hashes = swarm.seeds[0]?.torrent?.wireHashes ?? []
  assert.equal(hashes.length, 2)
  for (const hash of hashes) assert.ok(datagrams.says(hashBytes(hash)), `${hash} was looked for`)
  await swarm.close()
})

test(`an unlisted torrent is found under its rendezvous key, and no datagram has an infohash in it (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, { ...PLAN, listing: 'link' })
  const datagrams = listen(swarm)
  await swarm.start()
  await swarm.finish(120_000)
  const torrent = swarm.seeds[0]?.torrent
  assert.ok(torrent !== undefined)
  assert.ok(datagrams.says(hashBytes(rendezvousKey(torrent.identity.hashes, new SystemDigest()))))
  for (const hash of torrent.wireHashes) assert.ok(!datagrams.says(hashBytes(hash)))
  await swarm.close()
})

test(`a private torrent is silent: neither hash nor key is in any datagram, and nobody is found (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, { ...PLAN, private: true, byLink: false })
  const datagrams = listen(swarm)
  await swarm.start()
  await swarm.world.runFor(40 * 60_000)
  const torrent = swarm.seeds[0]?.torrent
  assert.ok(torrent !== undefined)
  for (const { torrent: each } of swarm.members) assert.equal(each?.swarm.peers.size, 0)
  assert.ok(!datagrams.says(hashBytes(rendezvousKey(torrent.identity.hashes, new SystemDigest()))))
  for (const hash of torrent.wireHashes) assert.ok(!datagrams.says(hashBytes(hash)))
  await swarm.close()
})

test(`the nodes of the last run are enough for the next one (seed ${seed})`, async () => {
  const swarm = new Swarm(seed, { ...PLAN, byLink: false })
  await swarm.start()
  await swarm.finish(120_000)
  const [first] = swarm.members
  assert.ok(first !== undefined)
  await swarm.world.run('it ends', () => first.session.close(), 60_000)
  swarm.kill(first)
  // The one node that everybody was told of is gone for good.
  swarm.tracker.host.vanish()
  await swarm.world.run('it begins again', () => swarm.revive(first), 60_000)
  await swarm.world.runFor(10_000)
  assert.ok((first.session.reach.dht?.nodeCount ?? 0) >= 2)
})
