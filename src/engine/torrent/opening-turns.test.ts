import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpeningTurns } from './opening-turns.ts'

test('of thousands a few dozen begin at once, the others in the order they came, each when one has left', async () => {
  const turns = new OpeningTurns()
  const begun: number[] = []
  const all = Array.from({ length: 1_000 }, async (_, at) => {
    await turns.enter()
    begun.push(at)
  })
  await Promise.resolve()
  assert.equal(begun.length, 64)
  for (let left = 0; left < 1_000; left++) {
    turns.leave()
    await Promise.resolve()
    await Promise.resolve()
    assert.equal(begun.length, Math.min(1_000, 64 + left + 1))
  }
  await Promise.all(all)
  assert.deepEqual(
    begun,
    Array.from({ length: 1_000 }, (_, at) => at),
  )
  assert.equal(turns.enter(), undefined)
})
