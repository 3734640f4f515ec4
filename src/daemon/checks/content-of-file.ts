// The content id of a file that is here, where its torrent does not say it.

import { lstat } from 'node:fs/promises'
import type { Hasher } from '../../base/ports.ts'
import { readLayer } from '../../library/scan/content-hash.ts'
import { fileIdentity } from '../../library/scan/directory-look.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import type { Merkle } from '../../metainfo/merkle.ts'

/** Undefined for what cannot be read, has no byte, or changes meanwhile. */
export async function contentOfFile(
  path: string,
  hasher: Hasher,
  merkle: Merkle,
): Promise<string | undefined> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined)
  if (stats === undefined || !stats.isFile() || stats.size === 0n) return undefined
  const read = await readLayer(hasher, merkle, path, fileIdentity(stats, 'lasting'))
  return read === undefined ? undefined : contentIdText(read.content)
}
