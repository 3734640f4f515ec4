import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReusedFrames } from './frame-pool.ts'

test('a frame that was given back is lent again', () => {
  const frames = new ReusedFrames()
  const frame = frames.take(100)
  frames.give(frame)
  assert.equal(frames.take(250_000), frame)
  assert.notEqual(frames.take(100), frame, 'but not twice')
})

test('a frame is as long as asked, however long', () => {
  const frames = new ReusedFrames()
  for (const lengthBytes of [0, 1, 16 * (16_384 + 13), 16 * (16_384 + 16) + 1, 5_000_000])
    assert.equal(frames.take(lengthBytes).length >= lengthBytes, true)
})

test('only so many idle frames are kept, and no odd ones', () => {
  const frames = new ReusedFrames()
  const large = frames.take(5_000_000)
  frames.give(large)
  assert.notEqual(frames.take(1), large)
  const lent = Array.from({ length: 100 }, () => frames.take(1))
  for (const frame of lent) frames.give(frame)
  const again = new Set(Array.from({ length: 100 }, () => frames.take(1)))
  assert.equal(lent.filter((frame) => again.has(frame)).length, 64)
})
