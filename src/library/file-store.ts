// Files of library folders as a scan finds them, a batch in one transaction. A file that is known again by its identity,
// here or in another folder, keeps what was learned of it and is not read again.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FileIdentity, WalkedFile } from './file-record.ts'
import { type FileRows, type Learned, learnedFrom, NOTHING_LEARNED } from './file-rows.ts'
import { LibraryError } from './library-error.ts'
import type { LibraryWrites } from './library-writes.ts'
import type { ScanMemory } from './scan/scan-store.ts'

export interface KnownFile extends FileIdentity {
  readonly id: number
  readonly name: string
}

/** `like`: a known file of the same identity, from which everything learned is taken over. */
export interface FileChanges {
  readonly added: readonly (WalkedFile & { readonly like?: number })[]
  readonly changed: readonly (FileIdentity & { readonly id: number; readonly like?: number })[]
  readonly gone: readonly number[]
  /** Everything below these. */
  readonly goneDirectories: readonly string[]
}

/** Files that share inode, length and time to the nanosecond; more than a few are all the same. */
const MAX_ALIKE = 16

export class FileStore {
  readonly #writes: LibraryWrites
  readonly #rows: FileRows
  readonly #database: DatabaseSync
  readonly #holder: StatementSync
  readonly #inDirectory: StatementSync
  readonly #alike: StatementSync
  readonly #remembered: StatementSync
  readonly #forgetRemembered: StatementSync
  readonly #idsIn: StatementSync
  readonly #anyLearned: StatementSync

  constructor(writes: LibraryWrites, rows: FileRows) {
    const { database } = writes
    this.#writes = writes
    this.#rows = rows
    this.#database = database
    this.#holder = database.prepare('SELECT holder FROM folders WHERE id = ?')
    this.#inDirectory = database.prepare(
      'SELECT id, name, length AS lengthBytes, modified_ms AS modifiedMs, inode FROM files WHERE directory = ?',
    )
    this.#alike = database.prepare(`
      SELECT files.id, holder, directory, files.name, content, looked, media_type, facts
      FROM files JOIN holders ON holders.key = files.holder
      WHERE inode = ? AND inode <> '' AND length = ? AND modified_ms = ? AND holders.kind = 'folder'
      ORDER BY content IS NULL, files.id LIMIT ${MAX_ALIKE}`)
    this.#remembered = database.prepare(`
      SELECT id, content, looked, media_type, facts FROM remembered
      WHERE inode = ? AND length = ? AND modified_ms = ? ORDER BY id DESC LIMIT 1`)
    this.#forgetRemembered = database.prepare('DELETE FROM remembered WHERE id = ?')
    this.#anyLearned = database.prepare(`
      SELECT 1 FROM holders WHERE kind = 'folder' AND key <> ? AND hashed_files > 0
      UNION ALL SELECT 1 FROM remembered LIMIT 1`)
    this.#idsIn = database.prepare('SELECT id FROM files WHERE directory = ?')
  }

  /** Directly in it. */
  filesIn(folder: string, directory: string): readonly KnownFile[] {
    const id = this.#writes.directories.find(this.holderOf(folder), directory)
    return id === undefined ? [] : (this.#inDirectory.all(id) as unknown as KnownFile[])
  }

  /** Names of the directories directly below it. Each holds files at some depth. */
  directoriesIn(folder: string, directory: string): readonly string[] {
    const id = this.#writes.directories.find(this.holderOf(folder), directory)
    return id === undefined ? [] : this.#writes.directories.childrenOf(id).map(({ name }) => name)
  }

  /** A file of this folder with exactly this identity, one with a content id first. */
  withIdentity(folder: string, identity: FileIdentity): { id: number; path: string } | undefined {
    const holder = this.holderOf(folder)
    const row = this.#alikes(identity).find((alike) => alike.holder === holder)
    if (row === undefined) return undefined
    const components = this.#writes.directories.componentsOf(row.directory as number)
    return { id: row.id as number, path: [...components, row.name as string].join('/') }
  }

  /** One transaction. What goes makes room before what comes. */
  apply(folder: string, changes: FileChanges): void {
    const holder = this.holderOf(folder)
    this.#writes.run(() => {
      const elsewhere = this.#anyLearned.get(holder) !== undefined
      const likes = new Map<number, Learned>()
      for (const { like } of [...changes.added, ...changes.changed]) {
        const row = like === undefined ? undefined : this.#rows.get(like)
        if (row !== undefined) likes.set(row.id, row.learned)
      }
      for (const id of changes.gone) this.#rows.remove(id)
      for (const path of changes.goneDirectories) {
        const id = this.#writes.directories.find(holder, path)
        if (id !== undefined) this.#removeBelow(id)
      }
      for (const file of changes.changed) {
        const learned = file.like === undefined ? undefined : likes.get(file.like)
        this.#rows.change(file.id, file, learned ?? NOTHING_LEARNED)
      }
      for (const file of changes.added) {
        const learned = file.like === undefined ? undefined : likes.get(file.like)
        const slash = file.path.lastIndexOf('/')
        this.#rows.insert({
          ...file,
          holder,
          directory: slash === -1 ? '' : file.path.slice(0, slash),
          name: file.path.slice(slash + 1),
          readable: true,
          learned: learned ?? (elsewhere ? this.#learnedElsewhere(file) : NOTHING_LEARNED),
        })
      }
    })
  }

  /** What the scanner wants to know of a folder the next time. */
  memory(folder: string): ScanMemory | undefined {
    const row = this.#database.prepare('SELECT memory FROM folders WHERE id = ?').get(folder)
    return typeof row?.memory === 'string' ? (JSON.parse(row.memory) as ScanMemory) : undefined
  }

  keepMemory(folder: string, memory: ScanMemory): void {
    this.#database.prepare('UPDATE folders SET memory = ? WHERE id = ?').run(JSON.stringify(memory), folder)
  }

  /** @throws LibraryError FOLDER_UNKNOWN */
  holderOf(folder: string): number {
    const row = this.#holder.get(folder)
    if (row === undefined) throw new LibraryError('FOLDER_UNKNOWN', { id: folder })
    return row.holder as number
  }

  #removeBelow(directory: number): void {
    for (const { id } of this.#writes.directories.childrenOf(directory)) this.#removeBelow(id)
    for (const { id } of this.#idsIn.all(directory)) this.#rows.remove(id as number)
  }

  #alikes({ inode, lengthBytes, modifiedMs }: FileIdentity): Record<string, unknown>[] {
    return inode === '' ? [] : this.#alike.all(inode, lengthBytes, modifiedMs)
  }

  /** Moved here from another folder, or gone a while ago. */
  #learnedElsewhere(identity: FileIdentity): Learned {
    const { inode, lengthBytes, modifiedMs } = identity
    // Two volumes may number alike, and cameras and archives know whole seconds only: without a fraction it proves nothing.
    if (inode === '' || Number.isInteger(modifiedMs)) return NOTHING_LEARNED
    const remembered = this.#remembered.get(inode, lengthBytes, modifiedMs)
    if (remembered !== undefined) {
      this.#forgetRemembered.run(remembered.id as number)
      return learnedFrom(remembered)
    }
    const alike = this.#alikes(identity)[0]
    return alike === undefined || alike.content === null ? NOTHING_LEARNED : learnedFrom(alike)
  }
}
