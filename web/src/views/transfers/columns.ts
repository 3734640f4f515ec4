// The columns of the list: what each sorts by, how wide it is, and in which density it is there from the start.

import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import type { Arrangement } from '../../store/order.ts'

export type Density = 'calm' | 'server'

/** Undefined is unknown, and last whichever way it is sorted. */
type SortKey = (row: TransferRow) => number | string | undefined

interface Column {
  /** Rem; the first two grow with the window in the calm list. */
  readonly width: number
  readonly numeric: boolean
  /** Sorting begins with the largest. */
  readonly largestFirst: boolean
  readonly key: SortKey
}

const text = (width: number, key: SortKey): Column => ({ width, numeric: false, largestFirst: false, key })
const amount = (width: number, key: SortKey): Column => ({ width, numeric: true, largestFirst: true, key })
const momentOf = (at: string | null): number | undefined => (at === null ? undefined : Date.parse(at))
const some = (value: number): number | undefined => (value === 0 ? undefined : value)

/** What needs a person first, then what moves, what waits, what rests. */
const STATE_ORDER: Readonly<Record<TransferRow['state'], number>> = {
  failed: 0,
  getting: 1,
  listing: 2,
  checking: 3,
  hashing: 4,
  moving: 5,
  opening: 6,
  waiting: 7,
  queued: 8,
  giving: 9,
  paused: 10,
  done: 11,
}

export const COLUMNS = {
  name: text(20, (row) => nameKey(row.name)),
  state: text(18, (row) => (row.needsYou ? -1 : STATE_ORDER[row.state])),
  progress: amount(6, doneShare),
  size: amount(5.5, (row) => row.totalBytes),
  down: amount(5.5, (row) => some(row.downBytesPerSecond)),
  up: amount(5.5, (row) => some(row.upBytesPerSecond)),
  left: { ...amount(7, (row) => row.secondsLeft ?? undefined), largestFirst: false },
  peers: amount(4.5, (row) => some(row.peers)),
  copies: amount(6.5, (row) => row.copiesElsewhere),
  seeds: amount(4.5, (row) => some(row.seeds)),
  ratio: amount(4.5, (row) => row.ratio),
  given: amount(5.5, (row) => row.givenBytes),
  category: text(7, (row) => row.category?.toLowerCase()),
  tags: text(8, (row) => (row.tags.length === 0 ? undefined : row.tags.join(', ').toLowerCase())),
  tracker: text(10, (row) => row.tracker?.toLowerCase()),
  folder: text(12, (row) => row.saveFolder),
  queue: { ...amount(4.5, (row) => row.queuePosition ?? undefined), largestFirst: false },
  added: amount(7.5, (row) => momentOf(row.addedAt)),
  finished: amount(7.5, (row) => momentOf(row.finishedAt)),
  active: amount(7.5, (row) => momentOf(row.lastActiveAt)),
} as const satisfies Readonly<Record<string, Column>>

export type ColumnId = keyof typeof COLUMNS

export const ALL_COLUMNS = Object.keys(COLUMNS) as readonly ColumnId[]

export const DEFAULT_COLUMNS: Readonly<Record<Density, readonly ColumnId[]>> = {
  calm: ['name', 'state', 'down', 'up', 'left', 'peers', 'copies'],
  server: [
    'name',
    'state',
    'progress',
    'size',
    'down',
    'up',
    'left',
    'peers',
    'seeds',
    'copies',
    'ratio',
    'category',
    'tags',
    'tracker',
    'folder',
    'added',
    'active',
  ],
}

export interface Sort {
  readonly column: ColumnId
  readonly descending: boolean
}

export const DEFAULT_SORT: Sort = { column: 'added', descending: true }

/** `name`, `-size`; undefined for what is no column. */
export function parseSort(text: string): Sort | undefined {
  const descending = text.startsWith('-')
  const column = ALL_COLUMNS.find((id) => id === (descending ? text.slice(1) : text))
  return column === undefined ? undefined : { column, descending }
}

export function formatSort({ column, descending }: Sort): string {
  return `${descending ? '-' : ''}${column}`
}

/** By that column; equal ones by when they were added, so that the order never depends on chance. */
export function sortingBy({ column, descending }: Sort): Pick<Arrangement<TransferRow>, 'key' | 'compare'> {
  const { key } = COLUMNS[column] as Column
  const turned = descending ? -1 : 1
  return {
    key,
    compare(a, b) {
      const left = a.key as ReturnType<SortKey>
      const right = b.key as ReturnType<SortKey>
      if (left !== right) {
        if (left === undefined) return 1
        if (right === undefined) return -1
        return left < right ? -turned : turned
      }
      if (a.row.addedAt !== b.row.addedAt) return a.row.addedAt < b.row.addedAt ? 1 : -1
      return a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0
    },
  }
}

export function doneShare({ doneBytes, wantedBytes, state }: TransferRow): number {
  if (wantedBytes > 0) return Math.min(1, doneBytes / wantedBytes)
  return state === 'giving' || state === 'done' ? 1 : 0
}

/** Upper and lower case are one, and "part 9" comes before "part 10". */
export function nameKey(name: string): string {
  // Most names are plain, and ten thousand of them are sorted at a press.
  const letters = /^[ -~]*$/.test(name) ? name : name.normalize('NFKD')
  return letters.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'))
}
