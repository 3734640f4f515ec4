// The library's folders: where they are and who may have what is in them. What its owner decided (folder, audience,
// licence) is durable when a call returns.

import type { DatabaseSync } from 'node:sqlite'
import type { FileRows } from './file-rows.ts'
import { LibraryError } from './library-error.ts'
import type { LibraryWrites } from './library-writes.ts'

export interface LicenceRecord {
  readonly kind: 'own-work' | 'open' | 'permission' | 'not-sure'
  readonly id: string | null
}

export interface FolderRecord {
  readonly id: string
  readonly path: string
  /** `me`, `link`, `everyone`, `person:…`, `circle:…`. */
  readonly audience: string
  readonly licence: LicenceRecord | null
  readonly publisher: string | null
  readonly addedAtMs: number
  readonly files: number
  readonly totalBytes: number
  readonly hashedFiles: number
  readonly hashedBytes: number
}

export interface FolderAudience {
  readonly audience: string
  readonly licence: LicenceRecord | null
  readonly publisher: string | null
}

export interface LibraryCounts {
  readonly files: number
  readonly totalBytes: number
  readonly unhashedFiles: number
  readonly unhashedBytes: number
  readonly databaseBytes: number
}

/** Each is walked and watched; who has more adds what holds them. */
export const MAX_FOLDERS = 1_000
/** Files of a folder that is removed go in slices of so many, so that others get their turn: some 10 ms each. */
const REMOVED_AT_ONCE = 500

const SELECT = `
  SELECT folders.id, folders.path, holders.audience, licence_kind, licence_id, publisher, added_ms, files, bytes,
    hashed_files, hashed_bytes
  FROM folders JOIN holders ON holders.key = folders.holder`

export class FolderStore {
  readonly #database: DatabaseSync
  readonly #writes: LibraryWrites
  readonly #rows: FileRows

  constructor(writes: LibraryWrites, rows: FileRows) {
    this.#database = writes.database
    this.#writes = writes
    this.#rows = rows
  }

  all(): FolderRecord[] {
    return this.#database.prepare(`${SELECT} ORDER BY added_ms, folders.id`).all().map(folderFrom)
  }

  find(id: string): FolderRecord | undefined {
    const row = this.#database.prepare(`${SELECT} WHERE folders.id = ?`).get(id)
    return row === undefined ? undefined : folderFrom(row)
  }

  /** @throws LibraryError FOLDER_UNKNOWN */
  get(id: string): FolderRecord {
    const folder = this.find(id)
    if (folder === undefined) throw new LibraryError('FOLDER_UNKNOWN', { id })
    return folder
  }

