import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrawnPicker, piecesOf } from '../../../test/doubles/drawn-picker.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { PAROLE_PATIENCE_MS } from './chooser.ts'
import { MAX_ASKERS } from './endgame.ts'
import { RUN_BLOCKS } from './partial-piece.ts'

const piece = (index: number) => index as PieceIndex
/** Bytes per second with which a piece of four blocks comes in time to be opened alone, and without. */
const FAST = 1_000_000
const SLOW = 1_000

// ── What may be asked ───────────────────────────────────────────────────────────────────────────────

test('a peer is asked only for pieces that it has and we lack', () => {
  const drawn = new DrawnPicker({ ours: 'x..x', peers: ['##.#'] })
  assert.equal(drawn.ask(1, 100), '1:0-3')
  assert.equal(drawn.ask(1, 100), '')
})

test('a skipped piece is never asked for, until it is wanted again', () => {
  const drawn = new DrawnPicker({ ours: '...', priorities: '004', peers: ['###'] })
  assert.equal(drawn.ask(1, 100), '2:0-3')
  drawn.give(1, 2, 0, 1, 2, 3)
  assert.equal(drawn.picker.done, true)
  drawn.picker.setPriority(piece(1), 4)
  assert.equal(drawn.picker.done, false)
  assert.equal(drawn.ask(1, 100), '1:0-3')
})

test('a piece in work that becomes unwanted is not asked for any further', () => {
  const drawn = new DrawnPicker({ ours: '..', priorities: '74', peers: ['##'] })
  assert.equal(drawn.ask(1, 2), '0:0-1')
  drawn.picker.setPriority(piece(0), 0)
  assert.equal(drawn.ask(1, 100), '1:0-3')
  assert.equal(drawn.picker.wantedBlocksLeft, 4)
})

test('no more than the given count is asked, in ascending order, and each block once', () => {
  const drawn = new DrawnPicker({ ours: '.', blocks: 9, peers: ['#'] })
  assert.equal(drawn.ask(1, 0), '')
  assert.equal(drawn.ask(1, 2), '0:0-1')
  assert.equal(drawn.ask(1, 3), '0:2-4')
  assert.equal(drawn.ask(1, 100), '0:5-8')
  assert.equal(drawn.ask(1, 100), '')
})

test('padding is never asked for', () => {
  const drawn = new DrawnPicker({ ours: '.x', peers: ['##'] }, ['0:2', '0:3'])
  assert.equal(drawn.ask(1, 100), '0:0-1')
  assert.equal(drawn.picker.wantedBlocksLeft, 2)
  drawn.give(1, 0, 0, 1)
  assert.equal(drawn.picker.done, true)
})

test('a piece of nothing but padding is told as complete without being asked for', () => {
  const drawn = new DrawnPicker({ ours: '.x', peers: ['##'] }, ['0:0', '0:1', '0:2', '0:3'])
  assert.equal(drawn.ask(1, 100), '')
  assert.deepEqual(drawn.picker.takePaddingOnly(), [0])
  assert.deepEqual(drawn.picker.takePaddingOnly(), [])
  assert.equal(drawn.picker.complete(piece(0)), true)
  drawn.picker.passed(piece(0))
  assert.equal(drawn.picker.done, true)
})

test('a piece whose hash is not known yet waits until it is', () => {
  const drawn = new DrawnPicker({ ours: '..', peers: ['##'] })
  drawn.unverifiable.add(0)
  assert.equal(drawn.ask(1, 100), '1:0-3')
  drawn.unverifiable.clear()
  assert.equal(drawn.ask(1, 100), '0:0-3')
})

test('blocks without memory are not asked, and memory is granted only for blocks that are', () => {
  const drawn = new DrawnPicker({ ours: '..', peers: ['##', '##'], priorities: '74' })
  drawn.memoryBlocks = 6
  assert.equal(drawn.ask(1, 100), '0:0-3 1:0-1')
  assert.equal(drawn.ask(2, 100), '')
  assert.deepEqual(drawn.granted, ['0:0', '0:1', '0:2', '0:3', '1:0', '1:1'])
  drawn.memoryBlocks = 0
  drawn.picker.releasedAll(1)
  assert.equal(drawn.ask(2, 100), '')
  assert.deepEqual([...drawn.picker.partials()], [])
  drawn.memoryBlocks = 3
  assert.equal(drawn.ask(2, 100), '0:0-2')
})

