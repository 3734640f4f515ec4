// A router's clock as its answers show it: when it does not fit ours, the router was restarted and forgot its mappings.
// RFC 6887, section 8.5 (RFC 6886, section 3.6 has the same idea with a coarser tolerance).

import type { Millis } from '../../base/ids.ts'

export class EpochWatch {
  #serverS: number | undefined
  #at = 0 as Millis

  /** Call with each answer. @returns false when the router has lost what it knew since the last one. */
  accept(serverS: number, now: Millis): boolean {
    const before = this.#serverS
    const clientDeltaS = (now - this.#at) / 1_000
    this.#serverS = serverS
    this.#at = now
    if (before === undefined) return true
    // One second back is rounding.
    if (serverS < before - 1) return false
    const serverDeltaS = serverS - before
    return (
      clientDeltaS + 2 >= serverDeltaS - serverDeltaS / 16 &&
      serverDeltaS + 2 >= clientDeltaS - clientDeltaS / 16
    )
  }
}
