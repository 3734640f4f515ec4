import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answerBytes, hashRequestProblem, sameRange, uncleCount } from './hash-request.ts'
import { HASH_RANGE_BYTES, MAX_HASHES_BYTES, MAX_TREE_LAYERS } from './limits.ts'
import type { HashRange } from './messages.ts'

const ROOT = new Uint8Array(32).fill(1)
const range = (baseLayer: number, index: number, length: number, proofLayers: number): HashRange => ({
  root: ROOT,
  baseLayer,
  index,
  length,
  proofLayers,
})
const problem = (...numbers: Parameters<typeof range>) => hashRequestProblem(range(...numbers))

test('requests as clients send them are in shape', () => {
  assert.equal(problem(0, 0, 2, 0), undefined)
  assert.equal(problem(0, 512, 512, 10), undefined)
  assert.equal(problem(6, 0, 512, 0), undefined)
  assert.equal(problem(1, 0, 4, 1), undefined)
})

test('length is a power of two from 2 to 512', () => {
  for (const length of [0, 1, 3, 6, 511, 513, 1024, 2 ** 31, 0xffffffff])
    assert.equal(problem(0, 0, length, 0), 'LENGTH')
})

test('index is a multiple of length and within the largest tree', () => {
  for (const index of [1, 2, 3, 6]) assert.equal(problem(0, index, 4, 0), 'INDEX')
  assert.equal(problem(30, 2 ** 9, 2, 0), 'INDEX')
  assert.equal(problem(30, 2 ** 9 - 2, 2, 0), undefined)
})

test('no layer lies above the largest tree', () => {
  assert.equal(problem(MAX_TREE_LAYERS, 0, 2, 0), 'BASE_LAYER')
  assert.equal(problem(MAX_TREE_LAYERS - 1, 0, 2, 0), undefined)
  assert.equal(problem(0xffffffff, 0, 2, 0), 'BASE_LAYER')
  assert.equal(problem(0, 0, 2, MAX_TREE_LAYERS), undefined)
  assert.equal(problem(0, 0, 2, MAX_TREE_LAYERS + 1), 'PROOF_LAYERS')
  assert.equal(problem(0, 0, 2, 0xffffffff), 'PROOF_LAYERS')
})

test('the proof layers that the run itself gives are left out of the answer', () => {
  assert.equal(uncleCount(range(0, 0, 2, 0)), 0)
  assert.equal(uncleCount(range(0, 0, 2, 3)), 3)
  assert.equal(uncleCount(range(0, 0, 8, 3)), 1)
  assert.equal(uncleCount(range(0, 0, 512, 8)), 0)
  assert.equal(uncleCount(range(0, 0, 512, 9)), 1)
  // libtorrent 2.0.8 answered this one with four hashes (test/vectors/wire.json).
  assert.equal(answerBytes(range(1, 0, 4, 1)), 4 * 32)
})

test('the answer to any request in shape fits the message limit', () => {
  const numbers = fc.tuple(fc.nat(40), fc.nat(2 ** 20), fc.nat(10), fc.nat(45))
  fc.assert(
    fc.property(numbers, ([baseLayer, run, log, proofLayers]) => {
      const asked = range(baseLayer, run * 2 ** log, 2 ** log, proofLayers)
      if (hashRequestProblem(asked) === undefined) {
        assert.ok(HASH_RANGE_BYTES + answerBytes(asked) <= MAX_HASHES_BYTES)
        assert.ok(Number.isInteger(answerBytes(asked)))
      }
    }),
  )
})

test('an answer belongs to a request only if all five fields agree', () => {
  const asked = range(1, 4, 2, 3)
  assert.ok(sameRange(asked, { ...asked, root: ROOT.slice() }))
  for (const other of [
    { root: new Uint8Array(32) },
    { root: ROOT.subarray(1) },
    { baseLayer: 0 },
    { index: 6 },
    { length: 4 },
    { proofLayers: 2 },
  ]) {
    assert.ok(!sameRange(asked, { ...asked, ...other }))
  }
})
