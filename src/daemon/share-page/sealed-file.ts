// A file as it was when its page was opened: the same file, size and time, or nothing of it (SAFETY.md, G7).
// Promise: bytes are given only while that holds; it is looked at before the first and before the last of them is handed out,
// so that a file changed meanwhile ends the answer instead of completing it.

import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants, type FileHandle, open } from 'node:fs/promises'
import type { PagedFile } from './paged-share.ts'
import { FileChanged } from './share-page-error.ts'

/** Read at once: a downloading phone gets this much ahead of its network. */
const READ_BYTES = 65_536

export class SealedFile {
  readonly lengthBytes: number
  readonly modifiedMs: number
  readonly #path: string
  readonly #seal: string

  private constructor(path: string, stat: BigIntStats) {
    this.#path = path
    this.#seal = sealOf(stat)
    this.lengthBytes = Number(stat.size)
    this.modifiedMs = Number(stat.mtimeNs) / 1e6
  }

  /** @returns undefined when it is not there as it was shared */
  static async seal({ diskPath, lengthBytes, modifiedMs }: PagedFile): Promise<SealedFile | undefined> {
    let handle: FileHandle
    try {
      handle = await openPlain(diskPath)
    } catch {
      // Gone, or not ours to read: it is not offered.
      return undefined
    }
    try {
      const stat = await handle.stat({ bigint: true })
      const sealed = new SealedFile(diskPath, stat)
      if (!stat.isFile() || sealed.lengthBytes !== lengthBytes) return undefined
      // Times that were kept as floats may be a fraction off.
      if (modifiedMs !== undefined && Math.abs(modifiedMs - sealed.modifiedMs) > 1) return undefined
      return sealed
    } finally {
      await handle.close()
    }
  }

  /** Strong: another file, size or time is another tag. Says nothing of what it is made of. */
  tag(key: string): string {
    return `"${createHash('sha256').update(`${key} ${this.#seal}`).digest('base64url').slice(0, 22)}"`
  }

  /** @returns a handle on exactly that file, to be closed @throws FileChanged */
  async open(): Promise<FileHandle> {
    let handle: FileHandle
    try {
      handle = await openPlain(this.#path)
    } catch (error) {
      throw new FileChanged('gone', { cause: error })
    }
    try {
      await this.#unchanged(handle)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Opens it when the first byte is asked for. @throws FileChanged */
  async *whole(): AsyncGenerator<Uint8Array> {
    yield* this.bytes(await this.open(), 0, this.lengthBytes - 1)
  }

  /** Of an open handle, which it closes; both ends inclusive. @throws FileChanged */
  async *bytes(handle: FileHandle, first: number, last: number): AsyncGenerator<Uint8Array> {
    try {
      for (let at = first; at <= last; ) {
        // A chunk is given away: each has memory of its own.
        const into = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, last + 1 - at))
        const { bytesRead } = await handle.read(into, 0, into.length, at)
        if (bytesRead === 0) throw new FileChanged('shorter')
        at += bytesRead
        if (at > last) await this.#unchanged(handle)
        yield into.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  async #unchanged(handle: FileHandle): Promise<void> {
    if (sealOf(await handle.stat({ bigint: true })) !== this.#seal) throw new FileChanged('changed')
  }
}

/** Links are not followed in its last component, and pipes are not waited for. */
function openPlain(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
}

function sealOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ')
}
