import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoment, formatMomentAhead } from './format-moment.ts'

const NOW = Date.parse('2026-11-28T20:00:00Z')
const shown = (at: string, zone = 'UTC'): string => formatMoment(at, NOW, zone)

test('near moments are time passed, days have names, older ones a date', () => {
  assert.equal(shown('2026-11-28T19:59:30Z'), 'just now')
  assert.equal(shown('2026-11-28T19:59:00Z'), '1 min ago')
  assert.equal(shown('2026-11-28T19:00:01Z'), '59 min ago')
  assert.equal(shown('2026-11-28T14:05:00Z'), 'today 14:05')
  assert.equal(shown('2026-11-27T21:40:00Z'), 'yesterday 21:40')
  assert.equal(shown('2026-11-24T21:40:00Z'), 'Tuesday 21:40')
  assert.equal(shown('2026-11-03T21:40:00Z'), '3 Nov 21:40')
  assert.equal(shown('2025-11-03T21:40:00Z'), '3 Nov 2025')
})

test('the day is that of the reader', () => {
  assert.equal(shown('2026-11-28T00:30:00Z', 'America/New_York'), 'yesterday 19:30')
  assert.equal(shown('2026-11-27T23:30:00Z', 'Europe/Berlin'), 'today 00:30')
})

test('midnight passed an hour ago is yesterday, not today', () => {
  assert.equal(
    formatMoment('2026-11-27T22:00:00Z', Date.parse('2026-11-28T00:30:00Z'), 'UTC'),
    'yesterday 22:00',
  )
})

test('a moment that lies ahead is now', () => {
  assert.equal(shown('2026-11-28T21:00:00Z'), 'just now')
})

test('without a zone it is that of this computer, also over a change of its clocks', () => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  for (let hours = 0; hours < 400 * 24; hours += 7) {
    const at = new Date(NOW - hours * 3_600_000).toISOString()
    assert.equal(formatMoment(at, NOW), formatMoment(at, NOW, zone), at)
  }
})

test('what lies ahead is said by the clock, the day where it is another one', () => {
  const now = Date.parse('2026-11-28T22:30:00Z')
  assert.equal(formatMomentAhead('2026-11-28T23:05:00Z', now, 'UTC'), '23:05')
  assert.equal(formatMomentAhead('2026-11-29T00:00:00Z', now, 'UTC'), 'tomorrow 00:00')
  assert.equal(formatMomentAhead('2026-12-03T21:40:00Z', now, 'UTC'), '3 Dec 21:40')
})
