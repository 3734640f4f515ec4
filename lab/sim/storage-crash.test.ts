import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashRun } from './storage-crash.ts'

/** The full run is `node lab/sim/storage-crash.ts`, thousands of seeds. */
const FIXED_SEEDS = 100
const FRESH_MS = 15_000

test('a crash at any fsync, rename or write loses nothing that was recorded and little that was not', async () => {
  let crashes = 0
  for (let seed = 1; seed <= FIXED_SEEDS; seed++) crashes += (await crashRun(seed)).crashes
  const until = performance.now() + FRESH_MS
  for (let seed = Math.floor(Math.random() * 2 ** 31); performance.now() < until; seed++) {
    crashes += (await crashRun(seed)).crashes
  }
  assert.ok(crashes > FIXED_SEEDS, `${crashes} crashes`)
})
