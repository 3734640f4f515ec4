import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateCircle } from './simulated-circle.ts'

/** A sample, of those that found something once; `npm run lab:people-sim` runs thousands of seeds with 100 members. */
const SEEDS = [101, 109, 111, 1011, 1015]

for (const seed of SEEDS)
  test(`seed ${seed}: members who join, leave, are put out, restart, lose links and are parted end alike`, async () => {
    const outcome = await simulateCircle({ seed, members: 12, happenings: 80 })
    assert.deepEqual(outcome.differences, [])
    assert.ok(outcome.operations > 20 && outcome.epochs > 2 && outcome.messages > 15)
  })

test('the same seed is the same history', async () => {
  const plan = { seed: 5, members: 6, happenings: 30 }
  assert.deepEqual(await simulateCircle(plan), await simulateCircle(plan))
})
