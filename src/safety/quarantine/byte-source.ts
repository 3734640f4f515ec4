// Bytes that can be read from anywhere: a file, or what was unpacked from one into memory.

import type { FileHandle } from 'node:fs/promises'

export interface ByteSource {
  readonly lengthBytes: number
  /** Fewer at the end; never more than asked for. @throws when it cannot be read */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>
}

/** Read at once, at most; longer runs are read one after another. */
export const CHUNK_BYTES = 1_048_576

export class MemorySource implements ByteSource {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get lengthBytes(): number {
    return this.#bytes.length
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#bytes.subarray(offset, offset + lengthBytes)
  }
}

export class FileSource implements ByteSource {
  readonly #file: FileHandle
  readonly lengthBytes: number

  constructor(file: FileHandle, lengthBytes: number) {
    this.#file = file
    this.lengthBytes = lengthBytes
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, CHUNK_BYTES, this.lengthBytes - offset)))
    if (bytes.length === 0) return bytes
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, offset)
    return bytes.subarray(0, bytesRead)
  }
}

/** In order, each with the last bytes of the one before, so that no word is cut in two. */
export async function* overlapping(
  source: ByteSource,
  overlapBytes: number,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  const end = Math.min(source.lengthBytes, limitBytes)
  for (let at = 0; at < end; ) {
    const bytes = await source.read(at, Math.min(CHUNK_BYTES, end - at))
    if (bytes.length === 0) return
    yield bytes
    if (at + bytes.length >= end || bytes.length <= overlapBytes) return
    at += bytes.length - overlapBytes
  }
}
