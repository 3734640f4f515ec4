import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS } from '../../api/settings.ts'
import { isSlowTime, readSlowTimes } from './slow-times.ts'

const [SUN, MON, , , , FRI, SAT] = [0, 1, 2, 3, 4, 5, 6] as const
const at = (hour: number, minute = 0): number => hour * 60 + minute

function slow(text: string, day: number, minute: number): boolean {
  assert.equal(SETTINGS['speed.slowTimes'].schema.safeParse(text).success, true, text)
  return isSlowTime(readSlowTimes(text), day, minute)
}

test('slow from its first minute on and until its last, on its days', () => {
  const work = 'mon-fri 08:00-17:30'
  assert.deepEqual(
    [at(7, 59), at(8), at(17, 29), at(17, 30)].map((minute) => slow(work, MON, minute)),
    [false, true, true, false],
  )
  assert.equal(slow(work, FRI, at(12)), true)
  assert.equal(slow(work, SAT, at(12)), false)
})

test('a time over midnight belongs to the day on which it begins', () => {
  const night = 'fri 22:00-06:00'
  assert.equal(slow(night, FRI, at(23)), true)
  assert.equal(slow(night, SAT, at(5, 59)), true)
  assert.equal(slow(night, SAT, at(6)), false)
  assert.equal(slow(night, FRI, at(5)), false)
})

test('days go round the week, and one time may stand beside others', () => {
  const text = 'sat-mon 10:00-11:00, fri 12:00-13:00'
  assert.deepEqual(
    [SAT, SUN, MON, FRI].map((day) => slow(text, day, at(10, 30))),
    [true, true, true, false],
  )
  assert.equal(slow(text, FRI, at(12)), true)
})

test('from a time to the same time is the whole day', () => {
  assert.equal(slow('sun 00:00-00:00', SUN, at(15)), true)
  assert.equal(slow('sun 00:00-00:00', MON, at(0)), false)
})

test('no times are never slow', () => {
  assert.equal(slow('', MON, at(12)), false)
})
