// Members' catalogues in `community.db`: heads, entries, the words they are found by, and what they were before, so that any member can
// tell another what differs. Promise: entries that stand here are those of the head that stands beside them.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { equalBytes } from '../../../base/bytes.ts'
import type { Digest } from '../../../base/ports.ts'
import type {
  CatalogueChange,
  CatalogueName,
  CatalogueRecords,
  KeptCatalogue,
} from '../../../community/catalogue/catalogue-records.ts'
import type { DeviceId } from '../../../community/ids.ts'
import { wordsOf } from '../../../library/names/words.ts'
import type { CatalogueAudience } from '../../../protocol/catalogue/audience.ts'
import { type DeltaChange, deltaPage } from '../../../protocol/catalogue/delta.ts'
import { leafHash } from '../../../protocol/catalogue/entry.ts'
import { decodeHead, emptyRoot } from '../../../protocol/catalogue/head.ts'
import type { TakenEntry } from '../../../protocol/catalogue/replica.ts'
import type { TreeLeaf } from '../../../protocol/catalogue/tree.ts'

/** Of one catalogue; with more it is quicker to take everything. */
const MAX_CHANGES = 20_000

interface Row {
  readonly id: number
  readonly author: DeviceId
  readonly audience: CatalogueAudience
  readonly head: Uint8Array
  readonly whole: Uint8Array | null
  readonly twofold: number
}

