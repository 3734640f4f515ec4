// The wall clock as far as it is to be trusted with what cannot be undone: a time that it leapt to counts only after it has gone on
// evenly for an hour. A computer whose clock is a month ahead for a while would else throw away a month of everybody's words.
// A sleep looks like a leap, too: it costs an hour's patience, and nothing else.

import { after, type Millis } from '../../base/ids.ts'

/** Clocks that are wrong are set right within minutes of a start, by the network or by whoever sees them. */
export const STEADY_MS = 3_600_000
/** Clocks are set by seconds all the time. */
const LEAP_SECONDS = 600

export class SteadyClock {
  #before: { readonly now: Millis; readonly seconds: number } | undefined
  #steadyAt: Millis | undefined

  /** Seconds since 1970; undefined while it is not known to be right. Asked now and then. */
  seconds(now: Millis, wallSeconds: number): number | undefined {
    const before = this.#before
    this.#before = { now, seconds: wallSeconds }
    const expected = before === undefined ? undefined : before.seconds + (now - before.now) / 1_000
    if (expected === undefined || Math.abs(wallSeconds - expected) > LEAP_SECONDS)
      this.#steadyAt = after(now, STEADY_MS)
    return this.#steadyAt !== undefined && now < this.#steadyAt ? undefined : wallSeconds
  }
}
