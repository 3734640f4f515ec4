// A file's bytes for the scan: any stretch on demand, and of large files head, samples and tail.
// Invariant: never more than MAX_LOOKED_BYTES of one file in memory.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** A pipe that took the place of a file is not waited for: four of them would keep all files of the process waiting. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Design: what is private is in the first pages, the last ones, or all through; this is some seconds of reading. */
export const MAX_LOOKED_BYTES = 64 * 1_048_576
/** Kind and form of a file are told by this much. */
export const HEAD_BYTES = 64 * 1024

/** Of text that is no document: the whole below this, samples above. Detectors take 2 s for it at worst. */
export const WHOLE_TEXT_BYTES = 8 * 1_048_576
const SAMPLE_BYTES = 512 * 1024
const SAMPLES = 12

export interface FileBytes {
  readonly lengthBytes: number
  /** Shorter at the end of the file. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** @throws what the system says; EINVAL for what is no plain file */
export async function openFileBytes(path: string): Promise<FileBytes> {
  const handle = await open(path, OPEN_FLAGS)
  const stats = await handle.stat()
  if (!stats.isFile()) {
    await handle.close()
    throw Object.assign(new Error('no plain file'), { code: 'EINVAL' })
  }
  const { size } = stats
  return {
    lengthBytes: size,
    read: async (offset, lengthBytes) => {
      const wanted = Math.max(0, Math.min(lengthBytes, size - offset, MAX_LOOKED_BYTES))
      const bytes = new Uint8Array(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await handle.read(bytes, filled, wanted - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    },
    close: () => handle.close(),
  }
}

export function memoryBytes(bytes: Uint8Array): FileBytes {
  return {
    lengthBytes: bytes.length,
    read: (offset, lengthBytes) => Promise.resolve(bytes.subarray(offset, offset + lengthBytes)),
    close: () => Promise.resolve(),
  }
}

/** All of a small file; of a large one head, evenly spread samples and tail, apart by a line break. */
export async function sampledBytes(file: FileBytes): Promise<readonly Uint8Array[]> {
  if (file.lengthBytes <= WHOLE_TEXT_BYTES) return [await file.read(0, file.lengthBytes)]
  const step = (file.lengthBytes - SAMPLE_BYTES) / (SAMPLES - 1)
  const parts: Uint8Array[] = []
  for (let i = 0; i < SAMPLES; i++) {
    // Even offsets keep two-byte text whole.
    parts.push(await file.read(Math.floor((i * step) / 4) * 4, SAMPLE_BYTES))
  }
  return parts
}
