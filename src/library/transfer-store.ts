// Files of transfers, so that they are found beside those of folders, and one content is one entry wherever it lies.

import type { DatabaseSync } from 'node:sqlite'
import type { ContentId } from '../metainfo/content-id.ts'
import { type FileRows, NOTHING_LEARNED } from './file-rows.ts'
import { leave } from './folder-store.ts'
import type { LibraryWrites } from './library-writes.ts'
import type { ReadingStore } from './reading-store.ts'

export interface TransferFile {
  /** Below the transfer, with `/`. */
  readonly path: string
  readonly lengthBytes: number
  /** Known for files of v2 torrents. */
  readonly content: ContentId | undefined
}

export interface LibraryTransfer {
  /** TransferId. */
  readonly id: string
  readonly name: string
  readonly audience: string
  readonly files: readonly TransferFile[]
}

/** A transfer of more files is found by these; each call is one transaction of some seconds at most. */
export const MAX_TRANSFER_FILES = 100_000

export class TransferStore {
  readonly #database: DatabaseSync
  readonly #writes: LibraryWrites
  readonly #rows: FileRows
  readonly #reading: ReadingStore

  constructor(writes: LibraryWrites, rows: FileRows, reading: ReadingStore) {
    this.#database = writes.database
    this.#writes = writes
    this.#rows = rows
    this.#reading = reading
  }

  /** Brings what is known of it to exactly this. */
  put(transfer: LibraryTransfer): void {
    this.#writes.run(() => {
      const holder = this.#holder(transfer)
      const wanted = new Map(transfer.files.slice(0, MAX_TRANSFER_FILES).map((file) => [file.path, file]))
      for (const known of this.#filesOf(holder)) {
        const file = wanted.get(known.path)
        const key = file?.content === undefined ? undefined : this.#reading.contentKey(file.content)
        if (file?.lengthBytes === known.lengthBytes && key === known.content) wanted.delete(known.path)
        else this.#rows.remove(known.id)
      }
      for (const { path, lengthBytes, content } of wanted.values()) {
        const slash = path.lastIndexOf('/')
        this.#rows.insert({
          holder,
          directory: slash === -1 ? '' : path.slice(0, slash),
          name: path.slice(slash + 1),
          lengthBytes,
          modifiedMs: 0,
          inode: '',
          readable: false,
          learned:
            content === undefined
              ? NOTHING_LEARNED
              : { ...NOTHING_LEARNED, content: this.#reading.contentKey(content) },
        })
      }
    })
  }

  /** Unknown ones are no mistake. Its files are found no more; they go with FolderStore.removeSome(). */
  drop(id: string): void {
    this.#writes.run(() => {
      const row = this.#find(id)
      if (row !== undefined) leave(this.#database, row)
    })
  }

  /** Ids of all that are known, so that those which are no more can be dropped after a start. */
  ids(): string[] {
    const rows = this.#database
      .prepare("SELECT id FROM holders WHERE kind = 'transfer' AND leaving = 0")
      .all()
    return rows.map(({ id }) => id as string)
  }

  #find(id: string): number | undefined {
    const row = this.#database
      .prepare("SELECT key FROM holders WHERE kind = 'transfer' AND id = ? AND leaving = 0")
      .get(id)
    return row?.key as number | undefined
  }

  #holder({ id, name, audience }: LibraryTransfer): number {
    const known = this.#find(id)
    if (known !== undefined) {
      this.#database
        .prepare('UPDATE holders SET audience = ?, name = ? WHERE key = ?')
        .run(audience, name, known)
      return known
    }
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO holders (kind, id, name, audience) VALUES ('transfer', ?, ?, ?)")
      .run(id, name, audience)
    this.#writes.directories.make(Number(lastInsertRowid), '')
    return Number(lastInsertRowid)
  }

  #filesOf(holder: number): { id: number; path: string; lengthBytes: number; content: number | undefined }[] {
    const rows = this.#database
      .prepare(
        'SELECT files.id, directory, files.name, length, content FROM directories JOIN files ON files.directory = directories.id WHERE directories.holder = ?',
      )
      .all(holder)
    const paths = new Map<unknown, string[]>()
    return rows.map((row) => {
      const components =
        paths.get(row.directory) ?? this.#writes.directories.componentsOf(row.directory as number)
      paths.set(row.directory, components)
      return {
        id: row.id as number,
        path: [...components, row.name as string].join('/'),
        lengthBytes: row.length as number,
        content: row.content === null ? undefined : (row.content as number),
      }
    })
  }
}
