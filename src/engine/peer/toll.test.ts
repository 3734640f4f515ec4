import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Millis } from '../../base/ids.ts'
import { Toll } from './toll.ts'

test('a burst is let through, then as much as time brings', () => {
  const toll = new Toll(3, 2)
  const at = (ms: number, times: number) => Array.from({ length: times }, () => toll.pay(ms as Millis))
  assert.deepEqual(at(0, 5), [true, true, true, false, false])
  assert.deepEqual(at(499, 1), [false])
  assert.deepEqual(at(1_000, 3), [true, true, false])
  assert.deepEqual(at(1_000_000, 4), [true, true, true, false], 'never more than the burst')
})

test('between any two moments no more is let through than time and burst allow', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200 }), (steps) => {
      const toll = new Toll(4, 5)
      let now = 0
      const paid: number[] = []
      for (const step of steps) {
        now += step
        if (toll.pay(now as Millis)) paid.push(now)
      }
      for (let from = 0; from < paid.length; from++) {
        for (let to = from; to < paid.length; to++) {
          const spanMs = (paid[to] as number) - (paid[from] as number)
          assert.equal(to - from + 1 <= 4 + (spanMs * 5) / 1_000 + 1e-6, true)
        }
      }
    }),
  )
})
