// Who was turned away in the last hour, by reason: bans, filters, wrong tokens, foreign hosts, limits (INTERFACE.md A4, Network).
// Bounded: a fixed number of reasons, and of each a few examples and a count for every minute of the hour.

import type { GuardRow } from '../api/schemas/status.ts'

/** Reasons are codes of ours; more than these would be a mistake of ours. */
const MAX_REASONS = 64
const MAX_EXAMPLES = 5
const MAX_EXAMPLE_CHARACTERS = 200
const MINUTES = 60
const MINUTE_MS = 60_000

interface Reason {
  /** One count for each minute, by minute modulo 60, and the minute it was last counted in. */
  readonly counts: Uint32Array
  readonly minutes: Float64Array
  examples: readonly string[]
  lastAt: number
  undo: (() => void) | undefined
}

export class Guard {
  readonly #reasons = new Map<string, Reason>()
  readonly #now: () => number

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * @param reason a stable code: BANNED, FILTERED, TOKEN_WRONG, HOST_FOREIGN …
   * @param example an address or a host as it may be shown: text from outside
   * @param undo takes back whatever keeps the reason's people out
   */
  turnedAway(reason: string, example: string, undo?: () => void): void {
    const now = this.#now()
    const minute = Math.floor(now / MINUTE_MS)
    let entry = this.#reasons.get(reason)
    if (entry === undefined) {
      if (this.#reasons.size >= MAX_REASONS) return
      entry = {
        counts: new Uint32Array(MINUTES),
        minutes: new Float64Array(MINUTES),
        examples: [],
        lastAt: now,
        undo,
      }
      this.#reasons.set(reason, entry)
    }
    const slot = minute % MINUTES
    if (entry.minutes[slot] !== minute) {
      entry.minutes[slot] = minute
      entry.counts[slot] = 0
    }
    entry.counts[slot] = (entry.counts[slot] ?? 0) + 1
    const shown = example.slice(0, MAX_EXAMPLE_CHARACTERS)
    entry.examples = [shown, ...entry.examples.filter((known) => known !== shown)].slice(0, MAX_EXAMPLES)
    entry.lastAt = now
    if (undo !== undefined) entry.undo = undo
  }

  /** Of the last hour, most first; what is older is forgotten. */
  rows(): GuardRow[] {
    const now = this.#now()
    const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
    const rows: GuardRow[] = []
    for (const [reason, { counts, minutes, examples, lastAt, undo }] of this.#reasons) {
      let count = 0
      for (let slot = 0; slot < MINUTES; slot++) if ((minutes[slot] ?? 0) >= first) count += counts[slot] ?? 0
      if (count === 0) this.#reasons.delete(reason)
      else
        rows.push({
          reason,
          count,
          examples: [...examples],
          lastAt: new Date(lastAt).toISOString(),
          undo: undo !== undefined,
        })
    }
    return rows.sort((a, b) => b.count - a.count)
  }

  /** @returns whether there was something to take back */
  undo(reason: string): boolean {
    const entry = this.#reasons.get(reason)
    if (entry?.undo === undefined) return false
    entry.undo()
    this.#reasons.delete(reason)
    return true
  }
}
