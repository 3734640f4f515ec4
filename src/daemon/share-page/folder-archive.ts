// A folder as one ZIP file: stored, so that its length is known before its first byte; ZIP64 where it is needed.
// Promise: files are opened one after the other as they are reached; one that is not as it was ends the archive.

import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { SealedFile } from './sealed-file.ts'

export interface ArchiveEntry {
  readonly path: readonly string[]
  readonly file: SealedFile
}

export interface Archive {
  readonly lengthBytes: number
  readonly bytes: AsyncIterable<Uint8Array>
  /** Ends it and closes what it has open; also without reading it. */
  cancel(): void
}

/** Of a central directory for each entry: fixed part and the time in UTC. */
const ENTRY_BYTES = 46 + 9
/** From here on yazl counts the bytes of a ZIP64 end that it then leaves out, unless it is told to write one. */
const ZIP64_FROM_BYTES = 0xffff
const PLAIN_FILE = 0o100644

export async function archiveOf(entries: readonly ArchiveEntry[]): Promise<Archive> {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  let current: Readable | undefined
  const fail = (error: Error): void => {
    output.destroy(error)
  }
  zip.on('error', fail)
  let directoryBytes = 0
  for (const { path, file } of entries) {
    const name = entryName(path)
    directoryBytes += ENTRY_BYTES + Buffer.byteLength(name)
    const options = {
      size: file.lengthBytes,
      // A time before 1970 has no place in an entry.
      mtime: new Date(Math.max(0, file.modifiedMs)),
      mode: PLAIN_FILE,
      compress: false,
    }
    zip.addReadStreamLazy(name, options, (give) => {
      if (output.destroyed) return
      current = Readable.from(file.whole(), { objectMode: false })
      current.on('error', fail)
      give(null, current)
    })
  }
  const lengthBytes = await new Promise<number>((resolve) => {
    // Its types do not know that the callback is told the length.
    const known = resolve as () => void
    zip.end({ forceZip64Format: directoryBytes >= ZIP64_FROM_BYTES, comment: '' }, known)
  })
  return {
    lengthBytes,
    bytes: output,
    cancel() {
      output.destroy()
      current?.destroy()
    },
  }
}

/** Relative, with slashes: a backslash or a drive in a name would be read as a path by whoever unpacks it. */
function entryName(path: readonly string[]): string {
  return path.map((component) => component.replace(/[\\/]/g, '_').replace(/^([A-Za-z]):/, '$1_')).join('/')
}
