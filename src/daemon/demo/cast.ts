// Who plays: one that has the file, three that want it, and how fast each may give.

export const SHARER = 'Ana'
export const GETTERS = ['Ben', 'Caro', 'Dev'] as const

export type FishName = typeof SHARER | (typeof GETTERS)[number]

export const CAST: readonly FishName[] = [SHARER, ...GETTERS]

export interface Rates {
  /** Until everybody has joined: the first one there would otherwise have all before the last one came. */
  readonly waitingBytesPerSecond: number
  readonly sharerBytesPerSecond: number
  /** Of each getter while the sharer is there, and after it left. */
  readonly besideSharerBytesPerSecond: number
  readonly amongGettersBytesPerSecond: number
}

/** One copy is out after about this long: time enough to watch. */
const SPREAD_SECONDS = 5.5
/** Four processes and one disk of a small computer keep up with this. */
const MOST_BYTES_PER_SECOND = 60_000_000
/** Below this a small file would take as long as the film and show no more. */
const LEAST_BYTES_PER_SECOND = 2_000_000
/**
 * When one copy is out, each getter has its third of it and an eighth from the others: nobody has all, and nobody gets
 * there by accident while the sharer's process is ending, however slow the computer.
 */
const SHARER_TO_BESIDE = 8
/** What is left then goes between them in about as long as the first half took. */
const SHARER_TO_AMONG = 1.5
/** Enough for the metadata and a first piece, so that the others see something begin. */
const SHARER_TO_WAITING = 10

/** Loopback would be over in a second, with nothing to see; so everybody gives at the rate of a good line. */
export function ratesFor(totalBytes: number): Rates {
  const wished = totalBytes / SPREAD_SECONDS
  const sharer = Math.min(MOST_BYTES_PER_SECOND, Math.max(LEAST_BYTES_PER_SECOND, wished))
  return {
    waitingBytesPerSecond: Math.round(sharer / SHARER_TO_WAITING),
    sharerBytesPerSecond: Math.round(sharer),
    besideSharerBytesPerSecond: Math.round(sharer / SHARER_TO_BESIDE),
    amongGettersBytesPerSecond: Math.round(sharer / SHARER_TO_AMONG),
  }
}
