import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { FrameMeter } from './bounded-yamux.ts'

const at = (ms: number): Millis => ms as Millis

function frame(type: number, lengthBytes: number): Uint8Array {
  const header = new Uint8Array(12)
  header[1] = type
  new DataView(header.buffer).setUint32(8, lengthBytes)
  return type === 0 ? concatBytes([header, new Uint8Array(lengthBytes).fill(2)]) : header
}

test('fifty pings at once are taken, and no more', () => {
  const meter = new FrameMeter(at(0))
  for (let i = 0; i < 50; i++) assert.ok(meter.take(frame(2, 1), at(0)))
  assert.equal(meter.take(frame(2, 1), at(0)), false)
  assert.ok(meter.take(frame(2, 1), at(1_000)), 'and five more in a second')
})

test('frames are found however the bytes are cut, and what data holds is no frame', () => {
  for (const step of [1, 7, 12, 1_000, 100_000]) {
    const meter = new FrameMeter(at(0))
    const all = concatBytes([...Array.from({ length: 49 }, () => frame(2, 1)), frame(0, 70_000), frame(2, 1)])
    for (let from = 0; from < all.length; from += step) {
      assert.ok(meter.take(all.subarray(from, from + step), at(0)), `${step} ${from}`)
    }
    assert.equal(meter.take(frame(2, 1), at(0)), false)
  }
})

test('a fast transfer stays within it, a stream of tiny frames does not', () => {
  const transfer = new FrameMeter(at(0))
  for (let ms = 0; ms < 10_000; ms++) {
    for (let i = 0; i < 6; i++)
      assert.ok(transfer.take(concatBytes([frame(0, 16_384), frame(1, 16_384)]), at(ms)))
  }
  const tiny = new FrameMeter(at(0))
  let taken = 0
  while (tiny.take(frame(0, 1), at(0))) taken++
  assert.equal(taken, 16_000)
})
