// What reading files teaches: content ids, types and facts; and what waits to be read. Something is kept only while the
// file is still the one that was read.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hashBytes } from '../base/ids.ts'
import type { Digest } from '../base/ports.ts'
import { type ContentId, contentInfohash } from '../metainfo/content-id.ts'
import type { FileIdentity, MediaFacts, WalkedFile } from './file-record.ts'
import { type FileRows, factsFrom } from './file-rows.ts'
import type { LibraryWrites } from './library-writes.ts'

export interface WaitingFile extends WalkedFile {
  readonly id: number
  /** FolderId. */
  readonly folder: string
}

/** Where to go on in a queue: after this one. */
export interface WaitingPlace {
  readonly lengthBytes: number
  readonly id: number
}

/** How far the hash of a large file has come: its piece layer from the front. */
export interface HashCheckpoint {
  readonly identity: FileIdentity
  readonly layer: Uint8Array
}

const TRUNCATED_BYTES = 20
const TAG = new TextEncoder().encode('req2')

export class ReadingStore {
  readonly #writes: LibraryWrites
  readonly #rows: FileRows
  #learned = 0
  readonly #database: DatabaseSync
  readonly #digest: Digest
  readonly #findContent: StatementSync
  readonly #addContent: StatementSync
  readonly #keepLayer: StatementSync
  readonly #identity: StatementSync
  readonly #lookedAlike: StatementSync

