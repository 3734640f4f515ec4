// What catalogues were before, for those who have a copy of it: pages of differences to what they are now.
// Invariant: for every state it knows, each key that changed since is noted with what it was at that state.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { equalBytes } from '../base/bytes.ts'
import type { Digest } from '../base/ports.ts'
import { type DeltaChange, deltaPage } from '../protocol/catalogue/delta.ts'
import { emptyRoot } from '../protocol/catalogue/head.ts'
import { MAX_HEAD_LIFE_SECONDS } from '../protocol/catalogue/limits.ts'

/** A state of a catalogue. */
interface Told {
  readonly shelf: number
  readonly seq: number
  readonly root: Uint8Array
  readonly issued: number
}

/** Of one catalogue; with more it is quicker to take everything. */
const MAX_CHANGES = 20_000

export class CatalogueHistory {
  readonly #database: DatabaseSync
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
  }

  /** Before the changes of one transaction. @param state as it is until then @param changes how many there will be */
  begin({ shelf, seq, root, issued }: Told, changes: number): void {
    const { count } = this.#statements.count.get(shelf) as { count: number }
    if (count + changes > MAX_CHANGES) this.forget(shelf)
    this.#statements.keep.run(shelf, seq, root, issued)
  }

  /** @param state as it was before, @param was the leaf of the entry then, null when there was none */
  note({ shelf, seq }: Told, key: Uint8Array, was: Uint8Array | null): void {
    this.#statements.note.run(shelf, key, seq, was)
  }

  /** Who has a copy takes everything. */
  forget(shelf: number): void {
    this.#statements.forgetChanges.run(shelf)
    this.#statements.forgetStates.run(shelf)
  }

  /** Undefined when nobody remembers a state with that root. */
  page(state: Told, from: Uint8Array, after: Uint8Array | undefined, digest: Digest): Uint8Array | undefined {
    const ends = { from, to: state.root, after }
    const start = after ?? new Uint8Array(0)
    if (equalBytes(from, state.root)) return deltaPage(ends, [])
    if (equalBytes(from, emptyRoot(digest))) return deltaPage(ends, this.#changes(WHOLE, state.shelf, start))
    const known = this.#statements.find.get(state.shelf, from) as { seq: number } | undefined
    if (known === undefined) return undefined
    return deltaPage(ends, this.#changes(SINCE, state.shelf, known.seq, start))
  }

  /** Removes what is older than any head that is still believed. @returns whether there may be more */
  forgetOld(now: number, atOnce: number): boolean {
    this.#statements.forgetOld.run(now - MAX_HEAD_LIFE_SECONDS)
    return Number(this.#statements.forgetUnused.run(atOnce).changes) === atOnce
  }

  /** Read row by row: only as many as fit a page are taken. */
  *#changes(sql: string, ...values: (number | Uint8Array)[]): Generator<DeltaChange> {
    for (const row of this.#database.prepare(sql).iterate(...values)) {
      const { key, entry } = row as { key: Uint8Array; entry: Uint8Array | null }
      yield { key, entry: entry ?? undefined }
    }
  }
}

const WHOLE = 'SELECT key, entry FROM catalogue_entries WHERE shelf = ? AND key > ? ORDER BY key'

/** Keys that changed since a state, but for those that are again what they were: the first note since then says what that is. */
const SINCE = `SELECT c.key, e.entry FROM catalogue_changes c
  LEFT JOIN catalogue_entries e ON e.shelf = c.shelf AND e.key = c.key
  WHERE c.shelf = ?1 AND c.key > ?3
    AND c.seq = (SELECT min(seq) FROM catalogue_changes f WHERE f.shelf = c.shelf AND f.key = c.key AND f.seq >= ?2)
    AND c.before IS NOT e.leaf
  ORDER BY c.key`

const SQL = {
  count: 'SELECT count(*) AS count FROM catalogue_changes WHERE shelf = ?',
  keep: 'INSERT OR IGNORE INTO catalogue_states (shelf, seq, root, issued) VALUES (?, ?, ?, ?)',
  note: 'INSERT INTO catalogue_changes (shelf, key, seq, before) VALUES (?, ?, ?, ?)',
  // Of several states with one root the latest.
  find: 'SELECT seq FROM catalogue_states WHERE shelf = ? AND root = ? ORDER BY seq DESC LIMIT 1',
  forgetChanges: 'DELETE FROM catalogue_changes WHERE shelf = ?',
  forgetStates: 'DELETE FROM catalogue_states WHERE shelf = ?',
  forgetOld: 'DELETE FROM catalogue_states WHERE issued < ?',
  forgetUnused: `DELETE FROM catalogue_changes WHERE (shelf, key, seq) IN (
      SELECT shelf, key, seq FROM catalogue_changes c WHERE NOT EXISTS (
        SELECT 1 FROM catalogue_states s WHERE s.shelf = c.shelf AND s.seq <= c.seq) LIMIT ?)`,
} as const
