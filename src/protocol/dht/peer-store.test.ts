import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactEndpoint, parseIp } from '../../base/address.ts'
import { toHex } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { BloomFilter } from './bloom-filter.ts'
import {
  MAX_PEERS_PER_NETWORK,
  MAX_PEERS_PER_TORRENT,
  MAX_SAMPLES,
  MAX_TORRENTS,
  MAX_TORRENTS_PER_HOST,
  PEER_LIFE_MS,
  SAMPLE_INTERVAL_S,
} from './limits.ts'
import { compareDistance } from './node-id.ts'
import { PeerStore } from './peer-store.ts'

const digest = new SystemDigest()
const START = 0 as Millis
const OWN_ID = new Uint8Array(20)
const HASH = new Uint8Array(20).fill(1)

function store(): PeerStore {
  return new PeerStore(digest, new SeededRandom(1), () => OWN_ID)
}

/** Each in a network of its own. */
function peer(i: number, port = 7_000) {
  return { host: `8.${i >> 8}.${i & 255}.1`, port }
}

function found(peers: PeerStore, now: Millis = START, noSeeds = false): string[] {
  return peers.peers(HASH, 1_000, noSeeds, now).map(toHex).sort()
}

const hex = (endpoint: { host: string; port: number }) => toHex(compactEndpoint(endpoint))

test('who announced is told of for three quarters of an hour, and longer who announces again', () => {
  const peers = store()
  peers.announce(HASH, peer(1), false, START)
  peers.announce(HASH, peer(2), false, START)
  peers.announce(HASH, peer(1), false, (PEER_LIFE_MS - 1) as Millis)
  assert.deepEqual(found(peers, PEER_LIFE_MS as Millis), [hex(peer(1))])
  peers.expire((2 * PEER_LIFE_MS) as Millis)
  assert.equal(peers.torrents, 0)
})

test('one entry an address, whose port and seed state are the last told (BEP 33); at home one an address and port', () => {
  const peers = store()
  peers.announce(HASH, peer(1, 1_000), false, START)
  peers.announce(HASH, peer(1, 2_000), true, START)
  assert.deepEqual(found(peers), [hex(peer(1, 2_000))])
  assert.deepEqual(found(peers, START, true), [])
  peers.announce(HASH, { host: '10.0.0.1', port: 1 }, false, START)
  peers.announce(HASH, { host: '10.0.0.1', port: 2 }, false, START)
  assert.equal(found(peers).length, 3)
})

test('as many as fit are drawn without repetition, another choice each time', () => {
  const peers = store()
  for (let i = 0; i < 200; i++) peers.announce(HASH, peer(i), false, START)
  const draws = Array.from({ length: 5 }, () => peers.peers(HASH, 50, false, START).map(toHex))
  for (const draw of draws) assert.equal(new Set(draw).size, 50)
  assert.ok(new Set(draws.map((draw) => [...draw].sort().join())).size > 1)
})

test('a torrent has at most 500 peers, the one announced longest ago leaves first', () => {
  const peers = store()
  for (let i = 0; i < MAX_PEERS_PER_TORRENT + 10; i++) peers.announce(HASH, peer(i), false, START)
  const all = new Set(found(peers))
  assert.equal(all.size, MAX_PEERS_PER_TORRENT)
  assert.ok(!all.has(hex(peer(9))) && all.has(hex(peer(10))))
})

test('one network cannot fill a torrent, and one address cannot fill us with torrents', () => {
  const peers = store()
  for (let i = 1; i < 255; i++) {
    const stored = peers.announce(HASH, { host: `8.8.8.${i}`, port: 1 }, false, START)
    assert.equal(stored, i <= MAX_PEERS_PER_NETWORK)
  }
  const random = new SeededRandom(2)
  let kept = 0
  for (let i = 0; i < 300; i++) if (peers.announce(random.bytes(20), peer(1), false, START)) kept++
  assert.equal(kept, MAX_TORRENTS_PER_HOST)
  peers.expire(PEER_LIFE_MS as Millis)
  assert.ok(peers.announce(random.bytes(20), peer(1), false, PEER_LIFE_MS as Millis))
})

test('a flood of hashes moves no torrent that lies closer to us than it does', () => {
  const peers = store()
  const random = new SeededRandom(3)
  const hashes = Array.from({ length: 2 * MAX_TORRENTS }, () => random.bytes(20))
  for (const [i, hash] of hashes.entries()) peers.announce(hash, peer(i), false, START)
  assert.equal(peers.torrents, MAX_TORRENTS)
  const closest = [...hashes].sort((a, b) => compareDistance(OWN_ID, a, b)).slice(0, MAX_TORRENTS)
  assert.ok(closest.every((hash) => peers.peers(hash, 1, false, START).length === 1))
})

test('a scrape has the addresses of seeds and of others, each in its own filter (BEP 33)', () => {
  const peers = store()
  assert.equal(peers.filters(HASH, START), undefined)
  const [seeds, leeches] = [new BloomFilter(digest), new BloomFilter(digest)]
  for (let i = 0; i < 60; i++) {
    peers.announce(HASH, peer(i), i % 3 === 0, START)
    ;(i % 3 === 0 ? seeds : leeches).add(parseIp(peer(i).host) as Uint8Array)
  }
  assert.deepEqual(peers.filters(HASH, START), { seeds: seeds.bytes, peers: leeches.bytes })
  const empty = new Uint8Array(256)
  assert.deepEqual(peers.filters(HASH, PEER_LIFE_MS as Millis), { seeds: empty, peers: empty })
})

test('a sample stays the same until its interval is over, and says how many there are (BEP 51)', () => {
  const peers = store()
  assert.deepEqual(peers.sample(START), { hashes: [], total: 0, intervalS: SAMPLE_INTERVAL_S })
  const random = new SeededRandom(4)
  for (let i = 0; i < 100; i++) peers.announce(random.bytes(20), peer(i), false, START)
  const later = (SAMPLE_INTERVAL_S * 1_000) as Millis
  const first = peers.sample(later)
  assert.equal(first.hashes.length, MAX_SAMPLES)
  assert.equal(new Set(first.hashes.map(toHex)).size, MAX_SAMPLES)
  assert.equal(first.total, 100)
  const half = (1.5 * later) as Millis
  assert.deepEqual(peers.sample(half), { ...first, intervalS: SAMPLE_INTERVAL_S / 2 })
  assert.notDeepEqual(peers.sample((2 * later) as Millis).hashes, first.hashes)
})
