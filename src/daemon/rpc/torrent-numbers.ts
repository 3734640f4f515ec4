// The small numbers by which Transmission's clients call torrents, and what changed lately.
// Invariants: a number is given once and never again while the daemon runs; numbers follow the order of adding, so that
// they stay what they were after a restart as long as nothing before them was removed (clients see a new session id).

import type { Change } from '../../api/schemas/events.ts'
import type { Feed } from '../feed.ts'

/** "Recently active" is the last minute, as in Transmission. */
export const RECENT_MS = 60_000
/** Without a request for this long nobody is asking any more, and rows are not followed for nobody. */
const UNASKED_MS = 300_000

export class TorrentNumbers {
  readonly #feed: Feed
  readonly #now: () => number
  readonly #numbers = new Map<string, number>()
  readonly #ids = new Map<number, string>()
  /** Of rows that are there; forgotten when they are gone or the minute is over. */
  readonly #changedAt = new Map<string, number>()
  readonly #removedAt = new Map<number, number>()
  #next = 1
  #askedAt = 0
  #following: { close(): void } | undefined

  /** @param now milliseconds, never backwards */
  constructor(feed: Feed, now: () => number) {
    this.#feed = feed
    this.#now = now
  }

  /** Brings numbers up to date with the rows; before each request. Until it follows them, each may have changed. */
  refresh(): void {
    this.#askedAt = this.#now()
    if (this.#following === undefined) {
      this.#following = this.#feed.follow(undefined, (change) => this.#heard(change))
      this.#allChanged()
    }
    let rows = 0
    for (const { id } of this.#feed.rows()) {
      rows++
      if (this.#numbers.has(id)) continue
      this.#numbers.set(id, this.#next)
      this.#ids.set(this.#next++, id)
      this.#changedAt.set(id, this.#now())
    }
    if (rows < this.#numbers.size)
      for (const id of [...this.#numbers.keys()]) if (this.#feed.row(id) === undefined) this.#forget(id)
    const oldest = this.#now() - RECENT_MS
    for (const [id, at] of this.#changedAt) if (at < oldest) this.#changedAt.delete(id)
    for (const [number, at] of this.#removedAt) if (at < oldest) this.#removedAt.delete(number)
  }

  number(id: string): number {
    return this.#numbers.get(id) ?? 0
  }

  id(number: number): string | undefined {
    return this.#ids.get(number)
  }

  isRecent(id: string): boolean {
    return this.#changedAt.has(id)
  }

  recentlyRemoved(): number[] {
    return [...this.#removedAt.keys()]
  }

  close(): void {
    this.#following?.close()
    this.#following = undefined
  }

  #heard({ reset, transfers = [], removed = [] }: Change): void {
    const now = this.#now()
    if (now - this.#askedAt > UNASKED_MS) {
      this.close()
      return
    }
    for (const { id } of transfers) this.#changedAt.set(id, now)
    for (const id of removed) this.#forget(id)
    if (reset === true) this.#allChanged()
  }

  #allChanged(): void {
    for (const { id } of this.#feed.rows()) this.#changedAt.set(id, this.#now())
  }

  #forget(id: string): void {
    const number = this.#numbers.get(id)
    this.#changedAt.delete(id)
    if (number === undefined) return
    this.#numbers.delete(id)
    this.#ids.delete(number)
    this.#removedAt.set(number, this.#now())
  }
}
