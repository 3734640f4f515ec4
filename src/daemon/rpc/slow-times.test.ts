import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS } from '../../api/settings.ts'
import { readSlowTimes, writeSlowTimes } from './slow-times.ts'

test('a stretch with weekdays is read and written as it was', () => {
  for (const schedule of [
    'mon-sun 08:00-17:30',
    'mon-fri 08:00-17:30',
    'sun 22:00-06:15',
    'sat-sun 00:00-23:59',
  ])
    assert.equal(writeSlowTimes(readSlowTimes(schedule)), schedule)
})

test('every set of weekdays becomes a schedule that the setting takes, and back', () => {
  for (let days = 1; days < 128; days++) {
    const schedule = writeSlowTimes({ on: true, begin: 90, end: 300, days })
    assert.ok(SETTINGS['speed.slowTimes'].schema.safeParse(schedule).success, schedule)
    const read = schedule.split(', ').map((part) => readSlowTimes(part))
    assert.equal(
      read.reduce((sum, part) => sum | part.days, 0),
      days,
    )
    assert.ok(read.every(({ begin, end, on }) => on && begin === 90 && end === 300))
  }
})

test('a range over the end of the week holds the days that it names', () => {
  // Friday to Monday: 32 + 64 + 1 + 2.
  assert.equal(readSlowTimes('fri-mon 10:00-11:00').days, 99)
})

test('off, and no weekday at all, are no times', () => {
  assert.equal(writeSlowTimes({ on: false, begin: 1, end: 2, days: 127 }), '')
  assert.equal(writeSlowTimes({ on: true, begin: 1, end: 2, days: 128 }), '')
  assert.equal(readSlowTimes('').on, false)
})
