import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bitfieldOf } from '../../../test/doubles/drawn-picker.ts'
import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { Availability } from './availability.ts'

const piece = (index: number) => index as PieceIndex

test('a seed that turns out to lack a piece is counted piece by piece from then on', () => {
  const availability = new Availability(3)
  availability.seedJoined()
  availability.seedJoined()
  assert.equal(availability.fewer(piece(1), false), true)
  assert.deepEqual(
    [0, 1, 2].map((index) => availability.of(piece(index))),
    [2, 1, 2],
  )
  assert.equal(availability.fewer(piece(2), false), false)
  assert.deepEqual(
    [0, 1, 2].map((index) => availability.count(piece(index))),
    [1, 0, 0],
  )
})

test('a peer that became a seed bit by bit may leave as one', () => {
  const availability = new Availability(2)
  availability.more(piece(0), false)
  availability.more(piece(1), false)
  assert.equal(availability.seedLeft(bitfieldOf('..')), true)
  assert.deepEqual(
    [0, 1].map((index) => availability.of(piece(index))),
    [0, 0],
  )
})

test('a piece that nobody has stays at zero whoever says it was lost', () => {
  const availability = new Availability(1)
  assert.equal(availability.fewer(piece(0), true), false)
  assert.equal(availability.of(piece(0)), 0)
})

test('scarce is what only seeds have, or without seeds what one peer has', () => {
  const availability = new Availability(2)
  assert.equal(availability.scarceCount, 1)
  availability.seedJoined()
  assert.equal(availability.scarceCount, 0)
})

test('over random comings and goings, availability and copies are what counting says', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed)
    const pieces = 1 + randomInt(random, 12)
    const availability = new Availability(pieces)
    const ours = new Bitfield(pieces)
    const peers: Bitfield[] = []
    for (let step = 0; step < 120; step++) {
      const index = piece(randomInt(random, pieces))
      const act = randomInt(random, 10)
      if (act < 2) {
        const has = randomInt(random, 3) === 0 ? Bitfield.full(pieces) : new Bitfield(pieces)
        peers.push(has)
        if (has.complete) availability.seedJoined()
      } else if (act < 3 && peers.length > 0) {
        const [gone] = peers.splice(randomInt(random, peers.length), 1) as [Bitfield]
        if (gone.complete) availability.seedLeft(ours)
        else for (const lost of gone.ones()) availability.fewer(piece(lost), ours.has(lost))
      } else if (act < 7 && peers.length > 0) {
        if (peers[randomInt(random, peers.length)]?.set(index)) availability.more(index, ours.has(index))
      } else if (act < 9 && peers.length > 0) {
        if (peers[randomInt(random, peers.length)]?.clear(index)) availability.fewer(index, ours.has(index))
      } else {
        const had = ours.has(index)
        availability.weHave(index, !had)
        if (had) ours.clear(index)
        else ours.set(index)
      }
      const counts = Array.from({ length: pieces }, (_, at) => peers.filter((has) => has.has(at)).length)
      const withOurs = counts.map((count, at) => count + (ours.has(at) ? 1 : 0))
      assert.deepEqual(
        counts.map((_, at) => availability.of(piece(at))),
        counts,
        `seed ${seed}`,
      )
      assert.ok(Math.abs(availability.copies(false) - copiesOf(counts)) < 1e-9, `seed ${seed}`)
      assert.ok(Math.abs(availability.copies(true) - copiesOf(withOurs)) < 1e-9, `seed ${seed}`)
      assert.ok(
        counts.every((_, at) => availability.count(piece(at)) <= availability.largestCount),
        `seed ${seed}`,
      )
    }
  }
})

function copiesOf(counts: readonly number[]): number {
  const least = Math.min(...counts)
  return least + counts.filter((count) => count > least).length / counts.length
}
