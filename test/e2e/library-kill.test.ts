// A sample of `npm run lab:library-kill`: a daemon that scans, offers, narrows and stops, killed at random moments.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { libraryKillLab } from '../../lab/library/kill.ts'

const SAMPLE = { kills: 5, files: 60, mostSeconds: 25 }

test('killed while it scans, offers, narrows or stops, the library is sound, and nothing is offered that should not be', async (t) => {
  const seed = Number(process.env.LIBRARY_KILL_SEED ?? Math.floor(Math.random() * 1_000_000))
  t.diagnostic(`LIBRARY_KILL_SEED=${seed}`)
  const { kills, answered, knocks, welcomed, faults } = await libraryKillLab({ ...SAMPLE, seed })
  t.diagnostic(`${kills} kills, ${answered} answered, ${knocks} knocks, ${welcomed} welcomed`)
  assert.deepEqual(faults, [])
  assert.ok(kills >= 2, `${kills} kills`)
})
