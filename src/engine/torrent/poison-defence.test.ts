// Poison in whole swarms of production torrents: who is banned, who is only suspected, and that everybody finishes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dial, joined, live, metainfoOf, TorrentScene } from '../../../test/doubles/torrent-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import type { PieceIndex } from '../../base/ids.ts'

const PIECES = 12
const BLOCKS = 4

interface PoisonScene {
  readonly clock: VirtualClock
  readonly seeds: readonly TorrentScene[]
  readonly leech: TorrentScene
  readonly all: readonly TorrentScene[]
}

/** A leech at several seeds; those in `liars` spoil these blocks ('piece:block'), or all. */
async function swarm(
  version: 'v1' | 'v2',
  seeds: string,
  pieces = PIECES,
  liars: Readonly<Record<string, readonly string[] | 'all'>> = {},
): Promise<PoisonScene> {
  const clock = new VirtualClock(1_000_000)
  const metainfo = metainfoOf(pieces, BLOCKS, version)
  const make = (name: string, drawn: string) =>
    new TorrentScene(clock, name, { metainfo, pieces: drawn, blocksPerPiece: BLOCKS })
  const leech = make('l', '.'.repeat(pieces))
  const all = [...seeds].map((name) => make(name, '#'.repeat(pieces)))
  for (const seed of all) {
    const spoiled = liars[seed.name] ?? []
    if (spoiled === 'all') {
      for (const piece of metainfo.geometry.pieces())
        for (let block = 0; block < BLOCKS; block++) seed.store?.spoiled.add(`${piece}:${block}`)
    } else for (const name of spoiled) seed.store?.spoiled.add(name)
  }
  // All at once, so that they share the work.
  const meetings = all.map((seed) => dial(leech, seed))
  await clock.advance(30)
  await Promise.all(meetings)
  return { clock, seeds: all, leech, all: [leech, ...all] }
}

test('a single source that spoils a piece is banned at once, v1 or v2', async () => {
  for (const version of ['v1', 'v2'] as const) {
    const { leech, all } = await swarm(version, 'a', PIECES, { a: ['3:1'] })
    await live(all, 30)
    assert.deepEqual(leech.bans, ['203.0.113.97 POISON_PROVEN'], version)
    assert.equal(leech.connected, '')
    assert.equal(leech.store?.have.has(3), false)
    assert.deepEqual(leech.wrong, [3])
  }
})

test('v2 leaf hashes ban exactly the liar among contributors, and keep the good blocks', async () => {
  const { seeds, leech, all } = await swarm('v2', 'abc', 2, { b: 'all' })
  const [a] = seeds
  await live(all, 30)
  assert.equal(leech.drawn, '##')
  assert.deepEqual(
    leech.bans.filter((ban) => !ban.startsWith('203.0.113.98')),
    [],
    'nobody but b',
  )
  assert.equal(leech.trust.banned(a?.endpoint ?? leech.endpoint), false)
  assert.equal(
    [...leech.swarm.peers].every((peer) => !peer.download.exclusive),
    true,
    'nobody is on parole',
  )
})

test('in v1 contributors to a bad piece go on parole, and the guilty one is proven by a piece of its own', async () => {
  const { leech, all } = await swarm('v1', 'abc', 24, { b: 'all' })
  await live(all, 120)
  assert.equal(leech.drawn, '#'.repeat(24))
  assert.equal(leech.bans.length, 1, leech.bans.join())
  assert.equal(leech.bans[0]?.startsWith('203.0.113.98'), true)
  assert.deepEqual(leech.connected, 'ac')
  // Waste: no more than a few pieces.
  assert.equal(leech.wrong.length <= 6, true, String(leech.wrong))
})

test('the innocent leave parole by good pieces of their own', async () => {
  const { seeds, leech, all } = await swarm('v1', 'ab', 30)
  const a = seeds[0]
  assert.ok(a)
  leech.trust.bad(a.endpoint)
  const peer = leech.peer('a')
  assert.ok(peer)
  peer.download.exclusive = true
  await live(all, 60)
  assert.equal(leech.drawn, '#'.repeat(30))
  assert.equal(leech.trust.onParole(a.endpoint), false)
  assert.equal(peer.download.exclusive, false)
})

test('a suspect that reconnects is still on parole', async () => {
  const clock = new VirtualClock()
  const metainfo = metainfoOf(2, BLOCKS, 'v1')
  const make = (name: string) =>
    new TorrentScene(clock, name, { metainfo, pieces: '..', blocksPerPiece: BLOCKS })
  const [one, other] = [make('l'), make('a')]
  await joined(one, other)
  assert.equal(one.peer('a')?.download.exclusive, false)
  one.trust.bad(other.endpoint)
  one.peer('a')?.close({ code: 'STOPPED', blame: 'local' })
  await clock.advance(100)
  await joined(one, other, {}, 40_001)
  assert.equal(one.peer('a')?.download.exclusive, true)
})

test('a banned address is not taken again, dialled or dialling', async () => {
  const { seeds, leech } = await swarm('v1', 'a')
  const a = seeds[0]
  assert.ok(a)
  leech.ban(a.endpoint, 'POISON_PROVEN')
  await leech.clock.advance(100)
  assert.equal(leech.connected, '')
  assert.deepEqual((await joined(leech, a, {}, 40_001)).refusals[0], 'BANNED')
  assert.deepEqual((await joined(a, leech, {}, 40_002)).refusals[1], 'BANNED')
})

