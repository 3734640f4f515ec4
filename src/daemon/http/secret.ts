// Secrets of 256 bits: how they are made, and how one is compared without its length of agreement showing in the time.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32

/** 43 characters that need no escaping anywhere. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** What is kept of a secret: random bytes need no salt and no slow hash. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
