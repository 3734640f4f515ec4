// A sample of `npm run lab:crash`: real downloads killed at random moments, everything they recorded looked at. The full
// run and its figures are in docs/crash.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashLab } from '../../lab/crash/crash.ts'
import { tableOf } from '../../lab/crash/table.ts'

const SAMPLE = {
  kills: 12,
  lengthBytes: 24_000_000,
  pieceLengthBytes: undefined,
  upBytesPerSecond: 12_000_000,
  lanes: 3,
  /** One file of 64 MiB pieces, and two trees, one of them by halves. */
  only: ['hybrid, 64 MiB', 'tree'],
  mostSeconds: 16,
}

test('downloads killed at any moment believe only what is on disk, and take little twice', {
  skip: process.platform !== 'linux' && 'what was sent and when is read from /proc',
}, async (t) => {
  const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1_000_000))
  t.diagnostic(`CRASH_SEED=${seed}`)
  const result = await crashLab({ ...SAMPLE, seed })
  for (const line of tableOf(result).split('\n')) t.diagnostic(line)
  assert.deepEqual(result.faults, [])
  assert.ok(result.kills.length >= 2, `${result.kills.length} kills in ${result.seconds} s`)
})
