// What decoding gives: numbers, byte strings, lists and dictionaries, each able to show the bytes it came from.
// Invariant: a BDict has no two equal keys, and its keys are data, never properties: `__proto__` is harmless.
// Byte strings and raw spans are views of the decoded input: they live and change with it.

import { BytesError, fromUtf8 } from './bytes.ts'
import { CodedError } from './errors.ts'

export type BencodeCode =
  | 'TOO_LONG'
  | 'TOO_DEEP'
  | 'TOO_MANY_TOKENS'
  | 'TRUNCATED'
  | 'UNEXPECTED_BYTE'
  | 'BAD_INTEGER'
  | 'INTEGER_TOO_LARGE'
  | 'BAD_LENGTH'
  | 'KEY_NOT_STRING'
  | 'KEY_WITHOUT_VALUE'
  | 'UNSORTED_KEYS'
  | 'DUPLICATE_KEY'
  | 'TRAILING_BYTES'
  | 'NOT_ENCODABLE'

/** `data.at` is the offset of the offending byte. */
export class BencodeError extends CodedError<BencodeCode> {}

export type BValue = number | Uint8Array | BList | BDict

/** Half-open range of bytes in the decoded input. */
export interface Span {
  readonly start: number
  readonly end: number
}

export class BList {
  readonly span: Span
  readonly #source: Uint8Array
  readonly #items: readonly BValue[]
  /** Where item i starts; it ends where the next one starts, the last one before the list's own `e`. */
  readonly #starts: readonly number[]

  constructor(source: Uint8Array, span: Span, items: readonly BValue[], starts: readonly number[]) {
    this.#source = source
    this.span = span
    this.#items = items
    this.#starts = starts
  }

  get length(): number {
    return this.#items.length
  }

  at(index: number): BValue | undefined {
    return this.#items[index]
  }

  /** The bytes of one item, a view; undefined outside the list. */
  raw(index: number): Uint8Array | undefined {
    const start = this.#starts[index]
    return start === undefined
      ? undefined
      : this.#source.subarray(start, this.#starts[index + 1] ?? this.span.end - 1)
  }

  [Symbol.iterator](): Iterator<BValue> {
    return this.#items[Symbol.iterator]()
  }
}

export interface DictEntry {
  /** One character per byte, so that order of keys is order of bytes. */
  readonly key: string
  readonly keySpan: Span
  readonly value: BValue
  readonly valueSpan: Span
}

/** Getters give undefined both for an absent key and for a value of another type; what that means is the caller's to say. */
export class BDict {
  readonly span: Span
  /** Whether the input had the keys in order (BEP 3 demands it; some old .torrent files do not). */
  readonly sorted: boolean
  readonly #source: Uint8Array
  readonly #entries: readonly DictEntry[]

  /** @param entries in order of their keys, without duplicates. */
  constructor(source: Uint8Array, span: Span, entries: readonly DictEntry[], sorted: boolean) {
    this.#source = source
    this.span = span
    this.#entries = entries
    this.sorted = sorted
  }

  get size(): number {
    return this.#entries.length
  }

  /** In order of the keys. */
  entries(): readonly DictEntry[] {
    return this.#entries
  }

  /** The bytes of an entry's key, a view. */
  keyBytes(entry: DictEntry): Uint8Array {
    return this.#source.subarray(entry.keySpan.start, entry.keySpan.end)
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined
  }

  /** @param key one character per byte (Latin-1); ASCII names are themselves. */
  get(key: string): BValue | undefined {
    return this.#find(key)?.value
  }

  int(key: string): number | undefined {
    const value = this.get(key)
    return typeof value === 'number' ? value : undefined
  }

  bytes(key: string): Uint8Array | undefined {
    const value = this.get(key)
    return value instanceof Uint8Array ? value : undefined
  }

  /** Undefined also for a string that is not UTF-8. */
  text(key: string): string | undefined {
    const value = this.bytes(key)
    return value === undefined ? undefined : textOf(value)
  }

  list(key: string): BList | undefined {
    const value = this.get(key)
    return value instanceof BList ? value : undefined
  }

  dict(key: string): BDict | undefined {
    const value = this.get(key)
    return value instanceof BDict ? value : undefined
  }

  /** The bytes of a value exactly as they came, a view: what an infohash is computed over. */
  raw(key: string): Uint8Array | undefined {
    const span = this.#find(key)?.valueSpan
    return span === undefined ? undefined : this.#source.subarray(span.start, span.end)
  }

  #find(key: string): DictEntry | undefined {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle] as DictEntry).key < key) low = middle + 1
      else high = middle
    }
    const entry = this.#entries[low]
    return entry?.key === key ? entry : undefined
  }
}

/** Strict UTF-8, or undefined. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch (error) {
    if (error instanceof BytesError) return undefined
    throw error
  }
}
