// Files offered one by one, outside of folders: those of messages and kept copies. Promises: what is in here was looked at and hashed as
// it is; what ended is offered to nobody from the moment the call returns.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Digest } from '../base/ports.ts'
import { contentKeysOf } from './content-keys.ts'
import type { FileIdentity } from './file-record.ts'
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
}

/** Of one audience: as many as one copies of a catalogue. */
const MAX_LOOSE = 50_000

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
      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM loose_offers WHERE audience = ?) < ${MAX_LOOSE}`)
    this.#byInfohash = this.#database.prepare(`
      SELECT root, path, length AS lengthBytes, modified_ms AS modifiedMs, inode FROM loose_offers
      WHERE audience = ? AND infohash20 = ? AND NOT ${isWithheld('root', 'length')} LIMIT 1`)
  }

  /** Instead of what this bundle had. Durable when it returns. */
  put({ audience, bundle, files }: LooseBundle): void {
    this.#writes.run(() => {
      this.#database.prepare('DELETE FROM loose_offers WHERE bundle = ?').run(bundle)
      for (const file of files) this.#add(audience, bundle, file)
    }, 'full')
  }

  /** One more of a bundle. Durable when it returns. */
  add(audience: string, bundle: string, file: LooseFile): void {
    this.#writes.run(() => this.#add(audience, bundle, file), 'full')
  }

  #add(audience: string, bundle: string, file: LooseFile): void {
    const { path, lengthBytes, modifiedMs, inode, root, folder, name } = file
    const { infohash20 } = contentKeysOf({ root, lengthBytes }, this.#digest)
    this.#insert.run(
      audience,
      bundle,
      path,
      lengthBytes,
      modifiedMs,
      inode,
      root,
      infohash20,
      folder,
      name,
      audience,
    )
  }

  /** @returns whose it was; empty for none */
  end(bundle: string): string[] {
    return this.#writes.run(() => {
      const rows = this.#database
        .prepare('SELECT DISTINCT audience FROM loose_offers WHERE bundle = ?')
        .all(bundle)
      this.#database.prepare('DELETE FROM loose_offers WHERE bundle = ?').run(bundle)
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

  byInfohash(audience: string, infohash20: Uint8Array): OfferedPlace | undefined {
    return this.#byInfohash.get(audience, infohash20) as unknown as OfferedPlace | undefined
  }
}