  constructor(writes: LibraryWrites, rows: FileRows, digest: Digest) {
    const { database } = writes
    this.#writes = writes
    this.#rows = rows
    this.#database = database
    this.#digest = digest
    this.#findContent = database.prepare('SELECT id FROM contents WHERE root = ? AND length = ?')
    this.#addContent = database.prepare(
      'INSERT INTO contents (root, length, infohash20, tag20) VALUES (?, ?, ?, ?)',
    )
    this.#keepLayer = database.prepare('INSERT OR IGNORE INTO content_layers VALUES (?, ?)')
    this.#identity = database.prepare(
      'SELECT 1 FROM files WHERE id = ? AND length = ? AND modified_ms = ? AND inode = ?',
    )
    this.#lookedAlike = database.prepare(
      'SELECT media_type, facts FROM files WHERE content = ? AND looked = 1 AND media_type IS NOT NULL LIMIT 1',
    )
  }

  /** Files without a content id, but for empty ones and those in trouble: shortest first, then by id. */
  unhashed(after: WaitingPlace | undefined, limit: number, folder?: string): readonly WaitingFile[] {
    return this.#waiting('waits = 1', after, limit, folder)
  }

  /** Files whose type and facts were not looked for since they changed, in the same order. */
  unread(after: WaitingPlace | undefined, limit: number): readonly WaitingFile[] {
    return this.#waiting('looked = 0', after, limit, undefined)
  }

  /** False, and nothing is kept, when the file is no longer of this identity. */
  recordContent(id: number, identity: FileIdentity, content: ContentId, layer?: Uint8Array): boolean {
    return this.#record(id, identity, () => {
      const key = this.contentKey(content)
      this.#rows.setContent(id, key)
      if (layer !== undefined) this.#keepLayer.run(key, layer)
      this.keepCheckpoint(id, undefined)
      // The same bytes were looked at under another name: it need not be opened again.
      const alike = this.#rows.get(id)?.learned.looked === false ? this.#lookedAlike.get(key) : undefined
      if (alike !== undefined)
        this.#rows.setFacts(id, alike.media_type as string, factsFrom(alike.facts), undefined)
    })
  }

  recordFacts(
    id: number,
    identity: FileIdentity,
    mediaType: string | undefined,
    facts: MediaFacts,
    trouble?: string,
  ): boolean {
    this.#learned++
    return this.#record(id, identity, () => this.#rows.setFacts(id, mediaType, facts, trouble))
  }

  /** Another number once facts were recorded since. */
  get learned(): number {
    return this.#learned
  }

  /** It cannot be read: left out of unhashed() until it changes or its folder's troubles are forgotten. */
  recordTrouble(id: number, identity: FileIdentity, code: string): boolean {
    return this.#record(id, identity, () =>
      this.#database
        .prepare('UPDATE files SET trouble = ?, waits = 0 WHERE id = ? AND content IS NULL')
        .run(code, id),
    )
  }

  forgetTroubles(folder: string): void {
    this.#database
      .prepare(
        `UPDATE files SET trouble = NULL, waits = 1
        WHERE trouble IS NOT NULL AND holder = (SELECT holder FROM folders WHERE id = ?)`,
      )
      .run(folder)
  }

  /** What a file of this folder with exactly this identity holds: a second hard link. */
  contentOf(folder: string, { inode, lengthBytes, modifiedMs }: FileIdentity): ContentId | undefined {
    const row = this.#database
      .prepare(
        `SELECT contents.root, contents.length FROM files JOIN contents ON contents.id = files.content
        WHERE files.inode = ? AND inode <> '' AND files.length = ? AND modified_ms = ?
          AND holder = (SELECT holder FROM folders WHERE id = ?) LIMIT 1`,
      )
      .get(inode, lengthBytes, modifiedMs, folder)
    return row === undefined ? undefined : { root: row.root as Uint8Array, lengthBytes: row.length as number }
  }

  checkpoint(id: number): HashCheckpoint | undefined {
    const row = this.#database.prepare('SELECT * FROM checkpoints WHERE file = ?').get(id)
    if (row === undefined) return undefined
    return {
      identity: {
        lengthBytes: row.length as number,
        modifiedMs: row.modified_ms as number,
        inode: row.inode as string,
      },
      layer: row.layer as Uint8Array,
    }
  }

  /** Undefined drops it. */
  keepCheckpoint(id: number, checkpoint: HashCheckpoint | undefined): void {
    if (checkpoint === undefined) {
      this.#database.prepare('DELETE FROM checkpoints WHERE file = ?').run(id)
      return
    }
    const { identity, layer } = checkpoint
    this.#record(id, identity, () =>
      this.#database
        .prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)')
        .run(id, identity.lengthBytes, identity.modifiedMs, identity.inode, layer),
    )
  }

  /** Its row, made when it is new. Only within LibraryWrites.run, and followed by a file that holds it. */
  contentKey(content: ContentId): number {
    const known = this.#findContent.get(content.root, content.lengthBytes)
    if (known !== undefined) return known.id as number
    const infohash20 = hashBytes(contentInfohash(content, this.#digest)).subarray(0, TRUNCATED_BYTES)
    const tag = new Uint8Array(TAG.length + TRUNCATED_BYTES)
    tag.set(TAG)
    tag.set(infohash20, TAG.length)
    const made = this.#addContent.run(content.root, content.lengthBytes, infohash20, this.#digest.sha1(tag))
    return Number(made.lastInsertRowid)
  }

  #record(id: number, { lengthBytes, modifiedMs, inode }: FileIdentity, keep: () => void): boolean {
    return this.#writes.run(() => {
      if (this.#identity.get(id, lengthBytes, modifiedMs, inode) === undefined) return false
      keep()
      return true
    })
  }

  #waiting(
    which: string,
    after: WaitingPlace | undefined,
    limit: number,
    folder: string | undefined,
  ): readonly WaitingFile[] {
    const rows = this.#database
      .prepare(
        `SELECT files.id, folders.id AS folder, directory, files.name, length, modified_ms, inode
        FROM files JOIN folders ON folders.holder = files.holder
        WHERE ${which} AND (length, files.id) > (?, ?) ${folder === undefined ? '' : 'AND folders.id = ?'}
        ORDER BY length, files.id LIMIT ?`,
      )
      .all(after?.lengthBytes ?? -1, after?.id ?? -1, ...(folder === undefined ? [] : [folder]), limit)
    return rows.map((row) => ({
      id: row.id as number,
      folder: row.folder as string,
      path: [...this.#writes.directories.componentsOf(row.directory as number), row.name as string].join('/'),
      lengthBytes: row.length as number,
      modifiedMs: row.modified_ms as number,
      inode: row.inode as string,
    }))
  }
}
