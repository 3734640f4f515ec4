// The bencode decoder (BEP 3): bytes in, values out, for input that an enemy wrote.
// Promise: no recursion, no work or memory beyond the caps, every fault a BencodeError with a code and an offset.
//
// Two modes (SAFETY.md, Strictness). `canonical`, for messages: keys sorted, nothing after the value.
// `torrent`, for files that exist in the world: unsorted keys are accepted and reported, bytes after the value ignored.
// Both refuse duplicate keys, `-0`, leading zeros and integers beyond 2^53 − 1.

import {
  BDict,
  type BencodeCode,
  BencodeError,
  BList,
  type BValue,
  type DictEntry,
  type Span,
} from './bencode-value.ts'
import { fromLatin1 } from './bytes.ts'

export { BDict, BencodeError, BList, type BValue } from './bencode-value.ts'

export type BencodeMode = 'canonical' | 'torrent'

export interface BencodeLimits {
  /** Input longer than this is refused before it is looked at. */
  readonly lengthBytes: number
  /** Lists and dictionaries inside one another; a lone dictionary has depth 1. */
  readonly depth: number
  /** Values and keys together: what bounds memory, since `0:` costs two bytes. */
  readonly tokens: number
}

/** SAFETY.md, Limits: a .torrent file is at most 10 MB, 64 deep, 500,000 tokens. */
export const TORRENT_BENCODE_LIMITS: BencodeLimits = { lengthBytes: 10_000_000, depth: 64, tokens: 500_000 }

/** Messages: no frame exceeds 1 MiB (SAFETY.md), and none of BEP 5, 9, 10, 11 nests beyond a handful. */
export const MESSAGE_BENCODE_LIMITS: BencodeLimits = { lengthBytes: 1_048_576, depth: 16, tokens: 20_000 }

export interface Decoded {
  readonly value: BValue
  /** Offset just behind the value. */
  readonly end: number
  /** Whether some dictionary had its keys out of order (only in mode `torrent`). */
  readonly unsorted: boolean
}

/** Decodes one value. @throws BencodeError */
export function decode(
  bytes: Uint8Array,
  mode: BencodeMode = 'canonical',
  limits: BencodeLimits = mode === 'torrent' ? TORRENT_BENCODE_LIMITS : MESSAGE_BENCODE_LIMITS,
): Decoded {
  const decoded = new Decoder(bytes, mode, limits).run()
  if (mode === 'canonical' && decoded.end !== bytes.length) {
    throw new BencodeError('TRAILING_BYTES', { at: decoded.end })
  }
  return decoded
}

/** Decodes one canonical value that may be followed by other bytes, as in ut_metadata messages (BEP 9). @throws BencodeError */
export function decodePrefix(bytes: Uint8Array, limits: BencodeLimits = MESSAGE_BENCODE_LIMITS): Decoded {
  return new Decoder(bytes, 'canonical', limits).run()
}

const CODE_0 = 0x30
const CODE_9 = 0x39
const COLON = 0x3a
const MINUS = 0x2d
const CODE_D = 0x64
const CODE_E = 0x65
const CODE_I = 0x69
const CODE_L = 0x6c

/** 2^53 − 1 has 16 digits. */
const MAX_DIGITS = 16

interface ListFrame {
  readonly kind: 'list'
  readonly start: number
  readonly items: BValue[]
  readonly starts: number[]
}

interface DictFrame {
  readonly kind: 'dict'
  readonly start: number
  readonly entries: DictEntry[]
  /** The key that waits for its value. */
  key: { readonly text: string; readonly span: Span } | undefined
  sorted: boolean
}

class Decoder {
  readonly #bytes: Uint8Array
  readonly #mode: BencodeMode
  readonly #limits: BencodeLimits
  readonly #stack: (ListFrame | DictFrame)[] = []
  #at = 0
  #tokens = 0
  #unsorted = false

  constructor(bytes: Uint8Array, mode: BencodeMode, limits: BencodeLimits) {
    this.#bytes = bytes
    this.#mode = mode
    this.#limits = limits
  }

