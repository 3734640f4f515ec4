// Whether a file on disk is the one that the library knows, before and after it is read.

import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { FileIdentity } from '../file-record.ts'
import { fileIdentity } from './directory-look.ts'
import { errno } from './folder-root.ts'

export type FileLook =
  | {
      readonly kind: 'same'
      /** Changes with every change of the file, whatever is done to its times: the same before and after reading. */
      readonly moment: string
    }
  | { readonly kind: 'different' }
  | { readonly kind: 'failed'; readonly code: string }

/** @param known an empty inode means that this file system has none that last */
export async function lookAtFile(path: string, known: FileIdentity): Promise<FileLook> {
  let stats: BigIntStats
  try {
    stats = await lstat(path, { bigint: true })
  } catch (error) {
    return { kind: 'failed', code: errno(error) }
  }
  const now = fileIdentity(stats, known.inode === '' ? 'passing' : 'lasting')
  const same =
    stats.isFile() &&
    now.lengthBytes === known.lengthBytes &&
    now.modifiedMs === known.modifiedMs &&
    now.inode === known.inode
  return same ? { kind: 'same', moment: `${stats.dev}:${stats.ino}:${stats.ctimeNs}` } : { kind: 'different' }
}
