// Links for people and their payloads, entries, prekeys and envelopes of direct messages, from an enemy. What is read is written again the
// same; whatever else is refused by its one error; no signature is believed that was not made.

import assert from 'node:assert/strict'
import { fromUtf8Lenient, utf8 } from '../../src/base/bytes.ts'
import { CommunityError, RecordError } from '../../src/community/community-error.ts'
import { decodeContactLink, encodeContactLink } from '../../src/community/contact/contact-link.ts'
import { decodeDeviceLink, encodeDeviceLink } from '../../src/community/contact/device-link.ts'
import { readPeopleLink, writePeopleLink } from '../../src/community/contact/people-link.ts'
import { decodeEntry, encodeEntry } from '../../src/community/direct/direct-entry.ts'
import { readEnvelope } from '../../src/community/direct/envelope.ts'
import { readPrekey, signPrekey } from '../../src/community/direct/prekey.ts'
import { type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import type { FuzzTarget } from './target.ts'

const crypto = new SystemCrypto()
const seed = new Uint8Array(32).fill(7)
const device = keyText<DeviceId>(crypto.publicKey(seed))
const person = keyText<PersonId>(new Uint8Array(32).fill(8))
const contact = encodeContactLink({
  person,
  device,
  name: 'Zoë',
  token: seed.slice(16),
  addresses: ['tcp/1.2.3.4:5'],
})
const own = encodeDeviceLink({ device, name: 'phone', secret: seed.slice(16), expires: 5, addresses: [] })
const entry = encodeEntry({
  kind: 'message',
  author: person,
  device,
  to: person,
  at: 1,
  lamport: 2,
  after: [],
  salt: seed.slice(16),
  content: utf8('hello'),
})
const prekey = signPrekey({ device, publicKey: seed, made: 1 }, seed, crypto)

/** Undefined for what is refused in its own way. */
function answered<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RecordError) return undefined
    if (error instanceof CommunityError && error.code === 'LINK_NOT_OURS') return undefined
    throw error
  }
}

export const target: FuzzTarget = {
  corpus: [
    contact,
    own,
    entry,
    prekey,
    utf8(writePeopleLink('contact', contact, crypto)),
    utf8(writePeopleLink('device', own, crypto).toUpperCase()),
  ],
  run(input) {
    const link = answered(() => readPeopleLink(fromUtf8Lenient(input), crypto))
    if (link !== undefined)
      assert.deepEqual(readPeopleLink(writePeopleLink(link.kind, link.payload, crypto), crypto), link)
    const read = answered(() => decodeContactLink(input))
    if (read !== undefined) assert.deepEqual(encodeContactLink(read), input)
    const linked = answered(() => decodeDeviceLink(input))
    if (linked !== undefined) assert.deepEqual(encodeDeviceLink(linked), input)
    const said = answered(() => decodeEntry(input))
    if (said !== undefined) assert.deepEqual(encodeEntry(said), input)
    if (answered(() => readPrekey(input, crypto)) !== undefined)
      assert.deepEqual(input, prekey, 'a prekey that nobody signed')
    const ids = { sender: person, recipient: person, device, prekey: seed }
    assert.equal(
      answered(() => readEnvelope(input, ids, seed, crypto)),
      undefined,
    )
  },
}
