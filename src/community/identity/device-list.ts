// The devices of a person as they themselves list them: cards, and devices that are no longer theirs. Signed by the person;
// of two lists the higher sequence counts, so nobody brings a removed device back with an old one.
// {c [cards], i issued (seconds), p person, q sequence, r [removed devices], s signature}

import { encode } from '../../base/bencode-encode.ts'
import { compareBytes, equalBytes } from '../../base/bytes.ts'
import type { Signatures } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId, SIGNATURE_BYTES } from '../ids.ts'
import { readRecord, signedMessage } from '../record-fields.ts'
import { type DeviceCard, MAX_CARD_BYTES, readCard } from './device-card.ts'

export interface DeviceList {
  readonly person: PersonId
  readonly sequence: number
  /** Seconds since 1970. */
  readonly issued: number
  /** Encoded, ascending by device. */
  readonly cards: readonly Uint8Array[]
  readonly removed: readonly DeviceId[]
}

/** As in a circle. */
export const MAX_LISTED_DEVICES = 8
/** Devices lost in a life; the oldest may be left out then, since no circle takes a removed device back. */
export const MAX_LISTED_REMOVED = 64
/** Eight cards, 64 keys. */
export const MAX_LIST_BYTES = 8_192
const MAX_SECONDS = 253_402_300_799
const LIMITS = { lengthBytes: MAX_LIST_BYTES, depth: 2, tokens: 128 }
const PURPOSE = 'device list 1'

export interface ReadDeviceList {
  readonly list: DeviceList
  readonly cards: readonly DeviceCard[]
}

/** @throws RangeError for more devices than a list takes */
export function signDeviceList(list: DeviceList, personSeed: Uint8Array, signatures: Signatures): Uint8Array {
  if (list.cards.length > MAX_LISTED_DEVICES || list.removed.length > MAX_LISTED_REMOVED)
    throw new RangeError('too many devices for a list')
  const body = bodyOf(list)
  return encode({ ...body, s: signatures.sign(signedMessage(PURPOSE, encode(body)), personSeed) })
}

/** Shape, order and all signatures. @throws RecordError */
export function readDeviceList(bytes: Uint8Array, signatures: Signatures): ReadDeviceList {
  const fields = readRecord(bytes, 'device list', LIMITS)
  const cards = fields.listOfBytes('c', MAX_LISTED_DEVICES, 1, MAX_CARD_BYTES)
  const issued = fields.int('i', 0, MAX_SECONDS)
  const person = fields.bytes('p', KEY_BYTES)
  const sequence = fields.int('q', 1, Number.MAX_SAFE_INTEGER)
  const removedKeys = fields.listOfBytes('r', MAX_LISTED_REMOVED, KEY_BYTES, KEY_BYTES)
  const signature = fields.bytes('s', SIGNATURE_BYTES)
  fields.end()
  const list: DeviceList = {
    person: keyText(person),
    sequence,
    issued,
    cards,
    removed: removedKeys.map((key) => keyText<DeviceId>(key)),
  }
  if (!ascending(removedKeys)) fields.refuse('r')
  if (!signatures.verify(signature, signedMessage(PURPOSE, encode(bodyOf(list))), person))
    throw new RecordError('RECORD_INVALID', { what: 'device list', signature: 'person' })
  const read = cards.map((card) => readCard(card, signatures))
  if (!ascending(read.map(({ device }) => keyBytes(device)))) fields.refuse('c')
  for (const card of read)
    if (card.person !== list.person || list.removed.includes(card.device)) fields.refuse('c')
  if (!equalBytes(encode({ ...bodyOf(list), s: signature }), bytes)) fields.refuse('form')
  return { list, cards: read }
}

function bodyOf(list: DeviceList) {
  return {
    c: list.cards,
    i: list.issued,
    p: keyBytes(list.person),
    q: list.sequence,
    r: list.removed.map((device) => keyBytes(device)),
  }
}

function ascending(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, index) => index === 0 || compareBytes(keys[index - 1] as Uint8Array, key) < 0)
}
