import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkClock } from './clock-check.ts'

const PROGRAM_MS = Date.UTC(2026, 10, 1)
const HOUR_MS = 3_600_000

function codeAt(wallMs: number, synchronised: boolean | undefined): string {
  return checkClock({ wallMs, programMs: PROGRAM_MS, synchronised }).code
}

test('a clock that shows a time before the program was made is wrong, whatever the system says', () => {
  assert.equal(codeAt(0, true), 'CLOCK_BEHIND')
  assert.equal(codeAt(PROGRAM_MS - 25 * HOUR_MS, true), 'CLOCK_BEHIND')
  assert.equal(codeAt(PROGRAM_MS - 23 * HOUR_MS, true), 'CLOCK_GOOD')
})

test('a clock is good only where the system says that it keeps it so', () => {
  assert.equal(codeAt(PROGRAM_MS + HOUR_MS, true), 'CLOCK_GOOD')
  assert.equal(codeAt(PROGRAM_MS + HOUR_MS, false), 'CLOCK_ALONE')
  assert.equal(codeAt(PROGRAM_MS + HOUR_MS, undefined), 'CLOCK_UNKNOWN')
})
