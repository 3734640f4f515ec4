// Every transfer as the daemon last told it, outside React: one map, changed by batches; a drawing listens to one row, or to
// "anything changed" with what it was. Row objects are never changed in place, so the same object is the same row.

import type { Change, TransferDelta } from '../../../src/api/schemas/events.ts'
import type { TransferRow } from '../../../src/api/schemas/transfer.ts'

export interface Batch {
  /** Ids whose rows are new or other ones. */
  readonly changed: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
  /** Of the rows that were known before: names of fields that are other ones now. */
  readonly fields: ReadonlySet<string>
  /** Rows came or went, or everything is new. */
  readonly membership: boolean
}

export class Rows {
  readonly #rows = new Map<string, TransferRow>()
  readonly #rowListeners = new Map<string, Set<() => void>>()
  readonly #batchListeners = new Set<(batch: Batch) => void>()

  get size(): number {
    return this.#rows.size
  }

  get(id: string): TransferRow | undefined {
    return this.#rows.get(id)
  }

  values(): Iterable<TransferRow> {
    return this.#rows.values()
  }

  /** Begins anew with exactly these. */
  replace(rows: readonly TransferRow[]): void {
    const removed = new Set(this.#rows.keys())
    this.#rows.clear()
    for (const row of rows) {
      this.#rows.set(row.id, row)
      removed.delete(row.id)
    }
    this.#tell({ changed: new Set(this.#rows.keys()), removed, fields: new Set(), membership: true })
  }

  apply({ reset, transfers = [], removed = [] }: Pick<Change, 'reset' | 'transfers' | 'removed'>): void {
    if (reset === true) {
      this.replace(transfers.filter(isWhole))
      return
    }
    const changed = new Set<string>()
    const gone = new Set<string>()
    const fields = new Set<string>()
    let membership = false
    for (const delta of transfers) {
      const before = this.#rows.get(delta.id)
      if (before === undefined && !isWhole(delta)) continue
      this.#rows.set(delta.id, { ...before, ...delta } as TransferRow)
      changed.add(delta.id)
      if (before === undefined) membership = true
      else for (const field of Object.keys(delta)) fields.add(field)
    }
    for (const id of removed) {
      if (!this.#rows.delete(id)) continue
      changed.delete(id)
      gone.add(id)
      membership = true
    }
    if (changed.size > 0 || gone.size > 0) this.#tell({ changed, removed: gone, fields, membership })
  }

  subscribeRow(id: string, listener: () => void): () => void {
    let listeners = this.#rowListeners.get(id)
    if (listeners === undefined) {
      listeners = new Set()
      this.#rowListeners.set(id, listeners)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#rowListeners.get(id) === listeners) this.#rowListeners.delete(id)
    }
  }

  subscribe(listener: (batch: Batch) => void): () => void {
    this.#batchListeners.add(listener)
    return () => this.#batchListeners.delete(listener)
  }

  #tell(batch: Batch): void {
    for (const listener of [...this.#batchListeners]) listener(batch)
    // Fewer rows are drawn than may have changed.
    for (const [id, listeners] of [...this.#rowListeners]) {
      if (batch.changed.has(id) || batch.removed.has(id)) for (const listener of [...listeners]) listener()
    }
  }
}

/** A row that was never seen comes with all of its fields; a part of one we never had is of no use. */
function isWhole(delta: TransferDelta): delta is TransferRow {
  return delta.name !== undefined && delta.state !== undefined && delta.addedAt !== undefined
}
