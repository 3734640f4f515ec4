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

/** A leech with everybody of `names` connected, of whom nobody gives anything by himself. */
async function still(
  names: string,
): Promise<{ leech: TorrentScene; sources: TorrentScene[]; clock: VirtualClock }> {
  const clock = new VirtualClock(1_000_000)
  const metainfo = metainfoOf(PIECES, BLOCKS, 'v1')
  const make = (name: string, drawn: string) =>
    new TorrentScene(clock, name, { metainfo, pieces: drawn, blocksPerPiece: BLOCKS })
  const leech = make('l', '.'.repeat(PIECES))
  const sources = [...names].map((name) => make(name, '#'.repeat(PIECES)))
  for (const source of sources) {
    // They never unchoke, so that only the test says what was given.
    source.live?.choke(clock.now())
    source.swarm.changed = () => {}
    await joined(leech, source)
  }
  return { leech, sources, clock }
}

function exclusive(leech: TorrentScene): boolean[] {
  return [...leech.swarm.peers].map((peer) => peer.download.exclusive)
}

test('pieces that were begun before the parole count once, however many are bad', async () => {
  const { leech, sources, clock } = await still('ab')
  for (const piece of [0, 1, 2, 3, 4, 5, 6] as PieceIndex[]) sharedPiece(leech, sources, piece)
  leech.poison?.failed(0 as PieceIndex, undefined)
  await clock.advance(10)
  assert.deepEqual(exclusive(leech), [true, true])
  assert.equal(leech.live?.picker.complete(0 as PieceIndex), false, 'it is asked again')
  for (const piece of [1, 2, 3, 4, 5, 6] as PieceIndex[]) leech.poison?.failed(piece, undefined)
  await clock.advance(10)
  assert.deepEqual(leech.bans, [])
  assert.deepEqual(
    sources.map((source) => leech.trust.trust(source.endpoint)),
    [-2, -2],
  )
})

test('whoever spoils shared pieces again and again is banned once, though nothing can be proven', async () => {
  const { leech, sources, clock } = await still('ab')
  const [a, b] = sources.map(({ endpoint }) => endpoint)
  assert.ok(a && b && leech.poison && leech.store)
  for (const piece of [0, 1, 2, 3, 4] as PieceIndex[]) {
    if (piece < 4) sharedPiece(leech, sources, piece)
    leech.poison.failed(piece, undefined)
    await clock.advance(10)
    // Two good pieces of their own each time.
    for (const endpoint of [a, a, b, b]) leech.trust.good(endpoint)
  }
  assert.deepEqual(leech.bans.sort(), ['203.0.113.97 POISON_REPEATED', '203.0.113.98 POISON_REPEATED'])
  assert.equal(leech.connected, '')
})

test('when a bad v1 piece comes right, the blocks that differ convict, and the others are acquitted', async () => {
  const { leech, sources, clock } = await still('ab')
  const { store } = leech
  assert.ok(store && leech.poison)
  const piece = 3 as PieceIndex
  sharedPiece(leech, sources, piece)
  // What a gave is right, what b gave is not.
  const right = sources[0]?.store?.bytesOf(piece)
  assert.ok(right)
  const honest = leech.live?.picker.contributors(piece).get(leech.peer('a')?.key ?? 0)
  for (let block = 0; block < BLOCKS; block++) {
    const run = right.subarray(block * 16_384, (block + 1) * 16_384)
    if (honest?.includes(block)) store.slot(piece, block * 16_384, 16_384)?.set(run)
  }
  leech.poison.failed(piece, undefined)
  await clock.advance(10)
  assert.deepEqual([...leech.bans, ...exclusive(leech)], [true, true])
  store.bytesOf(piece).set(right)
  leech.poison.passed(piece)
  await clock.advance(10)
  assert.deepEqual(leech.bans, ['203.0.113.98 POISON_PROVEN'])
  assert.equal(leech.trust.trust(sources[0]?.endpoint ?? leech.endpoint), 0)
  assert.equal(leech.peer('a')?.download.exclusive, false)
})

test('after the end of a torrent nobody is judged', async () => {
  const { leech, sources, clock } = await still('ab')
  sharedPiece(leech, sources, 3 as PieceIndex)
  leech.poison?.failed(3 as PieceIndex, undefined)
  leech.poison?.close()
  await clock.advance(10)
  assert.deepEqual(exclusive(leech), [false, false])
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
