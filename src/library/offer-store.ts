// Offers of library folders: made whole, ended at once, and brought into step with what lies on disk now.
// Promises: nothing is in an offer but what was put into it as looked at; what changed or vanished leaves it and what appeared
// waits as a proposal; an offer that ended is offered by nobody from the moment the call returns, whatever happens then.

import path from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Digest } from '../base/ports.ts'
import { contentKeysOf } from './content-keys.ts'
import type { FileIdentity } from './file-record.ts'
import type { LibraryWrites } from './library-writes.ts'
import type { FrozenFile, NewOffer, OfferedPlace, OfferRecord, Proposal } from './offer-record.ts'
import { isWithheld } from './withheld.ts'

const WITHHELD = isWithheld('manifest.root', 'coalesce(copy_length, manifest.length)')
/** Rows of ended offers go in slices of so many: some 10 ms each. */
const REMOVED_AT_ONCE = 2_000

const SELECT = `
  SELECT offers.id, folder, audience, review, share,
    (SELECT count(*) FROM manifest WHERE offer = offers.id) AS files,
    (SELECT coalesce(sum(coalesce(copy_length, length)), 0) FROM manifest WHERE offer = offers.id) AS bytes
  FROM offers WHERE ended = 0`

export class OfferStore {
  readonly #database: DatabaseSync
  readonly #writes: LibraryWrites
  readonly #digest: Digest
  readonly #offerOf: StatementSync
  readonly #insertFile: StatementSync
  readonly #keepBack: StatementSync
  readonly #byInfohash: StatementSync
  readonly #byTag: StatementSync

