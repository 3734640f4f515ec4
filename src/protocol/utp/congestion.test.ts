import assert from 'node:assert/strict'
import { randomInt as dice } from 'node:crypto'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { Congestion } from './congestion.ts'
import { GAIN_BYTES_PER_ROUND_TRIP, INITIAL_WINDOW_BYTES, SEND_WINDOW_BYTES } from './limits.ts'

/** One round trip: everything that the window allows is acked, in ten parts. */
function roundTrip(congestion: Congestion, queueingMs: number | undefined, limited = true): void {
  const part = congestion.windowBytes / 10
  for (let i = 0; i < 10; i++) congestion.acked(part, queueingMs, limited)
}

test('at first the window doubles every round trip', () => {
  const congestion = new Congestion()
  roundTrip(congestion, 0)
  assert.equal(Math.round(congestion.windowBytes), 2 * INITIAL_WINDOW_BYTES)
  for (let i = 0; i < 20; i++) roundTrip(congestion, 0)
  assert.equal(congestion.windowBytes, SEND_WINDOW_BYTES)
})

test('a queue ends the doubling before it is full', () => {
  const congestion = new Congestion()
  roundTrip(congestion, 50)
  assert.ok(congestion.slowStart)
  congestion.acked(1_000, 80, true)
  assert.ok(!congestion.slowStart)
})

test('below the target it grows by the gain at most, less the nearer it is', () => {
  const congestion = new Congestion()
  for (let i = 0; i < 5; i++) roundTrip(congestion, 0)
  congestion.lost()
  const grown = (queueingMs: number): number => {
    const before = congestion.windowBytes
    roundTrip(congestion, queueingMs)
    return congestion.windowBytes - before
  }
  const far = grown(0)
  assert.ok(far > 0.9 * GAIN_BYTES_PER_ROUND_TRIP && far <= GAIN_BYTES_PER_ROUND_TRIP)
  const near = grown(90)
  assert.ok(near > 0 && near < far / 5)
  assert.equal(Math.round(grown(100)), 0)
})

test('above the target it shrinks, by a half a round trip at most', () => {
  const congestion = new Congestion()
  for (let i = 0; i < 7; i++) roundTrip(congestion, 0)
  const before = congestion.windowBytes
  roundTrip(congestion, 110)
  assert.ok(congestion.windowBytes < before * 0.93 && congestion.windowBytes > before * 0.88)
  const then = congestion.windowBytes
  roundTrip(congestion, 5_000)
  assert.ok(congestion.windowBytes >= then * 0.5 && congestion.windowBytes < then * 0.65)
})

test('a window that is not used does not grow', () => {
  const congestion = new Congestion()
  roundTrip(congestion, 0, false)
  assert.equal(congestion.windowBytes, INITIAL_WINDOW_BYTES)
})

test('a loss halves it and a silence makes it begin again', () => {
  const congestion = new Congestion()
  for (let i = 0; i < 5; i++) roundTrip(congestion, 0)
  const before = congestion.windowBytes
  congestion.lost()
  assert.equal(congestion.windowBytes, before / 2)
  congestion.timedOut()
  assert.equal(congestion.windowBytes, 2_800)
  assert.ok(congestion.slowStart)
  for (let i = 0; i < 10 && congestion.slowStart; i++) roundTrip(congestion, 0)
  assert.ok(congestion.windowBytes < before / 2, 'doubling ends at half of what was too much')
})

test('after a rest it begins small, and doubles up to where it was', () => {
  const congestion = new Congestion()
  for (let i = 0; i < 5; i++) roundTrip(congestion, 0)
  const before = congestion.windowBytes
  congestion.rested()
  assert.equal(congestion.windowBytes, INITIAL_WINDOW_BYTES)
  for (let i = 0; i < 5; i++) roundTrip(congestion, 0)
  assert.ok(congestion.windowBytes >= before && !congestion.slowStart)
})

test('a loss that was none is undone', () => {
  const congestion = new Congestion()
  for (let i = 0; i < 3; i++) roundTrip(congestion, 0)
  const before = congestion.windowBytes
  congestion.lost()
  congestion.mistaken()
  assert.deepEqual([congestion.windowBytes, congestion.slowStart], [before, true])
  congestion.mistaken()
  assert.equal(congestion.windowBytes, before)
})

test('whatever happens it stays within its bounds', () => {
  const seed = dice(2 ** 31)
  const random = new SeededRandom(seed)
  const congestion = new Congestion()
  for (let i = 0; i < 20_000; i++) {
    const what = randomInt(random, 100)
    if (what === 0) congestion.lost()
    else if (what === 1) congestion.timedOut()
    else if (what === 2) congestion.mistaken()
    else if (what === 3) congestion.rested()
    else
      congestion.acked(randomInt(random, 100_000), what % 2 === 0 ? randomInt(random, 300) : undefined, true)
    assert.ok(congestion.windowBytes >= 2_800 && congestion.windowBytes <= SEND_WINDOW_BYTES, `seed ${seed}`)
  }
})
