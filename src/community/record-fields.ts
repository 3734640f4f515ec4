// Reading signed records strictly: one dictionary, the fields it must have and no others, each of its size. Promise: what
// is accepted has one way to be written, so its hash names it; whatever else is a RecordError that says which field.

import { BDict, BencodeError, type BencodeLimits, type BList, decode } from '../base/bencode.ts'
import { textOf } from '../base/bencode-value.ts'
import { utf8 } from '../base/bytes.ts'
import { RecordError } from './community-error.ts'

/** @throws RecordError unless it is one canonical dictionary within the limits */
export function readRecord(bytes: Uint8Array, what: string, limits: BencodeLimits): RecordFields {
  try {
    const { value } = decode(bytes, 'canonical', limits)
    if (value instanceof BDict) return new RecordFields(value, what)
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new RecordError('RECORD_INVALID', { what, why: error.code }, error)
  }
  throw new RecordError('RECORD_INVALID', { what })
}

/** The fields of one dictionary. Each is read once; `end` refuses what nobody asked for. */
export class RecordFields {
  readonly #dict: BDict
  readonly #what: string
  #read = 0

  constructor(dict: BDict, what: string) {
    this.#dict = dict
    this.#what = what
  }

  /** A copy, exactly this long. */
  bytes(key: string, lengthBytes: number): Uint8Array {
    return this.bytesWithin(key, lengthBytes, lengthBytes)
  }

  optionalBytes(key: string, lengthBytes: number): Uint8Array | undefined {
    return this.#dict.has(key) ? this.bytes(key, lengthBytes) : undefined
  }

  /** A copy. */
  bytesWithin(key: string, least: number, most: number): Uint8Array {
    const bytes = this.#dict.bytes(key)
    if (bytes === undefined || bytes.length < least || bytes.length > most) this.refuse(key)
    this.#read++
    return bytes.slice()
  }

  int(key: string, least: number, most: number): number {
    const value = this.#dict.int(key)
    if (value === undefined || value < least || value > most) this.refuse(key)
    this.#read++
    return value
  }

  /** A number where it is there. */
  optionalInt(key: string, least: number, most: number): number | undefined {
    return this.#dict.has(key) ? this.int(key, least, most) : undefined
  }

  flag(key: string): boolean {
    return this.int(key, 0, 1) === 1
  }

  text(key: string, mostBytes: number): string {
    const text = textOf(this.bytesWithin(key, 0, mostBytes))
    if (text === undefined) this.refuse(key)
    return text
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T {
    const text = this.text(key, 64)
    return values.find((value) => value === text) ?? this.refuse(key)
  }

  /** Items of bytes, copies, each within its bounds. */
  listOfBytes(key: string, mostItems: number, least: number, most: number): Uint8Array[] {
    return [...this.#list(key, mostItems)].map((item) => {
      if (!(item instanceof Uint8Array) || item.length < least || item.length > most) this.refuse(key)
      return item.slice()
    })
  }

  /** Items that are dictionaries, each read whole. */
  listOfRecords<T>(key: string, mostItems: number, read: (fields: RecordFields) => T): T[] {
    return [...this.#list(key, mostItems)].map((item) => {
      if (!(item instanceof BDict)) this.refuse(key)
      const fields = new RecordFields(item, `${this.#what}.${key}`)
      const value = read(fields)
      fields.end()
      return value
    })
  }

  /** A dictionary inside; the caller ends it. */
  inner(key: string): RecordFields {
    const dict = this.#dict.dict(key)
    if (dict === undefined) this.refuse(key)
    this.#read++
    return new RecordFields(dict, `${this.#what}.${key}`)
  }

  has(key: string): boolean {
    return this.#dict.has(key)
  }

  /** @throws RecordError for fields that nobody read */
  end(): void {
    if (this.#read !== this.#dict.size) this.refuse('a field too many')
  }

  refuse(field: string): never {
    throw new RecordError('RECORD_INVALID', { what: this.#what, field })
  }

  #list(key: string, mostItems: number): BList {
    const list = this.#dict.list(key)
    if (list === undefined || list.length > mostItems) this.refuse(key)
    this.#read++
    return list
  }
}

/** A signature says what it is for: bytes signed as one kind of record are none of another. */
export function signedMessage(purpose: string, body: Uint8Array): Uint8Array {
  const name = utf8(`shoal ${purpose}\0`)
  const message = new Uint8Array(name.length + body.length)
  message.set(name)
  message.set(body, name.length)
  return message
}
