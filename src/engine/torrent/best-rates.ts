// What each source has shown that it can give, and what all together have: whoever gave more before than it gives now, while the sum
// stays what it was, shares something with the others, and that is our line.
// Invariant: as many entries as there are sources; what was seen long ago counts less and less.

import type { Millis } from '../../base/ids.ts'

/** A burst is no rate: what holds for some seconds is. */
const SMOOTH_HALF_LIFE_MS = 3_000
/** Sources get slower for reasons of their own too: after many minutes a best says little. */
const BEST_HALF_LIFE_MS = 600_000

interface Shown {
  smooth: number
  best: number
}

export class BestRates<Key> {
  #sources = new Map<Key, Shown>()
  readonly #all: Shown = { smooth: 0, best: 0 }
  #lookedAt: Millis | undefined

  /** Once for each look, with everybody who may be asked. */
  look(rates: ReadonlyMap<Key, number>, now: Millis): void {
    const passedMs = this.#lookedAt === undefined ? 0 : now - this.#lookedAt
    this.#lookedAt = now
    const sources = new Map<Key, Shown>()
    let total = 0
    for (const [key, rate] of rates) {
      const shown = this.#sources.get(key) ?? { smooth: 0, best: 0 }
      pass(shown, rate, passedMs)
      sources.set(key, shown)
      total += rate
    }
    this.#sources = sources
    pass(this.#all, total, passedMs)
  }

  best(key: Key): number {
    return this.#sources.get(key)?.best ?? 0
  }

  get bestTogether(): number {
    return this.#all.best
  }
}

function pass(shown: Shown, rate: number, passedMs: number): void {
  shown.smooth += (rate - shown.smooth) * (1 - 2 ** (-passedMs / SMOOTH_HALF_LIFE_MS))
  shown.best = Math.max(shown.smooth, shown.best * 2 ** (-passedMs / BEST_HALF_LIFE_MS))
}
