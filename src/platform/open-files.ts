// Read-only descriptors of the files() calls a hash worker is busy with.
// Invariants: never more than OPEN_FILES_LIMIT open; none outlives the call it was opened for, because a file renamed
// or replaced between two calls must be seen as it is now.

import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'
import type { DiskCode } from '../base/ports.ts'
import { diskError } from './disk-call.ts'

/** Per worker: enough for pieces that span many files, little beside the usual limit of 1,024 per process. */
const OPEN_FILES_LIMIT = 32

/** Opening a FIFO must not block (it is refused right after); links are not followed. Neither flag exists on Windows. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export class OpenFiles {
  /** Key → descriptor, least recently used first. */
  readonly #open = new Map<string, number>()

  /** @returns a descriptor valid until the next call of any method, or why there is none. */
  descriptor(call: number, path: string): number | DiskCode {
    const key = `${call}:${path}`
    const known = this.#open.get(key)
    if (known !== undefined) {
      this.#open.delete(key)
      this.#open.set(key, known)
      return known
    }
    const opened = openRegular(path)
    if (typeof opened === 'string') return opened
    if (this.#open.size >= OPEN_FILES_LIMIT) {
      const [oldest, fd] = this.#open.entries().next().value as [string, number]
      this.#open.delete(oldest)
      closeSync(fd)
    }
    this.#open.set(key, opened)
    return opened
  }

  closeCall(call: number): void {
    for (const [key, fd] of this.#open) {
      if (!key.startsWith(`${call}:`)) continue
      this.#open.delete(key)
      closeSync(fd)
    }
  }
}

function openRegular(path: string): number | DiskCode {
  let fd: number
  try {
    if (constants.O_NOFOLLOW === undefined && lstatSync(path).isSymbolicLink()) return 'ELOOP'
    fd = openSync(path, OPEN_FLAGS)
  } catch (cause) {
    return diskError(cause as NodeJS.ErrnoException, path).code
  }
  const stat = fstatSync(fd)
  if (stat.isFile()) return fd
  closeSync(fd)
  return stat.isDirectory() ? 'EISDIR' : 'OTHER'
}
