// What is offered to nobody though an offer has it: what is on a list of unwanted content, and what is locked. Whoever knows tells it
// anew after each start, so it lies in a table of this connection alone.
// Promise: while it is not known to its end, `isKnown` says so, and nothing new is offered.

import type { StatementSync } from 'node:sqlite'
import type { LibraryWrites } from './library-writes.ts'

/** `mine` changes by a person's hand, `lists` when one is fetched anew. */
export type WithheldSource = 'mine' | 'lists'
/** Of one content as it is told: its root, then its length as a number of eight bytes. */
export const WITHHELD_BYTES = 40
const ROOT_BYTES = 32

/** True for contents named by `root` and `length`, which are SQL. */
export function isWithheld(root: string, length: string): string {
  return `EXISTS (SELECT 1 FROM temp.withheld w WHERE w.root = ${root} AND w.length = ${length})`
}

export class Withheld {
  readonly #writes: LibraryWrites
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  readonly #unknown = new Set<WithheldSource>(['mine', 'lists'])

  /** Before any statement is made that asks isWithheld(). */
  constructor(writes: LibraryWrites) {
    const { database } = writes
    this.#writes = writes
    database.exec(`CREATE TEMP TABLE IF NOT EXISTS withheld (
      root BLOB NOT NULL, length INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (root, length, source)
    ) STRICT, WITHOUT ROWID`)
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO temp.withheld (root, length, source) VALUES (?, ?, ?)',
    )
    this.#remove = database.prepare('DELETE FROM temp.withheld WHERE source = ?')
  }

  get isKnown(): boolean {
    return this.#unknown.size === 0
  }

  /** A part of what a source names, the first of which takes the place of all that it named before. */
  put(source: WithheldSource, packed: Uint8Array, { first, last }: { first: boolean; last: boolean }): void {
    this.#unknown.add(source)
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
    this.#writes.run(() => {
      if (first) this.#remove.run(source)
      for (let at = 0; at < packed.length; at += WITHHELD_BYTES)
        this.#insert.run(packed.subarray(at, at + ROOT_BYTES), view.getFloat64(at + ROOT_BYTES), source)
    })
    if (last) this.#unknown.delete(source)
  }
}
