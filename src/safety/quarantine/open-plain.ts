// A file that is opened to be looked at or scanned: a plain one. Promise: a pipe or device that took its place is not waited for;
// four that are waited for keep all files of the process waiting.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** @throws what the system says; EINVAL for what is no plain file */
export async function openPlain(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw Object.assign(new Error('no plain file'), { code: 'EINVAL' })
}