test('while choked only allowed-fast pieces are asked', () => {
  const drawn = new DrawnPicker({ ours: '....', peers: ['##.#'] })
  const only = new Set([piece(1), piece(2)])
  assert.equal(drawn.ask(1, 100, { only }), '1:0-3')
  assert.equal(drawn.ask(1, 100, { only }), '')
})

// ── Which first ─────────────────────────────────────────────────────────────────────────────────────

test('the rarest piece is asked first', () => {
  const drawn = new DrawnPicker({ ours: 'x.....', peers: ['######', '.#.###', '.#..##', '.#...#'] })
  assert.match(piecesOf(drawn.refs(1, 100)), /^2 3 4 (1 5|5 1)$/)
})

test('a HAVE makes a piece commoner, a lost piece or a peer that leaves makes it rarer', () => {
  const drawn = new DrawnPicker({ ours: 'x...', peers: ['####', '.##.', '.#..'] })
  drawn.picker.peerHas(piece(3))
  drawn.picker.peerHas(piece(3))
  assert.equal(drawn.picker.availability(piece(3)), 3)
  assert.match(piecesOf(drawn.refs(1, 4)), /^2$/)
  drawn.picker.peerLost(piece(1))
  assert.match(piecesOf(drawn.refs(1, 4)), /^1$/)
  drawn.picker.peerLeft(drawn.has[0] as never)
  assert.equal(drawn.picker.availability(piece(0)), 0)
})

test('among equally rare pieces the choice is random, so that leechers of one seed do not run after the same', () => {
  const first = new Map<string, number>()
  for (let seed = 1; seed <= 400; seed++) {
    const asked = new DrawnPicker({ ours: '.'.repeat(20), peers: ['#'.repeat(20)], seed }).ask(1, 4)
    first.set(asked, (first.get(asked) ?? 0) + 1)
  }
  assert.equal(first.size, 20)
  for (const [asked, times] of first) assert.ok(times >= 5 && times <= 45, `${asked}: ${times} of 400`)
})

test('the first piece of all may be any, a later one is the rarest', () => {
  const common = new Set<string>()
  for (let seed = 1; seed <= 50; seed++) {
    const peers = ['######', '####.#', '####.#']
    common.add(piecesOf(new DrawnPicker({ ours: '......', peers: peers.slice(1), seed }).refs(1, 4)))
    assert.equal(piecesOf(new DrawnPicker({ ours: 'x.....', peers, seed }).refs(1, 4)), '4')
  }
  assert.equal(common.size, 5)
})

test('what only seeds have comes before what others have, even before pieces in work and as the first of all', () => {
  const drawn = new DrawnPicker({ ours: '...2', peers: ['####', '##.#', '##.#'] })
  assert.equal(drawn.ask(1, 4), '2:0-3')
  assert.equal(drawn.ask(1, 2), '3:2-3')
})

test('a higher priority comes before rarity and before pieces in work', () => {
  const drawn = new DrawnPicker({ ours: 'x...1', priorities: '44174', peers: ['#####', '.####'] })
  assert.match(piecesOf(drawn.refs(1, 100)), /^3 4 1 2$/)
})

test('deadline pieces come first, soonest first, in work or not', () => {
  const drawn = new DrawnPicker({ ours: '....1.', priorities: '447444', peers: ['######'] })
  drawn.picker.setDeadline(piece(5), 3_000 as Millis)
  drawn.picker.setDeadline(piece(1), 5_000 as Millis)
  drawn.picker.setDeadline(piece(4), 4_000 as Millis)
  drawn.picker.setDeadline(piece(0), 9_000 as Millis)
  drawn.picker.setDeadline(piece(0), undefined)
  assert.equal(drawn.ask(1, 15), '5:0-3 4:1-3 1:0-3 2:0-3')
})

test('a peer slow beside the others leaves a deadline that it would miss, unless there is nothing else', () => {
  const drawn = new DrawnPicker({ ours: '...', peers: ['###', '.##'], blocks: 4 })
  assert.equal(drawn.ask(2, 1, { rate: FAST }).length, 3)
  drawn.picker.setDeadline(piece(0), 1_000 as Millis)
  assert.doesNotMatch(drawn.ask(1, 7, { rate: SLOW }), /0:/)
  assert.equal(drawn.ask(1, 4, { rate: SLOW }), '0:0-3')
})

