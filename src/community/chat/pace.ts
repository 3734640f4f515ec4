// How fast an author may write, by the times that its own entries say: a rule over the chain alone, so that every device stops
// at the same entry, and a history that comes all at once is judged as it was when it was written.

import { DAY_SECONDS, ENTRIES_BURST, ENTRIES_PER_DAY, ENTRIES_PER_SECOND } from './limits.ts'

/** Where an author's chain stands. */
export interface Pace {
  readonly time: number
  readonly lamport: number
  /** Entries that may follow at this moment. */
  readonly left: number
  readonly day: number
  readonly today: number
}

/** What it is with one more entry; undefined where that one is one too many, or goes back in time. */
export function paceAfter(before: Pace | undefined, time: number, lamport: number): Pace | undefined {
  const day = Math.floor(time / DAY_SECONDS)
  if (before === undefined) return { time, lamport, left: ENTRIES_BURST - 1, day, today: 1 }
  if (time < before.time || lamport <= before.lamport) return undefined
  const left = Math.min(ENTRIES_BURST, before.left + (time - before.time) * ENTRIES_PER_SECOND) - 1
  const today = day === before.day ? before.today + 1 : 1
  if (left < 0 || today > ENTRIES_PER_DAY) return undefined
  return { time, lamport, left, day, today }
}
