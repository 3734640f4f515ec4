// Tokens of get_peers and get (BEP 5): who announces has just been told one at the very same address.
// Invariant: a token is good for the address it was made for, for five to ten minutes.

import { parseIp } from '../../base/address.ts'
import { concatBytes, EMPTY, equalBytes } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { Random } from '../../base/random.ts'
import { TOKEN_ROTATION_MS } from './limits.ts'

const SECRET_BYTES = 16
/** 2^64 guesses at an address of somebody else's. */
const TOKEN_BYTES = 8

export class Tokens {
  readonly #digest: Digest
  readonly #random: Random
  #secret: Uint8Array
  #last: Uint8Array
  #rotateAt: Millis

  constructor(digest: Digest, random: Random, now: Millis) {
    this.#digest = digest
    this.#random = random
    this.#secret = random.bytes(SECRET_BYTES)
    this.#last = random.bytes(SECRET_BYTES)
    this.#rotateAt = after(now, TOKEN_ROTATION_MS)
  }

  make(host: string, now: Millis): Uint8Array {
    this.#rotate(now)
    return this.#token(host, this.#secret)
  }

  accepts(token: Uint8Array | undefined, host: string, now: Millis): boolean {
    this.#rotate(now)
    if (token?.length !== TOKEN_BYTES) return false
    return [this.#secret, this.#last].some((secret) => equalBytes(token, this.#token(host, secret)))
  }

  #token(host: string, secret: Uint8Array): Uint8Array {
    return this.#digest.sha1(concatBytes([secret, parseIp(host) ?? EMPTY])).slice(0, TOKEN_BYTES)
  }

  #rotate(now: Millis): void {
    if (now < this.#rotateAt) return
    const missedTwo = now >= after(this.#rotateAt, TOKEN_ROTATION_MS)
    this.#last = missedTwo ? this.#random.bytes(SECRET_BYTES) : this.#secret
    this.#secret = this.#random.bytes(SECRET_BYTES)
    this.#rotateAt = after(now, TOKEN_ROTATION_MS)
  }
}
