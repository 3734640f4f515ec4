// Which torrents may be active: those in front of the queue, as many as are allowed at once.
//
// Downloads and seeds have limits of their own, counted by position. A stalled torrent (active, but nothing moves)
// does not use up a place, so that one dead download does not hold up the queue; it stays active, since only an active
// one can come back to life. `maxActive` bounds all of them, stalled ones included. A forced torrent always runs and
// uses up no place.
// Invariant: the answer depends on nothing but the arguments; a torrent in front is never refused for one behind it
// in the same queue.

export interface QueueEntry<Key> {
  readonly key: Key
  readonly kind: 'download' | 'seed'
  /** Wants to run: neither paused nor failed. */
  readonly wanted: boolean
  readonly forced: boolean
  /** Active for a while without moving a byte. */
  readonly stalled: boolean
}

export interface QueueLimits {
  readonly maxDownloads: number
  readonly maxSeeds: number
  /** All together, stalled ones included. */
  readonly maxActive: number
}

/** Few downloads at once finish sooner than many; seeds cost little when nobody asks. Infinity lifts a limit. */
export const DEFAULT_QUEUE: QueueLimits = { maxDownloads: 5, maxSeeds: 200, maxActive: 500 }

/** Bytes per second below which an active torrent counts as not moving, and for how long before it is stalled. */
export const STALLED_BYTES_PER_SECOND = 1_024
export const STALLED_AFTER_MS = 60_000

/** @param entries in the order of the queue, the first in front */
export function activeTorrents<Key>(
  entries: readonly QueueEntry<Key>[],
  limits: QueueLimits,
): ReadonlySet<Key> {
  const active = new Set<Key>()
  const places = { download: limits.maxDownloads, seed: limits.maxSeeds }
  for (const entry of entries) if (entry.wanted && entry.forced) active.add(entry.key)
  const waiting = entries.filter((entry) => entry.wanted && !entry.forced)
  let left = limits.maxActive
  // Downloads first: finishing something is worth more than one more seed.
  for (const kind of ['download', 'seed'] as const) {
    for (const entry of waiting) {
      if (entry.kind !== kind) continue
      if (places[kind] <= 0 || left <= 0) break
      active.add(entry.key)
      left--
      if (!entry.stalled) places[kind]--
    }
  }
  return active
}
