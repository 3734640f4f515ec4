import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import type { PieceFilter } from './open-index.ts'
import { type PieceState, Pieces } from './pieces.ts'

const ANY: PieceFilter = { accepts: () => true, exhausted: false }

test('over random changes, the rarest, any and the first open piece are what a full search finds', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = new SeededRandom(seed)
    const count = 1 + randomInt(random, 40)
    const pieces = new Pieces(count, random)
    const peers: Bitfield[] = []
    for (let step = 0; step < 200; step++) {
      change(pieces, peers, random)
      const has = Bitfield.full(count)
      for (let piece = 0; piece < count; piece++) if (randomInt(random, 3) === 0) has.clear(piece)
      for (const level of [7, 4, 1]) {
        const open = all(count).filter((piece) => pieces.level(piece) === level && has.has(piece))
        const least = Math.min(...open.map((piece) => pieces.count(piece)))
        const rarest = pieces.rarest(level, has, ANY)
        const what = `seed ${seed} step ${step} level ${level}`
        assert.equal(rarest >= 0, open.length > 0, what)
        if (rarest >= 0) {
          assert.ok(open.includes(rarest as PieceIndex), what)
          assert.equal(pieces.count(rarest as PieceIndex), least, what)
        }
        assert.equal(open.includes(pieces.any(level, has, ANY) as PieceIndex), open.length > 0, what)
        assert.equal(pieces.first(level, has, ANY), open[0] ?? -1, what)
        const scarce = pieces.scarcest(level, has, ANY)
        assert.equal(
          scarce >= 0,
          open.some((piece) => pieces.scarce(piece)),
          what,
        )
      }
      const open = all(count).filter((piece) => pieces.level(piece) > 0)
      assert.equal(pieces.open, open.length)
      assert.equal(pieces.hadCount, all(count).filter((piece) => pieces.state(piece) === 'had').length)
    }
  }
})

function all(count: number): PieceIndex[] {
  return Array.from({ length: count }, (_, piece) => piece as PieceIndex)
}

function change(pieces: Pieces, peers: Bitfield[], random: SeededRandom): void {
  const piece = randomInt(random, pieces.length) as PieceIndex
  switch (randomInt(random, 8)) {
    case 0: {
      const has = randomInt(random, 2) === 0 ? Bitfield.full(pieces.length) : new Bitfield(pieces.length)
      for (let at = 0; at < pieces.length; at++) if (randomInt(random, 2) === 0) has.set(at)
      peers.push(has)
      pieces.joined(has)
      return
    }
    case 1: {
      const [gone] = peers.splice(randomInt(random, Math.max(1, peers.length)), 1)
      if (gone !== undefined) pieces.left(gone)
      return
    }
    case 2:
    case 3:
      if (peers[randomInt(random, Math.max(1, peers.length))]?.set(piece)) pieces.more(piece)
      return
    case 4:
      if (peers[randomInt(random, Math.max(1, peers.length))]?.clear(piece)) pieces.fewer(piece)
      return
    case 5:
      pieces.setPriority(piece, [0, 1, 4, 7][randomInt(random, 4)] as number)
      return
    default:
      pieces.setState(
        piece,
        (['missing', 'partial', 'complete', 'had'] as PieceState[])[randomInt(random, 4)] as PieceState,
      )
  }
}

test('with two million pieces no choice looks at more than a few thousand of them', () => {
  const count = 2_000_000
  const random = new SeededRandom(1)
  const pieces = new Pieces(count, random)
  let looks = 0
  const counting: PieceFilter = {
    accepts: () => {
      looks++
      return false
    },
    get exhausted() {
      return looks >= 256
    },
  }
  const few = new Bitfield(count)
  for (const piece of [12, 1_000_000, 1_999_999]) few.set(piece)
  pieces.joined(Bitfield.full(count))
  pieces.joined(few)
  assert.equal(pieces.count(12 as PieceIndex), 1)
  assert.ok(few.has(pieces.rarest(4, few, ANY)), 'a peer with next to nothing still finds what it has')
  assert.equal(pieces.first(4, few, ANY), 12)
  assert.equal(pieces.rarest(4, Bitfield.full(count), counting), -1)
  assert.ok(looks <= 256)
})
