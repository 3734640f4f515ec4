// The cryptography of people as a simulation needs it: it keeps the promises of the ports (test/contracts) and takes a
// microsecond. It is not secure, and need not be: nobody in a simulation guesses. Keys are known by a table of all seeds.

import { hash } from 'node:crypto'
import { compareBytes, concatBytes, equalBytes, utf8 } from '../../src/base/bytes.ts'
import type { Random } from '../../src/base/ports.ts'
import { type CommunityCrypto, NONCE_BYTES, TAG_BYTES } from '../../src/community/crypto.ts'
import { KEY_BYTES, SIGNATURE_BYTES } from '../../src/community/ids.ts'

/** Seeds by public key: what a real signature proves by mathematics. */
const SEEDS = new Map<string, Uint8Array>()

export class QuickCrypto implements CommunityCrypto {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  sha1(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(hash('sha1', bytes, 'buffer'))
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(hash('sha256', bytes, 'buffer'))
  }

  publicKey(seed: Uint8Array): Uint8Array {
    if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes`)
    const key = this.#mixed('public', seed)
    SEEDS.set(latin1(key), seed.slice())
    return key
  }

  sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
    if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes`)
    const first = this.#mixed('sign', seed, message)
    return concatBytes([first, this.#mixed('more', first)])
  }

  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false
    const seed = SEEDS.get(latin1(publicKey))
    return seed !== undefined && equalBytes(this.sign(message, seed), signature)
  }

  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return this.#mixed('hmac', key, message)
  }

  derive(secret: Uint8Array, info: string, lengthBytes: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let at = 0; at * KEY_BYTES < lengthBytes; at++)
      parts.push(this.#mixed(`derive ${at} ${info}`, secret))
    return concatBytes(parts).slice(0, lengthBytes)
  }

  seal(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
    const nonce = this.#random.bytes(NONCE_BYTES)
    const covered = this.#covered(key, nonce, plain)
    return concatBytes([nonce, covered, this.#tag(key, nonce, covered, associated)])
  }

  open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const covered = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)
    const tag = sealed.subarray(sealed.length - TAG_BYTES)
    return equalBytes(tag, this.#tag(key, nonce, covered, associated))
      ? this.#covered(key, nonce, covered)
      : undefined
  }

  #tag(key: Uint8Array, nonce: Uint8Array, covered: Uint8Array, associated: Uint8Array): Uint8Array {
    return this.#mixed('tag', key, nonce, associated, covered).slice(0, TAG_BYTES)
  }

  #covered(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
    const pad = this.#mixed('pad', key, nonce)
    return bytes.map((byte, at) => byte ^ (pad[at % pad.length] as number))
  }

  #mixed(use: string, ...parts: readonly Uint8Array[]): Uint8Array {
    const framed = parts.flatMap((part) => [utf8(`${part.length}:`), part])
    return this.sha256(concatBytes([utf8(use), ...framed]))
  }
}

/** As HPKE does, at once. */
export class QuickSealing {
  readonly #crypto: QuickCrypto

  constructor(random: Random) {
    this.#crypto = new QuickCrypto(random)
  }

  publicKey(privateKey: Uint8Array): Uint8Array {
    return this.#crypto.hmac(privateKey, utf8('x25519'))
  }

  /** 32 bytes ‖ ciphertext ‖ 16 bytes. */
  sealTo(recipient: Uint8Array, info: Uint8Array, plain: Uint8Array): Uint8Array {
    const sealed = this.#crypto.seal(recipient, plain, info)
    const nonce = new Uint8Array(KEY_BYTES)
    nonce.set(sealed.subarray(0, NONCE_BYTES))
    return concatBytes([nonce, sealed.subarray(NONCE_BYTES)])
  }

  openWith(privateKey: Uint8Array, info: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    if (compareBytes(sealed.subarray(NONCE_BYTES, KEY_BYTES), new Uint8Array(KEY_BYTES - NONCE_BYTES)) !== 0)
      return undefined
    return this.#crypto.open(
      this.publicKey(privateKey),
      concatBytes([nonce, sealed.subarray(KEY_BYTES)]),
      info,
    )
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
