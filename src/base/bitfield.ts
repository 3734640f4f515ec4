// A fixed number of bits, most significant bit of the first byte first (BEP 3), with a running count.
// Invariant: spare bits of the last byte are zero and `count` is the number of set bits.

import { CodedError } from './errors.ts'

export class BitfieldError extends CodedError<'BITFIELD_LENGTH' | 'BITFIELD_SPARE_BITS'> {}

const ONES = new Uint8Array(256)
for (let byte = 1; byte < 256; byte++) ONES[byte] = (byte & 1) + (ONES[byte >> 1] as number)

export class Bitfield {
  readonly length: number
  readonly #bytes: Uint8Array
  #count = 0

  constructor(length: number) {
    this.length = length
    this.#bytes = new Uint8Array((length + 7) >> 3)
  }

  /** Copies `bytes`. @throws BitfieldError when its length or a spare bit is wrong (BEP 3 asks to drop such a peer). */
  static fromBytes(bytes: Uint8Array, length: number): Bitfield {
    const field = new Bitfield(length)
    if (bytes.length !== field.#bytes.length) {
      throw new BitfieldError('BITFIELD_LENGTH', { expected: field.#bytes.length, actual: bytes.length })
    }
    const spare = bytes.length * 8 - length
    if (spare > 0 && ((bytes[bytes.length - 1] as number) & ((1 << spare) - 1)) !== 0) {
      throw new BitfieldError('BITFIELD_SPARE_BITS', { length })
    }
    field.#bytes.set(bytes)
    for (const byte of bytes) field.#count += ONES[byte] as number
    return field
  }

  static full(length: number): Bitfield {
    const field = new Bitfield(length)
    field.setAll()
    return field
  }

  get count(): number {
    return this.#count
  }

  get complete(): boolean {
    return this.#count === this.length
  }

  get empty(): boolean {
    return this.#count === 0
  }

  /** False outside 0 … length − 1. */
  has(index: number): boolean {
    return ((this.#bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
  }

  /** @returns whether the bit changed; an index outside the field changes nothing. */
  set(index: number): boolean {
    if (index < 0 || index >= this.length || this.has(index)) return false
    this.#bytes[index >> 3] = (this.#bytes[index >> 3] as number) | (0x80 >> (index & 7))
    this.#count++
    return true
  }

  /** @returns whether the bit changed. */
  clear(index: number): boolean {
    if (index < 0 || index >= this.length || !this.has(index)) return false
    this.#bytes[index >> 3] = (this.#bytes[index >> 3] as number) & ~(0x80 >> (index & 7))
    this.#count--
    return true
  }

  setAll(): void {
    this.#bytes.fill(0xff)
    const spare = this.#bytes.length * 8 - this.length
    if (spare > 0) this.#bytes[this.#bytes.length - 1] = (0xff << spare) & 0xff
    this.#count = this.length
  }

  clearAll(): void {
    this.#bytes.fill(0)
    this.#count = 0
  }

  /** A copy, as it goes on the wire. */
  toBytes(): Uint8Array {
    return this.#bytes.slice()
  }

  clone(): Bitfield {
    const field = new Bitfield(this.length)
    field.#bytes.set(this.#bytes)
    field.#count = this.#count
    return field
  }

  /** Set indexes, ascending. */
  *ones(): Generator<number> {
    for (let at = 0; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at] as number
      if (byte === 0) continue
      for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) yield at * 8 + bit
    }
  }

  /** The first index at or after `from` that `other` has and we lack, or −1. Both must have the same length. */
  nextLacking(other: Bitfield, from: number): number {
    const ours = this.#bytes
    const theirs = other.#bytes
    let mask = 0xff >> (from & 7)
    for (let at = from >> 3; at < ours.length; at++) {
      const lacking = (theirs[at] as number) & ~(ours[at] as number) & mask
      if (lacking !== 0) return at * 8 + Math.clz32(lacking) - 24
      mask = 0xff
    }
    return -1
  }

  /** Whether `other` has a bit that we lack. Both must have the same length. */
  lacksSomeOf(other: Bitfield): boolean {
    for (let at = 0; at < this.#bytes.length; at++) {
      if (((other.#bytes[at] as number) & ~(this.#bytes[at] as number)) !== 0) return true
    }
    return false
  }
}