test('someone who left is judged by its address all the same', async () => {
  const { seeds, leech } = await swarm('v1', 'a')
  const a = seeds[0]
  assert.ok(a && leech.poison && leech.live && leech.store)
  const peer = leech.peer('a')
  assert.ok(peer)
  // The piece is complete and under verification while its only giver leaves.
  for (let block = 0; block < BLOCKS; block++) {
    leech.live.picker.pick({
      peer: peer.key,
      has: a.store?.have ?? leech.store.have,
      count: 1,
      now: leech.clock.now(),
      exclusive: false,
      only: new Set([5 as PieceIndex]),
      rate: 0,
      suggested: undefined,
    })
  }
  for (let block = 0; block < BLOCKS; block++) leech.live.picker.received(peer.key, 5 as PieceIndex, block)
  peer.close({ code: 'CLOSED', blame: 'nobody' })
  leech.poison.failed(5 as PieceIndex, undefined)
  assert.deepEqual(leech.bans, ['203.0.113.97 POISON_PROVEN'])
  assert.equal(leech.live.picker.complete(5 as PieceIndex), false, 'the piece is asked again')
})

/** Two sources that gave two blocks each of a piece; nothing really travels. */
function sharedPiece(leech: TorrentScene, sources: readonly TorrentScene[], piece: PieceIndex): void {
  const { picker } = leech.live ?? {}
  assert.ok(picker)
  for (const [i, source] of sources.entries()) {
    const peer = leech.peer(source.name)
    assert.ok(peer && source.store)
    const asked = picker.pick({
      peer: peer.key,
      has: source.store.have,
      count: 2,
      now: leech.clock.now(),
      exclusive: false,
      only: new Set([piece]),
      rate: 0,
      suggested: undefined,
    })
    assert.equal(asked.length, 2, `source ${i}`)
    for (const { block } of asked) assert.equal(picker.received(peer.key, piece, block), 'first')
  }
}

test('contributors to bad pieces are put on parole, and banned once when it happens again and again', async () => {
  const clock = new VirtualClock(1_000_000)
  const metainfo = metainfoOf(PIECES, BLOCKS, 'v1')
  const make = (name: string, drawn: string) =>
    new TorrentScene(clock, name, { metainfo, pieces: drawn, blocksPerPiece: BLOCKS })
  const leech = make('l', '.'.repeat(PIECES))
  const sources = [make('a', '#'.repeat(PIECES)), make('b', '#'.repeat(PIECES))]
  for (const source of sources) {
    // They never unchoke, so that only this test says what was given.
    source.live?.choke(clock.now())
    source.swarm.changed = () => {}
    await joined(leech, source)
  }
  for (const piece of [0, 1, 2, 3] as PieceIndex[]) sharedPiece(leech, sources, piece)
  leech.poison?.failed(0 as PieceIndex, undefined)
  assert.deepEqual(
    [...leech.swarm.peers].map((peer) => peer.download.exclusive),
    [true, true],
  )
  assert.equal(leech.live?.picker.complete(0 as PieceIndex), false)
  assert.deepEqual(leech.bans, [])
  for (const piece of [1, 2, 3] as PieceIndex[]) leech.poison?.failed(piece, undefined)
  assert.deepEqual(leech.bans.sort(), ['203.0.113.97 POISON_REPEATED', '203.0.113.98 POISON_REPEATED'])
  assert.equal(leech.connected, '')
})

test('a suspect that is banned already is not banned again for pieces judged later', async () => {
  const clock = new VirtualClock(1_000_000)
  const metainfo = metainfoOf(PIECES, BLOCKS, 'v1')
  const make = (name: string, drawn: string) =>
    new TorrentScene(clock, name, { metainfo, pieces: drawn, blocksPerPiece: BLOCKS })
  const leech = make('l', '.'.repeat(PIECES))
  const sources = [make('a', '#'.repeat(PIECES)), make('b', '#'.repeat(PIECES))]
  for (const source of sources) {
    source.swarm.changed = () => {}
    await joined(leech, source)
  }
  for (const piece of [0, 1, 2, 3, 4, 5, 6] as PieceIndex[]) sharedPiece(leech, sources, piece)
  for (const piece of [0, 1, 2, 3, 4, 5, 6] as PieceIndex[]) leech.poison?.failed(piece, undefined)
  assert.equal(leech.bans.length, 2, leech.bans.join())
})

test('when no leaf hashes can be had, contributors are only suspected', async () => {
  const { seeds, leech, all } = await swarm('v2', 'ab', 1, { a: 'all' })
  const [a, b] = seeds
  // Nobody answers hash requests.
  for (const seed of [a, b]) if (seed !== undefined) seed.hashServe = undefined
  await live(all, 16)
  if (leech.wrong.length > 0 && leech.bans.length === 0)
    assert.equal(
      [...leech.swarm.peers].some((peer) => peer.download.exclusive),
      true,
    )
  await live(all, 60)
  assert.equal(leech.drawn, '#')
  assert.deepEqual(
    leech.bans.filter((ban) => ban.startsWith('203.0.113.98')),
    [],
  )
})

test('four poisoners among ten sources: everybody honest stays, exactly the poisoners go, waste is bounded', async () => {
  for (const version of ['v1', 'v2'] as const) {
    const pieces = 40
    const liars = { a: 'all', b: 'all', c: 'all', d: 'all' } as const
    const { seeds, leech, all } = await swarm(version, 'abcdefghij', pieces, liars)
    await live(all, 200)
    assert.equal(leech.drawn, '#'.repeat(pieces), version)
    const honest = seeds.slice(4).filter((seed) => leech.trust.banned(seed.endpoint))
    assert.deepEqual(
      honest.map((seed) => seed.name),
      [],
      version,
    )
    assert.equal(leech.swarm.takenBytes <= 3 * pieces * BLOCKS * 16_384, true, version)
  }
})
