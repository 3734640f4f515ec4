// What is kept no longer: entries older than the circle's days, and the oldest ones beyond its bytes. Which ones is told by what
// stands signed in them (time and clock), never by when they came, so that members who have the same entries keep the same.

import { after, type Millis } from '../../base/ids.ts'
import type { CircleId } from '../ids.ts'
import type { LogSync } from '../log/log-sync.ts'
import type { CirclePolicy } from '../membership.ts'
import type { Book } from './book.ts'
import type { EntryStore } from './chat-store.ts'
import { DAY_SECONDS } from './limits.ts'
import { SteadyClock } from './steady-clock.ts'

const EVERY_MS = 600_000
/** Pruned again as soon as a circle has grown by so much: never much more than it may have. */
const GROWN_BYTES = 4 * 1_048_576

export class Retention {
  readonly #store: EntryStore
  readonly #sync: LogSync
  readonly #book: Book
  readonly #restate: (circle: CircleId) => void
  readonly #grown = new Map<CircleId, number>()
  readonly #clock = new SteadyClock()
  #at: Millis | undefined
  /** Undefined while nobody knows how old anything is: then only bytes count. */
  #seconds: number | undefined

  constructor(store: EntryStore, sync: LogSync, book: Book, restate: (circle: CircleId) => void) {
    this.#store = store
    this.#sync = sync
    this.#book = book
    this.#restate = restate
  }

  grew(circle: CircleId, bytes: number): void {
    this.#grown.set(circle, (this.#grown.get(circle) ?? 0) + bytes)
  }

  due(now: Millis, wallSeconds: number): boolean {
    if (this.#at !== undefined && now < this.#at && !this.#hasGrown()) return false
    this.#at = after(now, EVERY_MS)
    this.#grown.clear()
    this.#seconds = this.#clock.seconds(now, wallSeconds)
    return true
  }

  deadline(): Millis | undefined {
    return this.#hasGrown() ? (0 as Millis) : (this.#at ?? (0 as Millis))
  }

  prune(circle: CircleId, policy: CirclePolicy): void {
    const oldest = this.#seconds === undefined ? 0 : this.#seconds - policy.retentionDays * DAY_SECONDS
    const full = this.#store.bytes(circle) > policy.retentionBytes
    const clock = full ? this.#store.clockWithin(circle, policy.retentionBytes) : 0
    let cut = false
    for (const { author, begin, seq } of [...this.#sync.chains(circle).values()]) {
      if (begin > seq) continue
      const first = this.#store.firstKept(circle, author, oldest, clock)
      if (first <= begin) continue
      this.#sync.prune(circle, author, first)
      this.#book.prune(circle, author, first - 1)
      cut = true
    }
    if (cut) this.#restate(circle)
  }

  #hasGrown(): boolean {
    for (const bytes of this.#grown.values()) if (bytes >= GROWN_BYTES) return true
    return false
  }
}
