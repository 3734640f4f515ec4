// The bencode encoder (BEP 3): always canonical, whatever order the caller wrote things in.
// Promise: what encode() gives, decode() accepts in mode `canonical` and gives back equal.

import { BDict, BencodeError, BList, type BValue } from './bencode-value.ts'
import { fromLatin1, utf8 } from './bytes.ts'

/** Bytes that are bencode already and go in unchanged: an info dictionary whose hash must not move. */
export class RawBencode {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/**
 * Text is written as UTF-8. Objects are for literals in our own code, keys being text and undefined values left out;
 * names that come from elsewhere belong into a Map, whose keys may also be bytes.
 */
export type Encodable =
  | number
  | string
  | Uint8Array
  | RawBencode
  | BValue
  | readonly Encodable[]
  | ReadonlyMap<string | Uint8Array, Encodable>
  | { readonly [key: string]: Encodable | undefined }

/** @throws BencodeError NOT_ENCODABLE for fractions, numbers beyond 2^53 − 1 and maps with two equal keys. */
export function encode(value: Encodable): Uint8Array {
  const writer = new Writer()
  write(value, writer)
  return writer.result()
}

/** Recursive: what is encoded is ours, or was decoded within a depth limit. */
function write(value: Encodable, writer: Writer): void {
  if (typeof value === 'number') writeNumber(value, writer)
  else if (typeof value === 'string') writer.string(value)
  else if (value instanceof Uint8Array) writer.string(value)
  else if (value instanceof RawBencode) writer.bytes(value.bytes)
  else if (value instanceof BList || isList(value)) writeList(value, writer)
  else writeDict(entriesOf(value), writer)
}

function isList(value: object): value is readonly Encodable[] {
  return Array.isArray(value)
}

function writeNumber(value: number, writer: Writer): void {
  if (!Number.isSafeInteger(value)) throw new BencodeError('NOT_ENCODABLE', { value })
  writer.latin1(`i${value === 0 ? 0 : value}e`)
}

function writeList(items: Iterable<Encodable>, writer: Writer): void {
  writer.latin1('l')
  for (const item of items) write(item, writer)
  writer.latin1('e')
}

/** Keys one character per byte, so that order of text is order of bytes. */
type Entry = readonly [key: string, value: Encodable]

function entriesOf(
  value:
    | BDict
    | ReadonlyMap<string | Uint8Array, Encodable>
    | { readonly [key: string]: Encodable | undefined },
): Entry[] {
  if (value instanceof BDict) return value.entries().map((entry) => [entry.key, entry.value])
  const entries: Entry[] = []
  if (value instanceof Map) for (const [key, item] of value) entries.push([keyText(key), item])
  else {
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) entries.push([keyText(key), item])
  }
  return entries.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
}

function keyText(key: string | Uint8Array): string {
  if (typeof key !== 'string') return fromLatin1(key)
  return isAscii(key) ? key : fromLatin1(utf8(key))
}

function writeDict(entries: readonly Entry[], writer: Writer): void {
  writer.latin1('d')
  let previous: string | undefined
  for (const [key, item] of entries) {
    if (key === previous) throw new BencodeError('NOT_ENCODABLE', { duplicateKeyBytes: key.length })
    previous = key
    writer.latin1(`${key.length}:`)
    writer.latin1(key)
    write(item, writer)
  }
  writer.latin1('e')
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Bytes that grow by doubling: a torrent of 100,000 files is a million small writes. */
class Writer {
  #bytes: Uint8Array = new Uint8Array(256)
  #length = 0

  string(value: string | Uint8Array): void {
    if (typeof value === 'string' && isAscii(value)) {
      this.latin1(`${value.length}:`)
      this.latin1(value)
      return
    }
    const bytes = typeof value === 'string' ? utf8(value) : value
    this.latin1(`${bytes.length}:`)
    this.bytes(bytes)
  }

  latin1(text: string): void {
    this.#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  result(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(lengthBytes: number): void {
    const needed = this.#length + lengthBytes
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
