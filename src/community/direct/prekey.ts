// A signed prekey: the X25519 key that messages to one device are sealed to for a week. Its device signs it, so that nobody
// who passes it on can put their own in its place.

import { encode } from '../../base/bencode-encode.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, SIGNATURE_BYTES } from '../ids.ts'
import { readRecord, signedMessage } from '../record-fields.ts'
import { MAX_SECONDS } from './limits.ts'

export interface Prekey {
  readonly device: DeviceId
  readonly publicKey: Uint8Array
  /** Seconds since 1970 by the clock of its device; a later one counts. */
  readonly made: number
}

/** One of my own. */
export interface OwnPrekey {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
  readonly made: number
}

export const PREKEY_ID_BYTES = 16
const PURPOSE = 'prekey 1'
/** Two keys, a signature and a time. */
export const MAX_PREKEY_BYTES = 256
const PREKEY_LIMITS = { lengthBytes: MAX_PREKEY_BYTES, depth: 1, tokens: 10 }
const WHAT = 'prekey'

export function signPrekey(prekey: Prekey, deviceSeed: Uint8Array, signatures: Signatures): Uint8Array {
  return encode({ ...fieldsOf(prekey), s: signatures.sign(signedBytes(prekey), deviceSeed) })
}

/** @throws RecordError where it is none, or not signed by the device that it names */
export function readPrekey(bytes: Uint8Array, signatures: Signatures): Prekey {
  const fields = readRecord(bytes, WHAT, PREKEY_LIMITS)
  const prekey: Prekey = {
    device: keyText(fields.bytes('d', KEY_BYTES)),
    publicKey: fields.bytes('k', KEY_BYTES),
    made: fields.int('m', 0, MAX_SECONDS),
  }
  const signature = fields.bytes('s', SIGNATURE_BYTES)
  fields.end()
  if (!signatures.verify(signature, signedBytes(prekey), keyBytes(prekey.device)))
    throw new RecordError('RECORD_INVALID', { what: WHAT, field: 'signature' })
  return prekey
}

/** By what a message says which it was sealed to: 16 bytes. */
export function prekeyId(publicKey: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(publicKey).subarray(0, PREKEY_ID_BYTES)
}

function signedBytes(prekey: Prekey): Uint8Array {
  return signedMessage(PURPOSE, encode(fieldsOf(prekey)))
}

function fieldsOf({ device, publicKey, made }: Prekey) {
  return { d: keyBytes(device), k: publicKey, m: made }
}
