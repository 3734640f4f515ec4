import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { DelayHistory } from './delay-history.ts'
import { BASE_DELAY_MINUTES } from './limits.ts'

const at = (minutes: number): Millis => (1_000 + minutes * 60_000) as Millis

test('the queue is what is above the least delay seen', () => {
  const history = new DelayHistory()
  assert.equal(history.queueingUs, undefined)
  history.add(5_000, at(0))
  assert.equal(history.queueingUs, 0)
  for (const sample of [9_000, 8_000, 8_500, 9_500]) history.add(sample, at(0))
  assert.equal(history.queueingUs, 3_000)
})

test('one late packet among others is no queue', () => {
  const history = new DelayHistory()
  for (const sample of [1_000, 1_000, 1_000, 1_000, 90_000]) history.add(sample, at(0))
  assert.equal(history.queueingUs, 0)
})

test('delays count on a circle of 32 bits: clocks of two computers agree on nothing', () => {
  const history = new DelayHistory()
  history.add(0xffff_fff0, at(0))
  for (let i = 0; i < 4; i++) history.add(0x10, at(0))
  assert.equal(history.queueingUs, 0x20)
})

test('an old base is forgotten, so that a slower path does not look like a queue for ever', () => {
  const history = new DelayHistory()
  history.add(1_000, at(0))
  for (let minute = 1; minute < BASE_DELAY_MINUTES; minute++) {
    for (let i = 0; i < 4; i++) history.add(51_000, at(minute))
    assert.equal(history.queueingUs, 50_000, `minute ${minute}`)
  }
  history.add(51_000, at(BASE_DELAY_MINUTES))
  assert.equal(history.queueingUs, 0)
})

test('a base that falls is told, and shifts that of the other direction', () => {
  const history = new DelayHistory()
  assert.equal(history.add(1_000, at(0)), 0)
  assert.equal(history.add(2_000, at(0)), 0)
  assert.equal(history.add(900, at(0)), 100)
  const other = new DelayHistory()
  other.add(5_000, at(0))
  for (let i = 0; i < 4; i++) other.add(5_100, at(0))
  other.shift(100)
  assert.equal(other.queueingUs, 0)
  assert.equal(other.base, 5_100)
})
