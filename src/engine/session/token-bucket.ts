// A byte rate limit: tokens arrive with time up to a burst; whoever sends or asks takes tokens first.
// Invariant: between any two moments no more is granted (and not given back) than rate × time + burst.

import { after, type Millis } from '../../base/ids.ts'

/** A limited transfer moves in steps of this at most, so that it looks and behaves steady. */
const BURST_MS = 250
/** Two blocks: below one block nothing could ever be granted whole. */
export const MIN_BURST_BYTES = 32_768

export class TokenBucket {
  readonly bytesPerSecond: number
  readonly burstBytes: number
  #tokens: number
  #at: Millis

  /** Starts full. @param bytesPerSecond 0 grants the first burst and then nothing. */
  constructor(bytesPerSecond: number, now: Millis, burstBytes?: number) {
    this.bytesPerSecond = Math.max(0, bytesPerSecond)
    this.burstBytes = burstBytes ?? Math.max(MIN_BURST_BYTES, (this.bytesPerSecond * BURST_MS) / 1000)
    this.#tokens = this.burstBytes
    this.#at = now
  }

  /** Takes up to `wanted` bytes. @returns how many were granted (whole bytes, 0 … wanted). */
  take(wanted: number, now: Millis): number {
    this.#fill(now)
    const granted = Math.max(0, Math.min(wanted, Math.floor(this.#tokens)))
    this.#tokens -= granted
    return granted
  }

  /** Puts back what was granted and not used. */
  give(bytes: number): void {
    this.#tokens = Math.min(this.burstBytes, this.#tokens + bytes)
  }

  /** Bytes that could be taken now. */
  available(now: Millis): number {
    this.#fill(now)
    return Math.floor(this.#tokens)
  }

  /** When `wanted` bytes (at most a burst) will be there; far away when the rate is 0. */
  nextAt(wanted: number, now: Millis): Millis {
    this.#fill(now)
    const missing = Math.min(wanted, this.burstBytes) - this.#tokens
    if (missing <= 0) return now
    return after(now, Math.ceil((missing * 1000) / this.bytesPerSecond))
  }

  #fill(now: Millis): void {
    if (now <= this.#at) return
    this.#tokens = Math.min(this.burstBytes, this.#tokens + ((now - this.#at) * this.bytesPerSecond) / 1000)
    this.#at = now
  }
}
