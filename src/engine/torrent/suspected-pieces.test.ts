import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PieceIndex } from '../../base/ids.ts'
import { SuspectedPieces } from './suspected-pieces.ts'

const suspicion = (bytes: number) => ({ contributors: new Map(), found: new Uint8Array(bytes), charged: [] })
const at = (piece: number) => piece as PieceIndex

test('failures of a piece are kept in order until they are taken', () => {
  const suspected = new SuspectedPieces()
  const [first, second] = [suspicion(32), suspicion(64)]
  suspected.add(at(1), first)
  suspected.add(at(2), suspicion(32))
  suspected.add(at(1), second)
  assert.deepEqual(suspected.take(at(1)), [first, second])
  assert.deepEqual(suspected.take(at(1)), [])
  assert.equal(suspected.take(at(2)).length, 1)
})

test('what is suspected longest is forgotten when there is too much', () => {
  const suspected = new SuspectedPieces()
  const kept = () => [0, 1, 2, 3].filter((piece) => suspected.take(at(piece)).length > 0)
  for (let piece = 0; piece < 4; piece++) suspected.add(at(piece), suspicion(600_000))
  assert.deepEqual(kept(), [1, 2, 3])
  suspected.add(at(0), suspicion(600_000))
  suspected.add(at(1), suspicion(600_000))
  suspected.add(at(0), suspicion(600_000))
  suspected.add(at(2), suspicion(600_000))
  assert.deepEqual(kept(), [0, 2])
  suspected.add(at(3), suspicion(5_000_000))
  assert.deepEqual(kept(), [])
})
