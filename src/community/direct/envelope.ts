// What is sealed to one device: an entry, the sender's card and signature. Everything that says who is inside; outside stand
// only a contact token and the mailbox. The signature is over {sender, recipient, prekey id, encapsulated key, entry}, and the
// same ids are HPKE's info (COMMUNITY.md): so it cannot be taken out and sealed again to somebody else, nor said twice.

import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type DeviceCard, MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId, SIGNATURE_BYTES } from '../ids.ts'
import { readRecord, signedMessage } from '../record-fields.ts'
import { MAX_ENTRY_BYTES, MAX_MAIL_BYTES, MAX_TARGETS } from './limits.ts'
import { prekeyId } from './prekey.ts'

/** The ids that both sides know before anything is opened: the sender by the token they were issued. */
export interface SealedFor {
  readonly sender: PersonId
  readonly recipient: PersonId
  readonly device: DeviceId
  /** Public half. */
  readonly prekey: Uint8Array
}

export interface Envelope {
  /** Bytes of a DirectEntry. */
  readonly entry: Uint8Array
  /** Bytes of the sending device's card. */
  readonly card: Uint8Array
  /** Other devices of the recipient that it was sealed to as well: whoever is not among them gets a copy from this one. */
  readonly others: readonly DeviceId[]
}

export const ENCAPSULATED_BYTES = 32
const INFO_PREFIX = utf8('shoal direct 1\n')
const PURPOSE = 'direct 1'
const ENVELOPE_LIMITS = { lengthBytes: MAX_MAIL_BYTES, depth: 2, tokens: 32 }
const WHAT = 'direct envelope'

export function infoOf(ids: SealedFor, crypto: CommunityCrypto): Uint8Array {
  return concatBytes([INFO_PREFIX, encode(idsOf(ids, crypto))])
}

/** @param encapsulated known only while it is sealed */
export function composeEnvelope(
  envelope: Envelope,
  ids: SealedFor,
  encapsulated: Uint8Array,
  deviceSeed: Uint8Array,
  crypto: CommunityCrypto,
): Uint8Array {
  const s = crypto.sign(signedBytes(envelope, ids, encapsulated, crypto), deviceSeed)
  return encode({ ...fieldsOf(envelope), s })
}

/** @throws RecordError unless the sender that the token stands for wrote it, for this device and this prekey */
export function readEnvelope(
  plain: Uint8Array,
  ids: SealedFor,
  encapsulated: Uint8Array,
  crypto: CommunityCrypto,
): Envelope & { readonly from: DeviceCard } {
  const fields = readRecord(plain, WHAT, ENVELOPE_LIMITS)
  const envelope: Envelope = {
    entry: fields.bytesWithin('e', 1, MAX_ENTRY_BYTES),
    card: fields.bytesWithin('c', 1, MAX_CARD_BYTES),
    others: fields.listOfBytes('o', MAX_TARGETS, KEY_BYTES, KEY_BYTES).map((key) => keyText<DeviceId>(key)),
  }
  const signature = fields.bytes('s', SIGNATURE_BYTES)
  fields.end()
  const card = readCard(envelope.card, crypto)
  const { person, device } = card
  if (person !== ids.sender) throw new RecordError('RECORD_INVALID', { what: WHAT, field: 'sender' })
  const signed = signedBytes(envelope, ids, encapsulated, crypto)
  if (!crypto.verify(signature, signed, keyBytes(device)))
    throw new RecordError('RECORD_INVALID', { what: WHAT, field: 'signature' })
  return { ...envelope, from: card }
}

function signedBytes(
  envelope: Envelope,
  ids: SealedFor,
  encapsulated: Uint8Array,
  crypto: CommunityCrypto,
): Uint8Array {
  const said = { ...fieldsOf(envelope), ...idsOf(ids, crypto), n: encapsulated }
  return signedMessage(PURPOSE, encode(said))
}

function idsOf({ sender, recipient, device, prekey }: SealedFor, crypto: CommunityCrypto) {
  return {
    f: keyBytes(sender),
    k: prekeyId(prekey, crypto),
    r: keyBytes(recipient),
    t: keyBytes(device),
  }
}

function fieldsOf({ entry, card, others }: Envelope) {
  return { c: card, e: entry, o: others.map(keyBytes) }
}
