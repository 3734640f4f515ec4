// The rows of all transfers and what changed in them, by a counter: whoever says how far it knows is told what came since.
// Pure. Invariants: the counter grows by one with each commit that changed something, and with no other; a delta has the
// fields that changed and no more; whoever knew too little, or nothing, is told to begin anew.

import type { Change, PeopleChange, TransferDelta } from '../../api/schemas/events.ts'
import type { Totals } from '../../api/schemas/status.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { PeopleNews } from './people-news.ts'

/** Removals remembered: as many as there can be transfers (docs/design/daemon.md). Older cursors begin anew. */
export const MAX_TOMBSTONES = 20_000

export type Notice = NonNullable<Change['notices']>[number]

interface Entry {
  row: TransferRow
  /** Of the commit that it last changed in. */
  version: number
  json: string | undefined
}

export class Table {
  readonly #rows = new Map<string, Entry>()
  /** Ids removed, by the commit that removed them, oldest first. */
  readonly #removed = new Map<string, number>()
  /** Cursors before this one are too old. */
  #oldest = 0
  #cursor = 0
  #changes = 0
  #totals: Totals | undefined
  // What the next commit says.
  #changed = new Map<string, TransferDelta>()
  #gone = new Set<string>()
  #totalsChanged: Partial<Totals> = {}
  #notices: Notice[] = []
  #people = new PeopleNews()

  get cursor(): number {
    return this.#cursor
  }

  /** Another number whenever a row is not what it was, committed or not. */
  get changes(): number {
    return this.#changes
  }

  get size(): number {
    return this.#rows.size
  }

  get totals(): Totals | undefined {
    return this.#totals
  }

  *rows(): IterableIterator<TransferRow> {
    for (const { row } of this.#rows.values()) yield row
  }

  row(id: string): TransferRow | undefined {
    return this.#rows.get(id)?.row
  }

  hasJson(id: string): boolean {
    return this.#rows.get(id)?.json !== undefined
  }

  /** Made once for each change. */
  json(id: string): string | undefined {
    const entry = this.#rows.get(id)
    if (entry === undefined) return undefined
    entry.json ??= JSON.stringify(entry.row)
    return entry.json
  }

  set(row: TransferRow): void {
    const entry = this.#rows.get(row.id)
    if (entry === undefined) {
      this.#changes++
      this.#rows.set(row.id, { row, version: this.#cursor + 1, json: undefined })
      this.#changed.set(row.id, row)
      this.#gone.delete(row.id)
      this.#removed.delete(row.id)
      return
    }
    const delta = differences(entry.row, row)
    if (delta === undefined) return
    this.#changes++
    entry.row = row
    entry.version = this.#cursor + 1
    entry.json = undefined
    this.#changed.set(row.id, { ...this.#changed.get(row.id), ...delta, id: row.id })
  }

  remove(id: string): void {
    if (!this.#rows.delete(id)) return
    this.#changes++
    this.#changed.delete(id)
    this.#gone.add(id)
  }

  setTotals(totals: Totals): void {
    const before = this.#totals
    this.#totals = totals
    const delta = before === undefined ? totals : differences(before, totals)
    if (delta !== undefined) this.#totalsChanged = { ...this.#totalsChanged, ...delta }
  }

  /** Something that is told once, to whoever listens then. */
  notice(notice: Notice): void {
    this.#notices.push(notice)
  }

  /** As a notice; of each thing that changed once. */
  people(change: PeopleChange): void {
    this.#people.add(change)
  }

  /** What changed since the last commit; undefined when nothing did. */
  commit(): Change | undefined {
    const totals = Object.keys(this.#totalsChanged).length > 0 ? this.#totalsChanged : undefined
    const told = this.#notices.length > 0 || this.#people.size > 0
    const quiet = this.#changed.size === 0 && this.#gone.size === 0 && !told
    if (quiet && totals === undefined) return undefined
    this.#cursor++
    for (const id of this.#gone) this.#bury(id)
    const change: Change = {
      cursor: this.#cursor,
      ...(this.#changed.size === 0 ? {} : { transfers: [...this.#changed.values()] }),
      ...(this.#gone.size === 0 ? {} : { removed: [...this.#gone] }),
      ...(totals === undefined ? {} : { totals }),
      ...(this.#notices.length === 0 ? {} : { notices: this.#notices }),
      ...(this.#people.size === 0 ? {} : { people: this.#people.take() }),
    }
    this.#changed = new Map()
    this.#gone = new Set()
    this.#totalsChanged = {}
    this.#notices = []
    return change
  }

  #bury(id: string): void {
    this.#removed.set(id, this.#cursor)
    if (this.#removed.size <= MAX_TOMBSTONES) return
    for (const [oldest, at] of this.#removed) {
      this.#removed.delete(oldest)
      this.#oldest = at
      return
    }
  }

  /** To be asked right after a commit. Undefined: the cursor is of no use any more. */
  since(cursor: number): Change | undefined {
    if (cursor < this.#oldest || cursor > this.#cursor) return undefined
    const transfers = [...this.#rows.values()].filter(({ version }) => version > cursor).map(({ row }) => row)
    const removed = [...this.#removed].filter(([, at]) => at > cursor).map(([id]) => id)
    return {
      cursor: this.#cursor,
      ...(transfers.length === 0 ? {} : { transfers }),
      ...(removed.length === 0 ? {} : { removed }),
      ...(this.#totals === undefined ? {} : { totals: this.#totals }),
    }
  }
}

/** Fields of `now` that are not what they were; undefined when none is. */
function differences<Shape extends object>(before: Shape, now: Shape): Partial<Shape> | undefined {
  let delta: Partial<Shape> | undefined
  for (const key of Object.keys(now) as (keyof Shape)[]) {
    const [a, b] = [before[key], now[key]]
    if (a === b || (typeof b === 'object' && b !== null && JSON.stringify(a) === JSON.stringify(b))) continue
    delta ??= {}
    delta[key] = b
  }
  return delta
}
