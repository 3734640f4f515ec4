import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS } from './limits.ts'
import { RoundTrip } from './round-trip.ts'

test('the first timeout is a second, later ones follow what was measured', () => {
  const roundTrip = new RoundTrip()
  assert.equal(roundTrip.timeoutMs, 1_000)
  roundTrip.measured(400)
  assert.equal(roundTrip.timeoutMs, 400 + 4 * 200)
  for (let i = 0; i < 100; i++) roundTrip.measured(10)
  assert.equal(roundTrip.timeoutMs, LEAST_TIMEOUT_MS)
})

test('timeouts in a row double it up to a bound, and an ack ends that', () => {
  const roundTrip = new RoundTrip()
  roundTrip.measured(100)
  roundTrip.backOff()
  assert.equal(roundTrip.timeoutMs, 2 * LEAST_TIMEOUT_MS)
  for (let i = 0; i < 50; i++) roundTrip.backOff()
  assert.equal(roundTrip.timeoutMs, MOST_TIMEOUT_MS)
  roundTrip.progressed()
  assert.equal(roundTrip.timeoutMs, LEAST_TIMEOUT_MS)
})
