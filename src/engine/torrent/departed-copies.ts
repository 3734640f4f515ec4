// Whole copies at peers that left: they are still there, only not connected (a finished `get` closes). And when somebody who has
// all of it was last connected. Invariant: at most COPIES_REMEMBERED, none that is connected, none older than COPY_REMEMBERED_MS.

import { after, type Millis, type PeerId } from '../../base/ids.ts'

/** A copy that left counts this long: the person wants to know whether to switch off, not who is connected just now. */
const COPY_REMEMBERED_MS = 30 * 60_000

/** More whole copies than this need no counting. */
const COPIES_REMEMBERED = 100

export class DepartedCopies {
  readonly #until = new Map<PeerId, Millis>()
  #lastLeftAt: Millis | undefined

  /** Somebody left who has everything. */
  left(id: PeerId, now: Millis): void {
    this.#lastLeftAt = now
    this.#until.delete(id)
    this.#until.set(id, after(now, COPY_REMEMBERED_MS))
    if (this.#until.size > COPIES_REMEMBERED) {
      for (const oldest of this.#until.keys()) {
        this.#until.delete(oldest)
        break
      }
    }
  }

  /** When the last one left. */
  get lastLeftAt(): Millis | undefined {
    return this.#lastLeftAt
  }

  count(now: Millis, isHere: (id: PeerId) => boolean): number {
    for (const [id, until] of this.#until) if (now >= until || isHere(id)) this.#until.delete(id)
    return this.#until.size
  }
}
