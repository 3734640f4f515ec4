// Rows of the files table: how one comes, changes and goes, with its words and counts. Everything that makes or removes a
// file does it here, within LibraryWrites.run.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FileIdentity, MediaFacts } from './file-record.ts'
import type { CountedFile, LibraryWrites } from './library-writes.ts'
import { nameKey } from './names/name-key.ts'

/** What reading a file taught, and a file of the same identity can take over. */
export interface Learned {
  readonly content: number | undefined
  readonly looked: boolean
  readonly mediaType: string | undefined
  readonly facts: MediaFacts
}

export interface NewRow extends FileIdentity {
  readonly holder: number
  /** Below the holder. */
  readonly directory: string
  readonly name: string
  /** Its content is wanted: it lies in a library folder. */
  readonly readable: boolean
  readonly learned: Learned
}

export const NOTHING_LEARNED: Learned = { content: undefined, looked: false, mediaType: undefined, facts: {} }

interface FileRow extends CountedFile {
  readonly id: number
  readonly name: string
  readonly name_key: string
  readonly modified_ms: number
  readonly inode: string
  readonly learned: Learned
}

interface Indexable {
  readonly id: number
  readonly holder: number
  readonly directory: number
  readonly name: string
  readonly nameKey: string
  readonly lengthBytes: number
  readonly modifiedMs: number
  readonly learned: Learned
}

export class FileRows {
  readonly #writes: LibraryWrites
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync
  readonly #update: StatementSync
  readonly #learn: StatementSync
  readonly #setContent: StatementSync
  readonly #setFacts: StatementSync
  readonly #remember: StatementSync
  readonly #dropCheckpoint: StatementSync

  constructor(writes: LibraryWrites) {
    const database: DatabaseSync = writes.database
    this.#writes = writes
    this.#insert = database.prepare(`
      INSERT INTO files (holder, directory, name, name_key, length, modified_ms, inode, content, waits, looked, media_type, facts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#select = database.prepare(`
      SELECT id, holder, directory, name, name_key, length, modified_ms, inode, content, looked, media_type, facts
      FROM files WHERE id = ?`)
    this.#delete = database.prepare('DELETE FROM files WHERE id = ?')
    this.#update = database.prepare('UPDATE files SET length = ?, modified_ms = ?, inode = ? WHERE id = ?')
    this.#learn = database.prepare(`
      UPDATE files SET content = ?, waits = ?, trouble = NULL, looked = ?, media_type = ?, facts = ?, facts_trouble = NULL
      WHERE id = ?`)
    this.#setContent = database.prepare(
      'UPDATE files SET content = ?, waits = 0, trouble = NULL WHERE id = ?',
    )
    this.#setFacts = database.prepare(
      'UPDATE files SET looked = 1, media_type = ?, facts = ?, facts_trouble = ? WHERE id = ?',
    )
    this.#remember = database.prepare(`
      INSERT INTO remembered (inode, length, modified_ms, content, looked, media_type, facts)
      VALUES (?, ?, ?, ?, ?, ?, ?)`)
    this.#dropCheckpoint = database.prepare('DELETE FROM checkpoints WHERE file = ?')
  }

  /** @returns its id */
  insert(row: NewRow): number {
    const { holder, name, learned, lengthBytes, modifiedMs, inode } = row
    const directory = this.#writes.directories.make(holder, row.directory)
    const key = nameKey(name)
    const content = learned.content
    const waits = row.readable && content === undefined && lengthBytes > 0 ? 1 : 0
    // What is not in a folder cannot be read here.
    const looked = learned.looked || !row.readable ? 1 : 0
    const { lastInsertRowid } = this.#insert.run(
      holder,
      directory,
      name,
      key,
      lengthBytes,
      modifiedMs,
      inode,
      content ?? null,
      waits,
      looked,
      learned.mediaType ?? null,
      factsText(learned.facts),
    )
    const id = Number(lastInsertRowid)
    this.#writes.count({ holder, directory, lengthBytes, content }, 1)
    this.#index({ id, holder, directory, name, nameKey: key, lengthBytes, modifiedMs, learned })
    return id
  }

  get(id: number): FileRow | undefined {
    const row = this.#select.get(id)
    if (row === undefined) return undefined
    return {
      id,
      holder: row.holder as number,
      directory: row.directory as number,
      name: row.name as string,
      name_key: row.name_key as string,
      lengthBytes: row.length as number,
      modified_ms: row.modified_ms as number,
      inode: row.inode as string,
      content: row.content === null ? undefined : (row.content as number),
      learned: learnedFrom(row),
    }
  }

  /** Its words stay; all that was learned goes, or is taken over from `learned`. */
  change(id: number, identity: FileIdentity, learned: Learned): void {
    const row = this.get(id)
    if (row === undefined) return
    this.#writes.count(row, -1)
    this.#update.run(identity.lengthBytes, identity.modifiedMs, identity.inode, id)
    const waits = learned.content === undefined && identity.lengthBytes > 0 ? 1 : 0
    this.#learn.run(
      learned.content ?? null,
      waits,
      learned.looked ? 1 : 0,
      learned.mediaType ?? null,
      factsText(learned.facts),
      id,
    )
    this.#dropCheckpoint.run(id)
    this.#writes.count({ ...row, lengthBytes: identity.lengthBytes, content: learned.content }, 1)
    this.#reindex({ ...row, nameKey: row.name_key, ...identity, learned })
  }

  /** What was learned of it is remembered for a file of the same identity. */
  remove(id: number): void {
    const row = this.get(id)
    if (row === undefined) return
    const { learned } = row
    if (row.inode !== '' && learned.content !== undefined) {
      this.#remember.run(
        row.inode,
        row.lengthBytes,
        row.modified_ms,
        learned.content,
        learned.looked ? 1 : 0,
        learned.mediaType ?? null,
        factsText(learned.facts),
      )
    }
    this.#writes.count(row, -1)
    this.#writes.words.remove(id)
    this.#delete.run(id)
  }

  setContent(id: number, content: number): void {
    const row = this.get(id)
    if (row === undefined || row.content === content) return
    if (row.content !== undefined) this.#writes.countContent(row.holder, row.lengthBytes, row.content, -1)
    this.#setContent.run(content, id)
    this.#writes.countContent(row.holder, row.lengthBytes, content, 1)
  }

  setFacts(id: number, mediaType: string | undefined, facts: MediaFacts, trouble: string | undefined): void {
    const row = this.get(id)
    if (row === undefined) return
    this.#setFacts.run(mediaType ?? null, factsText(facts), trouble ?? null, id)
    const learned = { content: row.content, looked: true, mediaType, facts }
    this.#reindex({ ...row, nameKey: row.name_key, modifiedMs: row.modified_ms, learned })
  }

  #reindex(file: Indexable): void {
    this.#writes.words.remove(file.id)
    this.#index(file)
  }

  #index(file: Indexable): void {
    const { mediaType, facts } = file.learned
    this.#writes.words.insert({
      ...file,
      mediaType,
      facts,
      pathText: this.#writes.pathText(file.holder, file.directory),
    })
  }
}

export function learnedFrom(row: Record<string, unknown>): Learned {
  return {
    content: row.content === null ? undefined : (row.content as number),
    looked: row.looked === 1,
    mediaType: row.media_type === null ? undefined : (row.media_type as string),
    facts: factsFrom(row.facts),
  }
}

export function factsFrom(text: unknown): MediaFacts {
  return typeof text === 'string' ? (JSON.parse(text) as MediaFacts) : {}
}

function factsText(facts: MediaFacts): string | null {
  const text = JSON.stringify(facts)
  return text === '{}' ? null : text
}
