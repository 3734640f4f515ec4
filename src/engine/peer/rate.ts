// Bytes per second of the recent past: an exponential average without timers.
// What was counted t ago weighs 2^(−t / half-life). Young meters divide by the weight they have really seen,
// so that the first second of a transfer already shows its true rate.
// Cost per event: an addition; the decay is computed at most once per STEP_MS.

import type { Millis } from '../../base/ids.ts'

/** Follows a change within a few seconds and does not flicker for people (2–3 s, as other clients do). */
export const RATE_HALF_LIFE_MS = 2_500
/** Events closer than this are taken as one: decay within it is below 1.5 %. */
const STEP_MS = 50
/** A meter younger than this says bytes ÷ this: a first burst must not look like a huge rate. */
const MIN_AGE_MS = 200
/** Below one byte in ten seconds the meter says 0. */
const SILENCE_BYTES_PER_SECOND = 0.1

export class RateMeter {
  #weighted = 0
  #pending = 0
  #startedAt: Millis | undefined
  #decayedAt = 0
  #total = 0

  /** All bytes ever added. */
  get totalBytes(): number {
    return this.#total
  }

  add(bytes: number, now: Millis): void {
    this.#total += bytes
    if (this.#startedAt === undefined) {
      this.#startedAt = now
      this.#decayedAt = now
    } else if (now - this.#decayedAt >= STEP_MS) this.#decay(now)
    this.#pending += bytes
  }

  /** Bytes per second. `now` must not be before the last event. */
  rate(now: Millis): number {
    if (this.#startedAt === undefined) return 0
    if (now - this.#decayedAt >= STEP_MS) this.#decay(now)
    const age = Math.max(MIN_AGE_MS, now - this.#startedAt)
    const seen = 1 - 2 ** (-age / RATE_HALF_LIFE_MS)
    const perSecond = ((this.#weighted + this.#pending) * Math.LN2 * 1000) / (RATE_HALF_LIFE_MS * seen)
    if (perSecond >= SILENCE_BYTES_PER_SECOND) return perSecond
    if (age > MIN_AGE_MS) this.#startedAt = undefined
    return 0
  }

  #decay(now: Millis): void {
    this.#weighted = (this.#weighted + this.#pending) * 2 ** (-(now - this.#decayedAt) / RATE_HALF_LIFE_MS)
    this.#pending = 0
    this.#decayedAt = now
  }
}
