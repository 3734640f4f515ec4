// The port for keys: what community code needs computed. Node's own and audited packages fill it (community/network/
// system-crypto.ts); lab/sim has a quick one for thousands of seeds. One contract suite runs on both (test/contracts).

import type { Digest, Signatures } from '../base/ports.ts'

export const SECRET_BYTES = 32
/** XChaCha20-Poly1305: 24 bytes, so that random ones never meet. */
export const NONCE_BYTES = 24
/** Poly1305. */
export const TAG_BYTES = 16

/** Synchronous: one call takes microseconds. */
export interface CommunityCrypto extends Digest, Signatures {
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array
  /** HKDF-SHA-256 (RFC 5869) with an empty salt. */
  derive(secret: Uint8Array, info: string, lengthBytes: number): Uint8Array
  /** XChaCha20-Poly1305: nonce ‖ ciphertext ‖ tag, the nonce random. */
  seal(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array
  /** Undefined where anything was changed, or it is another key's. */
  open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined
}

/** What sealing to a key adds: the encapsulated key, and the tag of AES-GCM. */
export const SEALED_EXTRA_BYTES = 32 + 16

/** HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Asynchronous: its package is. */
export interface SealingKeys {
  /** X25519: 32 bytes each. */
  generate(): Promise<{ readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }>
  /** Encapsulated key (32 bytes) ‖ ciphertext. */
  sealTo(recipient: Uint8Array, info: Uint8Array, plain: Uint8Array): Promise<Uint8Array>
  /** The same of what is made when the encapsulated key is known, so that it can speak of that key (direct messages sign it). */
  sealMade(
    recipient: Uint8Array,
    info: Uint8Array,
    make: (encapsulated: Uint8Array) => Uint8Array,
  ): Promise<Uint8Array>
  /** Undefined where it is not for this key, or was changed. */
  openWith(privateKey: Uint8Array, info: Uint8Array, sealed: Uint8Array): Promise<Uint8Array | undefined>
}
