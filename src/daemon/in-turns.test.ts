import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurns } from './in-turns.ts'

test('thousands are done in order, and others have their turn in between', async () => {
  const done: number[] = []
  const seenAt: number[] = []
  const watch = setInterval(() => seenAt.push(done.length), 0)
  const look = (): void => {
    seenAt.push(done.length)
    if (done.length < 1_000) setImmediate(look)
  }
  setImmediate(look)
  await inTurns(
    Array.from({ length: 1_000 }, (_, at) => at),
    (at) => done.push(at),
  )
  clearInterval(watch)
  assert.deepEqual(
    done,
    Array.from({ length: 1_000 }, (_, at) => at),
  )
  assert.ok(new Set(seenAt).size >= 9, `seen at ${[...new Set(seenAt)]}`)
})