test('sequential order goes by index within a priority', () => {
  const drawn = new DrawnPicker({ ours: 'x..1..', priorities: '444447', peers: ['######', '#.####'] })
  drawn.picker.setSequential(true)
  assert.equal(drawn.ask(2, 8), '5:0-3 2:0-3')
  assert.equal(drawn.ask(1, 100), '1:0-3 3:1-3 4:0-3')
})

test('a suggested piece goes before others of its priority', () => {
  const drawn = new DrawnPicker({ ours: 'x.....', priorities: '444447', peers: ['######', '#####.'] })
  const suggested = [piece(5), piece(3)]
  assert.equal(drawn.ask(2, 4, { suggested }), '3:0-3')
})

// ── Pieces in work ──────────────────────────────────────────────────────────────────────────────────

test('a piece in work that nobody is asked for goes first, the nearly complete one before others', () => {
  const drawn = new DrawnPicker({ ours: 'x.1.32', peers: ['######', '######', '.#####'] })
  assert.equal(drawn.ask(3, 100).startsWith('4:3 5:2-3 2:1-3 '), true)
})

test('a fast peer opens a piece of its own, a slow one joins another slow one', () => {
  const drawn = new DrawnPicker({ ours: 'x...', peers: ['####', '####', '####'], blocks: 4 })
  const opened = piecesOf(drawn.refs(1, 2, { rate: SLOW }))
  assert.notEqual(piecesOf(drawn.refs(2, 2, { rate: FAST })), opened)
  assert.equal(piecesOf(drawn.refs(3, 2, { rate: SLOW })), opened)
})

test('a slow peer stays out of the piece of a fast one while there is something else', () => {
  const drawn = new DrawnPicker({ ours: 'x..', peers: ['###', '###'], blocks: 4 })
  const opened = piecesOf(drawn.refs(1, 2, { rate: FAST }))
  assert.notEqual(piecesOf(drawn.refs(2, 4, { rate: SLOW })), opened)
  assert.equal(piecesOf(drawn.refs(2, 1, { rate: SLOW })), opened)
})

test('a peer goes on with its own piece, one block at a time', () => {
  const drawn = new DrawnPicker({ ours: '....', peers: ['####', '####'], blocks: 4 })
  const mine = piecesOf(drawn.refs(1, 1, { rate: FAST }))
  drawn.refs(2, 1, { rate: FAST })
  for (const block of [1, 2, 3]) assert.equal(drawn.ask(1, 1, { rate: FAST }), `${mine}:${block}`)
})

test('peers that share a piece walk different runs, so that each reads and sends long stretches', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#', '#'], blocks: 3 * RUN_BLOCKS })
  assert.equal(drawn.ask(1, 4), '0:0-3')
  assert.equal(drawn.ask(2, 4), '0:16-19')
  assert.equal(drawn.ask(1, 4), '0:4-7')
  assert.equal(drawn.ask(2, 14), '0:20-33')
  assert.equal(drawn.ask(1, 16), '0:8-15 0:34-41')
  assert.equal(drawn.ask(3, 100), '0:42-47')
})

test('blocks of a choked peer go to others', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  assert.equal(drawn.ask(1, 3), '0:0-2')
  drawn.give(1, 0, 0)
  drawn.picker.releasedAll(1)
  assert.equal(drawn.picker.outstandingCount(1), 0)
  assert.equal(drawn.outstanding(1), '')
  assert.equal(drawn.ask(2, 100), '0:1-3')
  assert.deepEqual([...drawn.picker.contributors(piece(0))], [[1, [0]]])
})

test('a rejected block is free for others, and a second rejection changes nothing', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  drawn.ask(1, 100)
  assert.equal(drawn.picker.released(1, piece(0), 1), true)
  assert.equal(drawn.picker.released(1, piece(0), 1), false)
  assert.equal(drawn.outstanding(1), '0:0 0:2-3')
  assert.equal(drawn.ask(2, 1), '0:1')
})

