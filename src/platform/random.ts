// The Random port on Node: the operating system's generator, drawn in blocks.
// Invariant: no byte of a block is handed out twice.

import { randomFillSync } from 'node:crypto'
import { readUint32 } from '../base/bytes.ts'
import type { Random } from '../base/random.ts'

/** One draw from the generator costs about 1 µs whatever its size up to here; 1,024 numbers share it. */
const BLOCK_BYTES = 4096

export class SystemRandom implements Random {
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #at = BLOCK_BYTES

  uint32(): number {
    if (this.#at === BLOCK_BYTES) {
      randomFillSync(this.#block)
      this.#at = 0
    }
    const value = readUint32(this.#block, this.#at)
    this.#at += 4
    return value
  }

  bytes(length: number): Uint8Array {
    return randomFillSync(new Uint8Array(length))
  }
}
