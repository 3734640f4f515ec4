// Files offered one by one, outside of folders: those of messages and kept copies. Promises: what is in here was looked at and hashed as
// it is; what ended is offered to nobody from the moment the call returns.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Digest } from '../base/ports.ts'
import { contentKeysOf } from './content-keys.ts'
import type { FileIdentity } from './file-record.ts'
import { LibraryError } from './library-error.ts'
import type { LibraryWrites } from './library-writes.ts'
import type { OfferedPlace } from './offer-record.ts'
import { isWithheld } from './withheld.ts'

export interface LooseFile extends FileIdentity {
  /** Absolute. */
  readonly path: string
  readonly root: Uint8Array
  /** As others see it, with `/`; may be empty. */
  readonly folder: string
  readonly name: string
}

export interface LooseBundle {
  readonly audience: string
  readonly bundle: string
  readonly files: readonly LooseFile[]
  /** What says which files there are: given like them, and in no catalogue. */
  readonly list?: LooseFile | undefined
}

/** Of one audience: three folders of as many files as one message lists. */
const MAX_LOOSE = 300_000
/** Before the bundle whose list it is. */
export const LIST_OF = 'list:'

export class LooseOffers {
  readonly #writes: LibraryWrites
  readonly #digest: Digest
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #byInfohash: StatementSync

  constructor(writes: LibraryWrites, digest: Digest) {
    this.#writes = writes
    this.#digest = digest
    this.#database = writes.database
    this.#insert = this.#database.prepare(`
      INSERT INTO loose_offers (audience, bundle, path, length, modified_ms, inode, root, infohash20, folder, name)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#byInfohash = this.#database.prepare(`
      SELECT root, path, length AS lengthBytes, modified_ms AS modifiedMs, inode FROM loose_offers
      WHERE audience = ? AND infohash20 = ? AND NOT ${isWithheld('root', 'length')} LIMIT 1`)
  }

  /** Instead of what this bundle had. Durable when it returns. @throws LibraryError OFFERED_TOO_MANY */
  put({ audience, bundle, files, list }: LooseBundle): void {
    this.#writes.run(() => {
      this.#remove(bundle)
      this.#makeSure(audience, files.length + 1)
      for (const file of files) this.#add(audience, bundle, file)
      if (list !== undefined) this.#add(audience, `${LIST_OF}${bundle}`, list)
    }, 'full')
  }

  /** One more of a bundle. Durable when it returns. @throws LibraryError OFFERED_TOO_MANY */
  add(audience: string, bundle: string, file: LooseFile): void {
    this.#writes.run(() => {
      this.#makeSure(audience, 1)
      this.#add(audience, bundle, file)
    }, 'full')
  }

  #makeSure(audience: string, more: number): void {
    const { count } = this.#database
      .prepare('SELECT count(*) AS count FROM loose_offers WHERE audience = ?')
      .get(audience) as { count: number }
    if (count + more > MAX_LOOSE) throw new LibraryError('OFFERED_TOO_MANY', { most: MAX_LOOSE })
  }

  #remove(bundle: string): void {
    this.#database
      .prepare('DELETE FROM loose_offers WHERE bundle = ? OR bundle = ?')
      .run(bundle, `${LIST_OF}${bundle}`)
  }

  #add(audience: string, bundle: string, file: LooseFile): void {
    const { path, lengthBytes, modifiedMs, inode, root, folder, name } = file
    const { infohash20 } = contentKeysOf({ root, lengthBytes }, this.#digest)
    this.#insert.run(audience, bundle, path, lengthBytes, modifiedMs, inode, root, infohash20, folder, name)
  }

  /** @returns whose it was; empty for none */
  end(bundle: string): string[] {
    return this.#writes.run(() => {
      const rows = this.#database
        .prepare('SELECT DISTINCT audience FROM loose_offers WHERE bundle = ?')
        .all(bundle)
      this.#remove(bundle)
      return rows.map(({ audience }) => audience as string)
    }, 'full')
  }

  /** One content of a bundle. @returns where it lies */
  remove(bundle: string, root: Uint8Array, lengthBytes: number): string[] {
    return this.#writes.run(() => {
      const where = 'WHERE bundle = ? AND root = ? AND length = ?'
      const rows = this.#database
        .prepare(`SELECT path FROM loose_offers ${where}`)
        .all(bundle, root, lengthBytes)
      this.#database.prepare(`DELETE FROM loose_offers ${where}`).run(bundle, root, lengthBytes)
      return rows.map(({ path }) => path as string)
    }, 'full')
  }

  endAll(): void {
    this.#writes.run(() => this.#database.exec('DELETE FROM loose_offers'), 'full')
  }

  files(bundle: string): LooseFile[] {
    return this.#database
      .prepare(
        `SELECT path, length AS lengthBytes, modified_ms AS modifiedMs, inode, root, folder, name FROM loose_offers WHERE bundle = ?`,
      )
      .all(bundle) as unknown as LooseFile[]
  }

  /** Where all files of bundles that begin so lie. */
  pathsBelow(prefix: string): string[] {
    const rows = this.#database
      .prepare('SELECT path FROM loose_offers WHERE bundle >= ? AND bundle < ?')
      .all(prefix, `${prefix}\u{10ffff}`)
    return rows.map(({ path }) => path as string)
  }

  byInfohash(audience: string, infohash20: Uint8Array): OfferedPlace | undefined {
    return this.#byInfohash.get(audience, infohash20) as unknown as OfferedPlace | undefined
  }
}
