// What the first bytes of an accepted connection are: BEP 3's handshake, or something else, which may be an encrypted one.
// A key of message stream encryption begins like a handshake once in 2^160.

import { HANDSHAKE_START } from '../../protocol/wire/handshake.ts'

export class FirstBytes {
  #seen = 0
  #verdict: 'handshake' | 'other' | undefined

  /** Undefined while all bytes so far could begin a handshake. */
  get verdict(): 'handshake' | 'other' | undefined {
    return this.#verdict
  }

  /** Those before the verdict, whatever it was: exactly the beginning of a handshake. */
  get seen(): Uint8Array {
    return HANDSHAKE_START.subarray(0, this.#seen)
  }

  /** @returns how many of these bytes were seen to begin a handshake. */
  push(bytes: Uint8Array): number {
    const before = this.#seen
    for (const byte of bytes) {
      if (byte !== HANDSHAKE_START[this.#seen]) {
        this.#verdict = 'other'
        break
      }
      this.#seen++
      if (this.#seen < HANDSHAKE_START.length) continue
      this.#verdict = 'handshake'
      break
    }
    return this.#seen - before
  }
}
