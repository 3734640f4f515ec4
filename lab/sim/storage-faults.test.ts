import { test } from 'node:test'
import { faultRun } from './storage-faults.ts'

/** The full run is `node lab/sim/storage-faults.ts`, a thousand seeds. */
const FIXED_SEEDS = 40
const FRESH_MS = 8_000

test('a disk that fails in any way for a while spoils nothing, and the download ends by itself', async () => {
  for (let seed = 1; seed <= FIXED_SEEDS; seed++) await faultRun(seed)
  const until = performance.now() + FRESH_MS
  for (let seed = Math.floor(Math.random() * 2 ** 31); performance.now() < until; seed++) await faultRun(seed)
})
