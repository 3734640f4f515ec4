// A torrent file that a request names by its path: read from a plain file only, and no more than a torrent may have.

import { constants, open, realpath } from 'node:fs/promises'
import { TORRENT_LIMITS } from '../../metainfo/limits.ts'
import { InputError } from '../torrent-input.ts'

/** @param path one that whoever asks may use @throws InputError */
export async function readNamedTorrentFile(path: string): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    // Never waits for whoever writes into a pipe of that name.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw unreadable(path, error)
  }
  try {
    const { size } = await file.stat().then((found) => (found.isFile() ? found : { size: -1 }))
    if (size < 0 || size > TORRENT_LIMITS.bencode.lengthBytes)
      throw new InputError('FILE_UNREADABLE', { path })
    const bytes = new Uint8Array(size)
    const { bytesRead } = await file.read(bytes, 0, size, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Where links in it lead. @throws InputError */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

export function unreadable(path: string, error: unknown): InputError {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return new InputError(missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', { path }, error)
}
