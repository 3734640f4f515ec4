// Where a content lies in library folders, with all that tells whether a file is still the one that was hashed. Reads only.

import path from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContentId } from '../metainfo/content-id.ts'
import { DirectoryTree } from './directory-tree.ts'
import type { FileIdentity } from './file-record.ts'

export interface ContentPlace extends FileIdentity {
  readonly root: Uint8Array
  /** Absolute. */
  readonly path: string
  /** Piece layer of its content torrent, where it is kept. */
  readonly layer?: Uint8Array
}

/** Of one content: whoever looks for it needs one that is still there. */
const MAX_PLACES = 64

export class ContentPlaces {
  readonly #directories: DirectoryTree
  readonly #places: StatementSync
  readonly #layer: StatementSync

  constructor(database: DatabaseSync) {
    this.#directories = new DirectoryTree(database)
    this.#places = database.prepare(`
      SELECT files.directory, files.name, modified_ms AS modifiedMs, inode, folders.path AS folder
      FROM contents JOIN files ON files.content = contents.id
      JOIN holders ON holders.key = files.holder AND holders.leaving = 0
      JOIN folders ON folders.holder = files.holder
      WHERE contents.root = ? AND contents.length = ? ORDER BY modified_ms DESC LIMIT ?`)
    this.#layer = database.prepare(`
      SELECT layer FROM content_layers JOIN contents ON contents.id = content WHERE root = ? AND length = ?`)
  }

  /** Those that were written last first; files of transfers are not among them. */
  of({ root, lengthBytes }: ContentId): ContentPlace[] {
    return this.#places.all(root, lengthBytes, MAX_PLACES).map((row) => ({
      root,
      lengthBytes,
      path: path.join(
        row.folder as string,
        ...this.#directories.componentsOf(row.directory as number),
        row.name as string,
      ),
      modifiedMs: row.modifiedMs as number,
      inode: row.inode as string,
    }))
  }

  layerOf({ root, lengthBytes }: ContentId): Uint8Array | undefined {
    return this.#layer.get(root, lengthBytes)?.layer as Uint8Array | undefined
  }
}
