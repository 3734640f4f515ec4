import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanKill } from './scan-kill.ts'

test('a scan that is killed again and again ends with every content id right, and hardly anything read twice', {
  timeout: 120_000,
}, async () => {
  const result = await scanKill({ kills: 4, seed: 20_261_128, files: 600, longFileBytes: 73_400_320 })
  assert.deepEqual(result.faults, [])
  assert.ok(result.met >= 2, `${result.met} of the kills met it at work`)
  assert.ok(result.readFiles >= result.files)
})
