// A sample of `npm run lab:kill`: a daemon that downloads, is asked for changes and is killed at random moments.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killLab } from '../../lab/daemon/kill.ts'

const SAMPLE = { kills: 6, lengthBytes: 16_000_000, upBytesPerSecond: 12_000_000, mostSeconds: 25 }

test('a daemon killed under load keeps every transfer and every choice that it answered, and what it received', {
  skip: process.platform !== 'linux' && 'what sharers have sent is read from /proc',
}, async (t) => {
  const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 1_000_000))
  t.diagnostic(`KILL_SEED=${seed}`)
  const result = await killLab({ ...SAMPLE, seed })
  const restarts = result.restartMs.map((ms) => `${Math.round(ms)} ms`).join(', ')
  t.diagnostic(
    `${result.kills} kills, ${result.calls} calls, ${result.finished} finished; restarts: ${restarts}`,
  )
  assert.deepEqual(result.faults, [])
  assert.ok(result.kills >= 2, `${result.kills} kills`)
  assert.ok(result.calls >= 10, `${result.calls} calls`)
})
