import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linePath, roundTop } from './line-chart.ts'

test('the top of a scale is round and above everything', () => {
  assert.equal(roundTop(0, 1_000), 1_000)
  assert.equal(roundTop(1_001, 1_000), 2_000)
  assert.equal(roundTop(8_100_000, 1_000), 10_000_000)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (most) => {
      const top = roundTop(most, 1_000)
      assert.ok(top >= most && top <= Math.max(1_000, most) * 2.5)
    }),
    { seed: 4 },
  )
})

test('a line goes from the oldest at the left to the newest at the right', () => {
  assert.equal(linePath([0, 5, 10], 10), 'M0 100L50 50L100 0')
  assert.equal(linePath([3], 10), '')
})
