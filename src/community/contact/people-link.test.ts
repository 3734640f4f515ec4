import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digest } from '../../../test/doubles/digest.ts'
import { encode } from '../../base/bencode-encode.ts'
import { utf8 } from '../../base/bytes.ts'
import { type DeviceId, keyText, type PersonId } from '../ids.ts'
import { type ContactLink, decodeContactLink, encodeContactLink } from './contact-link.ts'
import { type DeviceLink, decodeDeviceLink, encodeDeviceLink } from './device-link.ts'
import { readPeopleLink, writePeopleLink } from './people-link.ts'

const NOT_OURS = { code: 'LINK_NOT_OURS' }
const contact: ContactLink = {
  person: keyText<PersonId>(new Uint8Array(32).fill(1)),
  device: keyText<DeviceId>(new Uint8Array(32).fill(2)),
  name: 'Zoë',
  token: new Uint8Array(16).fill(3),
  addresses: ['tcp/192.168.1.20:4001', 'utp/[2001:db8::1]:4001'],
}
const device: DeviceLink = {
  device: contact.device,
  name: 'phone',
  secret: new Uint8Array(16).fill(4),
  expires: 1_800_000_000,
  addresses: [],
}

test('a payload goes into a link and comes back, in any case and broken over lines', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc.constantFrom('invite', 'contact', 'device'),
      (payload, kind) => {
        const link = writePeopleLink(kind, payload, digest)
        for (const text of [link, link.toUpperCase(), ` ${link.slice(0, 20)}\r\n ${link.slice(20)}\n`]) {
          const read = readPeopleLink(text, digest)
          assert.equal(read.kind, kind)
          assert.deepEqual(new Uint8Array(read.payload), payload)
        }
      },
    ),
    { seed: 3 },
  )
})

test('any one wrong letter, and a link cut anywhere, is not ours', () => {
  const link = writePeopleLink('contact', encodeContactLink(contact), digest)
  for (let at = 0; at < link.length; at++) {
    const typo = `${link.slice(0, at)}${link[at] === 'a' ? 'b' : 'a'}${link.slice(at + 1)}`
    assert.throws(() => readPeopleLink(typo, digest), NOT_OURS)
    assert.throws(() => readPeopleLink(link.slice(0, at), digest), NOT_OURS)
    assert.throws(() => readPeopleLink(`${link.slice(0, at)}${link.slice(at + 1)}`, digest), NOT_OURS)
  }
})

test('another kind before the same payload is not ours', () => {
  const link = writePeopleLink('contact', encodeContactLink(contact), digest)
  assert.throws(() => readPeopleLink(link.replace('contact', 'invite'), digest), NOT_OURS)
})

test('what is too long, empty or something else is not ours', () => {
  const others = [
    '',
    'shoal:',
    'shoal:contact:',
    'magnet:?xt=urn:btih:00',
    'shoal:invite:aaaa',
    'x'.repeat(1e6),
  ]
  for (const text of others) assert.throws(() => readPeopleLink(text, digest), NOT_OURS)
  assert.throws(() => readPeopleLink(`shoal:contact:${'a'.repeat(4_096)}`, digest), NOT_OURS)
  assert.throws(() => writePeopleLink('contact', new Uint8Array(3_000), digest), RangeError)
})

test('a contact link with two addresses fits a QR code of version 15', () => {
  const link = writePeopleLink('contact', encodeContactLink(contact), digest)
  // 520 letters in its mode of capitals and digits, at error correction M (ISO/IEC 18004).
  assert.ok(link.length <= 520, `${link.length} letters`)
  assert.match(link.toUpperCase(), /^[0-9A-Z $%*+\-./:]+$/)
})

test('contact and device payloads come back as they were', () => {
  assert.deepEqual(decodeContactLink(encodeContactLink(contact)), contact)
  assert.deepEqual(decodeDeviceLink(encodeDeviceLink(device)), device)
})

test('a payload cut anywhere, with another byte or an unknown key, is no link or another one', () => {
  const whole = [
    [encodeContactLink(contact), decodeContactLink],
    [encodeDeviceLink(device), decodeDeviceLink],
  ] as const
  for (const [bytes, decode] of whole)
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decode(bytes.slice(0, length)), NOT_OURS)
  const fields = { a: [], d: new Uint8Array(32), n: 'A', p: new Uint8Array(32), t: new Uint8Array(16) }
  assert.doesNotThrow(() => decodeContactLink(encode(fields)))
  const bent = [
    { ...fields, z: 1 },
    { ...fields, d: new Uint8Array(31) },
    { ...fields, t: new Uint8Array(17) },
    { ...fields, n: ' ' },
    { ...fields, n: 'x'.repeat(257) },
    { ...fields, n: Uint8Array.of(0xff) },
    { ...fields, a: ['1', '2', '3', '4', '5'] },
    { ...fields, a: ['with space'] },
    { ...fields, a: [1] },
    { ...fields, a: undefined },
  ]
  for (const wrong of bent) assert.throws(() => decodeContactLink(encode(wrong)), NOT_OURS)
  assert.throws(() => decodeDeviceLink(utf8('le')), NOT_OURS)
})
