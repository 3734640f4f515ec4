// How often something is answered: a token bucket.

import type { Millis } from '../../base/ids.ts'

export class PacketRate {
  readonly #perSecond: number
  readonly #atOnce: number
  #tokens: number
  #at: Millis

  constructor(perSecond: number, atOnce: number, now: Millis) {
    this.#perSecond = perSecond
    this.#atOnce = atOnce
    this.#tokens = atOnce
    this.#at = now
  }

  /** Takes one, if there is one. */
  take(now: Millis): boolean {
    this.#tokens = Math.min(this.#atOnce, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
