// The Signatures port: Ed25519 (RFC 8032) by the system's OpenSSL, with raw keys.

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Signatures } from '../base/ports.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** What stands before the raw bytes in PKCS 8 and SPKI (RFC 8410): always the same. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export class SystemSignatures implements Signatures {
  publicKey(seed: Uint8Array): Uint8Array {
    const der = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' })
    return new Uint8Array(der.subarray(PUBLIC_PREFIX.length))
  }

  sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, privateKey(seed)))
  }

  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false
    const key = Buffer.concat([PUBLIC_PREFIX, publicKey])
    try {
      return verify(null, message, createPublicKey({ key, format: 'der', type: 'spki' }), signature)
    } catch {
      // 32 bytes that are no point of the curve.
      return false
    }
  }
}

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes`)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
}
