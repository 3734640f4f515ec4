import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrawnPicker } from '../../../test/doubles/drawn-picker.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { widestGap } from './gaps.ts'
import { Pieces } from './pieces.ts'

const stretch = { stretch: true } as const

test('a stretch begins somewhere in the widest gap that nobody works on, and the next one behind it', () => {
  const begun = new Set<number>()
  for (let seed = 1; seed <= 40; seed++) {
    const drawn = new DrawnPicker({ ours: '..x....x...', peers: ['###########'], seed })
    const first = drawn.refs(1, 4, stretch)[0]?.piece as number
    begun.add(first)
    assert.ok(first >= 3 && first <= 6)
    if (first < 6) assert.equal(drawn.refs(1, 4, stretch)[0]?.piece, first + 1)
  }
  assert.deepEqual([...begun].sort(), [3, 4, 5, 6], 'not all sources begin at the same place')
})

test('a stretch is of whole pieces, at least one, and never of more blocks than asked for', () => {
  const drawn = new DrawnPicker({ ours: '....', priorities: '7444', peers: ['####'] })
  assert.equal(drawn.ask(1, 11, stretch), '0:0-3')
  assert.equal(drawn.ask(1, 7, stretch), '1:0-3')
  assert.equal(drawn.ask(1, 2, stretch), '2:0-1', 'as far as the count goes')
  assert.equal(drawn.ask(1, 11, stretch), '2:2-3', 'what it left unfinished comes before all else')
})

test('pieces in which peers work are left to them while there are others', () => {
  const drawn = new DrawnPicker({ ours: '...', peers: ['..#', '###'] })
  assert.equal(drawn.ask(1, 1), '2:0')
  const both = [drawn.ask(2, 4, stretch), drawn.ask(2, 4, stretch)]
  assert.deepEqual(both.sort(), ['0:0-3', '1:0-3'])
  assert.equal(drawn.ask(2, 100, stretch), '2:1-3', 'nothing else is left')
})

test('no block is asked of a web seed and a peer at the same time before the endgame', () => {
  const drawn = new DrawnPicker({ ours: '....', peers: ['####', '####'] })
  const first = [...drawn.refs(1, 4, stretch), ...drawn.refs(1, 4, stretch)]
  const asked = drawn.refs(2, 8)
  assert.equal(first.length + asked.length, 16)
  assert.equal(new Set([...first, ...asked].map(({ piece, block }) => `${piece}:${block}`)).size, 16)
  assert.ok(drawn.picker.endgame)
  assert.notEqual(drawn.ask(1, 1, stretch), '')
})

test('what is unwanted, unknown or not there is no part of a stretch, and the most urgent comes first', () => {
  const drawn = new DrawnPicker({ ours: '.....', priorities: '04447', peers: ['####.'] })
  drawn.unverifiable.add(2)
  assert.deepEqual([drawn.ask(1, 100, stretch), drawn.ask(1, 100, stretch)].sort(), ['1:0-3', '3:0-3'])
  assert.equal(drawn.ask(1, 100, stretch), '')
  const urgent = new DrawnPicker({ ours: '......', priorities: '444474', peers: ['######'] })
  assert.equal(urgent.ask(1, 100, stretch), '4:0-3')
})

test('in sequential mode a stretch begins at the first open piece', () => {
  const drawn = new DrawnPicker({ ours: '..x....', peers: ['#######'] })
  drawn.picker.setSequential(true)
  assert.equal(drawn.ask(1, 12, stretch), '0:0-3 1:0-3 3:0-3')
})

test('a stretch ends where memory ends', () => {
  const drawn = new DrawnPicker({ ours: '.....x', priorities: '777777', peers: ['######'] })
  drawn.memoryBlocks = 3
  assert.equal(drawn.refs(1, 100, stretch).length, 3)
})

test('the gap found is the longest there is, over seeded states', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed)
    const pieces = new Pieces(1 + (random.uint32() % 40), random)
    for (let at = 0; at < pieces.length; at++) {
      if (random.uint32() % 3 === 0) pieces.setState(at as PieceIndex, 'had')
    }
    const drawn = Array.from({ length: pieces.length }, (_, at) =>
      pieces.level(at as PieceIndex) > 0 ? '.' : 'x',
    )
    const longest = Math.max(
      ...drawn
        .join('')
        .split('x')
        .map((run) => run.length),
    )
    const gap = widestGap(pieces, () => true)
    const found = gap === undefined ? 0 : gap.last - gap.first + 1
    assert.equal(found, longest, `seed ${seed}: ${drawn.join('')}`)
    if (gap !== undefined)
      assert.equal(drawn.slice(gap.first, gap.last + 1).join(''), '.'.repeat(longest), `seed ${seed}`)
  }
})
