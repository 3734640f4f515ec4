// The bencode encoder (BEP 3): always canonical, whatever order the caller wrote things in.
// Promise: what encode() gives, decode() accepts in mode `canonical` and gives back equal.

import { BDict, BencodeError, BList, type BValue } from './bencode-value.ts'
import { compareBytes, concatBytes, utf8 } from './bytes.ts'

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
  const parts: Uint8Array[] = []
  write(value, parts)
  return concatBytes(parts)
}

const OPEN_DICT = utf8('d')
const OPEN_LIST = utf8('l')
const CLOSE = utf8('e')

/** Recursive: what is encoded is ours, or was decoded within a depth limit. */
function write(value: Encodable, parts: Uint8Array[]): void {
  if (typeof value === 'number') writeNumber(value, parts)
  else if (typeof value === 'string') writeString(utf8(value), parts)
  else if (value instanceof Uint8Array) writeString(value, parts)
  else if (value instanceof RawBencode) parts.push(value.bytes)
  else if (value instanceof BList || isList(value)) writeList(value, parts)
  else writeDict(entriesOf(value), parts)
}

function isList(value: object): value is readonly Encodable[] {
  return Array.isArray(value)
}

function writeNumber(value: number, parts: Uint8Array[]): void {
  if (!Number.isSafeInteger(value)) throw new BencodeError('NOT_ENCODABLE', { value })
  parts.push(utf8(`i${value === 0 ? 0 : value}e`))
}

function writeString(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(utf8(`${bytes.length}:`), bytes)
}

function writeList(items: Iterable<Encodable>, parts: Uint8Array[]): void {
  parts.push(OPEN_LIST)
  for (const item of items) write(item, parts)
  parts.push(CLOSE)
}

type Entry = readonly [key: Uint8Array, value: Encodable]

function entriesOf(
  value:
    | BDict
    | ReadonlyMap<string | Uint8Array, Encodable>
    | { readonly [key: string]: Encodable | undefined },
): Entry[] {
  if (value instanceof BDict) return value.entries().map((entry) => [value.keyBytes(entry), entry.value])
  const pairs: Iterable<[string | Uint8Array, Encodable | undefined]> =
    value instanceof Map ? value : Object.entries(value)
  const entries: Entry[] = []
  for (const [key, item] of pairs) {
    if (item !== undefined) entries.push([typeof key === 'string' ? utf8(key) : key, item])
  }
  return entries
}

function writeDict(entries: Entry[], parts: Uint8Array[]): void {
  entries.sort((a, b) => compareBytes(a[0], b[0]))
  parts.push(OPEN_DICT)
  let previous: Uint8Array | undefined
  for (const [key, item] of entries) {
    if (previous !== undefined && compareBytes(previous, key) === 0) {
      throw new BencodeError('NOT_ENCODABLE', { duplicateKeyBytes: key.length })
    }
    previous = key
    writeString(key, parts)
    write(item, parts)
  }
  parts.push(CLOSE)
}
