// A device card: this device is one of this person's, and secrets for it are sealed to this key. Signed by the person and by
// the device, so that nobody can claim somebody else's device, nor hang a device on somebody else.
// {d device, i issued (seconds), k X25519 key, n name, p person, q the person's signature, s the device's}

import { encode } from '../../base/bencode-encode.ts'
import { equalBytes, utf8 } from '../../base/bytes.ts'
import type { Signatures } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId, SIGNATURE_BYTES } from '../ids.ts'
import { readRecord, signedMessage } from '../record-fields.ts'

export interface DeviceCard {
  readonly person: PersonId
  readonly device: DeviceId
  /** X25519. */
  readonly sealingKey: Uint8Array
  /** As the person calls it; may be empty. */
  readonly name: string
  /** Seconds since 1970, by the clock of whoever issued it: of two cards of a device the later one counts. */
  readonly issued: number
}

/** Of 64 characters (GivenName), four bytes each. */
export const MAX_DEVICE_NAME_BYTES = 256
/** Four keys and signatures, a name and what stands around them. */
export const MAX_CARD_BYTES = 640
const MAX_SECONDS = 253_402_300_799
const LIMITS = { lengthBytes: MAX_CARD_BYTES, depth: 1, tokens: 16 }
const PURPOSE = 'device card 1'

/** Signs with both keys. @throws RangeError for a name that is too long */
export function signCard(
  card: DeviceCard,
  personSeed: Uint8Array,
  deviceSeed: Uint8Array,
  signatures: Signatures,
): Uint8Array {
  return joinCard(
    card,
    signatures.sign(cardMessage(card), personSeed),
    signatures.sign(cardMessage(card), deviceSeed),
  )
}

/** What both sign: where they are not at one place, each signs its half. */
export function cardMessage(card: DeviceCard): Uint8Array {
  if (utf8(card.name).length > MAX_DEVICE_NAME_BYTES)
    throw new RangeError('the name of the device is too long')
  return signedMessage(PURPOSE, encode(bodyOf(card)))
}

export function joinCard(
  card: DeviceCard,
  personSignature: Uint8Array,
  deviceSignature: Uint8Array,
): Uint8Array {
  return encode({ ...bodyOf(card), q: personSignature, s: deviceSignature })
}

/** Shape and both signatures. @throws RecordError */
export function readCard(bytes: Uint8Array, signatures: Signatures): DeviceCard {
  const fields = readRecord(bytes, 'device card', LIMITS)
  const device = fields.bytes('d', KEY_BYTES)
  const issued = fields.int('i', 0, MAX_SECONDS)
  const sealingKey = fields.bytes('k', KEY_BYTES)
  const name = fields.text('n', MAX_DEVICE_NAME_BYTES)
  const person = fields.bytes('p', KEY_BYTES)
  const personSignature = fields.bytes('q', SIGNATURE_BYTES)
  const deviceSignature = fields.bytes('s', SIGNATURE_BYTES)
  fields.end()
  const card: DeviceCard = { person: keyText(person), device: keyText(device), sealingKey, name, issued }
  // A person is not a device: one signature would serve as the other.
  if (equalBytes(device, person)) fields.refuse('d')
  const message = cardMessage(card)
  if (!signatures.verify(personSignature, message, person)) throw forged('person')
  if (!signatures.verify(deviceSignature, message, device)) throw forged('device')
  return card
}

function bodyOf(card: DeviceCard) {
  return {
    d: keyBytes(card.device),
    i: card.issued,
    k: card.sealingKey,
    n: card.name,
    p: keyBytes(card.person),
  }
}

function forged(whose: string): RecordError {
  return new RecordError('RECORD_INVALID', { what: 'device card', signature: whose })
}
