// Announces in the DHT, in turn, the content torrents that are offered to everyone: nobody could find a file by its content
// otherwise, and a library of a million files cannot be announced at once. Within a stated budget it goes round and round.
// Promise: at most one new key in NEXT_EVERY_MS and AT_ONCE at a time; what the source does not give is never announced, and
// no round begins sooner than ROUND_MS after the last one began.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import { after, type Millis, type WireHash, wireHashFromBytes } from '../../base/ids.ts'
import type { DhtDiscovery, DhtMember } from '../discovery/dht.ts'
import type { ContentSource } from './content-source.ts'

/**
 * A lookup asks some 60 nodes: 15 of them a minute are 15 questions a second and about 1.5 KB/s each way. So 225 entries
 * are announced as often as torrents are (a quarter of an hour); of 10,000 each has its turn twice a day.
 */
export const NEXT_EVERY_MS = 4_000
/** Each is looked for during this many turns: 12 s, where most lookups take five. Torrents have 8 lookups in all. */
export const AT_ONCE = 3
/** BEP 5 has nodes forget an announce after a while; torrents repeat it as often. */
export const ROUND_MS = 15 * 60_000
/** Asked of the source at a time. */
const PAGE = 64

export interface ContentAnnouncerOptions {
  readonly source: Pick<ContentSource, 'after'>
  readonly wakes: DeadlineQueue
  /** Undefined while it is off. */
  readonly dht: () => Pick<DhtDiscovery, 'join' | 'review'> | undefined
  readonly now: () => Millis
  /** Announced for itself already: a torrent of the person's own. */
  readonly hasOwn: (hash: WireHash) => boolean
}

export class ContentAnnouncer implements Sleeper, DhtMember {
  readonly #options: ContentAnnouncerOptions
  /** Looked for and announced now, the oldest first. */
  readonly #window: WireHash[] = []
  #page: Uint8Array[] = []
  #asking = false
  #last: Uint8Array | undefined
  #isLastPage = false
  #roundBeganAt: Millis | undefined
  #nextRoundAt: Millis | undefined
  #leave: (() => void) | undefined
  #closed = false
  /** Keys that had their turn since the session was opened. */
  announced = 0

  constructor(options: ContentAnnouncerOptions) {
    this.#options = options
  }

  start(): void {
    this.#leave = this.#options.dht()?.join(this)
    if (this.#leave !== undefined) this.#options.wakes.set(this, after(this.#options.now(), NEXT_EVERY_MS))
  }

  /** What is offered changed: what is said now may not be any more, and what is new need not wait for the end of a rest. */
  offersChanged(): void {
    this.#window.length = 0
    this.#page = []
    this.#last = undefined
    this.#isLastPage = false
    this.#nextRoundAt = undefined
    this.#options.dht()?.review()
    if (this.#leave !== undefined && !this.#closed)
      this.#options.wakes.hasten(this, after(this.#options.now(), NEXT_EVERY_MS))
  }

  close(): void {
    this.#closed = true
    this.#window.length = 0
    this.#leave?.()
    this.#options.wakes.forget(this)
  }

  wake(now: Millis): Millis | undefined {
    if (this.#closed) return undefined
    if (this.#nextRoundAt !== undefined && now < this.#nextRoundAt) {
      this.#window.length = 0
      this.#options.dht()?.review()
      return this.#nextRoundAt
    }
    this.#nextRoundAt = undefined
    const next = this.#page.shift()
    if (next !== undefined) this.#turn(wireHashFromBytes(next))
    else if (this.#isLastPage) this.#rest()
    else void this.#ask(now)
    return after(now, NEXT_EVERY_MS)
  }

  #turn(hash: WireHash): void {
    if (this.#options.hasOwn(hash)) return
    this.#window.push(hash)
    if (this.#window.length > AT_ONCE) this.#window.shift()
    this.announced++
    this.#options.dht()?.review()
  }

  async #ask(now: Millis): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    this.#roundBeganAt ??= now
    const from = this.#last
    // A source that cannot say now is asked again with the next turn.
    const page = await this.#options.source.after(from, PAGE).catch(() => undefined)
    this.#asking = false
    if (page === undefined || this.#closed) return
    this.#page = [...page]
    this.#last = page.at(-1)
    this.#isLastPage = page.length < PAGE
  }

  #rest(): void {
    this.#nextRoundAt = after(this.#roundBeganAt ?? this.#options.now(), ROUND_MS)
    this.#roundBeganAt = undefined
    this.#last = undefined
    this.#isLastPage = false
  }

  // ── DhtMember ──

  keys(): readonly WireHash[] {
    return this.#window
  }

  seed(): boolean {
    return true
  }

  /** Nobody is dialled: who wants the file comes. */
  found(): number {
    return 0
  }

  wantsPeers(): boolean {
    return false
  }

  isStranded(): boolean {
    return false
  }
}
