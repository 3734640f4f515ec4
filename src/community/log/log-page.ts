// Which records answer a pull: those asked for, in the order in which they came here (so what a record rests on stands before
// it, wherever it came so), up to the size of a page.

import type { CircleId } from '../ids.ts'
import { PAGE_RECORDS, type Want } from './log-frames.ts'
import type { LogStore, StoredRecord } from './log-record.ts'

export interface Page {
  readonly records: readonly Uint8Array[]
  /** Something that was asked for did not fit. */
  readonly more: boolean
}

/** How far each author may be served. */
export interface Serving extends Want {
  readonly until: number
}

/** Read at once of one author. */
const SLICE = 16
/** What stands around a record in the frame: its length and the colon. */
const OVERHEAD_BYTES = 8

interface Cursor {
  readonly serving: Serving
  records: readonly StoredRecord[]
  next: number
}

export function makePage(
  store: LogStore,
  circle: CircleId,
  servings: readonly Serving[],
  limitBytes: number,
): Page {
  const cursors: Cursor[] = []
  for (const serving of servings) {
    const cursor = { serving, records: slice(store, circle, serving, serving.after), next: 0 }
    if (cursor.records.length > 0) cursors.push(cursor)
  }
  const records: Uint8Array[] = []
  let bytes = 0
  while (cursors.length > 0) {
    const at = earliestOf(cursors)
    const cursor = cursors[at] as Cursor
    const record = cursor.records[cursor.next] as StoredRecord
    const size = record.bytes.length + OVERHEAD_BYTES
    // One record always fits: owners bound them below a page.
    if (records.length > 0 && (bytes + size > limitBytes || records.length === PAGE_RECORDS))
      return { records, more: true }
    records.push(record.bytes)
    bytes += size
    cursor.next++
    if (cursor.next < cursor.records.length) continue
    cursor.records = cursor.records.length < SLICE ? [] : slice(store, circle, cursor.serving, record.seq)
    cursor.next = 0
    if (cursor.records.length === 0) cursors.splice(at, 1)
  }
  return { records, more: false }
}

function slice(
  store: LogStore,
  circle: CircleId,
  { author, until }: Serving,
  after: number,
): readonly StoredRecord[] {
  if (after >= until) return []
  return store
    .records(circle, author, after, Math.min(SLICE, until - after))
    .filter(({ seq }) => seq <= until)
}

function earliestOf(cursors: readonly Cursor[]): number {
  let best = 0
  let order = Number.POSITIVE_INFINITY
  cursors.forEach(({ records, next }, index) => {
    const at = (records[next] as StoredRecord).order
    if (at >= order) return
    order = at
    best = index
  })
  return best
}
