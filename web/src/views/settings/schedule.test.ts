import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS } from '../../../../src/api/settings.ts'
import { DAYS, formatSchedule, parseSchedule } from './schedule.ts'

test('what the editor makes is what the setting takes, and reads back the same', () => {
  const spans = [
    { days: ['mon', 'tue', 'wed', 'sat'], from: '08:00', to: '17:30' },
    { days: [...DAYS], from: '23:00', to: '06:00' },
  ] as const
  const text = formatSchedule(spans)
  assert.equal(text, 'mon-wed 08:00-17:30, sat 08:00-17:30, mon-sun 23:00-06:00')
  assert.equal(SETTINGS['speed.slowTimes'].schema.parse(text), text)
  assert.deepEqual(parseSchedule(text), spans)
})

test('days over the end of the week, and none at all', () => {
  assert.deepEqual(parseSchedule('fri-mon 10:00-11:00')?.[0]?.days, ['mon', 'fri', 'sat', 'sun'])
  assert.deepEqual(parseSchedule(''), [])
  assert.equal(formatSchedule([]), '')
  assert.equal(formatSchedule([{ days: [], from: '10:00', to: '11:00' }]), '')
})

test('what is no schedule is said to be none', () => {
  for (const text of ['monday 10:00-11:00', 'mon 10:00', 'mon-xyz 10:00-11:00', 'always']) {
    assert.equal(parseSchedule(text), undefined, text)
  }
})
