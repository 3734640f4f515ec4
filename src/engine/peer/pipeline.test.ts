import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { MAX_DEPTH, MIN_DEPTH, Pipeline, START_DEPTH } from './pipeline.ts'

const at = (ms: number) => ms as Millis

/** A peer behind a link: requests take half a round trip, blocks leave one after the other, bursts every `tickMs`. */
class Link {
  readonly pipeline: Pipeline
  bytesPerSecond: number
  readonly #roundTripMs: number
  readonly #tickMs: number
  #freeAt = 0
  readonly #arrivals: number[] = []
  now = 0
  arrived = 0

  constructor(bytesPerSecond: number, roundTripMs: number, tickMs = 0, pipeline = new Pipeline()) {
    this.bytesPerSecond = bytesPerSecond
    this.#roundTripMs = roundTripMs
    this.#tickMs = tickMs
    this.pipeline = pipeline
  }

  fill(): void {
    const room = this.pipeline.depth(at(this.now)) - this.pipeline.outstanding
    if (room <= 0) return
    this.pipeline.requested(room, at(this.now))
    for (let block = 0; block < room; block++) {
      const asked = this.now + this.#roundTripMs / 2
      this.#freeAt = Math.max(this.#freeAt, asked) + (BLOCK_BYTES * 1000) / this.bytesPerSecond
      const leaves = this.#tickMs > 0 ? Math.ceil(this.#freeAt / this.#tickMs) * this.#tickMs : this.#freeAt
      this.#arrivals.push(leaves + this.#roundTripMs / 2)
    }
  }

  run(untilMs: number): void {
    this.fill()
    for (let next = this.#arrivals[0]; next !== undefined && next <= untilMs; next = this.#arrivals[0]) {
      this.#arrivals.shift()
      this.now = Math.max(this.now, next)
      this.arrived++
      this.pipeline.blockArrived(BLOCK_BYTES, at(this.now))
      this.fill()
    }
    this.now = untilMs
  }

  /** Bytes per second since then. */
  throughput(fromMs: number, arrivedThen: number): number {
    return ((this.arrived - arrivedThen) * BLOCK_BYTES * 1000) / (this.now - fromMs)
  }
}

test('on loopback hundreds of megabytes a second flow within the first tenth of a second', () => {
  const link = new Link(800e6, 0.3)
  link.run(20)
  assert.equal(link.pipeline.depth(at(20)), MAX_DEPTH)
  link.run(100)
  assert.ok(link.arrived * BLOCK_BYTES > 60e6, `${(link.arrived * BLOCK_BYTES) / 1e6} MB in 100 ms`)
})

test('a long fast link is filled within two seconds, up to the limit', () => {
  const link = new Link(30e6, 200)
  link.run(2_000)
  const arrived = link.arrived
  link.run(10_000)
  assert.ok(link.throughput(2_000, arrived) > 0.95 * 30e6)
  assert.ok(link.pipeline.depth(at(link.now)) <= MAX_DEPTH)
})

test('a slow peer holds a second or two of blocks, not hundreds', () => {
  for (const bytesPerSecond of [5_000, 20_000, 100_000, 1_000_000]) {
    const link = new Link(bytesPerSecond, 100)
    link.run(60_000)
    const depth = link.pipeline.depth(at(link.now))
    assert.ok(depth >= MIN_DEPTH)
    assert.ok(depth <= Math.max(4, (2 * bytesPerSecond) / BLOCK_BYTES), `${bytesPerSecond} B/s: ${depth}`)
    const arrived = link.arrived
    link.run(160_000)
    assert.ok(link.throughput(60_000, arrived) > 0.95 * bytesPerSecond, `${bytesPerSecond} B/s is not used`)
  }
})

test('a peer that sends in bursts is kept supplied through the pauses', () => {
  for (const tickMs of [250, 500, 1_000]) {
    const link = new Link(1_000_000, 40, tickMs)
    link.run(20_000)
    const arrived = link.arrived
    link.run(60_000)
    assert.ok(
      link.throughput(20_000, arrived) > 0.9e6,
      `bursts every ${tickMs} ms: ${link.throughput(20_000, arrived)}`,
    )
  }
})

