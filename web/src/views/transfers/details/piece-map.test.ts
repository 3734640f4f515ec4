import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOf, countPieces } from './piece-map.ts'

test('pieces are counted from their stretches', () => {
  const here = new Uint8Array([255, 255, 0, 0])
  assert.deepEqual(countPieces(here, new Uint8Array([1, 1, 2, 0]), 100), { here: 50, nobody: 25 })
})

test('all is said only when all is here', () => {
  assert.equal(countPieces(new Uint8Array([255, 254]), new Uint8Array([0, 1]), 1_000).here, 998)
  assert.equal(countPieces(new Uint8Array([255, 254]), new Uint8Array([0, 1]), 2).here, 1)
  assert.equal(countPieces(new Uint8Array([255, 255]), new Uint8Array(2), 1_000).here, 1_000)
})

test('what the API sends is bytes again', () => {
  assert.deepEqual(bytesOf(btoa('\u00ff\u0000')), new Uint8Array([255, 0]))
  assert.deepEqual(bytesOf(''), new Uint8Array(0))
})
