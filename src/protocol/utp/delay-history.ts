// How long packets wait on the way: one-way delays of one direction, measured by two clocks that agree on nothing.
// A delay means something only as the difference to the least one seen (BEP 29, RFC 6817): that difference is queueing.
// Invariant: `queueingUs` is never negative; a base older than BASE_DELAY_MINUTES is forgotten, so clocks may drift.
// Delays are 32-bit microseconds on a circle.

import type { Millis } from '../../base/ids.ts'
import { BASE_DELAY_MINUTES, CURRENT_DELAY_SAMPLES } from './limits.ts'

const MINUTE_MS = 60_000

/** Negative when `a` is less than `b`, on the circle. */
function compare(a: number, b: number): number {
  return (a - b) | 0
}

export class DelayHistory {
  /** The least of each of the last minutes, the current one at `#minute`. */
  readonly #minutes: number[] = []
  #minute = -1
  #minuteEnds = 0
  /** Over all minutes; undefined before the first sample. */
  #base: number | undefined
  readonly #recent: number[] = []
  #recentAt = 0

  get base(): number | undefined {
    return this.#base
  }

  /** @returns by how many µs this sample lowered the base: 0 for most, and for the first */
  add(sampleUs: number, now: Millis): number {
    if (this.#recent.length < CURRENT_DELAY_SAMPLES) this.#recent.push(sampleUs)
    else this.#recent[this.#recentAt] = sampleUs
    this.#recentAt = (this.#recentAt + 1) % CURRENT_DELAY_SAMPLES
    if (now >= this.#minuteEnds) this.#turn(sampleUs, now)
    else if (compare(sampleUs, this.#minutes[this.#minute] as number) < 0)
      this.#minutes[this.#minute] = sampleUs
    const before = this.#base
    if (before !== undefined && compare(sampleUs, before) >= 0) return 0
    this.#base = sampleUs
    return before === undefined ? 0 : -compare(sampleUs, before)
  }

  /** The other direction's base fell by this: our clocks drift apart, and ours rises as much. */
  shift(us: number): void {
    if (this.#base === undefined) return
    for (const [i, least] of this.#minutes.entries()) this.#minutes[i] = (least + us) >>> 0
    this.#base = (this.#base + us) >>> 0
  }

  /** The least of the last few samples above the base; undefined before the first. */
  get queueingUs(): number | undefined {
    if (this.#base === undefined) return undefined
    let least = this.#recent[0] as number
    for (const sample of this.#recent) if (compare(sample, least) < 0) least = sample
    return Math.max(0, compare(least, this.#base))
  }

  #turn(sampleUs: number, now: Millis): void {
    this.#minuteEnds = now + MINUTE_MS
    this.#minute = (this.#minute + 1) % BASE_DELAY_MINUTES
    this.#minutes[this.#minute] = sampleUs
    let base = sampleUs
    for (const least of this.#minutes) if (compare(least, base) < 0) base = least
    this.#base = base
  }
}