  constructor(writes: LibraryWrites, digest: Digest) {
    const { database } = writes
    this.#database = database
    this.#writes = writes
    this.#digest = digest
    this.#offerOf = database.prepare('SELECT id FROM offers WHERE folder = ? AND ended = 0')
    this.#insertFile = database.prepare(
      `INSERT OR REPLACE INTO manifest (offer, path, length, modified_ms, inode, copy, copy_length, copy_modified_ms,
        copy_inode, root, infohash20, tag20) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#keepBack = database.prepare(
      'INSERT OR REPLACE INTO kept_back (folder, path, length, modified_ms, inode) VALUES (?, ?, ?, ?, ?)',
    )
    const place = (column: string) =>
      database.prepare(`
        SELECT manifest.root, content_layers.layer, folders.path AS folder, manifest.path, copy, coalesce(copy_length, manifest.length) AS lengthBytes,
          coalesce(copy_modified_ms, modified_ms) AS modifiedMs, coalesce(copy_inode, inode) AS inode
        FROM manifest JOIN offers ON offers.id = manifest.offer JOIN folders ON folders.id = offers.folder
          LEFT JOIN contents ON contents.root = manifest.root AND contents.length = coalesce(copy_length, manifest.length)
          LEFT JOIN content_layers ON content_layers.content = contents.id
        WHERE manifest.${column} = ? AND ended = 0 AND audience = ? AND NOT ${WITHHELD} LIMIT 1`)
    this.#byInfohash = place('infohash20')
    this.#byTag = place('tag20')
  }

  // ── deciding ──

  /** Instead of what the folder offered until now. Durable when it returns. */
  make(offer: NewOffer): void {
    this.#writes.run(() => {
      this.end(offer.folder)
      const { lastInsertRowid } = this.#database
        .prepare('INSERT INTO offers (folder, audience, review, made_ms) VALUES (?, ?, ?, ?)')
        .run(offer.folder, offer.audience, offer.review, offer.madeAtMs)
      this.#put(Number(lastInsertRowid), offer)
    }, 'full')
  }

  /** More files of the folder that were looked at since; its audience stays. Durable when it returns. */
  extend(offer: Omit<NewOffer, 'audience' | 'madeAtMs'>): void {
    this.#writes.run(() => {
      const id = this.#idOf(offer.folder)
      if (id === undefined) return
      this.#put(id, offer)
    }, 'full')
  }

  #put(id: number, { folder, files, keptBack }: Pick<NewOffer, 'folder' | 'files' | 'keptBack'>): void {
    const propose = this.#database.prepare('DELETE FROM proposals WHERE folder = ? AND path = ?')
    for (const file of files) {
      this.#insert(id, file)
      propose.run(folder, file.path)
    }
    for (const { path, lengthBytes, modifiedMs, inode } of keptBack) {
      this.#keepBack.run(folder, path, lengthBytes, modifiedMs, inode)
      propose.run(folder, path)
      this.#database.prepare('DELETE FROM manifest WHERE offer = ? AND path = ?').run(id, path)
    }
  }

  #insert(offer: number, { path, lengthBytes, modifiedMs, inode, copy }: FrozenFile): void {
    const keys =
      copy === undefined
        ? undefined
        : contentKeysOf({ root: copy.root, lengthBytes: copy.lengthBytes }, this.#digest)
    this.#insertFile.run(
      offer,
      path,
      lengthBytes,
      modifiedMs,
      inode,
      copy?.path ?? null,
      copy?.lengthBytes ?? null,
      copy?.modifiedMs ?? null,
      copy?.inode ?? null,
      copy?.root ?? null,
      keys?.infohash20 ?? null,
      keys?.tag20 ?? null,
    )
  }

  /** The same files for fewer people. Durable when it returns. */
  narrow(folder: string, audience: string): void {
    this.#writes.run(
      () =>
        this.#database
          .prepare('UPDATE offers SET audience = ?, share = NULL WHERE folder = ? AND ended = 0')
          .run(audience, folder),
      'full',
    )
  }

  /** The share by which people with the link get it. */
  setShare(folder: string, share: string | null): void {
    this.#writes.run(
      () =>
        this.#database
          .prepare('UPDATE offers SET share = ? WHERE folder = ? AND ended = 0')
          .run(share, folder),
      'full',
    )
  }

  /** Offered to nobody any more. What is left of it goes with removeSome(). Durable when it returns. */
  end(folder: string): void {
    this.#writes.run(() => {
      this.#database.prepare('UPDATE offers SET ended = 1 WHERE folder = ? AND ended = 0').run(folder)
      this.#database.prepare('DELETE FROM proposals WHERE folder = ?').run(folder)
    }, 'full')
  }

  /** Nothing of any folder is offered any more, and every folder is for oneself. Durable when it returns. */
  endAll(): void {
    this.#writes.run(() => {
      this.#database.exec(`
        UPDATE offers SET ended = 1 WHERE ended = 0;
        UPDATE holders SET audience = 'me' WHERE kind = 'folder' AND audience <> 'me'`)
    }, 'full')
  }

  /** What is known of a folder that is removed. */
  forget(folder: string): void {
    this.#writes.run(() => {
      this.end(folder)
      this.#database.prepare('DELETE FROM kept_back WHERE folder = ?').run(folder)
    }, 'full')
  }

  /** Everything that waits is kept back until it changes. Durable when it returns. */
  dismiss(folder: string): void {
    this.#writes.run(() => {
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO kept_back (folder, path, length, modified_ms, inode)
          SELECT folder, path, length, modified_ms, inode FROM proposals WHERE folder = ?`,
        )
        .run(folder)
      this.#database.prepare('DELETE FROM proposals WHERE folder = ?').run(folder)
    }, 'full')
  }

  // ── asking ──

  all(): OfferRecord[] {
    return this.#database.prepare(SELECT).all().map(offerFrom)
  }

  find(folder: string): OfferRecord | undefined {
    const row = this.#database.prepare(`${SELECT} AND folder = ?`).get(folder)
    return row === undefined ? undefined : offerFrom(row)
  }

  /** Undefined while the folder offers nothing. */
  madeAtMs(folder: string): number | undefined {
    const row = this.#database
      .prepare('SELECT made_ms FROM offers WHERE folder = ? AND ended = 0')
      .get(folder)
    return row?.made_ms as number | undefined
  }

  /** The frozen files of a folder's offer. */
  files(folder: string): FrozenFile[] {
    const rows = this.#database
      .prepare(
        `SELECT manifest.path, length AS lengthBytes, modified_ms AS modifiedMs, inode, copy, copy_length, copy_modified_ms,
          copy_inode, root
        FROM manifest JOIN offers ON offers.id = offer WHERE folder = ? AND ended = 0 ORDER BY manifest.path`,
      )
      .all(folder)
    return rows.map(frozenFrom)
  }

  proposals(
    folder: string,
    offset: number,
    limit: number,
  ): { total: number; totalBytes: number; files: Proposal[] } {
    const { total, totalBytes } = this.#database
      .prepare(
        'SELECT count(*) AS total, coalesce(sum(length), 0) AS totalBytes FROM proposals WHERE folder = ?',
      )
      .get(folder) as { total: number; totalBytes: number }
    const files = this.#database
      .prepare(
        `SELECT path, length AS lengthBytes, modified_ms AS modifiedMs, inode, why FROM proposals WHERE folder = ?
        ORDER BY path LIMIT ? OFFSET ?`,
      )
      .all(folder, limit, offset) as unknown as Proposal[]
    return { total, totalBytes, files }
  }

  /** What peers on the wire ask for, if everyone may get it, or those of this audience. */
  byInfohash(infohash20: Uint8Array, audience = 'everyone'): OfferedPlace | undefined {
    return placeFrom(this.#byInfohash.get(infohash20, audience))
  }

  byTag(tag20: Uint8Array): OfferedPlace | undefined {
    return placeFrom(this.#byTag.get(tag20, 'everyone'))
  }

  /** Of what everyone (or this audience) may get, in the order of keys, for announcing in turn; loose ones are a circle's only. */
  infohashesAfter(infohash20: Uint8Array | undefined, limit: number, audience = 'everyone'): Uint8Array[] {
    return this.#database
      .prepare(
        `SELECT DISTINCT infohash20 FROM manifest JOIN offers ON offers.id = offer
        WHERE infohash20 > ?1 AND ended = 0 AND audience = ?2 AND NOT ${WITHHELD}
        UNION SELECT infohash20 FROM loose_offers WHERE infohash20 > ?1 AND audience = ?2 AND NOT ${isWithheld('root', 'length')}
        ORDER BY infohash20 LIMIT ?3`,
      )
      .all(infohash20 ?? new Uint8Array(0), audience, limit)
      .map((row) => row.infohash20 as Uint8Array)
  }

  /** Folders of copies that some offer has. */
  copyPaths(): string[] {
    return this.#database
      .prepare(
        'SELECT DISTINCT copy FROM manifest JOIN offers ON offers.id = offer WHERE copy IS NOT NULL AND ended = 0',
      )
      .all()
      .map((row) => row.copy as string)
  }

  /** A slice of what ended offers left. @returns whether there is more */
  removeSome(): boolean {
    return this.#writes.run(() => {
      const offer = this.#database.prepare('SELECT id FROM offers WHERE ended = 1 LIMIT 1').get()?.id as
        | number
        | undefined
      if (offer === undefined) return false
      const { changes } = this.#database
        .prepare(
          'DELETE FROM manifest WHERE offer = ? AND path IN (SELECT path FROM manifest WHERE offer = ? LIMIT ?)',
        )
        .run(offer, offer, REMOVED_AT_ONCE)
      if (Number(changes) < REMOVED_AT_ONCE)
        this.#database.prepare('DELETE FROM offers WHERE id = ?').run(offer)
      return true
    })
  }

  #idOf(folder: string): number | undefined {
    return this.#offerOf.get(folder)?.id as number | undefined
  }
}

