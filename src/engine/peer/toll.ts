// What one peer may do often, but not without end: a burst, refilled with time.
// Invariant: between any two moments no more is let through than perSecond × time + burst.

import type { Millis } from '../../base/ids.ts'

export class Toll {
  readonly #burst: number
  readonly #perSecond: number
  #left: number
  #at: Millis | undefined

  constructor(burst: number, perSecond: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#left = burst
  }

  /** @returns false when it is too often. */
  pay(now: Millis): boolean {
    const sinceMs = this.#at === undefined ? 0 : now - this.#at
    this.#at = now
    this.#left = Math.min(this.#burst, this.#left + (sinceMs * this.#perSecond) / 1_000)
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