test('a peer that becomes slow says how many of its blocks others should have', () => {
  const link = new Link(100e6, 10)
  link.run(2_000)
  assert.equal(link.pipeline.depth(at(2_000)), MAX_DEPTH)
  assert.equal(link.pipeline.excess(at(2_000)), 0)
  link.bytesPerSecond = 20_000
  link.run(40_000)
  const { outstanding } = link.pipeline
  const excess = link.pipeline.excess(at(link.now))
  assert.ok(link.pipeline.depth(at(link.now)) < 20)
  assert.ok(
    excess === Math.max(0, outstanding - excess) || excess >= outstanding - 60,
    `${excess} of ${outstanding}`,
  )
})

test('never more is outstanding than the remote allows, never less than two', () => {
  assert.equal(new Pipeline({ remoteQueue: 5 }).depth(at(0)), 5)
  assert.equal(new Pipeline({ remoteQueue: 0 }).depth(at(0)), MIN_DEPTH)
  assert.equal(new Pipeline({ remoteQueue: Number.NaN }).depth(at(0)), START_DEPTH)
  const link = new Link(100e6, 10, 0, new Pipeline({ remoteQueue: 100 }))
  link.run(5_000)
  assert.equal(link.pipeline.depth(at(link.now)), 100)
})

test('a peer that never sends is snubbed after twenty seconds, one that stops after its usual delay four times', () => {
  const silent = new Pipeline()
  assert.equal(silent.deadline(at(0)), undefined)
  silent.requested(4, at(1_000))
  assert.equal(silent.snubbed(at(20_999)), false)
  assert.equal(silent.deadline(at(1_000)), 21_000)
  assert.equal(silent.snubbed(at(21_000)), true)

  const link = new Link(100_000, 100)
  link.run(60_000)
  link.pipeline.requested(1, at(60_000))
  const timeoutMs = link.pipeline.requestTimeoutMs(at(60_000))
  assert.ok(timeoutMs >= 6_000 && timeoutMs <= 60_000)
  assert.equal(link.pipeline.snubbed(at(60_000 + timeoutMs - 1_000)), false)
  assert.equal(link.pipeline.snubbed(at(60_000 + timeoutMs)), true)
})

test('with nothing outstanding nobody is snubbed, however long it is quiet', () => {
  const pipeline = new Pipeline()
  pipeline.requested(1, at(0))
  pipeline.blockArrived(BLOCK_BYTES, at(50))
  assert.equal(pipeline.snubbed(at(1e9)), false)
  pipeline.requested(2, at(1e9))
  pipeline.released(2)
  assert.equal(pipeline.deadline(at(1e9 + 100_000)), undefined)
})

test('after a choke the pipeline starts near the rate it had', () => {
  const fast = new Link(100e6, 20)
  fast.run(3_000)
  fast.pipeline.choked(at(3_000))
  assert.ok(fast.pipeline.depth(at(3_100)) >= 100)
  const slow = new Link(20_000, 20)
  slow.run(30_000)
  slow.pipeline.choked(at(30_000))
  assert.ok(slow.pipeline.depth(at(30_100)) <= START_DEPTH)
})

test('over random traffic, depth stays within bounds and what is outstanding is what was asked and not answered', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed)
    const remoteQueue = randomInt(random, 600)
    const pipeline = new Pipeline({ remoteQueue })
    let outstanding = 0
    let now = 0
    for (let step = 0; step < 400; step++) {
      now += randomInt(random, 1 << randomInt(random, 14))
      const act = randomInt(random, 10)
      if (act < 4) {
        const count = Math.max(0, pipeline.depth(at(now)) - outstanding)
        pipeline.requested(count, at(now))
        outstanding += count
      } else if (act < 8 && outstanding > 0) {
        pipeline.blockArrived(BLOCK_BYTES, at(now))
        outstanding--
      } else if (act === 8) {
        const count = randomInt(random, outstanding + 1)
        pipeline.released(count)
        outstanding -= count
      } else if (act === 9) pipeline.choked(at(now))
      const depth = pipeline.depth(at(now))
      assert.ok(
        depth >= MIN_DEPTH && depth <= Math.max(MIN_DEPTH, Math.min(MAX_DEPTH, remoteQueue)),
        `seed ${seed}`,
      )
      assert.ok(Number.isInteger(depth), `seed ${seed}`)
      assert.equal(pipeline.outstanding, outstanding, `seed ${seed}`)
      assert.ok(pipeline.excess(at(now)) <= outstanding, `seed ${seed}`)
      assert.equal(pipeline.deadline(at(now)) === undefined, outstanding === 0, `seed ${seed}`)
    }
  }
})
