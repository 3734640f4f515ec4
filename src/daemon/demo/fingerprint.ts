// One hash for all bytes of a file or folder, by SHA-256 of Node's own crypto: nothing of the engine has a part in it, so
// that it can say whether the engine told the truth.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

const READ_BYTES = 1_048_576

/**
 * A file's SHA-256 in hex; for a folder the SHA-256 over the sorted hashes of its files. Names do not count: they may
 * be cleaned on the way. Links and special files are left out, as they are in a share.
 */
export async function fingerprint(at: string): Promise<string> {
  if ((await lstat(at)).isFile()) return hashFile(at)
  const hashes: string[] = []
  for (const entry of await readdir(at, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hashes.push(await hashFile(path.join(entry.parentPath, entry.name)))
  }
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex')
}

async function hashFile(at: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(at, { highWaterMark: READ_BYTES })) hash.update(bytes as Buffer)
  return hash.digest('hex')
}
