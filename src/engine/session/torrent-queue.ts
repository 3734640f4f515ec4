// Starts and parks torrents so that only as many run as are allowed at once; who and why is queue-policy's decision, the order
// is queue-order's. Invariant: a torrent that the person paused is never started here, and one that failed is not tried again
// by itself.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type QueueMove, QueueOrder } from './queue-order.ts'
import {
  activeTorrents,
  type QueueEntry,
  type QueueLimits,
  STALLED_AFTER_MS,
  STALLED_BYTES_PER_SECOND,
} from './queue-policy.ts'

/** Places change hands slowly: a look every five seconds is enough; what finished or failed is looked at at once. */
const LOOK_EVERY_MS = 5_000
/** A look at ten thousand takes milliseconds, and each that is added asks for one: then they share one every 200 ms. */
const TORRENTS_IN_A_MS = 50
/** Started or parked in one look, a few milliseconds: where thousands get their places at once, others have their turn. */
const CHANGES_IN_A_LOOK = 100
/** The next of them follow then. */
const GOES_ON_AFTER_MS = 5

/** What the queue asks of a torrent. */
export interface QueuedTorrent {
  readonly stateName: 'metadata' | 'checking' | 'live' | 'paused' | 'failed'
  /** All that is wanted of it is here, as far as is known. */
  readonly hasAllWanted: boolean
  bytesPerSecond(now: Millis): number
  start(): void
  pause(): Promise<void>
}

interface Queued {
  wanted: boolean
  forced: boolean
  /** Since when nothing moved while it was running. */
  stillSince: Millis | undefined
  /** Parked by the queue (not by the person). */
  parked: boolean
}

export class TorrentQueue<Torrent extends QueuedTorrent> implements Sleeper {
  #limits: QueueLimits
  readonly #wakes: DeadlineQueue
  readonly #now: () => Millis
  readonly #torrents = new Map<Torrent, Queued>()
  readonly #order = new QueueOrder<Torrent>()
  #lookedAt: Millis | undefined

  constructor(limits: QueueLimits, wakes: DeadlineQueue, now: () => Millis) {
    this.#limits = limits
    this.#wakes = wakes
    this.#now = now
  }

  get limits(): QueueLimits {
    return this.#limits
  }

  setLimits(limits: QueueLimits): void {
    this.#limits = limits
    this.apply()
  }

  /** At the end of the queue; starts in a moment if it is wanted and there is a place, never inside this call. */
  add(torrent: Torrent, how: { readonly wanted?: boolean; readonly forced?: boolean } = {}): void {
    const { wanted = true, forced = false } = how
    this.#torrents.set(torrent, { wanted, forced, stillSince: undefined, parked: false })
    this.#order.add(torrent)
    this.apply()
  }

  remove(torrent: Torrent): void {
    this.#torrents.delete(torrent)
    this.#order.remove(torrent)
    if (this.#torrents.size === 0) this.#wakes.forget(this)
    else this.apply()
  }

  /** From 0, among all, running ones and paused ones too. */
  position(torrent: Torrent): number | undefined {
    return this.#order.place(torrent)
  }

  move(torrent: Torrent, to: QueueMove): void {
    this.#order.move(torrent, to)
    this.apply()
  }

  /** Several as one block that keeps its inner order. */
  moveAll(torrents: readonly Torrent[], to: Exclude<QueueMove, number>): void {
    this.#order.moveAll(torrents, to)
    this.apply()
  }

  /** The person's word. */
  setWanted(torrent: Torrent, wanted: boolean): void {
    const queued = this.#torrents.get(torrent)
    if (queued === undefined) return
    queued.wanted = wanted
    this.apply()
  }

  /** Whether the person wants it to run. */
  isWanted(torrent: Torrent): boolean {
    return this.#torrents.get(torrent)?.wanted ?? false
  }

  /** Runs whatever the limits say. */
  setForced(torrent: Torrent, forced: boolean): void {
    const queued = this.#torrents.get(torrent)
    if (queued === undefined) return
    queued.forced = forced
    this.apply()
  }

  isForced(torrent: Torrent): boolean {
    return this.#torrents.get(torrent)?.forced ?? false
  }

  /** Waits for a place. */
  isParked(torrent: Torrent): boolean {
    return this.#torrents.get(torrent)?.parked ?? false
  }

  /** Looks as soon as the caller is done, or soon where there are thousands: something finished, was added, paused or removed. */
  apply(): void {
    const { size } = this.#torrents
    if (size === 0) return
    const now = this.#now()
    const restMs = Math.floor(size / TORRENTS_IN_A_MS)
    const at = this.#lookedAt === undefined ? now : after(this.#lookedAt, restMs)
    this.#wakes.hasten(this, at < now ? now : at)
  }

  wake(now: Millis): Millis | undefined {
    const done = this.#look(now)
    return this.#torrents.size > 0 ? after(now, done ? LOOK_EVERY_MS : GOES_ON_AFTER_MS) : undefined
  }

  /** False when there is more to start or park. */
  #look(now: Millis): boolean {
    this.#lookedAt = now
    const entries: QueueEntry<Torrent>[] = []
    for (const torrent of this.#order) {
      const queued = this.#torrents.get(torrent) as Queued
      const { stateName } = torrent
      if (stateName !== 'live' || torrent.bytesPerSecond(now) >= STALLED_BYTES_PER_SECOND)
        queued.stillSince = undefined
      else queued.stillSince ??= now
      if (!queued.wanted || stateName === 'failed') continue
      entries.push({
        key: torrent,
        kind: torrent.hasAllWanted ? 'seed' : 'download',
        wanted: true,
        forced: queued.forced,
        stalled: queued.stillSince !== undefined && now - queued.stillSince >= STALLED_AFTER_MS,
      })
    }
    const active = activeTorrents(entries, this.#limits)
    let changes = 0
    for (const [torrent, queued] of this.#torrents) {
      const { stateName } = torrent
      const runs = stateName !== 'paused' && stateName !== 'failed'
      queued.parked = queued.wanted && !active.has(torrent) && stateName !== 'failed'
      const start = active.has(torrent) && stateName === 'paused'
      if (!start && (active.has(torrent) || !runs)) continue
      if (++changes > CHANGES_IN_A_LOOK) continue
      if (start) torrent.start()
      else void torrent.pause()
    }
    return changes <= CHANGES_IN_A_LOOK
  }
}
