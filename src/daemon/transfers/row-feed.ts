// The feed: keeps the table current, and tells followers what changed (daemon/feed.ts).
// A row is looked at again when something said that it changed, or while its transfer has peers; a slow round looks at the
// others, so that nothing stays wrong for ever. Promise: without followers there is no timer; while nothing changes nothing
// is told.

import type { Change, PeopleChange } from '../../api/schemas/events.ts'
import type { Totals } from '../../api/schemas/status.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { Feed } from '../feed.ts'
import { type Notice, Table } from './table.ts'

/** Told at most this often (INTERFACE.md: twice a second). */
const STEP_MS = 500
/** Rows of the slow round looked at in one step: ten thousand take two minutes, and cost nothing to speak of. */
const ROUND_ROWS = 40
/** Made in one go: a few milliseconds, well under the 50 ms that nobody may hold the loop. */
const ROWS_AT_ONCE = 200

/** What the rows are made from. */
export interface RowSource {
  ids(): readonly string[]
  /** Undefined when it is gone. */
  row(id: string): TransferRow | undefined
  /** Those that change by themselves: they have peers, or are being hashed, checked or moved. */
  lively(): Iterable<string>
  totals(): Totals
}

export class RowFeed implements Feed {
  readonly epoch: string
  readonly #clock: Clock
  readonly #source: RowSource
  readonly #table = new Table()
  readonly #dirty = new Set<string>()
  readonly #followers = new Set<(change: Change) => void>()
  readonly #fits: (filter: string) => (row: TransferRow) => boolean
  /** Lively at the last look: looked at once more when they are not any more. */
  #lively: readonly string[] = []
  #round: readonly string[] = []
  #roundAt = 0
  #lookedAt: Millis | undefined
  #cancel: (() => void) | undefined
  #cancelCatchUp: (() => void) | undefined
  /** The list that was asked for last, while it holds: megabytes that many a program asks for again and again. */
  #listed: { readonly cursor: number; readonly changes: number; readonly bytes: Uint8Array } | undefined

  /** @param fits reads a filter (api/transfer-filter.ts) */
  constructor(
    clock: Clock,
    epoch: string,
    source: RowSource,
    fits: (filter: string) => (row: TransferRow) => boolean,
  ) {
    this.#clock = clock
    this.epoch = epoch
    this.#source = source
    this.#fits = fits
  }

  /** Something about it changed. */
  touch(id: string): void {
    this.#dirty.add(id)
    if (this.#dirty.size >= ROWS_AT_ONCE) this.#catchUpLater()
  }

  /** Where thousands change at once, their rows are made in turns, before somebody wants all of them. */
  #catchUpLater(): void {
    this.#cancelCatchUp ??= this.#clock.schedule(this.#clock.now(), () => {
      this.#cancelCatchUp = undefined
      const some: string[] = []
      for (const id of this.#dirty) if (some.push(id) >= ROWS_AT_ONCE) break
      for (const id of some) this.#dirty.delete(id)
      this.#look(some)
      for (const id of some) this.#table.json(id)
      if (this.#dirty.size >= ROWS_AT_ONCE) this.#catchUpLater()
    })
  }

