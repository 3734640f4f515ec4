// What the link of a new device says, for the device that holds the words: its key, a secret that it takes once, and until when.

import { encode } from '../../base/bencode-encode.ts'
import { type DeviceId, keyBytes } from '../ids.ts'
import {
  addressesField,
  bytesField,
  checkCanonical,
  keyField,
  nameField,
  payloadDict,
} from './link-fields.ts'
import { notOurs } from './people-link.ts'

export const DEVICE_SECRET_BYTES = 16
/** Long enough to carry a phone to another room. */
export const DEVICE_LINK_SECONDS = 600

/** The last year of four digits. */
const MAX_SECONDS = 253_402_300_799

export interface DeviceLink {
  readonly device: DeviceId
  readonly name: string
  /** 16 random bytes; whoever says them takes the device in. */
  readonly secret: Uint8Array
  /** Seconds since 1970, by the clock of the new device. */
  readonly expires: number
  readonly addresses: readonly string[]
}

export function encodeDeviceLink(link: DeviceLink): Uint8Array {
  return encode(fieldsOf(link))
}

/** @throws CommunityError LINK_NOT_OURS */
export function decodeDeviceLink(payload: Uint8Array): DeviceLink {
  const dict = payloadDict(payload)
  const expires = dict.int('e')
  if (expires === undefined || expires < 0 || expires > MAX_SECONDS) throw notOurs()
  const link: DeviceLink = {
    device: keyField(dict, 'd'),
    name: nameField(dict, 'n'),
    secret: bytesField(dict, 's', DEVICE_SECRET_BYTES),
    expires,
    addresses: addressesField(dict, 'a'),
  }
  checkCanonical(fieldsOf(link), payload)
  return link
}

function fieldsOf({ device, name, secret, expires, addresses }: DeviceLink) {
  return { a: addresses, d: keyBytes(device), e: expires, n: name, s: secret }
}
