// CommunityCrypto on this computer: Ed25519, SHA-256, HMAC and HKDF by Node's own OpenSSL, XChaCha20-Poly1305 by the audited
// @noble/ciphers, because Node has it not. Promise: every result is memory of its own, and what is no key verifies nothing.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomFillSync,
  sign,
  verify,
} from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { type CommunityCrypto, NONCE_BYTES, SECRET_BYTES, TAG_BYTES } from '../crypto.ts'
import { KEY_BYTES, SIGNATURE_BYTES } from '../ids.ts'

/** What stands before the raw bytes in PKCS 8 and SPKI (RFC 8410): always the same. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
/** Keys read once and kept: reading one costs a third of a verification, and a room of 500 has hardly more that write. */
const KEPT_KEYS = 1_024

export class SystemCrypto implements CommunityCrypto {
  readonly #public = new KeptKeys(publicKey)
  readonly #private = new KeptKeys(privateKey)

  sha1(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(hash('sha1', bytes, 'buffer'))
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(hash('sha256', bytes, 'buffer'))
  }

  publicKey(seed: Uint8Array): Uint8Array {
    const der = createPublicKey(this.#private.of(seed)).export({ format: 'der', type: 'spki' })
    return new Uint8Array(der.subarray(PUBLIC_PREFIX.length))
  }

  sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#private.of(seed)))
  }

  verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
    if (signature.length !== SIGNATURE_BYTES || key.length !== KEY_BYTES) return false
    try {
      return verify(null, message, this.#public.of(key), signature)
    } catch {
      // 32 bytes that are no point of the curve.
      return false
    }
  }

  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return new Uint8Array(createHmac('sha256', key).update(message).digest())
  }

  derive(secret: Uint8Array, info: string, lengthBytes: number): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', secret, '', info, lengthBytes))
  }

  seal(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
    need(key)
    const sealed = new Uint8Array(NONCE_BYTES + plain.length + TAG_BYTES)
    const nonce = randomFillSync(sealed.subarray(0, NONCE_BYTES))
    sealed.set(xchacha20poly1305(key, nonce, associated).encrypt(plain), NONCE_BYTES)
    return sealed
  }

  open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
    need(key)
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
    const cipher = xchacha20poly1305(key, sealed.subarray(0, NONCE_BYTES), associated)
    try {
      return cipher.decrypt(sealed.subarray(NONCE_BYTES))
    } catch {
      // The tag does not fit: that is the answer.
      return undefined
    }
  }
}

function need(key: Uint8Array): void {
  if (key.length !== SECRET_BYTES) throw new RangeError(`a secret has ${SECRET_BYTES} bytes`)
}

function publicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' })
}

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes`)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
}

/** Those used last, the oldest going first. */
class KeptKeys {
  readonly #read: (raw: Uint8Array) => KeyObject
  readonly #kept = new Map<string, KeyObject>()

  constructor(read: (raw: Uint8Array) => KeyObject) {
    this.#read = read
  }

  of(raw: Uint8Array): KeyObject {
    const name = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
    const key = this.#kept.get(name) ?? this.#read(raw)
    this.#kept.delete(name)
    this.#kept.set(name, key)
    if (this.#kept.size > KEPT_KEYS) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
    return key
  }
}
