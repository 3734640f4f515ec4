import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HISTORY_STEPS, History } from './history.ts'

test('the newest step is the last one, and only so many are kept', () => {
  const history = new History()
  for (let step = 1; step <= HISTORY_STEPS + 2; step++) history.add(step, 0)
  const { down, up } = history.read()
  assert.equal(down.length, HISTORY_STEPS)
  assert.deepEqual([down[0], down.at(-1)], [3, HISTORY_STEPS + 2])
  assert.deepEqual(new Set(up), new Set([0]))
})

test('it is still when nothing moved in any of its steps', () => {
  const history = new History()
  history.add(0, 7)
  assert.equal(history.still, false)
  for (let step = 0; step < HISTORY_STEPS; step++) history.add(0, 0)
  assert.equal(history.still, true)
})
