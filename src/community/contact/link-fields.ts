// What the payloads of contact and device links have in common: a strict dictionary, names, and ways to reach a device.

import { decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { BDict, BencodeError, textOf } from '../../base/bencode-value.ts'
import { equalBytes, utf8 } from '../../base/bytes.ts'
import { type DeviceId, KEY_BYTES, keyText, type PersonId } from '../ids.ts'
import { notOurs } from './people-link.ts'

/** As GivenName of the API: 64 characters, of four bytes at most. */
export const MAX_NAME_BYTES = 256
/** The likeliest few: each costs some 40 letters of a QR code. */
export const MAX_LINK_ADDRESSES = 4
/** `utp/[...]:65535`, or `relay/` and a device. */
const MAX_ADDRESS_BYTES = 80
const PAYLOAD_LIMITS = { lengthBytes: 2_048, depth: 2, tokens: 32 }

/** @throws CommunityError LINK_NOT_OURS */
export function payloadDict(payload: Uint8Array): BDict {
  try {
    const { value } = decode(payload, 'canonical', PAYLOAD_LIMITS)
    if (value instanceof BDict) return value
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
  }
  throw notOurs()
}

/** Whatever there is more than one way to write, and unknown keys. @throws CommunityError LINK_NOT_OURS */
export function checkCanonical(fields: Encodable, payload: Uint8Array): void {
  if (!equalBytes(encode(fields), payload)) throw notOurs()
}

export function keyField<Id extends PersonId | DeviceId>(dict: BDict, key: string): Id {
  return keyText<Id>(bytesField(dict, key, KEY_BYTES))
}

/** A copy. */
export function bytesField(dict: BDict, key: string, lengthBytes: number): Uint8Array {
  const bytes = dict.bytes(key)
  if (bytes?.length !== lengthBytes) throw notOurs()
  return bytes.slice()
}

export function nameField(dict: BDict, key: string): string {
  const name = dict.text(key)
  if (name === undefined || name.trim() === '' || utf8(name).length > MAX_NAME_BYTES) throw notOurs()
  return name
}

export function addressesField(dict: BDict, key: string): string[] {
  const list = dict.list(key)
  if (list === undefined || list.length > MAX_LINK_ADDRESSES) throw notOurs()
  return [...list].map((item) => {
    const text = item instanceof Uint8Array && item.length <= MAX_ADDRESS_BYTES ? textOf(item) : undefined
    if (text === undefined || !/^[\x21-\x7e]+$/.test(text)) throw notOurs()
    return text
  })
}
