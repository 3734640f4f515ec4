import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { crypto } from '../../../test/doubles/people-scene.ts'
import { encode } from '../../base/bencode-encode.ts'
import { utf8 } from '../../base/bytes.ts'
import { signCard } from '../identity/device-card.ts'
import { type DeviceId, keyBytes, keyText, type PersonId, type RecordId } from '../ids.ts'
import { type DirectEntry, decodeEntry, encodeEntry, entryId } from './direct-entry.ts'
import { composeEnvelope, infoOf, readEnvelope, type SealedFor } from './envelope.ts'
import { readPrekey, signPrekey } from './prekey.ts'

const INVALID = { name: 'RecordError' }
const seed = (fill: number) => new Uint8Array(32).fill(fill)
const person = (fill: number) => keyText<PersonId>(crypto.publicKey(seed(fill)))
const device = (fill: number) => keyText<DeviceId>(crypto.publicKey(seed(fill)))
const [ANA, BOB, EVE] = [1, 3, 5] as const
const cardOf = (of: number) =>
  signCard(
    { person: person(of), device: device(of + 1), sealingKey: seed(9), name: 'laptop', issued: 1 },
    seed(of),
    seed(of + 1),
    crypto,
  )

const entry: DirectEntry = {
  kind: 'message',
  author: person(ANA),
  device: device(ANA + 1),
  to: person(BOB),
  at: 1_800_000_000,
  lamport: 7,
  after: [keyText<RecordId>(seed(1))],
  salt: new Uint8Array(16),
  content: utf8('hello'),
}
const ids: SealedFor = {
  sender: person(ANA),
  recipient: person(BOB),
  device: device(BOB + 1),
  prekey: seed(20),
}
const KEY = seed(21)
const envelope = { entry: encodeEntry(entry), card: cardOf(ANA), others: [device(8)] }
const plain = composeEnvelope(envelope, ids, KEY, seed(ANA + 1), crypto)

test('what was signed for these ids and this key is read with them', () => {
  const read = readEnvelope(plain, ids, KEY, crypto)
  assert.deepEqual(decodeEntry(read.entry), entry)
  assert.deepEqual([read.others, read.from.device], [[device(8)], device(ANA + 1)])
})

test('a forged sender, another recipient, device, prekey or encapsulated key is refused', () => {
  const wrong: Partial<SealedFor>[] = [
    { sender: person(EVE) },
    { recipient: person(EVE) },
    { device: device(EVE + 1) },
    { prekey: seed(22) },
  ]
  for (const other of wrong)
    assert.throws(() => readEnvelope(plain, { ...ids, ...other }, KEY, crypto), INVALID)
  assert.throws(() => readEnvelope(plain, ids, seed(23), crypto), INVALID)
  // Eve signs with her device what carries Ana's card, or carries her own card as Ana.
  const forged = composeEnvelope(envelope, ids, KEY, seed(EVE + 1), crypto)
  assert.throws(() => readEnvelope(forged, ids, KEY, crypto), INVALID)
  const hers = composeEnvelope({ ...envelope, card: cardOf(EVE) }, ids, KEY, seed(EVE + 1), crypto)
  assert.throws(() => readEnvelope(hers, ids, KEY, crypto), INVALID)
})

test('the info of HPKE is another for each of the ids', () => {
  const infos = [
    ids,
    { ...ids, sender: person(EVE) },
    { ...ids, recipient: person(EVE) },
    { ...ids, device: device(9) },
    { ...ids, prekey: seed(1) },
  ].map((some) => Buffer.from(infoOf(some, crypto)).toString('hex'))
  assert.equal(new Set(infos).size, infos.length)
})

test('entries, prekeys and envelopes come back as they were, and cut anywhere are none', () => {
  const prekey = { device: device(2), publicKey: seed(4), made: 1_800_000_000 }
  const signed = signPrekey(prekey, seed(2), crypto)
  assert.deepEqual(readPrekey(signed, crypto), prekey)
  const readers = [
    [envelope.entry, (bytes: Uint8Array) => decodeEntry(bytes)],
    [signed, (bytes: Uint8Array) => readPrekey(bytes, crypto)],
    [plain, (bytes: Uint8Array) => readEnvelope(bytes, ids, KEY, crypto)],
  ] as const
  for (const [bytes, read] of readers)
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => read(bytes.slice(0, length)), INVALID)
})

test('a prekey signed by another device, or changed, is none', () => {
  const prekey = { device: device(2), publicKey: seed(4), made: 5 }
  assert.throws(() => readPrekey(signPrekey(prekey, seed(3), crypto), crypto), INVALID)
  const signed = signPrekey(prekey, seed(2), crypto)
  for (let at = 0; at < signed.length; at++) {
    const changed = signed.slice()
    changed[at] = (changed[at] as number) ^ 4
    assert.throws(() => readPrekey(changed, crypto), INVALID)
  }
})

test('any entry is written in one way, and fields beyond their bounds are refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(),
      fc.constantFrom('message' as const, 'receipt' as const),
      (content, lamport, kind) => {
        const bytes = encodeEntry({ ...entry, content, lamport, kind })
        assert.deepEqual(encodeEntry(decodeEntry(bytes)), bytes)
        assert.notEqual(
          entryId(bytes, crypto),
          entryId(encodeEntry({ ...entry, content, lamport, kind, salt: seed(1).slice(16) }), crypto),
        )
      },
    ),
    { seed: 5 },
  )
  const many = Array.from({ length: 9 }, () => entry.after[0] as RecordId)
  const wrong = [
    encodeEntry({ ...entry, after: many }),
    encodeEntry({ ...entry, content: new Uint8Array(40_000) }),
    encodeEntry({ ...entry, lamport: 2 ** 50 }),
    encodeEntry({ ...entry, salt: new Uint8Array(15) }),
    encodeEntry({ ...entry, kind: 'copy' as 'message' }),
    encode({ a: keyBytes(entry.author) }),
    encode([1]),
  ]
  for (const bytes of wrong) assert.throws(() => decodeEntry(bytes), INVALID)
})
