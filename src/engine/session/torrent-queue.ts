// Starts and parks torrents so that only as many run as are allowed at once; who and why is queue-policy's decision.
// Invariant: a torrent that the person paused is never started here, and one that failed is not tried again by itself.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Torrent } from '../torrent/torrent.ts'
import {
  activeTorrents,
  type QueueEntry,
  type QueueLimits,
  STALLED_AFTER_MS,
  STALLED_BYTES_PER_SECOND,
} from './queue-policy.ts'

/** Places change hands slowly: a look every five seconds is enough, and a finished download asks for one at once. */
const LOOK_EVERY_MS = 5_000

interface Queued {
  position: number
  wanted: boolean
  forced: boolean
  /** Since when nothing moved while it was running. */
  stillSince: Millis | undefined
  /** Parked by the queue (not by the person). */
  parked: boolean
}

export class TorrentQueue implements Sleeper {
  readonly #limits: QueueLimits
  readonly #wakes: DeadlineQueue
  readonly #now: () => Millis
  readonly #torrents = new Map<Torrent, Queued>()
  #nextPosition = 0

  constructor(limits: QueueLimits, wakes: DeadlineQueue, now: () => Millis) {
    this.#limits = limits
    this.#wakes = wakes
    this.#now = now
  }

  /** At the end of the queue; starts in a moment if there is a place, never inside this call. */
  add(torrent: Torrent): void {
    this.#torrents.set(torrent, {
      position: this.#nextPosition++,
      wanted: true,
      forced: false,
      stillSince: undefined,
      parked: false,
    })
    this.apply()
  }

  remove(torrent: Torrent): void {
    this.#torrents.delete(torrent)
    if (this.#torrents.size === 0) this.#wakes.forget(this)
    else this.apply()
  }

  /** The person's word. */
  setWanted(torrent: Torrent, wanted: boolean): void {
    const queued = this.#torrents.get(torrent)
    if (queued === undefined) return
    queued.wanted = wanted
    this.apply()
  }

  /** Runs whatever the limits say. */
  setForced(torrent: Torrent, forced: boolean): void {
    const queued = this.#torrents.get(torrent)
    if (queued === undefined) return
    queued.forced = forced
    this.apply()
  }

  /** Waits for a place. */
  isParked(torrent: Torrent): boolean {
    return this.#torrents.get(torrent)?.parked ?? false
  }

  /** Looks as soon as the caller is done: something finished, was added, paused or removed. */
  apply(): void {
    this.#wakes.set(this, this.#now())
  }

  wake(now: Millis): Millis | undefined {
    this.#look(now)
    return this.#torrents.size > 0 ? after(now, LOOK_EVERY_MS) : undefined
  }

  #look(now: Millis): void {
    const entries: QueueEntry<Torrent>[] = []
    for (const [torrent, queued] of this.#torrents) {
      const moving = torrent.bytesPerSecond(now) >= STALLED_BYTES_PER_SECOND
      if (moving || torrent.stateName !== 'live') queued.stillSince = undefined
      else queued.stillSince ??= now
      entries.push({
        key: torrent,
        position: queued.position,
        kind: torrent.finished ? 'seed' : 'download',
        wanted: queued.wanted && torrent.stateName !== 'failed',
        forced: queued.forced,
        stalled: queued.stillSince !== undefined && now - queued.stillSince >= STALLED_AFTER_MS,
      })
    }
    const active = activeTorrents(entries, this.#limits)
    for (const [torrent, queued] of this.#torrents) {
      const runs = torrent.stateName !== 'paused' && torrent.stateName !== 'failed'
      queued.parked = queued.wanted && !active.has(torrent) && torrent.stateName !== 'failed'
      if (active.has(torrent) && torrent.stateName === 'paused') torrent.start()
      else if (!active.has(torrent) && runs) void torrent.pause()
    }
  }
}
