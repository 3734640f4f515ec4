// Every change of the index goes through here: one transaction, at whose end the counts of holders, directories and
// contents agree with their files. Promise: whoever reads sees files and counts of the same instant.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Durability, inTransaction } from '../base/transaction.ts'
import { DirectoryTree } from './directory-tree.ts'
import { WordIndex } from './search/word-index.ts'

export interface CountedFile {
  readonly holder: number
  readonly directory: number
  readonly lengthBytes: number
  readonly content: number | undefined
}

interface HolderChange {
  files: number
  bytes: number
  hashedFiles: number
  hashedBytes: number
}

/** What was learned of this many files that are gone is kept; older first out. */
const REMEMBERED_FILES = 100_000

const NO_PATH = { directory: -1, text: '' }

export class LibraryWrites {
  readonly database: DatabaseSync
  readonly words: WordIndex
  readonly directories: DirectoryTree
  readonly #addToHolder: StatementSync
  readonly #recount: StatementSync
  readonly #dropContent: StatementSync
  readonly #oldest: StatementSync
  readonly #forget: StatementSync
  readonly #holders = new Map<number, HolderChange>()
  readonly #contents = new Set<number>()
  readonly #holderName: StatementSync
  /** Of the directory that was last asked for: files come directory by directory. */
  #path = NO_PATH
  #depth = 0

  constructor(database: DatabaseSync) {
    this.database = database
    this.words = new WordIndex(database)
    this.directories = new DirectoryTree(database)
    this.#addToHolder = database.prepare(
      'UPDATE holders SET files = files + ?, bytes = bytes + ?, hashed_files = hashed_files + ?, hashed_bytes = hashed_bytes + ? WHERE key = ?',
    )
    this.#recount = database.prepare(`
      UPDATE contents SET
        places = (SELECT count(*) FROM files WHERE content = contents.id),
        copies = (
          SELECT count(DISTINCT CASE WHEN files.inode = '' THEN files.id ELSE files.inode END)
          FROM files JOIN holders ON holders.key = files.holder
          WHERE files.content = contents.id AND holders.kind = 'folder'
        )
      WHERE id = ?`)
    this.#dropContent = database.prepare(`
      DELETE FROM contents WHERE id = ? AND places = 0
        AND NOT EXISTS (SELECT 1 FROM remembered WHERE content = contents.id)`)
    this.#oldest = database.prepare(
      'SELECT id, content FROM remembered WHERE id <= (SELECT max(id) FROM remembered) - ?',
    )
    this.#holderName = database.prepare('SELECT name FROM holders WHERE key = ?')
    this.#forget = database.prepare('DELETE FROM remembered WHERE id = ?')
  }

  /** Calls of it within `work` are part of the same transaction. @throws whatever work does; then nothing has changed */
  run<T>(work: () => T, durability?: Durability): T {
    if (this.#depth > 0) return work()
    this.#depth++
    try {
      return inTransaction(
        this.database,
        () => {
          const result = work()
          this.#settle()
          return result
        },
        durability,
      )
    } catch (error) {
      this.words.forget()
      throw error
    } finally {
      this.#depth--
      this.#holders.clear()
      this.#contents.clear()
      this.directories.forget()
      // A directory's id may come again with another path.
      this.#path = NO_PATH
    }
  }

  /** A file came (1) or went (-1). */
  count(file: CountedFile, sign: 1 | -1): void {
    this.directories.count(file.directory, sign, sign * file.lengthBytes)
    const holder = this.#holder(file.holder)
    holder.files += sign
    holder.bytes += sign * file.lengthBytes
    if (file.content !== undefined) this.countContent(file.holder, file.lengthBytes, file.content, sign)
  }

  /** A file that stays got (1) or lost (-1) its content. */
  countContent(holder: number, lengthBytes: number, content: number, sign: 1 | -1): void {
    const change = this.#holder(holder)
    change.hashedFiles += sign
    change.hashedBytes += sign * lengthBytes
    this.#contents.add(content)
  }

  /** The words of the path that files in a directory have, as the index takes them. */
  pathText(holder: number, directory: number): string {
    if (this.#path.directory !== directory) {
      const top = this.#holderName.get(holder)?.name as string
      const components = [top, ...this.directories.componentsOf(directory)]
      this.#path = { directory, text: this.words.pathText(components) }
    }
    return this.#path.text
  }

  #holder(key: number): HolderChange {
    let change = this.#holders.get(key)
    if (change === undefined) {
      change = { files: 0, bytes: 0, hashedFiles: 0, hashedBytes: 0 }
      this.#holders.set(key, change)
    }
    return change
  }

  #settle(): void {
    this.directories.settle()
    for (const [key, { files, bytes, hashedFiles, hashedBytes }] of this.#holders) {
      this.#addToHolder.run(files, bytes, hashedFiles, hashedBytes, key)
    }
    for (const row of this.#oldest.all(REMEMBERED_FILES)) {
      this.#forget.run(row.id as number)
      if (row.content !== null) this.#contents.add(row.content as number)
    }
    for (const content of this.#contents) {
      this.#recount.run(content)
      this.#dropContent.run(content)
    }
  }
}
