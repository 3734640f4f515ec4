// How often strangers may make us look for content that is not open: a memory of what was not found, and an allowance for
// each address and for all together. Pure; the caller asks the source.
// Invariant: every map has a limit; what is over the allowance is answered like what is not here.

import { after, type Millis } from '../../base/ids.ts'

/** All together: a database answers thousands in a second, and those who really want something come once. */
export const ASKS_PER_SECOND = 50
/** One address, in each WINDOW_MS: a person's Shoal asks for what it gets, a scanner for all it can think of. */
export const ASKS_PER_HOST = 20
export const WINDOW_MS = 10_000
/** Of addresses in one window; beyond them only the common allowance counts. */
const MAX_HOSTS = 1_024
/** What was not found is not looked for again for so long; what is offered anew forgets it at once (`forget`). */
const NOT_FOUND_MS = 60_000
/** 100 bytes each. The oldest is forgotten first, which costs one more look. */
const MAX_NOT_FOUND = 4_096

/** The same where those who ask were let in one by one: a folder is asked for file by file. */
export const ASKS_PER_MEMBER = 1_000

export class ContentAsks {
  readonly #perHost: number
  readonly #notFound = new Map<string, Millis>()
  readonly #hosts = new Map<string, number>()
  #windowEndsAt = 0 as Millis
  #secondEndsAt = 0 as Millis
  #thisSecond = 0

  constructor(perHost: number = ASKS_PER_HOST) {
    this.#perHost = perHost
  }

  /** Whether to look for it now. @param key hash or tag, as text */
  mayAsk(key: string, host: string, now: Millis): boolean {
    const until = this.#notFound.get(key)
    if (until !== undefined && now < until) return false
    if (now >= this.#windowEndsAt) {
      this.#hosts.clear()
      this.#windowEndsAt = after(now, WINDOW_MS)
    }
    if (now >= this.#secondEndsAt) {
      this.#thisSecond = 0
      this.#secondEndsAt = after(now, 1_000)
    }
    const asked = this.#hosts.get(host) ?? 0
    if (asked >= this.#perHost || this.#thisSecond >= Math.max(ASKS_PER_SECOND, this.#perHost)) return false
    if (asked > 0 || this.#hosts.size < MAX_HOSTS) this.#hosts.set(host, asked + 1)
    this.#thisSecond++
    return true
  }

  notFound(key: string, now: Millis): void {
    this.#notFound.delete(key)
    if (this.#notFound.size >= MAX_NOT_FOUND)
      this.#notFound.delete(this.#notFound.keys().next().value as string)
    this.#notFound.set(key, after(now, NOT_FOUND_MS))
  }

  /** Something else is offered now. */
  forget(): void {
    this.#notFound.clear()
  }

  /** How much is remembered. */
  get size(): number {
    return this.#notFound.size + this.#hosts.size
  }
}
