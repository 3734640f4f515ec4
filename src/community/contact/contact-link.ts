// What a contact link says: who I am, which device to ask, where it was last, and a token that lets the asker in.
// The names and addresses are hints; the keys are compared by words. Promise: it holds no secret but the token.

import { encode } from '../../base/bencode-encode.ts'
import { type DeviceId, keyBytes, type PersonId } from '../ids.ts'
import {
  addressesField,
  bytesField,
  checkCanonical,
  keyField,
  nameField,
  payloadDict,
} from './link-fields.ts'

export const TOKEN_BYTES = 16

export interface ContactLink {
  readonly person: PersonId
  readonly device: DeviceId
  readonly name: string
  /** 16 random bytes that the device knows again until the link is withdrawn. */
  readonly token: Uint8Array
  readonly addresses: readonly string[]
}

export function encodeContactLink(link: ContactLink): Uint8Array {
  return encode(fieldsOf(link))
}

/** @throws CommunityError LINK_NOT_OURS */
export function decodeContactLink(payload: Uint8Array): ContactLink {
  const dict = payloadDict(payload)
  const link: ContactLink = {
    person: keyField(dict, 'p'),
    device: keyField(dict, 'd'),
    name: nameField(dict, 'n'),
    token: bytesField(dict, 't', TOKEN_BYTES),
    addresses: addressesField(dict, 'a'),
  }
  checkCanonical(fieldsOf(link), payload)
  return link
}

function fieldsOf({ person, device, name, token, addresses }: ContactLink) {
  return { a: addresses, d: keyBytes(device), n: name, p: keyBytes(person), t: token }
}