test('a piece of which everything was released is not in work any longer', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#'] })
  drawn.ask(1, 2)
  drawn.picker.released(1, piece(0), 0)
  assert.equal([...drawn.picker.partials()].length, 1)
  drawn.picker.released(1, piece(0), 1)
  assert.deepEqual([...drawn.picker.partials()], [])
  assert.equal(drawn.ask(1, 100), '0:0-3')
})

test('when many pieces are in work, a fast peer joins before it opens another', () => {
  const drawn = new DrawnPicker({
    ours: '1'.repeat(40) + '.'.repeat(40),
    peers: ['#'.repeat(80), '#'.repeat(80)],
  })
  const asked = drawn.refs(1, 120, { rate: FAST })
  assert.ok(asked.every((ref) => ref.piece < 40))
})

// ── Arrivals ────────────────────────────────────────────────────────────────────────────────────────

test('a block is wanted once, from whom it was asked', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  drawn.ask(1, 2)
  assert.equal(drawn.give(2, 0, 0), 'unwanted')
  assert.equal(drawn.give(1, 0, 0, 0, 3), 'first duplicate unwanted')
  assert.equal(drawn.give(1, 0, 9), 'unwanted')
  assert.equal(drawn.picker.wantedBlocksLeft, 3)
  drawn.ask(1, 2)
  drawn.give(1, 0, 1, 2, 3)
  assert.equal(drawn.give(1, 0, 0), 'unwanted')
  assert.equal(drawn.picker.done, true)
})

test('a piece with all blocks is complete until it passed', () => {
  const drawn = new DrawnPicker({ ours: '.x', peers: ['##'] })
  for (const { block } of drawn.refs(1, 100)) drawn.picker.received(1, piece(0), block)
  assert.equal(drawn.picker.complete(piece(0)), true)
  assert.equal(drawn.picker.done, false)
  assert.equal(drawn.ask(1, 100), '')
  drawn.picker.passed(piece(0))
  assert.equal(drawn.picker.complete(piece(0)), false)
  assert.equal(drawn.picker.done, true)
})

test('contributors are told per block; resumed blocks and padding accuse nobody', () => {
  const drawn = new DrawnPicker({ ours: '1', peers: ['#', '#'], blocks: 6 }, ['0:5'])
  drawn.ask(1, 2)
  drawn.ask(2, 2)
  drawn.give(1, 0, 1, 2)
  drawn.give(2, 0, 4)
  assert.deepEqual(
    [...drawn.picker.contributors(piece(0))],
    [
      [1, [1, 2]],
      [2, [4]],
    ],
  )
  assert.deepEqual([...drawn.picker.partials()], [{ piece: 0, received: 5, blocks: 6 }])
})

test('after a failed hash the bad blocks, or all, are asked again and who gave them is forgotten', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] }, ['0:3'])
  for (const bad of [[1], 'all'] as const) {
    for (const { block } of drawn.refs(1, 100)) drawn.picker.received(1, piece(0), block)
    assert.equal(drawn.picker.complete(piece(0)), true)
    drawn.picker.failed(piece(0), bad)
    assert.equal(drawn.picker.complete(piece(0)), false)
    assert.equal(drawn.picker.wantedBlocksLeft, bad === 'all' ? 4 : 1)
    assert.deepEqual([...drawn.picker.contributors(piece(0))], bad === 'all' ? [] : [[1, [0, 2]]])
  }
  assert.equal(drawn.ask(2, 100), '0:0-2')
})

test('lost data is fetched again; a forgotten piece leaves nothing outstanding', () => {
  const drawn = new DrawnPicker({ ours: 'x.', peers: ['##'] })
  assert.equal(drawn.ask(1, 2), '1:0-1')
  drawn.picker.markMissing(piece(1))
  assert.equal(drawn.picker.outstandingCount(1), 0)
  drawn.picker.markMissing(piece(0))
  assert.equal(drawn.picker.wantedBlocksLeft, 8)
  assert.equal(drawn.refs(1, 100).length, 8)
})

// ── Endgame ─────────────────────────────────────────────────────────────────────────────────────────

test('a block is asked of a second peer only once every wanted block is asked or here', () => {
  const drawn = new DrawnPicker({ ours: '..', peers: ['##', '##'], priorities: '74' })
  drawn.ask(1, 7)
  assert.equal(drawn.picker.endgame, false)
  assert.equal(drawn.ask(2, 100), '1:3')
  assert.equal(drawn.picker.endgame, true)
  assert.equal(drawn.refs(2, 100).length, 7)
  assert.deepEqual(drawn.picker.othersAsked(2, piece(1), 3), [])
  assert.deepEqual(drawn.picker.othersAsked(2, piece(1), 2), [1])
})

