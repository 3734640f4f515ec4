import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { RecentTotals } from './recent-totals.ts'

test('the slope is that of the last seconds, whatever was before', () => {
  const recent = new RecentTotals<'bytes'>()
  let bytes = 0
  const slopes: number[] = []
  for (let second = 0; second < 30; second++) {
    bytes += second < 15 ? 1_000 : 3_000
    slopes.push(recent.perSecond({ bytes }, (second * 1_000) as Millis).bytes)
  }
  assert.equal(slopes[0], 0)
  assert.equal(slopes[10], 1_000)
  assert.equal(slopes[29], 3_000)
})

test('counting that begins anew is no fall', () => {
  const recent = new RecentTotals<'bytes'>()
  recent.perSecond({ bytes: 5_000 }, 0 as Millis)
  assert.equal(recent.perSecond({ bytes: 100 }, 1_000 as Millis).bytes, 0)
  assert.equal(recent.perSecond({ bytes: 300 }, 2_000 as Millis).bytes, 200)
})

test('asked twice in one moment it answers twice the same', () => {
  const recent = new RecentTotals<'bytes'>()
  recent.perSecond({ bytes: 0 }, 0 as Millis)
  const first = recent.perSecond({ bytes: 500 }, 1_000 as Millis)
  assert.deepEqual(recent.perSecond({ bytes: 500 }, 1_000 as Millis), first)
})
