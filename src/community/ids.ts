// Names of persons, devices, circles and records: 32 bytes as text, so that they can be keys of maps and parts of addresses.
// A value of these types was validated once.

import { CodedError } from '../base/errors.ts'
import type { Brand } from '../base/ids.ts'

/** An Ed25519 public key of a person: what membership hangs on. 52 letters of base32. */
export type PersonId = Brand<string, 'PersonId'>
/** An Ed25519 public key of one device: what signs, and what a link proved to hold. */
export type DeviceId = Brand<string, 'DeviceId'>
/** SHA-256 of the operation that made the circle. */
export type CircleId = Brand<string, 'CircleId'>
/** Ed25519 public half of an invite's seed. */
export type InviteId = Brand<string, 'InviteId'>
/** SHA-256 of a whole signed record (operation or entry). */
export type RecordId = Brand<string, 'RecordId'>

export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

export class KeyTextError extends CodedError<'BAD_KEY_TEXT'> {}

/** RFC 4648 in small letters, without padding; 32 bytes give 52 letters of which the last carries one bit. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const LETTERS = 52
/** By character code; 255 for what is no letter of it. */
const VALUES = new Uint8Array(128).fill(255)
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value

/** @throws KeyTextError unless it is 32 bytes */
export function keyText<Id extends PersonId | DeviceId | CircleId | InviteId | RecordId>(
  bytes: Uint8Array,
): Id {
  if (bytes.length !== KEY_BYTES) throw new KeyTextError('BAD_KEY_TEXT', { length: bytes.length })
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0x1fff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((held >>> bits) & 31)
    }
  }
  return `${text}${ALPHABET.charAt((held << (5 - bits)) & 31)}` as Id
}

/** A copy. @throws KeyTextError for what keyText() would not write */
export function keyBytes(id: PersonId | DeviceId | CircleId | InviteId | RecordId | string): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES)
  let held = 0
  let bits = 0
  let at = 0
  if (id.length !== LETTERS) throw new KeyTextError('BAD_KEY_TEXT', { length: id.length })
  for (let letter = 0; letter < LETTERS; letter++) {
    const value = VALUES[id.charCodeAt(letter)]
    if (value === undefined || value === 255) throw new KeyTextError('BAD_KEY_TEXT', {})
    held = ((held << 5) | value) & 0x1fff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >>> bits) & 0xff
  }
  // One way to write each key: the bits left over are zero.
  if ((held & ((1 << bits) - 1)) !== 0) throw new KeyTextError('BAD_KEY_TEXT', {})
  return bytes
}
