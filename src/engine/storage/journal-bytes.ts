// Numbers, texts and byte strings of journal records: what the writer wrote, the reader reads, or it throws.
// Invariant: reading never goes past the end and accepts only numbers that are safe integers.

import { fromUtf8, utf8 } from '../../base/bytes.ts'
import { StorageError } from './storage-error.ts'

export class RecordWriter {
  #bytes = new Uint8Array(64)
  #length = 0

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** A non-negative safe integer, seven bits a byte, lowest first. */
  count(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.#byte(rest)
  }

  float(value: number): this {
    this.#room(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value)
    this.#length += 8
    return this
  }

  blob(value: Uint8Array): this {
    this.count(value.length)
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  text(value: string): this {
    return this.blob(utf8(value))
  }

  #byte(value: number): this {
    this.#room(1)
    this.#bytes[this.#length++] = value
    return this
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** All methods throw StorageError JOURNAL_RECORD for what no writer writes. */
export class RecordReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  count(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#next()
      value += (byte & 0x7f) * scale
      if (!Number.isSafeInteger(value)) throw new StorageError('JOURNAL_RECORD', { at: this.#at })
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }

  float(): number {
    this.#need(8)
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getFloat64(this.#at)
    this.#at += 8
    return value
  }

  /** A copy. */
  blob(): Uint8Array {
    const length = this.count()
    this.#need(length)
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  text(): string {
    const bytes = this.blob()
    try {
      return fromUtf8(bytes)
    } catch (cause) {
      throw new StorageError('JOURNAL_RECORD', { at: this.#at }, cause)
    }
  }

  #next(): number {
    this.#need(1)
    return this.#bytes[this.#at++] as number
  }

  #need(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new StorageError('JOURNAL_RECORD', { at: this.#at })
  }
}
