import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCrowd, isSparse } from './chance.ts'

test('of a thousand nodes one may share fifteen bits with a target, and not four; eight bits as many as ten do', () => {
  assert.ok(!isCrowd(1_000, 15, 0))
  assert.ok(isCrowd(1_000, 15, 3))
  assert.ok(!isCrowd(1_000, 8, 9))
  assert.ok(isCrowd(1_000, 8, 10))
})

test('of ten thousand nodes there are more than eight in a two hundredth of all ids, and perhaps not in a thousandth', () => {
  assert.ok(isSparse(10_000, 1 / 200, 8))
  assert.ok(!isSparse(10_000, 1 / 200, 40))
  assert.ok(!isSparse(10_000, 1 / 1_000, 8))
})

test('in a network of unknown size nothing is too few or too many', () => {
  assert.ok(!isCrowd(Number.POSITIVE_INFINITY, 100, 8))
  assert.ok(!isSparse(Number.POSITIVE_INFINITY, 1, 1))
})