test('in endgame a block is asked of three peers at most, and of each of them once', () => {
  const drawn = new DrawnPicker({ ours: '.', blocks: 1, peers: ['#', '#', '#', '#'] })
  assert.deepEqual(
    [1, 2, 1, 3, 4].map((peer) => drawn.ask(peer, 100)),
    ['0:0', '0:0', '', '0:0', ''],
  )
  assert.equal(drawn.picker.othersAsked(9, piece(0), 0).length, MAX_ASKERS)
})

test('askers that give nothing for two seconds do not keep others away from a block', () => {
  const drawn = new DrawnPicker({ ours: '..', blocks: 1, peers: ['##', '##', '##', '##', '##'] })
  for (const peer of [1, 2, 3]) drawn.ask(peer, 100)
  assert.equal(drawn.ask(4, 100), '')
  // The third gives one block and is not quiet; the other two are by now.
  drawn.now = 1_500 as Millis
  drawn.give(3, 0, 0)
  assert.equal(drawn.ask(4, 100), '')
  drawn.now = 2_100 as Millis
  assert.equal(drawn.ask(4, 100), '1:0')
  assert.equal(drawn.ask(5, 100), '1:0')
})

test('askers that never gave anything do not keep away one who does', () => {
  const drawn = new DrawnPicker({ ours: '.', blocks: 1, peers: Array(8).fill('#') })
  for (const peer of [1, 2, 3]) drawn.ask(peer, 100)
  assert.equal(drawn.ask(4, 100), '')
  const asked = [4, 5, 6, 7].map((peer) => drawn.ask(peer, 100, { rate: SLOW }))
  assert.deepEqual(asked, ['0:0', '0:0', '0:0', ''])
})

test('duplicates go first to blocks with the fewest askers, then to those of the slowest, last blocks first', () => {
  const drawn = new DrawnPicker({ ours: '..', blocks: 2, peers: ['#.', '.#', '##', '.#', '##'] })
  drawn.ask(1, 2, { rate: SLOW })
  drawn.ask(2, 2, { rate: FAST })
  assert.equal(drawn.ask(3, 3), '0:1 0:0 1:1')
  assert.equal(drawn.ask(4, 1), '1:0')
})

test('the first copy wins: the others are told to cancel, and what still comes is a duplicate', () => {
  const drawn = new DrawnPicker({ ours: '.', blocks: 2, peers: ['#', '#', '#'] })
  drawn.ask(1, 2)
  drawn.ask(2, 2)
  assert.deepEqual(drawn.picker.othersAsked(2, piece(0), 1), [1])
  assert.equal(drawn.give(2, 0, 1), 'first')
  assert.deepEqual(drawn.picker.othersAsked(2, piece(0), 1), [1])
  assert.equal(drawn.picker.outstandingCount(1), 2)
  assert.equal(drawn.give(1, 0, 1), 'duplicate')
  assert.equal(drawn.picker.outstandingCount(1), 1)
  assert.deepEqual([...drawn.picker.contributors(piece(0))], [[2, [1]]])
})

test('when the first asker of a block goes, the second still has it', () => {
  const drawn = new DrawnPicker({ ours: '.', blocks: 1, peers: ['#', '#', '#'] })
  drawn.ask(1, 1)
  drawn.ask(2, 1)
  drawn.picker.releasedAll(1)
  assert.equal(drawn.picker.isOutstanding(2, piece(0), 0), true)
  assert.equal(drawn.picker.endgame, true)
  assert.equal(drawn.give(1, 0, 0), 'unwanted')
  assert.equal(drawn.give(2, 0, 0), 'first')
})

test('endgame ends when a block becomes free again', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  drawn.ask(1, 100)
  assert.equal(drawn.picker.endgame, true)
  drawn.picker.released(1, piece(0), 2)
  assert.equal(drawn.picker.endgame, false)
  assert.equal(drawn.ask(2, 1), '0:2')
  drawn.picker.releasedAll(1)
  drawn.picker.releasedAll(2)
  assert.equal(drawn.picker.endgame, false)
})

