// How much work a device may ask for: a bucket that refills. Whoever asks for more is no member's program.

import type { Millis } from '../../base/ids.ts'

/** One unit is about what reading one pushed head costs. */
const UNITS = 3_000
const UNITS_PER_SECOND = 300

export class WorkBudget {
  #units = UNITS
  #at: Millis

  constructor(now: Millis) {
    this.#at = now
  }

  /** False when it is used up. */
  spend(units: number, now: Millis): boolean {
    this.#units = Math.min(UNITS, this.#units + ((now - this.#at) * UNITS_PER_SECOND) / 1_000)
    this.#at = now
    if (this.#units < units) return false
    this.#units -= units
    return true
  }
}
