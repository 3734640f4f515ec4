// How much of something somebody may do: a token bucket with parts of whole ones.
// Invariant: between any two moments no more is taken than rate × time + burst.

import { after, type Millis } from '../base/ids.ts'

export class Allowance {
  readonly #perSecond: number
  readonly #burst: number
  #left: number
  #at: Millis

  /** Starts full. */
  constructor(perSecond: number, burst: number, now: Millis) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#left = burst
    this.#at = now
  }

  /** Takes all of it, or nothing. */
  take(amount: number, now: Millis): boolean {
    this.#fill(now)
    if (this.#left < amount) return false
    this.#left -= amount
    return true
  }

  /** Takes it even where it was not there: what is owed has to come back first. @returns whether nothing is owed */
  charge(amount: number, now: Millis): boolean {
    this.#fill(now)
    this.#left -= amount
    return this.#left >= 0
  }

  /** When nothing is owed any more. */
  evenAt(now: Millis): Millis {
    this.#fill(now)
    return this.#left >= 0 ? now : after(now, Math.ceil((-this.#left * 1000) / this.#perSecond))
  }

  left(now: Millis): number {
    this.#fill(now)
    return this.#left
  }

  #fill(now: Millis): void {
    if (now <= this.#at) return
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
  }
}
