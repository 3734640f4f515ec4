// The Bloom filter of DHT scrapes (BEP 33): 256 bytes, two bits an address, from which a number can be estimated.

import type { Digest } from '../../base/ports.ts'

export const FILTER_BYTES = 256
const BITS = 8 * FILTER_BYTES
const HASHES = 2

export class BloomFilter {
  /** 256 bytes; changes with add(). */
  readonly bytes: Uint8Array
  readonly #digest: Digest

  constructor(digest: Digest, bytes: Uint8Array = new Uint8Array(FILTER_BYTES)) {
    if (bytes.length !== FILTER_BYTES) throw new RangeError(`a filter has ${FILTER_BYTES} bytes`)
    this.bytes = bytes
    this.#digest = digest
  }

  /** @param address 4 or 16 bytes */
  add(address: Uint8Array): void {
    const hash = this.#digest.sha1(address)
    for (let i = 0; i < HASHES; i++) {
      const bit = ((hash[2 * i] as number) | ((hash[2 * i + 1] as number) << 8)) % BITS
      this.bytes[bit >> 3] = (this.bytes[bit >> 3] as number) | (1 << (bit & 7))
    }
  }

  /** False for certain, true probably. */
  has(address: Uint8Array): boolean {
    const hash = this.#digest.sha1(address)
    for (let i = 0; i < HASHES; i++) {
      const bit = ((hash[2 * i] as number) | ((hash[2 * i + 1] as number) << 8)) % BITS
      if (((this.bytes[bit >> 3] as number) & (1 << (bit & 7))) === 0) return false
    }
    return true
  }

  /** What several nodes know together. */
  merge(other: Uint8Array): void {
    for (let i = 0; i < FILTER_BYTES; i++) this.bytes[i] = (this.bytes[i] as number) | (other[i] as number)
  }

  /** How many addresses it holds, about; beyond 6,000 it says little (BEP 33, whose formula gives a half for none). */
  estimate(): number {
    const zeros = zeroBits(this.bytes)
    if (zeros === BITS) return 0
    const counted = Math.max(1, zeros)
    return Math.log(counted / BITS) / (HASHES * Math.log(1 - 1 / BITS))
  }
}

/** BEP 33: no node keeps so many that its filter is full; one that is was never made of addresses. */
export function isPlausible(bytes: Uint8Array): boolean {
  return zeroBits(bytes) >= FEWEST_ZEROS
}

/** Of a filter with 6,000 addresses, BEP 33's limit, some six are left: 2,048 × (1 − 1/2,048)^12,000. */
const FEWEST_ZEROS = 2

function zeroBits(bytes: Uint8Array): number {
  let zeros = 0
  for (const byte of bytes) for (let bit = 0; bit < 8; bit++) if (((byte >> bit) & 1) === 0) zeros++
  return zeros
}
