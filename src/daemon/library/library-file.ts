// Where one file of the library lies, to be played: only while it is what was hashed.

import path from 'node:path'
import type { Disk } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import { parseContentId } from '../../metainfo/content-id.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import type { Library } from './library.ts'
import { identityOf } from './offers.ts'

export interface LibraryFile {
  readonly path: string
  readonly folder: string
  readonly name: string
  readonly lengthBytes: number
}

/** Undefined for what is no content id, or not in a folder of the library. */
export async function libraryFile(
  content: string,
  library: Library,
  disk: Pick<Disk, 'stat'>,
): Promise<LibraryFile | undefined> {
  const id = parseContentId(content)
  if (id === undefined) return undefined
  if (library.isWithheld(id)) throw new TransferError('FILE_LOCKED', { name: '' })
  for (const place of await library.need().ask('byContent', id)) {
    const stat = await disk.stat(place.path).catch(() => undefined)
    if (stat?.kind !== 'file') continue
    const { modifiedMs, inode } = identityOf(stat)
    if (stat.lengthBytes !== id.lengthBytes || modifiedMs !== place.modifiedMs || inode !== place.inode)
      continue
    const { dir: folder, base: name } = path.parse(place.path)
    return { path: place.path, folder, name, lengthBytes: id.lengthBytes }
  }
  throw new LibraryError('CONTENT_UNKNOWN', { content })
}
