import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { EpochWatch } from './epoch.ts'

/** The router's clock after ours moved on by `clientS`, from 1,000 s each. */
function fits(clientS: number, serverS: number): boolean {
  const watch = new EpochWatch()
  assert.ok(watch.accept(1_000, 1_000_000 as Millis), 'the first one is believed')
  return watch.accept(1_000 + serverS, (1_000_000 + 1_000 * clientS) as Millis)
}

test('a router whose clock goes with ours has kept what it knew', () => {
  assert.ok(fits(0, 0))
  assert.ok(fits(600, 600))
  assert.ok(fits(600, 565), 'a sixteenth and two seconds late')
  assert.ok(fits(600, 640), 'a sixteenth and two seconds early')
  assert.ok(fits(0, -1), 'rounding')
})

test('a clock that goes back, or does not go with ours, is that of a router that was restarted', () => {
  assert.ok(!fits(600, -1_000))
  assert.ok(!fits(0, -2))
  assert.ok(!fits(600, 500))
  assert.ok(!fits(600, 700))
})