  /** Told once: to nobody, where nobody follows. */
  notice(notice: Notice): void {
    if (this.#followers.size > 0) this.#table.notice(notice)
  }

  /** As a notice. */
  people(change: PeopleChange): void {
    if (this.#followers.size > 0) this.#table.people(change)
  }

  get cursor(): number {
    this.#refresh()
    return this.#table.cursor
  }

  get totals(): Totals {
    const totals = this.#source.totals()
    this.#table.setTotals(totals)
    return totals
  }

  rows(): Iterable<TransferRow> {
    this.#refresh()
    return this.#table.rows()
  }

  row(id: string): TransferRow | undefined {
    this.#look([id])
    return this.#table.row(id)
  }

  list(filter: string | undefined): TransferRow[] {
    const rows = [...this.rows()]
    return filter === undefined || filter.trim() === '' ? rows : rows.filter(this.#fits(filter))
  }

  /** As of when it is asked for, or later: thousands of rows that nobody asked for yet are made text in turns. */
  async listJson(filter: string | undefined): Promise<string | Uint8Array> {
    const rows = this.list(filter)
    const { cursor, changes } = this.#table
    const whole = rows.length === this.#table.size
    if (whole && this.#listed?.cursor === cursor && this.#listed.changes === changes)
      return this.#listed.bytes
    this.#listed = undefined
    const texts: string[] = []
    let made = 0
    for (const { id } of rows) {
      if (!this.#table.hasJson(id) && ++made % ROWS_AT_ONCE === 0)
        await new Promise<void>((resolve) => setImmediate(resolve))
      // Undefined when it was removed meanwhile: later than the cursor, so that a stream tells it.
      const text = this.#table.json(id)
      if (text !== undefined) texts.push(text)
    }
    const text = `{"epoch":${JSON.stringify(this.epoch)},"cursor":${cursor},"transfers":[${texts.join(',')}]}`
    if (!whole || changes !== this.#table.changes) return text
    const bytes = Buffer.from(text)
    this.#listed = { cursor, changes, bytes }
    return bytes
  }

  follow(
    since: { readonly epoch: string; readonly cursor: number } | undefined,
    sink: (change: Change) => void,
  ): { readonly first: Change; close(): void } {
    // Others hear of what is new before the newcomer is brought up to date.
    this.#tell()
    const first = this.#first(since)
    this.#followers.add(sink)
    this.#arm()
    return {
      first,
      close: () => {
        this.#followers.delete(sink)
        if (this.#followers.size > 0) return
        this.#cancel?.()
        this.#cancel = undefined
      },
    }
  }

  #first(since: { readonly epoch: string; readonly cursor: number } | undefined): Change {
    const { epoch } = this
    if (since === undefined) return { cursor: this.#table.cursor, epoch, totals: this.totals }
    const known = since.epoch === epoch ? this.#table.since(since.cursor) : undefined
    if (known !== undefined) return { ...known, epoch }
    return {
      cursor: this.#table.cursor,
      epoch,
      reset: true,
      transfers: [...this.#table.rows()],
      totals: this.totals,
    }
  }

  /** No one is told anything any more. */
  close(): void {
    this.#followers.clear()
    this.#cancel?.()
    this.#cancel = undefined
    this.#cancelCatchUp?.()
    // Nothing is made in turns any more.
    this.#cancelCatchUp = () => undefined
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.#followers.size === 0) return
    this.#cancel = this.#clock.schedule(after(this.#clock.now(), STEP_MS), () => {
      this.#cancel = undefined
      this.#tell()
      this.#arm()
    })
  }

  #tell(): void {
    this.#lookAround()
    const change = this.#table.commit()
    if (change !== undefined) for (const sink of [...this.#followers]) sink(change)
  }

  /**
   * For whoever asks between two steps: what was touched, and the rest if it was not looked at just now. Where somebody
   * follows, nothing is committed: the cursor that is given is then older than the rows, and what whoever asked knows
   * already is told once more. Where nobody does, the cursor is of these very rows.
   */
  #refresh(): void {
    const now = this.#clock.now()
    if (this.#lookedAt !== undefined && now < after(this.#lookedAt, STEP_MS)) this.#look(this.#takeDirty())
    else this.#lookAround()
    if (this.#followers.size === 0) this.#table.commit()
  }

  #lookAround(): void {
    this.#lookedAt = this.#clock.now()
    const lively = [...this.#source.lively()]
    this.#look(new Set([...this.#takeDirty(), ...this.#lively, ...lively, ...this.#nextOfRound()]))
    this.#lively = lively
    this.#table.setTotals(this.#source.totals())
  }

  #takeDirty(): string[] {
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    return dirty
  }

  #nextOfRound(): readonly string[] {
    if (this.#roundAt >= this.#round.length) {
      this.#round = this.#source.ids()
      this.#roundAt = 0
    }
    const some = this.#round.slice(this.#roundAt, this.#roundAt + ROUND_ROWS)
    this.#roundAt += ROUND_ROWS
    return some
  }

  #look(ids: Iterable<string>): void {
    for (const id of ids) {
      const row = this.#source.row(id)
      if (row === undefined) this.#table.remove(id)
      else this.#table.set(row)
    }
  }
}
