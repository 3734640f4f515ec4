import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Guard } from './guard.ts'

const MINUTE_MS = 60_000

function guardAt(now: { ms: number }): Guard {
  return new Guard(() => now.ms)
}

test('reasons are counted over the last hour, most first', () => {
  const now = { ms: 1_000 * MINUTE_MS }
  const guard = guardAt(now)
  guard.turnedAway('BANNED', '203.0.113.1:6881')
  now.ms += 30 * MINUTE_MS
  for (let i = 0; i < 3; i++) guard.turnedAway('HOST_FOREIGN', 'evil.example')
  assert.deepEqual(
    guard.rows().map(({ reason, count }) => [reason, count]),
    [
      ['HOST_FOREIGN', 3],
      ['BANNED', 1],
    ],
  )
  now.ms += 30 * MINUTE_MS
  assert.deepEqual(
    guard.rows().map(({ reason }) => reason),
    ['HOST_FOREIGN'],
  )
})

test('a minute that comes round again begins anew', () => {
  const now = { ms: 0 }
  const guard = guardAt(now)
  for (let hour = 0; hour < 3; hour++) {
    guard.turnedAway('BANNED', 'x')
    assert.equal(guard.rows()[0]?.count, 1)
    now.ms += 60 * MINUTE_MS
  }
})

test('a few examples are kept, the newest first, each once and cut', () => {
  const guard = guardAt({ ms: 0 })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'b', 'x'.repeat(5_000)]) guard.turnedAway('BANNED', name)
  assert.deepEqual(guard.rows()[0]?.examples, ['x'.repeat(200), 'b', 'f', 'e', 'd'])
})

test('more reasons than there are codes are not kept', () => {
  const guard = guardAt({ ms: 0 })
  for (let i = 0; i < 1_000; i++) guard.turnedAway(`R${i}`, 'x')
  assert.equal(guard.rows().length, 64)
})

test('what can be taken back is taken back once', () => {
  const guard = guardAt({ ms: 0 })
  let lifted = 0
  guard.turnedAway('BANNED', 'x', () => lifted++)
  assert.equal(guard.rows()[0]?.undo, true)
  assert.ok(guard.undo('BANNED'))
  assert.equal(lifted, 1)
  assert.ok(!guard.undo('BANNED'))
  assert.ok(!guard.undo('NEVER'))
  assert.deepEqual(guard.rows(), [])
})
