// Values in the DHT (BEP 44): where they lie, what is signed, and which are good.
// Immutable ones are found by their hash; mutable ones by a public key and salt, with a signature and a sequence number.

import type { BDict } from '../../base/bencode-value.ts'
import { concatBytes, EMPTY, equalBytes, utf8 } from '../../base/bytes.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { MAX_SALT_BYTES, MAX_VALUE_BYTES } from './limits.ts'

export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

export interface MutableItem {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 0 … 64 bytes. */
  readonly salt: Uint8Array
  readonly sequence: number
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** The value, bencoded. */
  readonly value: Uint8Array
}

/** @param value bencoded, at most 1,000 bytes */
export function immutableTarget(value: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha1(value)
}

export function mutableTarget(publicKey: Uint8Array, salt: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha1(concatBytes([publicKey, salt]))
}

/** What is signed: salt (if any), sequence and value as they stand in the message. */
export function signedBytes({
  salt,
  sequence,
  value,
}: Pick<MutableItem, 'salt' | 'sequence' | 'value'>): Uint8Array {
  const head = salt.length === 0 ? [] : [utf8(`4:salt${salt.length}:`), salt]
  return concatBytes([...head, utf8(`3:seqi${sequence}e1:v`), value])
}

/** Signs a value. @param seed the 32 secret bytes of the key pair */
export function signItem(
  item: Pick<MutableItem, 'salt' | 'sequence' | 'value'>,
  seed: Uint8Array,
  signatures: Signatures,
): MutableItem {
  if (item.value.length > MAX_VALUE_BYTES)
    throw new RangeError(`a value has at most ${MAX_VALUE_BYTES} bytes`)
  if (item.salt.length > MAX_SALT_BYTES) throw new RangeError(`a salt has at most ${MAX_SALT_BYTES} bytes`)
  return {
    ...item,
    publicKey: signatures.publicKey(seed),
    signature: signatures.sign(signedBytes(item), seed),
  }
}

export function isSignedWell(item: MutableItem, signatures: Signatures): boolean {
  return signatures.verify(item.signature, signedBytes(item), item.publicKey)
}

/** Which of two versions counts: the higher sequence; of equal ones the larger value, so that all agree. */
export function isNewer(a: MutableItem, b: MutableItem | undefined): boolean {
  if (b === undefined || a.sequence !== b.sequence) return b === undefined || a.sequence > b.sequence
  if (equalBytes(a.value, b.value)) return false
  for (let i = 0; i < Math.min(a.value.length, b.value.length); i++) {
    const difference = (a.value[i] as number) - (b.value[i] as number)
    if (difference !== 0) return difference > 0
  }
  return a.value.length > b.value.length
}

/** A mutable item as a message carries it; undefined when a part is missing or of the wrong size. */
export function mutableIn(dict: BDict, value: Uint8Array): MutableItem | undefined {
  const publicKey = dict.bytes('k')
  const signature = dict.bytes('sig')
  const sequence = dict.int('seq')
  if (
    publicKey?.length !== PUBLIC_KEY_BYTES ||
    signature?.length !== SIGNATURE_BYTES ||
    sequence === undefined
  )
    return undefined
  return { publicKey, signature, sequence, salt: dict.bytes('salt') ?? EMPTY, value }
}