test('while choked, duplicates too are only asked of allowed-fast pieces', () => {
  const drawn = new DrawnPicker({ ours: '..', blocks: 1, peers: ['##', '##'] })
  drawn.ask(1, 2)
  assert.equal(drawn.ask(2, 2, { only: new Set([piece(1)]) }), '1:0')
})

// ── Parole ──────────────────────────────────────────────────────────────────────────────────────────

test('a peer on parole gets pieces to itself, and others stay out of them', () => {
  const drawn = new DrawnPicker({ ours: '...', peers: ['###', '###'], priorities: '741' })
  assert.equal(drawn.ask(1, 2), '0:0-1')
  assert.equal(drawn.ask(2, 2, { exclusive: true }), '1:0-1')
  assert.equal(drawn.ask(1, 4), '0:2-3 2:0-1')
  assert.equal(drawn.ask(2, 100, { exclusive: true }), '1:2-3')
})

test('resumed blocks do not keep a peer on parole out', () => {
  const drawn = new DrawnPicker({ ours: '1', peers: ['#'] })
  assert.equal(drawn.ask(1, 100, { exclusive: true }), '0:1-3')
})

test('a piece of a peer on parole is open to all once that peer is choked', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  drawn.ask(1, 2, { exclusive: true })
  assert.equal(drawn.ask(2, 100), '')
  drawn.give(1, 0, 0)
  drawn.picker.releasedAll(1)
  assert.equal(drawn.ask(2, 100), '0:1-3')
})

test('others wait for a peer on parole for half a minute, not for ever', () => {
  const drawn = new DrawnPicker({ ours: '.', peers: ['#', '#'] })
  drawn.ask(1, 2, { exclusive: true })
  drawn.now = (PAROLE_PATIENCE_MS - 1) as Millis
  assert.equal(drawn.ask(2, 100), '')
  drawn.now = PAROLE_PATIENCE_MS as Millis
  assert.equal(drawn.ask(2, 2), '0:2-3')
  assert.equal(drawn.ask(2, 2), '0:1 0:0')
})

// ── Questions ───────────────────────────────────────────────────────────────────────────────────────

test('interest is having a wanted piece that we lack', () => {
  const drawn = new DrawnPicker({
    ours: 'x.1.',
    priorities: '4440',
    peers: ['#..#', '.#..', '..#.', '####', '....'],
  })
  assert.deepEqual(
    drawn.has.map((has) => drawn.picker.interesting(has)),
    [false, true, true, true, false],
  )
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => drawn.picker.wants(piece(index))),
    [false, true, true, false],
  )
  drawn.picker.markHave(piece(1))
  drawn.picker.markHave(piece(2))
  assert.equal(drawn.picker.interesting(drawn.has[3] as never), false)
})

test('copies elsewhere are the rarest piece and the share of pieces that have more', () => {
  const drawn = new DrawnPicker({ ours: 'xx..', peers: ['####', '#.#.', '###.'] })
  assert.equal(drawn.picker.copies(), 1.75)
  assert.equal(drawn.picker.copies(true), 1.75)
  drawn.picker.markHave(piece(3))
  assert.equal(drawn.picker.copies(true), 2.75)
  drawn.picker.peerLeft(drawn.has[0] as never)
  assert.equal(drawn.picker.copies(), 0.75)
})

test('scarce is what only seeds have, or where there is no seed, at most one peer', () => {
  const crowd = new DrawnPicker({ ours: 'xxx', peers: ['.#.', '.##', '.##'] })
  assert.deepEqual(
    [0, 1, 2].map((index) => crowd.picker.scarce(piece(index))),
    [true, false, false],
  )
  const seeded = new DrawnPicker({ ours: '...', peers: ['###', '##.', '.#.', '###'] })
  assert.deepEqual(
    [0, 1, 2].map((index) => seeded.picker.scarce(piece(index))),
    [false, false, true],
  )
})

test('outstanding blocks are told in the order of the pieces asked', () => {
  const drawn = new DrawnPicker({ ours: '...', priorities: '147', peers: ['###'] })
  drawn.ask(1, 10)
  drawn.give(1, 1, 0)
  assert.equal(drawn.outstanding(1), '2:0-3 1:1-3 0:0-1')
  assert.equal(drawn.picker.outstandingCount(1), 9)
})
