import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashRun } from './storage-crash.ts'

/** The full run is `node lab/sim/storage-crash.ts`, thousands of seeds. */
const FIXED_SEEDS = 250
const FRESH_SEEDS = 250

test('a crash at any fsync, rename or write loses nothing that was recorded and little that was not', async () => {
  let crashes = 0
  for (let seed = 1; seed <= FIXED_SEEDS; seed++) crashes += (await crashRun(seed)).crashes
  const fresh = Math.floor(Math.random() * 2 ** 31)
  for (let seed = fresh; seed < fresh + FRESH_SEEDS; seed++) crashes += (await crashRun(seed)).crashes
  assert.ok(crashes > FIXED_SEEDS, `${crashes} crashes`)
})
