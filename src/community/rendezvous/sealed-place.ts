// What a device leaves at a meeting place: where it can be reached, signed by it and sealed for who knows the secret.
// Promise: all values are of one length; one that another device wrote, or that was written for another place, is none.

import { BDict, BencodeError, BList, decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type DeviceAddress, MAX_ADDRESS_BYTES, MOST_ADDRESSES, readAddresses } from '../device-address.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, SIGNATURE_BYTES } from '../ids.ts'
import type { MeetingPlace } from './meeting-keys.ts'

/** The longest value there can be, so that its length tells nothing; with seal and bencoding it stays under BEP 44's 1,000. */
const PLAIN_BYTES = 720
const LENGTH_BYTES = 2
/** What lies longer than this is of no use: addresses change with networks. */
const OLDEST_SECONDS = 26 * 3_600
const MOST_AHEAD_SECONDS = 3_600

export interface PlaceNote {
  readonly device: DeviceId
  readonly addresses: readonly DeviceAddress[]
  /** When it was written, seconds since 1970. */
  readonly at: number
}

export function sealPlace(
  crypto: CommunityCrypto,
  place: MeetingPlace,
  note: PlaceNote,
  deviceSeed: Uint8Array,
): Uint8Array {
  const body = encode({
    a: note.addresses.slice(0, MOST_ADDRESSES),
    d: keyBytes(note.device),
    t: note.at,
  })
  const signature = crypto.sign(signedBytes(place, body), deviceSeed)
  const plain = new Uint8Array(PLAIN_BYTES)
  plain.set([body.length >> 8, body.length & 0xff])
  plain.set(signature, LENGTH_BYTES)
  plain.set(body, LENGTH_BYTES + SIGNATURE_BYTES)
  return crypto.seal(place.sealing, plain, place.publicKey)
}

/** Undefined for what is not of this place, not signed by the device that it names, or old. */
export function openPlace(
  crypto: CommunityCrypto,
  place: MeetingPlace,
  sealed: Uint8Array,
  seconds: number,
): PlaceNote | undefined {
  const plain = crypto.open(place.sealing, sealed, place.publicKey)
  if (plain?.length !== PLAIN_BYTES) return undefined
  const lengthBytes = ((plain[0] as number) << 8) | (plain[1] as number)
  const from = LENGTH_BYTES + SIGNATURE_BYTES
  if (from + lengthBytes > PLAIN_BYTES) return undefined
  const body = plain.subarray(from, from + lengthBytes)
  const note = readNote(body)
  if (note === undefined || note.at > seconds + MOST_AHEAD_SECONDS || note.at < seconds - OLDEST_SECONDS) {
    return undefined
  }
  const signature = plain.subarray(LENGTH_BYTES, from)
  if (!crypto.verify(signature, signedBytes(place, body), keyBytes(note.device))) return undefined
  return note
}

function signedBytes(place: MeetingPlace, body: Uint8Array): Uint8Array {
  return concatBytes([utf8('shoal meeting '), place.publicKey, place.salt, body])
}

function readNote(body: Uint8Array): PlaceNote | undefined {
  try {
    const { value } = decode(body, 'canonical', { lengthBytes: PLAIN_BYTES, depth: 2, tokens: 32 })
    if (!(value instanceof BDict)) return undefined
    const addresses = value.get('a')
    const device = value.bytes('d')
    const at = value.int('t')
    if (!(addresses instanceof BList) || device?.length !== KEY_BYTES || at === undefined) return undefined
    const texts = [...addresses].map((text) =>
      text instanceof Uint8Array && text.length <= MAX_ADDRESS_BYTES ? String.fromCharCode(...text) : '',
    )
    return { device: keyText<DeviceId>(device), addresses: readAddresses(texts), at }
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    return undefined
  }
}
