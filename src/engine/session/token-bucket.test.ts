import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { MIN_BURST_BYTES, TokenBucket } from './token-bucket.ts'

const at = (ms: number) => ms as Millis

test('a burst is granted at once, more only with time', () => {
  const bucket = new TokenBucket(1_000_000, at(0))
  assert.equal(bucket.burstBytes, 250_000)
  assert.equal(bucket.take(1_000_000, at(0)), 250_000)
  assert.equal(bucket.take(1, at(0)), 0)
  assert.equal(bucket.nextAt(16_384, at(0)), 17)
  assert.equal(bucket.take(16_384, at(17)), 16_384)
})

test('the smallest burst still holds two blocks, so that whole blocks can pass at any rate', () => {
  const bucket = new TokenBucket(1_000, at(0))
  assert.equal(bucket.take(1e9, at(0)), MIN_BURST_BYTES)
  assert.equal(bucket.take(1e9, at(10_000)), 10_000)
})

test('what is given back can be taken again, but never more than a burst is kept', () => {
  const bucket = new TokenBucket(100_000, at(0))
  bucket.take(20_000, at(0))
  bucket.give(20_000)
  bucket.give(1e9)
  assert.equal(bucket.available(at(0)), bucket.burstBytes)
})

test('a rate of nothing grants the first burst and then never again', () => {
  const bucket = new TokenBucket(0, at(0))
  assert.equal(bucket.take(1e9, at(0)), MIN_BURST_BYTES)
  assert.equal(bucket.take(1, at(1e12)), 0)
  assert.equal(bucket.nextAt(1, at(0)), Number.POSITIVE_INFINITY)
})

test('time that stands still or jumps back brings nothing', () => {
  const bucket = new TokenBucket(1_000_000, at(5_000))
  bucket.take(1e9, at(5_000))
  assert.equal(bucket.take(1, at(4_000)), 0)
  assert.equal(bucket.take(1e9, at(5_010)), 10_000)
})

test('over random takes, never more than rate × time + burst passes between any two moments', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new SeededRandom(seed)
    const rate = 1 + randomInt(random, 2_000_000)
    const bucket = new TokenBucket(rate, at(0))
    const grants: { readonly now: number; readonly bytes: number }[] = []
    let now = 0
    for (let step = 0; step < 100; step++) {
      now += randomInt(random, 500)
      const wanted = randomInt(random, 300_000)
      const soonest = bucket.nextAt(wanted, at(now))
      const granted = bucket.take(wanted, at(now))
      assert.ok(granted <= wanted, `seed ${seed}`)
      if (soonest <= now)
        assert.ok(granted >= Math.min(wanted, Math.floor(bucket.burstBytes)) - 1, `seed ${seed}`)
      const returned = randomInt(random, 4) === 0 ? randomInt(random, granted + 1) : 0
      bucket.give(returned)
      grants.push({ now, bytes: granted - returned })
    }
    for (let from = 0; from < grants.length; from++) {
      let passed = 0
      for (let to = from; to < grants.length; to++) {
        passed += (grants[to] as { bytes: number }).bytes
        const spanMs = (grants[to] as { now: number }).now - (grants[from] as { now: number }).now
        assert.ok(passed <= (rate * spanMs) / 1000 + bucket.burstBytes + 1, `seed ${seed}`)
      }
    }
  }
})
