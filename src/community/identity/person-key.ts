// A person's key from the entropy of their twelve words: the same words give the same person, on any device.
// The words themselves (BIP 39) are read and written by an adapter; here is only what follows from them.

import type { Signatures } from '../../base/ports.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { KEY_BYTES, keyText, type PersonId } from '../ids.ts'

/** Twelve words of BIP 39. */
export const ENTROPY_BYTES = 16

export interface PersonKey {
  readonly person: PersonId
  /** Ed25519. */
  readonly seed: Uint8Array
}

/** @throws RangeError unless it is the entropy of twelve words */
export function personKey(entropy: Uint8Array, crypto: CommunityCrypto): PersonKey {
  const seed = fromWords(entropy, 'person key', crypto)
  return { seed, person: personOf(seed, crypto) }
}

/** Under which what a person needs to come back is kept and found by words alone: an Ed25519 seed of its own. */
export function recoverySeed(entropy: Uint8Array, crypto: CommunityCrypto): Uint8Array {
  return fromWords(entropy, 'recovery item', crypto)
}

/** What seals it. */
export function recoverySecret(entropy: Uint8Array, crypto: CommunityCrypto): Uint8Array {
  return fromWords(entropy, 'recovery secret', crypto)
}

export function personOf(seed: Uint8Array, signatures: Signatures): PersonId {
  return keyText<PersonId>(signatures.publicKey(seed))
}

function fromWords(entropy: Uint8Array, use: string, crypto: CommunityCrypto): Uint8Array {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError(`twelve words have ${ENTROPY_BYTES} bytes`)
  return crypto.derive(entropy, `shoal ${use} 1`, KEY_BYTES)
}