  run(): Decoded {
    if (this.#bytes.length > this.#limits.lengthBytes) {
      throw new BencodeError('TOO_LONG', { length: this.#bytes.length, limit: this.#limits.lengthBytes })
    }
    for (;;) {
      const start = this.#at
      const value = this.#step()
      if (value === undefined) continue
      const span = value instanceof BList || value instanceof BDict ? value.span : { start, end: this.#at }
      const parent = this.#stack.at(-1)
      if (parent === undefined) return { value, end: this.#at, unsorted: this.#unsorted }
      this.#place(parent, value, span)
    }
  }

  /** Reads one token. @returns a whole value, or undefined when it opened a container or read a key. */
  #step(): BValue | undefined {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw this.#fault('TRUNCATED')
    const frame = this.#stack.at(-1)
    if (byte === CODE_E) return this.#close(frame)
    if (frame?.kind === 'dict' && frame.key === undefined) {
      this.#readKey(frame, byte)
      return undefined
    }
    this.#count()
    if (byte >= CODE_0 && byte <= CODE_9) return this.#readString()
    if (byte === CODE_I) return this.#readInteger()
    if (byte === CODE_L) this.#open({ kind: 'list', start: this.#at, items: [], starts: [] })
    else if (byte === CODE_D) {
      this.#open({ kind: 'dict', start: this.#at, entries: [], key: undefined, sorted: true })
    } else throw this.#fault('UNEXPECTED_BYTE')
    return undefined
  }

  #open(frame: ListFrame | DictFrame): void {
    if (this.#stack.length >= this.#limits.depth) throw this.#fault('TOO_DEEP')
    this.#stack.push(frame)
    this.#at++
  }

  #close(frame: ListFrame | DictFrame | undefined): BValue {
    if (frame === undefined) throw this.#fault('UNEXPECTED_BYTE')
    if (frame.kind === 'dict' && frame.key !== undefined) throw this.#fault('KEY_WITHOUT_VALUE')
    this.#at++
    this.#stack.pop()
    const span = { start: frame.start, end: this.#at }
    if (frame.kind === 'list') return new BList(this.#bytes, span, frame.items, frame.starts)
    if (!frame.sorted) this.#sortEntries(frame)
    return new BDict(this.#bytes, span, frame.entries, frame.sorted)
  }

  #sortEntries(frame: DictFrame): void {
    this.#unsorted = true
    frame.entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    for (let i = 1; i < frame.entries.length; i++) {
      const entry = frame.entries[i] as DictEntry
      if (entry.key !== (frame.entries[i - 1] as DictEntry).key) continue
      throw new BencodeError('DUPLICATE_KEY', { at: entry.keySpan.start })
    }
  }

  #place(parent: ListFrame | DictFrame, value: BValue, span: Span): void {
    if (parent.kind === 'list') {
      parent.items.push(value)
      parent.starts.push(span.start)
      return
    }
    const key = parent.key as { readonly text: string; readonly span: Span }
    parent.entries.push({ key: key.text, keySpan: key.span, value, valueSpan: span })
    parent.key = undefined
  }

  #readKey(frame: DictFrame, byte: number): void {
    if (byte < CODE_0 || byte > CODE_9) throw this.#fault('KEY_NOT_STRING')
    this.#count()
    const start = this.#at
    const bytes = this.#readString()
    const text = fromLatin1(bytes)
    const previous = frame.entries.at(-1)?.key
    if (previous !== undefined && text <= previous) {
      if (text === previous) throw new BencodeError('DUPLICATE_KEY', { at: start })
      if (this.#mode === 'canonical') throw new BencodeError('UNSORTED_KEYS', { at: start })
      frame.sorted = false
    }
    frame.key = { text, span: { start: this.#at - bytes.length, end: this.#at } }
  }

  #readString(): Uint8Array {
    const start = this.#at
    let length = 0
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw this.#fault('TRUNCATED')
      if (byte === COLON) break
      if (byte < CODE_0 || byte > CODE_9) throw this.#fault('BAD_LENGTH')
      if (this.#at > start && length === 0) throw this.#fault('BAD_LENGTH')
      length = length * 10 + (byte - CODE_0)
      if (length > this.#limits.lengthBytes) throw this.#fault('BAD_LENGTH')
      this.#at++
    }
    const from = ++this.#at
    if (length > this.#bytes.length - from) {
      this.#at = this.#bytes.length
      throw this.#fault('TRUNCATED')
    }
    this.#at = from + length
    return this.#bytes.subarray(from, this.#at)
  }

  #readInteger(): number {
    this.#at++
    const negative = this.#bytes[this.#at] === MINUS
    if (negative) this.#at++
    const first = this.#at
    let value = 0
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw this.#fault('TRUNCATED')
      if (byte === CODE_E) break
      if (byte < CODE_0 || byte > CODE_9) throw this.#fault('BAD_INTEGER')
      if (this.#at > first && value === 0) throw this.#fault('BAD_INTEGER')
      if (this.#at - first >= MAX_DIGITS) throw this.#fault('INTEGER_TOO_LARGE')
      value = value * 10 + (byte - CODE_0)
      this.#at++
    }
    if (this.#at === first || (negative && value === 0)) throw this.#fault('BAD_INTEGER')
    if (value > Number.MAX_SAFE_INTEGER) throw this.#fault('INTEGER_TOO_LARGE')
    this.#at++
    return negative ? -value : value
  }

  #count(): void {
    if (++this.#tokens > this.#limits.tokens) throw this.#fault('TOO_MANY_TOKENS')
  }

  #fault(code: BencodeCode): BencodeError {
    return new BencodeError(code, { at: this.#at })
  }
}