  /**
   * @param path absolute and real. One that is there already is answered as it is.
   * @throws LibraryError FOLDER_INSIDE_ANOTHER, FOLDERS_TOO_MANY
   */
  add(id: string, path: string, addedAtMs: number): FolderRecord {
    return this.#writes.run(() => {
      const all = this.#database.prepare('SELECT id, path FROM folders').all()
      const same = all.find((row) => row.path === path)
      if (same !== undefined) return this.get(same.id as string)
      const other = all.find(
        (row) => contains(row.path as string, path) || contains(path, row.path as string),
      )
      if (other !== undefined)
        throw new LibraryError('FOLDER_INSIDE_ANOTHER', { path, other: other.path as string })
      if (all.length >= MAX_FOLDERS) throw new LibraryError('FOLDERS_TOO_MANY', { limit: MAX_FOLDERS })
      const name = path.split(/[\\/]/).findLast((component) => component !== '') ?? ''
      const { lastInsertRowid: holder } = this.#database
        .prepare("INSERT INTO holders (kind, id, name) VALUES ('folder', ?, ?)")
        .run(id, name)
      this.#database
        .prepare('INSERT INTO folders (id, holder, path, added_ms) VALUES (?, ?, ?, ?)')
        .run(id, holder, path, addedAtMs)
      this.#writes.directories.make(Number(holder), '')
      return this.get(id)
    }, 'full')
  }

  /** @throws LibraryError FOLDER_UNKNOWN */
  setAudience(id: string, { audience, licence, publisher }: FolderAudience): FolderRecord {
    return this.#writes.run(() => {
      this.get(id)
      this.#database
        .prepare(`UPDATE holders SET audience = ? WHERE key = (SELECT holder FROM folders WHERE id = ?)`)
        .run(audience, id)
      this.#database
        .prepare('UPDATE folders SET licence_kind = ?, licence_id = ?, publisher = ? WHERE id = ?')
        .run(licence?.kind ?? null, licence?.id ?? null, publisher, id)
      return this.get(id)
    }, 'full')
  }

  /**
   * Forgets it at once and for good; its files, which are found no more, go with removeSome().
   * @throws LibraryError FOLDER_UNKNOWN
   */
  remove(id: string): void {
    this.#writes.run(() => {
      this.get(id)
      const { holder } = this.#database.prepare('SELECT holder FROM folders WHERE id = ?').get(id) as {
        holder: number
      }
      this.#database.prepare('DELETE FROM folders WHERE id = ?').run(id)
      leave(this.#database, holder)
    }, 'full')
  }

  /** A slice of what removed folders and transfers left. @returns whether there is more */
  removeSome(): boolean {
    return this.#writes.run(() => {
      const holder = this.#database.prepare('SELECT key FROM holders WHERE leaving = 1 LIMIT 1').get()?.key
      if (holder === undefined) return false
      const files = this.#database
        .prepare(
          'SELECT files.id FROM directories JOIN files ON files.directory = directories.id WHERE directories.holder = ? LIMIT ?',
        )
        .all(holder, REMOVED_AT_ONCE)
      for (const { id } of files) this.#rows.remove(id as number)
      // Its directories go when their counts are settled; then only its top is left.
      if (files.length === 0) {
        this.#database.prepare('DELETE FROM directories WHERE holder = ?').run(holder)
        this.#database.prepare('DELETE FROM holders WHERE key = ?').run(holder)
      }
      return true
    })
  }

  counts(): LibraryCounts {
    const sums = this.#database
      .prepare(
        `SELECT coalesce(sum(files), 0) AS files, coalesce(sum(bytes), 0) AS bytes,
          coalesce(sum(files - hashed_files), 0) AS rest, coalesce(sum(bytes - hashed_bytes), 0) AS rest_bytes
        FROM holders WHERE kind = 'folder' AND leaving = 0`,
      )
      .get() as { files: number; bytes: number; rest: number; rest_bytes: number }
    const pages = (name: string) =>
      Number(Object.values(this.#database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
    return {
      files: sums.files,
      totalBytes: sums.bytes,
      unhashedFiles: sums.rest,
      unhashedBytes: sums.rest_bytes,
      databaseBytes: pages('page_count') * pages('page_size'),
    }
  }
}

/** Its id is free for another at once. */
export function leave(database: DatabaseSync, holder: number): void {
  database.prepare("UPDATE holders SET leaving = 1, id = id || ' ' || key WHERE key = ?").run(holder)
}

function contains(outer: string, inner: string): boolean {
  const base = /[\\/]$/.test(outer) ? outer : `${outer}/`
  return inner.replaceAll('\\', '/').startsWith(base.replaceAll('\\', '/'))
}

type Row = Record<string, unknown>

function folderFrom(row: Row): FolderRecord {
  return {
    id: row.id as string,
    path: row.path as string,
    audience: row.audience as string,
    licence:
      row.licence_kind === null
        ? null
        : { kind: row.licence_kind as LicenceRecord['kind'], id: row.licence_id as string | null },
    publisher: row.publisher as string | null,
    addedAtMs: row.added_ms as number,
    files: row.files as number,
    totalBytes: row.bytes as number,
    hashedFiles: row.hashed_files as number,
    hashedBytes: row.hashed_bytes as number,
  }
}
