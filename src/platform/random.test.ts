import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SystemRandom } from './random.ts'

test('numbers fill 32 bits and do not repeat when the block is drawn again', () => {
  const random = new SystemRandom()
  const seen = new Set<number>()
  let ones = 0
  for (let i = 0; i < 5000; i++) {
    const value = random.uint32()
    assert.ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32)
    seen.add(value)
    if (value >= 2 ** 31) ones++
  }
  // 5,000 draws of 2^32: three or more equal pairs come once in 10^10 runs; the highest bit is set in half of them.
  assert.ok(seen.size > 4996)
  assert.ok(ones > 2200 && ones < 2800)
})

test('bytes are fresh memory of the length asked for', () => {
  const random = new SystemRandom()
  const [a, b] = [random.bytes(20), random.bytes(20)]
  assert.equal(a.constructor, Uint8Array)
  assert.equal(a.length, 20)
  assert.notDeepEqual(a, b)
  assert.notEqual(a.buffer, b.buffer)
  assert.equal(random.bytes(0).length, 0)
})