type Row = Record<string, unknown>

function offerFrom(row: Row): OfferRecord {
  return {
    folder: row.folder as string,
    audience: row.audience as string,
    review: row.review as string,
    share: row.share as string | null,
    files: row.files as number,
    totalBytes: row.bytes as number,
  }
}

function frozenFrom(row: Row): FrozenFile {
  const { path, lengthBytes, modifiedMs, inode } = row as unknown as FileIdentity & { path: string }
  const file = { path, lengthBytes, modifiedMs, inode }
  if (row.copy === null) return file
  return {
    ...file,
    copy: {
      path: row.copy as string,
      lengthBytes: row.copy_length as number,
      modifiedMs: row.copy_modified_ms as number,
      inode: row.copy_inode as string,
      root: row.root as Uint8Array,
    },
  }
}

function placeFrom(row: Row | undefined): OfferedPlace | undefined {
  if (row === undefined) return undefined
  const { root, lengthBytes, modifiedMs, inode } = row as unknown as OfferedPlace
  const at = (row.copy as string | null) ?? joined(row.folder as string, row.path as string)
  const place = { root, path: at, lengthBytes, modifiedMs, inode }
  return row.layer === null ? place : { ...place, layer: row.layer as Uint8Array }
}

function joined(folder: string, below: string): string {
  return path.join(folder, ...below.split('/'))
}
