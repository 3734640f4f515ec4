// Addresses where nodes may be: of an earlier run, typed, or told by peers. Where a node that knows too few goes on trying.
// Invariants: at most MAX_KNOWN, the one told first forgotten first; each is offered once a round, and a new round begins no
// sooner than told: a computer that was offline when it started finds in by itself, and nobody is pestered.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'

/** A saved table, and what is typed or comes with torrents. */
const MAX_KNOWN = 300
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 5 * 60_000

export class Beginnings {
  readonly #known = new Map<string, Endpoint>()
  readonly #waiting = new Map<string, Endpoint>()
  #pauseMs = FIRST_PAUSE_MS
  #roundAt: Millis | undefined

  add(endpoints: Iterable<Endpoint>): void {
    for (const endpoint of endpoints) {
      const key = endpointText(endpoint)
      this.#known.delete(key)
      this.#known.set(key, endpoint)
      this.#waiting.set(key, endpoint)
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= MAX_KNOWN) break
        this.#known.delete(oldest)
        this.#waiting.delete(oldest)
      }
    }
  }

  /** Things may be otherwise now, as after a change of network: everybody is worth trying at once. */
  restart(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    this.#roundAt = undefined
    for (const [key, endpoint] of this.#known) this.#waiting.set(key, endpoint)
  }

  /** Whom to ask now; undefined when this round is over or there is nobody. */
  next(now: Millis): Endpoint | undefined {
    if (this.#waiting.size === 0 && this.#known.size > 0) {
      this.#roundAt ??= after(now, this.#pauseMs)
      if (now < this.#roundAt) return undefined
      this.#roundAt = undefined
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
      for (const [key, endpoint] of this.#known) this.#waiting.set(key, endpoint)
    }
    for (const [key, endpoint] of this.#waiting) {
      this.#waiting.delete(key)
      return endpoint
    }
    return undefined
  }

  /** Those told last. */
  last(count: number): Endpoint[] {
    return [...this.#known.values()].slice(-count)
  }

  /** When a new round may begin; undefined when none is waited for. */
  get roundAt(): Millis | undefined {
    return this.#roundAt
  }
}
