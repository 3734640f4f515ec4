import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockMoment, relativeMoment } from './moment.ts'

const NOW = new Date(2026, 10, 28, 12, 0).getTime()
const MINUTE = 60_000

test('times are told the way people tell them', () => {
  const told = (agoMinutes: number) => relativeMoment(NOW - agoMinutes * MINUTE, NOW, 'en')
  assert.equal(told(0), 'now')
  assert.equal(told(5), '5 minutes ago')
  assert.equal(told(120), '2 hours ago')
  assert.equal(told(24 * 60), 'yesterday')
  assert.equal(told(-3), 'in 3 minutes')
  assert.equal(told(30 * 24 * 60), 'Oct 29, 2026')
})

test('a clock time names its day unless it is today', () => {
  assert.equal(clockMoment(new Date(2026, 10, 28, 9, 5).getTime(), NOW, 'en'), '09:05')
  assert.match(clockMoment(new Date(2026, 10, 27, 21, 40).getTime(), NOW, 'en'), /27.*21:40/)
})
