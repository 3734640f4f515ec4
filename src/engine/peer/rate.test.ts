import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { RateMeter } from './rate.ts'

const at = (ms: number) => ms as Millis

function near(actual: number, expected: number, share = 0.05): void {
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual} is not near ${expected}`)
}

test('a steady stream shows its rate from the first second on', () => {
  for (const everyMs of [1, 7, 100, 400]) {
    const meter = new RateMeter()
    for (let ms = 0; ms <= 20_000; ms += everyMs) {
      meter.add(1000 * everyMs, at(ms))
      if (ms >= 4_000) near(meter.rate(at(ms)), 1_000_000, 0.15)
    }
  }
})

test('after half a life without bytes half the rate is left, after a minute none', () => {
  const meter = new RateMeter()
  for (let ms = 0; ms < 30_000; ms += 10) meter.add(10_000, at(ms))
  near(meter.rate(at(30_000)), 1_000_000)
  near(meter.rate(at(32_500)), 500_000)
  assert.ok(meter.rate(at(90_000)) < 100)
  assert.equal(meter.rate(at(300_000)), 0)
})

test('a first burst does not look like a huge rate', () => {
  const meter = new RateMeter()
  meter.add(16_384, at(5))
  assert.ok(meter.rate(at(5)) <= 16_384 * 5 * 1.1)
})

test('a meter that fell silent starts anew with the next bytes', () => {
  const meter = new RateMeter()
  meter.add(1_000_000, at(0))
  assert.equal(meter.rate(at(600_000)), 0)
  for (let ms = 600_000; ms < 602_000; ms += 10) meter.add(1_000, at(ms))
  near(meter.rate(at(602_000)), 100_000, 0.1)
  assert.equal(meter.totalBytes, 1_200_000)
})

test('over random traffic, the rate stays between nothing and the largest there was, and asking changes nothing', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new SeededRandom(seed)
    const asked = new RateMeter()
    const quiet = new RateMeter()
    let ms = 0
    for (let step = 0; step < 500; step++) {
      ms += 20 + randomInt(random, 500)
      const bytes = randomInt(random, 20_000)
      asked.add(bytes, at(ms))
      quiet.add(bytes, at(ms))
      for (let i = randomInt(random, 3); i > 0; i--) asked.rate(at(ms))
      const rate = asked.rate(at(ms))
      assert.ok(rate >= 0 && rate <= (20_000 / 20) * 1000, `seed ${seed}: ${rate}`)
      near(rate + 1, quiet.rate(at(ms)) + 1, 0.02)
    }
  }
})