export class SharedCatalogues implements CatalogueRecords {
  readonly #database: DatabaseSync
  readonly #digest: Digest
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync, digest: Digest) {
    this.#database = database
    this.#digest = digest
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
  }

  all(): KeptCatalogue[] {
    return (this.#statements.all.all() as unknown as Row[]).map(
      ({ author, audience, head, whole, twofold }) => ({
        author,
        audience,
        head,
        whole: whole ?? undefined,
        twofold: twofold === 1,
      }),
    )
  }

  put({ author, audience, head, whole, twofold }: KeptCatalogue): void {
    this.#statements.put.run(author, audience, head, whole ?? null, twofold ? 1 : 0)
  }

  change(kept: KeptCatalogue, { anew, added, removed }: CatalogueChange): void {
    const before = this.#row(kept)
    this.put(kept)
    const id = (this.#row(kept) as Row).id
    if (anew || before?.whole == null) {
      this.#empty(id)
      for (const entry of added) this.#insert(id, entry)
      return
    }
    const step = this.#begin(id, before.whole, added.length + removed.length)
    for (const key of removed) this.#remove(id, key, step)
    for (const entry of added) {
      this.#remove(id, entry.key, step)
      this.#insert(id, entry)
    }
  }

  *leaves(name: CatalogueName): Generator<TreeLeaf> {
    const row = this.#row(name)
    if (row !== undefined)
      for (const leaf of this.#database.prepare(SQL.leaves).iterate(row.id)) yield leaf as unknown as TreeLeaf
  }

  page(name: CatalogueName, from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined {
    const row = this.#row(name)
    if (row?.whole == null) return undefined
    const to = decodeHead(row.whole).root
    const ends = { from, to, after }
    const start = after ?? new Uint8Array(0)
    if (equalBytes(from, to)) return deltaPage(ends, [])
    if (equalBytes(from, emptyRoot(this.#digest)))
      return deltaPage(ends, this.#changes(SQL.wholePage, row.id, start))
    const known = this.#statements.findState.get(row.id, from) as { step: number } | undefined
    return known && deltaPage(ends, this.#changes(SQL.sincePage, row.id, known.step, start))
  }

  forget(name: CatalogueName): void {
    const row = this.#row(name)
    if (row === undefined) return
    this.#empty(row.id)
    this.#statements.forget.run(row.id)
  }

  #row({ author, audience }: CatalogueName): Row | undefined {
    return this.#statements.find.get(author, audience) as Row | undefined
  }

  #empty(id: number): void {
    this.#statements.emptyWords.run(id)
    this.#statements.emptyEntries.run(id)
    this.#statements.forgetStates.run(id)
    this.#statements.forgetChanges.run(id)
  }

  #insert(id: number, { key, bytes, entry }: TakenEntry): void {
    const { root, lengthBytes, name, folders = [] } = entry
    const folder = folders.join('/')
    const leaf = leafHash(bytes, this.#digest)
    const { lastInsertRowid } = this.#statements.insert.run(
      id,
      key,
      leaf,
      bytes,
      root,
      lengthBytes,
      name,
      folder,
    )
    this.#statements.insertWords.run(lastInsertRowid, textOf(name), textOf(folder))
  }

  /** @returns the step under which changes from here on are noted */
  #begin(id: number, whole: Uint8Array, changes: number): number {
    const { count, last } = this.#statements.history.get(id) as { count: number; last: number | null }
    if (count + changes > MAX_CHANGES) {
      this.#statements.forgetStates.run(id)
      this.#statements.forgetChanges.run(id)
    }
    const step = (last ?? 0) + 1
    this.#statements.keepState.run(id, step, decodeHead(whole).root)
    return step
  }

  #remove(id: number, key: Uint8Array, step: number): void {
    const row = this.#statements.findEntry.get(id, key) as { id: number; leaf: Uint8Array } | undefined
    this.#statements.note.run(id, key, step, row?.leaf ?? null)
    if (row === undefined) return
    this.#statements.removeWords.run(row.id)
    this.#statements.remove.run(row.id)
  }

  *#changes(sql: string, ...values: (number | Uint8Array)[]): Generator<DeltaChange> {
    for (const row of this.#database.prepare(sql).iterate(...values)) {
      const { key, entry } = row as { key: Uint8Array; entry: Uint8Array | null }
      yield { key, entry: entry ?? undefined }
    }
  }
}

/** As the index has it: words, then what was taken apart, whole. */
function textOf(text: string): string {
  const { words, joined } = wordsOf(text)
  return [...words, ...joined].join(' ')
}

const SQL = {
  all: 'SELECT * FROM shared_catalogues',
  find: 'SELECT * FROM shared_catalogues WHERE author = ? AND audience = ?',
  put: `INSERT INTO shared_catalogues (author, audience, head, whole, twofold) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (author, audience) DO UPDATE SET head = excluded.head, whole = excluded.whole, twofold = excluded.twofold`,
  forget: 'DELETE FROM shared_catalogues WHERE id = ?',
  leaves: 'SELECT key, leaf AS hash FROM shared_entries WHERE catalogue = ? ORDER BY key',
  emptyWords: 'INSERT INTO shared_unsaid (id) SELECT id FROM shared_entries WHERE catalogue = ?',
  emptyEntries: 'DELETE FROM shared_entries WHERE catalogue = ?',
  insert: `INSERT INTO shared_entries (catalogue, key, leaf, entry, root, length, name, folder) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  insertWords: 'INSERT INTO shared_words (rowid, name, path) VALUES (?, ?, ?)',
  findEntry: 'SELECT id, leaf FROM shared_entries WHERE catalogue = ? AND key = ?',
  remove: 'DELETE FROM shared_entries WHERE id = ?',
  removeWords: 'INSERT INTO shared_unsaid (id) VALUES (?)',
  history: `SELECT (SELECT count(*) FROM shared_changes WHERE catalogue = ?1) AS count,
    (SELECT max(step) FROM shared_states WHERE catalogue = ?1) AS last`,
  keepState: 'INSERT INTO shared_states (catalogue, step, root) VALUES (?, ?, ?)',
  note: 'INSERT OR IGNORE INTO shared_changes (catalogue, key, step, before) VALUES (?, ?, ?, ?)',
  forgetStates: 'DELETE FROM shared_states WHERE catalogue = ?',
  forgetChanges: 'DELETE FROM shared_changes WHERE catalogue = ?',
  findState: 'SELECT step FROM shared_states WHERE catalogue = ? AND root = ? ORDER BY step DESC LIMIT 1',
  wholePage: 'SELECT key, entry FROM shared_entries WHERE catalogue = ? AND key > ? ORDER BY key',
  // Keys that changed since, but for those that are again what they were: the first note since then says what that is.
  sincePage: `SELECT c.key, e.entry FROM shared_changes c LEFT JOIN shared_entries e ON e.catalogue = c.catalogue AND e.key = c.key
    WHERE c.catalogue = ?1 AND c.key > ?3
      AND c.step = (SELECT min(step) FROM shared_changes f WHERE f.catalogue = c.catalogue AND f.key = c.key AND f.step >= ?2)
      AND c.before IS NOT e.leaf
    ORDER BY c.key`,
} as const
