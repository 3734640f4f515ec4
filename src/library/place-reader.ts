// What lies where: the directories and files of a folder, and what is there more than once. Reads only.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { toHex } from '../base/bytes.ts'
import { type Entry, EntryReader, entryRow, type Place, SHOWN_PLACES } from './entry-reader.ts'
import { LibraryError } from './library-error.ts'

export interface BrowseRequest {
  readonly folder: string
  readonly path: string
  readonly offset: number
  readonly limit: number
}

export interface BrowseAnswer {
  readonly folders: readonly { readonly name: string; readonly files: number; readonly totalBytes: number }[]
  readonly files: readonly Entry[]
  readonly total: number
}

export interface DuplicatesAnswer {
  readonly freeableBytes: number
  readonly groupCount: number
  readonly groups: readonly {
    readonly content: string
    readonly lengthBytes: number
    readonly freeableBytes: number
    readonly places: readonly Place[]
    readonly placeCount: number
  }[]
}

/** Up to so many files of one directory are put in order by number and letter; more come in the order of their bytes. */
const MOST_ORDERED = 10_000

export class PlaceReader {
  readonly #entries: EntryReader
  readonly #holder: StatementSync
  readonly #directories: StatementSync
  readonly #countDirectories: StatementSync
  readonly #countFiles: StatementSync
  readonly #filesByKey: StatementSync
  readonly #filesByName: StatementSync
  readonly #duplicates: StatementSync
  readonly #sum: StatementSync

  constructor(database: DatabaseSync) {
    this.#entries = new EntryReader(database)
    this.#holder = database.prepare('SELECT holder FROM folders WHERE id = ?')
    this.#directories = database.prepare(
      'SELECT name, files, bytes AS totalBytes FROM directories WHERE parent = ? ORDER BY name LIMIT ? OFFSET ?',
    )
    this.#countDirectories = database.prepare('SELECT count(*) AS n FROM directories WHERE parent = ?')
    this.#countFiles = database.prepare('SELECT count(*) AS n FROM files WHERE directory = ?')
    const files = 'SELECT * FROM files WHERE directory = ? ORDER BY'
    this.#filesByKey = database.prepare(`${files} name_key, name LIMIT ? OFFSET ?`)
    this.#filesByName = database.prepare(`${files} name LIMIT ? OFFSET ?`)
    this.#duplicates = database.prepare(`
      SELECT id, root, length, (copies - 1) * length AS freeable FROM contents
      WHERE copies > 1 ORDER BY (copies - 1) * length DESC LIMIT ? OFFSET ?`)
    this.#sum = database.prepare(
      'SELECT coalesce(sum((copies - 1) * length), 0) AS freeable, count(*) AS n FROM contents WHERE copies > 1',
    )
  }

  /** Nothing where nothing is known. @throws LibraryError FOLDER_UNKNOWN */
  browse({ folder, path, offset, limit }: BrowseRequest): BrowseAnswer {
    this.#entries.begin()
    const row = this.#holder.get(folder)
    if (row === undefined) throw new LibraryError('FOLDER_UNKNOWN', { id: folder })
    const directory = this.#entries.directories.find(row.holder as number, path)
    if (directory === undefined) return { folders: [], files: [], total: 0 }
    const directories = this.#countDirectories.get(directory)?.n as number
    const files = this.#countFiles.get(directory)?.n as number
    const folders = offset < directories ? this.#directories.all(directory, limit, offset) : []
    const left = limit - folders.length
    const select = files <= MOST_ORDERED ? this.#filesByKey : this.#filesByName
    const rows = left > 0 ? select.all(directory, left, Math.max(0, offset - directories)) : []
    return {
      folders: folders as unknown as BrowseAnswer['folders'],
      files: rows.map((file) => this.#entries.entry(entryRow(file))),
      total: directories + files,
    }
  }

  /** The most freeable first. */
  duplicates(offset: number, limit: number): DuplicatesAnswer {
    this.#entries.begin()
    const sum = this.#sum.get() as { freeable: number; n: number }
    return {
      freeableBytes: sum.freeable,
      groupCount: sum.n,
      groups: this.#duplicates.all(limit, offset).map((row) => {
        const { places, count } = this.#entries.places(row.id as number, SHOWN_PLACES)
        return {
          content: `${toHex(row.root as Uint8Array)}-${row.length as number}`,
          lengthBytes: row.length as number,
          freeableBytes: row.freeable as number,
          places,
          placeCount: count,
        }
      }),
    }
  }
}
