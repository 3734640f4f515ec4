// Ranges of addresses, both families, merged and sorted: whether one of them holds an address.
// Invariant: after `sealed` ranges are disjoint, ascending and never adjacent, so that one binary search answers; an IPv4
// range costs 8 bytes, an IPv6 range 32.

import { parseIp } from '../base/address.ts'
import { readUint32 } from '../base/bytes.ts'

const WORDS = 4
const FIRST_ROOM = 1_024

/** Collects ranges in any order. */
export class IpRangesBuilder {
  /** Start in the upper half, end in the lower: sorts by start without a comparison function. */
  #four = new BigUint64Array(FIRST_ROOM)
  #fours = 0
  readonly #six: { readonly start: bigint; readonly end: bigint }[] = []

  get count(): number {
    return this.#fours + this.#six.length
  }

  /** Both ends of one family and inclusive. @returns false, and nothing is added, when it is no range */
  add(start: Uint8Array, end: Uint8Array): boolean {
    if (start.length !== end.length) return false
    if (start.length === 4) return this.addIPv4(readUint32(start, 0), readUint32(end, 0))
    const [from, to] = [numberOf(start), numberOf(end)]
    if (from > to) return false
    this.#six.push({ start: from, end: to })
    return true
  }

  addIPv4(start: number, end: number): boolean {
    if (start > end) return false
    if (this.#fours === this.#four.length) {
      const larger = new BigUint64Array(2 * this.#four.length)
      larger.set(this.#four)
      this.#four = larger
    }
    this.#four[this.#fours++] = (BigInt(start) << 32n) | BigInt(end)
    return true
  }

  sealed(): IpRanges {
    const packed = this.#four.subarray(0, this.#fours).sort()
    const four = new Uint32Array(2 * packed.length)
    let used = 0
    for (const both of packed) {
      const [start, end] = [Number(both >> 32n), Number(both & 0xffffffffn)]
      const last = used - 1
      if (used > 0 && start <= (four[last] as number) + 1) {
        if (end > (four[last] as number)) four[last] = end
        continue
      }
      four[used++] = start
      four[used++] = end
    }
    this.#six.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
    const merged: { start: bigint; end: bigint }[] = []
    for (const { start, end } of this.#six) {
      const last = merged.at(-1)
      if (last === undefined || start > last.end + 1n) merged.push({ start, end })
      else if (end > last.end) last.end = end
    }
    const six = new Uint32Array(2 * WORDS * merged.length)
    for (const [i, { start, end }] of merged.entries()) {
      putWords(six, 2 * WORDS * i, start)
      putWords(six, 2 * WORDS * i + WORDS, end)
    }
    return new IpRanges(four.slice(0, used), six)
  }
}

export class IpRanges {
  /** Start, end, start, end … */
  readonly #four: Uint32Array
  /** The same, four words each, most significant first. */
  readonly #six: Uint32Array

  constructor(four: Uint32Array, six: Uint32Array) {
    this.#four = four
    this.#six = six
  }

  /** After merging. */
  get count(): number {
    return this.#four.length / 2 + this.#six.length / (2 * WORDS)
  }

  /** `host` is a canonical address; one with a zone, or a name, is in no range. */
  has(host: string): boolean {
    const bytes = parseIp(host)
    if (bytes === undefined) return false
    return bytes.length === 4 ? this.#hasIPv4(readUint32(bytes, 0)) : this.#hasIPv6(bytes)
  }

  #hasIPv4(address: number): boolean {
    const four = this.#four
    let [low, high] = [0, four.length / 2]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((four[2 * middle + 1] as number) < address) low = middle + 1
      else high = middle
    }
    return low < four.length / 2 && (four[2 * low] as number) <= address
  }

  #hasIPv6(bytes: Uint8Array): boolean {
    const words = Array.from({ length: WORDS }, (_, i) => readUint32(bytes, 4 * i))
    const six = this.#six
    const ranges = six.length / (2 * WORDS)
    let [low, high] = [0, ranges]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(six, 2 * WORDS * middle + WORDS, words) < 0) low = middle + 1
      else high = middle
    }
    return low < ranges && compare(six, 2 * WORDS * low, words) <= 0
  }
}

function compare(six: Uint32Array, at: number, words: readonly number[]): number {
  for (let i = 0; i < WORDS; i++) {
    const difference = (six[at + i] as number) - (words[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function numberOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = 0; i < WORDS; i++) value = (value << 32n) | BigInt(readUint32(bytes, 4 * i))
  return value
}

function putWords(into: Uint32Array, at: number, value: bigint): void {
  for (let i = 0; i < WORDS; i++) into[at + i] = Number((value >> BigInt(32 * (WORDS - 1 - i))) & 0xffffffffn)
}
