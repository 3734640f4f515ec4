// What is in a zip, entry by entry: its name, whether a password is needed, and its bytes as far as somebody wants them.
// Promise: whatever yauzl makes of hostile bytes, this ends; entries that cannot be read still have their names.

import { Readable } from 'node:stream'
import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl'
import { type ByteSource, CHUNK_BYTES } from './byte-source.ts'
import type { LookBudget } from './look-budget.ts'
import type { PackedEntry } from './packed-entry.ts'

const ENCRYPTED = 0x01
/** Larger archives are beyond what scanners take; ClamAV's own MaxScanSize. */
const MEASURED_BYTES = 400 * 1_048_576
/** Stored, deflated. */
const READABLE_METHODS: ReadonlySet<number> = new Set([0, 8])

/** @returns false when it cannot be read as a zip */
export async function eachInZip(
  source: ByteSource,
  budget: LookBudget,
  visit: (entry: PackedEntry) => Promise<void>,
): Promise<boolean> {
  const zip = await openZip(source).catch(() => undefined)
  if (zip === undefined) {
    budget.hides()
    return false
  }
  const measures = source.lengthBytes <= MEASURED_BYTES
  let unpacked = 0
  let packed = 0
  try {
    for (let entry = await nextEntry(zip); entry !== undefined; entry = await nextEntry(zip)) {
      if (!budget.entry()) return true
      unpacked += entry.uncompressedSize
      packed += entry.compressedSize
      if (!budget.proportionate(unpacked, packed) || !budget.unpack(entry.uncompressedSize)) return true
      budget.holds(entry.uncompressedSize)
      await visit(packedEntry(zip, entry))
      if (measures && !(await isAsLong(zip, entry))) budget.hides()
    }
    return true
  } catch {
    // Broken in the middle: what was seen until there counts.
    budget.hides()
    return false
  } finally {
    zip.close()
  }
}

function packedEntry(zip: ZipFile, entry: Entry): PackedEntry {
  const password = (entry.generalPurposeBitFlag & ENCRYPTED) !== 0
  const readable = !password && READABLE_METHODS.has(entry.compressionMethod)
  return {
    // Undecoded on purpose: names that no file may have are looked at, too.
    name: new TextDecoder().decode(entry.fileNameRaw),
    lengthBytes: entry.uncompressedSize,
    password,
    rereads: true,
    read: (limitBytes) => (readable ? readEntry(zip, entry, limitBytes) : Promise.resolve(undefined)),
  }
}

/** Whether it unpacks to the length that it says: a scanner stops at its limit whatever was said. */
async function isAsLong(zip: ZipFile, entry: Entry): Promise<boolean> {
  if (entry.compressionMethod === 0) return true
  if (!READABLE_METHODS.has(entry.compressionMethod) || (entry.generalPurposeBitFlag & ENCRYPTED) !== 0)
    return false
  try {
    // It ends with an error where the lengths differ.
    for await (const _ of (await openEntry(zip, entry)) as AsyncIterable<Uint8Array>);
    return true
  } catch {
    // Longer, shorter or damaged: not what it says, and so not one that a scanner is believed about.
    return false
  }
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error === null ? resolve(opened) : reject(error)))
  })
}

/** At most so many bytes from its beginning; undefined when they cannot be unpacked. */
async function readEntry(zip: ZipFile, entry: Entry, limitBytes: number): Promise<Uint8Array | undefined> {
  try {
    const stream = await openEntry(zip, entry)
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= limitBytes) break
    }
    return Buffer.concat(chunks).subarray(0, limitBytes)
  } catch {
    // Damaged or lying: not looked into, which its caller says.
    return undefined
  }
}

function openZip(source: ByteSource): Promise<ZipFile> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true }
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(new SourceReader(source), source.lengthBytes, options, (error, zip) =>
      error === null ? resolve(zip) : reject(error),
    )
  })
}

/** @throws what is wrong with the zip */
function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const over = (settle: () => void) => {
      zip.removeAllListeners()
      // Told of again while it is closed: it was said once.
      zip.on('error', () => undefined)
      settle()
    }
    zip.removeAllListeners()
    zip.once('entry', (entry: Entry) => over(() => resolve(entry)))
    zip.once('end', () => over(() => resolve(undefined)))
    zip.once('error', (error: Error) => over(() => reject(error)))
    zip.readEntry()
  })
}

class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    super()
    this.#source = source
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(stretches(this.#source, start, end), { objectMode: false })
  }
}

async function* stretches(source: ByteSource, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const bytes = await source.read(at, Math.min(CHUNK_BYTES, end - at))
    if (bytes.length === 0) throw new Error('the file became shorter')
    yield bytes
    at += bytes.length
  }
}
