// Archives of the ZIP form, entry by entry and bounded: documents and archives alike.
// Promise: never more unpacked than the budget; sizes that lie are refused; without a directory, what local headers say.

import { Readable } from 'node:stream'
import { inflateRawSync } from 'node:zlib'
import yauzl from 'yauzl'
import type { FileBytes } from '../file-bytes.ts'
import { asLatin1 } from '../file-kind.ts'

export const MAX_ENTRIES = 10_000
/** One entry unpacked: documents are smaller, and others are not looked into. */
export const MAX_ENTRY_BYTES = 16 * 1_048_576

export interface ZipEntry {
  readonly name: string
  readonly lengthBytes: number
  readonly encrypted: boolean
  /** Undefined when it cannot be unpacked within bounds. */
  bytes(): Promise<Uint8Array | undefined>
}

class Reader extends yauzl.RandomAccessReader {
  readonly #file: FileBytes

  constructor(file: FileBytes) {
    super()
    this.#file = file
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const file = this.#file
    return Readable.from(
      (async function* () {
        for (let at = start; at < end; at += 262_144)
          yield Buffer.from(await file.read(at, Math.min(262_144, end - at)))
      })(),
      { objectMode: false },
    )
  }
}

/** @throws when it is no archive at all */
export async function zipEntries(file: FileBytes): Promise<ZipEntry[]> {
  try {
    return await byDirectory(file)
  } catch {
    // No directory, or a lying one: its local headers still tell.
    return byLocalHeaders(await file.read(0, file.lengthBytes))
  }
}

async function byDirectory(file: FileBytes): Promise<ZipEntry[]> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    yauzl.fromRandomAccessReader(
      new Reader(file),
      file.lengthBytes,
      {
        lazyEntries: true,
        autoClose: false,
        strictFileNames: false,
        validateEntrySizes: true,
        decodeStrings: true,
      },
      (error, opened) => (error === null ? resolve(opened) : reject(error)),
    )
  })
  const entries: ZipEntry[] = []
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', resolve)
    zip.on('entry', (entry: yauzl.Entry) => {
      if (!entry.fileName.endsWith('/')) {
        entries.push({
          name: entry.fileName,
          lengthBytes: entry.uncompressedSize,
          encrypted: entry.isEncrypted(),
          bytes: () => unpack(zip, entry),
        })
      }
      if (entries.length >= MAX_ENTRIES) resolve()
      else zip.readEntry()
    })
    zip.readEntry()
  })
  return entries
}

async function unpack(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array | undefined> {
  if (entry.uncompressedSize > MAX_ENTRY_BYTES || entry.isEncrypted() || !entry.canDecodeFileData())
    return undefined
  try {
    const stream = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error === null ? resolve(opened) : reject(error)))
    })
    const parts: Buffer[] = []
    let length = 0
    for await (const part of stream as AsyncIterable<Buffer>) {
      length += part.length
      if (length > MAX_ENTRY_BYTES) return undefined
      parts.push(part)
    }
    return Buffer.concat(parts)
  } catch {
    // Damaged: as good as not there; the document says itself whether it misses it.
    return undefined
  }
}

function byLocalHeaders(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: ZipEntry[] = []
  let at = 0
  while (at + 30 < bytes.length && entries.length < MAX_ENTRIES && view.getUint32(at, true) === 0x04034b50) {
    const flags = view.getUint16(at + 6, true)
    const method = view.getUint16(at + 8, true)
    const packed = view.getUint32(at + 18, true)
    const nameLength = view.getUint16(at + 26, true)
    const start = at + 30 + nameLength + view.getUint16(at + 28, true)
    const name = asLatin1(bytes, at + 30, at + 30 + nameLength)
    // A length that follows the data: the next header ends it.
    const end = packed > 0 || (flags & 8) === 0 ? start + packed : nextHeader(bytes, start)
    const data = bytes.subarray(start, end)
    entries.push({
      name,
      lengthBytes: view.getUint32(at + 22, true),
      encrypted: (flags & 1) === 1,
      bytes: async () => (method === 0 ? data : method === 8 ? inflated(data) : undefined),
    })
    at = end + (view.byteLength > end + 4 && view.getUint32(end, true) === 0x08074b50 ? 16 : 0)
  }
  if (entries.length === 0) throw new Error('no entries')
  return entries
}

function nextHeader(bytes: Uint8Array, from: number): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(
    'PK\x03\x04',
    from,
    'latin1',
  )
  return at === -1 ? bytes.length : at
}

function inflated(data: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(data, { maxOutputLength: MAX_ENTRY_BYTES })
  } catch {
    // Damaged or too large.
    return undefined
  }
}
