// When an answer is late: the round trip as RFC 6298 estimates it, and the timeout that follows from it.
// Invariant: the timeout lies between LEAST_TIMEOUT_MS and MOST_TIMEOUT_MS, doubled for every timeout in a row.

import { INITIAL_TIMEOUT_MS, LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS } from './limits.ts'

export class RoundTrip {
  /** Smoothed; undefined before the first measurement. */
  #smoothedMs: number | undefined
  #leastMs = 0
  #variationMs = 0
  /** Timeouts since something new was acked. */
  #backedOff = 0

  /** Of a packet that was sent once only (Karn): else nobody knows which of its copies was acked. */
  measured(sampleMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#leastMs = sampleMs
      this.#smoothedMs = sampleMs
      this.#variationMs = sampleMs / 2
    } else {
      this.#leastMs = Math.min(this.#leastMs, sampleMs)
      this.#variationMs += (Math.abs(this.#smoothedMs - sampleMs) - this.#variationMs) / 4
      this.#smoothedMs += (sampleMs - this.#smoothedMs) / 8
    }
  }

  backOff(): void {
    this.#backedOff++
  }

  /** Something new was acked. */
  progressed(): void {
    this.#backedOff = 0
  }

  get timeoutsInRow(): number {
    return this.#backedOff
  }

  get smoothedMs(): number | undefined {
    return this.#smoothedMs
  }

  /** 0 before the first measurement. */
  get leastMs(): number {
    return this.#leastMs
  }

  get timeoutMs(): number {
    const once =
      this.#smoothedMs === undefined
        ? INITIAL_TIMEOUT_MS
        : Math.max(LEAST_TIMEOUT_MS, this.#smoothedMs + 4 * this.#variationMs)
    return Math.min(MOST_TIMEOUT_MS, once * 2 ** this.#backedOff)
  }
}
