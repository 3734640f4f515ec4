import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyText, type PersonId, type RecordId } from '../ids.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import { type Content, decodeContent, encodeContent, isEmoji } from './content.ts'
import { decodeEntry, type EntryBody, encodeBody, readEntry, signEntry } from './entry.ts'
import type { FileOffer } from './file-offer.ts'
import { MAX_ENTRY_BYTES } from './limits.ts'
import { paceAfter } from './pace.ts'
import { EntrySeal } from './seal.ts'

const crypto = new SystemCrypto()
const seed = new Uint8Array(32).fill(5)
const key = <Id>(number: number) => keyText(new Uint8Array(32).fill(number)) as Id

const body: EntryBody = {
  circle: key<CircleId>(1),
  author: keyText<DeviceId>(crypto.publicKey(seed)),
  seq: 2,
  prev: key<RecordId>(3),
  dependencies: [key<RecordId>(4), key<RecordId>(5)],
  lamport: 17,
  time: 1_800_000_000,
  epoch: key<RecordId>(6),
  sealed: new Uint8Array(100).fill(7),
}

test('an entry is read as it was signed', () => {
  const entry = signEntry(body, seed, crypto)
  assert.deepEqual(readEntry(entry.bytes, crypto), entry)
  assert.deepEqual(decodeEntry(entry.bytes).body, body)
  const first = signEntry({ ...body, seq: 1, prev: undefined, dependencies: [] }, seed, crypto)
  assert.deepEqual(readEntry(first.bytes, crypto), first)
})

test('an entry is bytes that this program always writes alike', () => {
  assert.equal(
    keyText(crypto.sha256(encodeBody(body))),
    keyText(crypto.sha256(encodeBody(decodeEntry(signEntry(body, seed, crypto).bytes).body))),
  )
})

test('an entry that lacks a byte, has one more, or one other, is none', () => {
  const { bytes } = signEntry(body, seed, crypto)
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => readEntry(bytes.subarray(0, length), crypto), RecordError)
  assert.throws(() => readEntry(new Uint8Array([...bytes, 0]), crypto), RecordError)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(() => readEntry(changed, crypto), RecordError)
  }
})

test('an entry with a field too many, or without a predecessor that it must have, is none', () => {
  const signed = (change: Record<string, unknown>) => {
    const dict = decode(encodeBody(body)).value as BDict
    const fields = new Map<string, unknown>(dict.entries().map((each) => [each.key, each.value]))
    for (const [name, value] of Object.entries(change)) fields.set(name, value)
    return encode({ b: encode(fields as never), s: new Uint8Array(64) })
  }
  assert.doesNotThrow(() => decodeEntry(signed({})))
  for (const change of [
    { z: 1 },
    { p: new Uint8Array(0) },
    { q: 1 },
    { q: 0 },
    { q: 2 ** 32 },
    { l: 0 },
    { l: Number.MAX_SAFE_INTEGER },
    { d: new Uint8Array(33) },
    { d: new Uint8Array(9 * 32) },
    { x: new Uint8Array(39) },
    { a: new Uint8Array(31) },
    { t: -1 },
  ])
    assert.throws(() => decodeEntry(signed(change)), RecordError, JSON.stringify(change))
})

test('an entry that would be over 64 KiB is not written', () => {
  assert.throws(
    () => signEntry({ ...body, sealed: new Uint8Array(MAX_ENTRY_BYTES) }, seed, crypto),
    RecordError,
  )
})

test('what is sealed opens in its place, with its epoch’s key, and nowhere else', () => {
  const seal = new EntrySeal(crypto)
  const read = new Uint8Array(32).fill(9)
  const epoch = { id: body.epoch, generation: 1, access: read, read }
  const sealed = seal.seal(body, read, new Uint8Array([1, 2, 3]))
  assert.deepEqual(seal.open(body, epoch, sealed), new Uint8Array([1, 2, 3]))
  assert.equal(seal.open({ ...body, seq: 3 }, epoch, sealed), undefined)
  assert.equal(seal.open({ ...body, author: key<DeviceId>(8) }, epoch, sealed), undefined)
  assert.equal(seal.open({ ...body, circle: key<CircleId>(8) }, epoch, sealed), undefined)
  assert.equal(seal.open(body, { ...epoch, read: undefined }, sealed), undefined)
  const other = key<RecordId>(10)
  assert.equal(seal.open({ ...body, epoch: other }, { ...epoch, id: other }, sealed), undefined)
})

const kinds: Exclude<Content, { kind: 'unknown' }>[] = [
  {
    kind: 'text',
    room: '0a'.repeat(16),
    text: 'Hi',
    replyTo: key<RecordId>(1),
    mentions: [key<PersonId>(2)],
  },
  { kind: 'text', room: undefined, text: 'Hi', replyTo: undefined, mentions: [] },
  { kind: 'edit', target: key<RecordId>(1), text: 'Ho', mentions: [] },
  { kind: 'delete', target: key<RecordId>(1) },
  { kind: 'react', target: key<RecordId>(1), emoji: '👩🏽‍🚀', on: true },
  { kind: 'room', room: '0b'.repeat(16), name: 'Gear', archived: true },
  { kind: 'circle', name: 'Band' },
  { kind: 'profile', name: 'Zoë' },
  {
    kind: 'file',
    room: '0a'.repeat(16),
    offer: {
      name: 'a',
      kind: 'audio',
      files: 1,
      lengthBytes: 5,
      what: { kind: 'file', root: new Uint8Array(32) },
    },
    text: '',
    replyTo: undefined,
  },
  {
    kind: 'file',
    room: undefined,
    offer: {
      name: 'b',
      kind: 'folder',
      files: 2,
      lengthBytes: 9,
      what: {
        kind: 'list',
        items: [
          { path: 'x/y', root: new Uint8Array(32).fill(1), lengthBytes: 4 },
          { path: 'z', root: new Uint8Array(32).fill(2), lengthBytes: 5 },
        ],
      },
    },
    text: 'Both',
    replyTo: key<RecordId>(1),
  },
  {
    kind: 'file',
    room: undefined,
    offer: {
      name: 'c',
      kind: 'folder',
      files: 9_000,
      lengthBytes: 9,
      what: { kind: 'listed', list: { root: new Uint8Array(32), lengthBytes: 700_000 } },
    },
    text: '',
    replyTo: undefined,
  },
]

test('a card that says other than what would be fetched is none', () => {
  const root = new Uint8Array(32)
  const item = { path: 'x', root, lengthBytes: 10_000_000_000 }
  const lies: FileOffer[] = [
    { name: 'a', kind: 'folder', files: 1, lengthBytes: 1_000, what: { kind: 'list', items: [item] } },
    { name: 'a', kind: 'folder', files: 1, lengthBytes: 2e10, what: { kind: 'list', items: [item, item] } },
    { name: 'a', kind: 'folder', files: 3, lengthBytes: 1e10, what: { kind: 'list', items: [item] } },
    { name: 'a', kind: 'folder', files: 0, lengthBytes: 0, what: { kind: 'list', items: [] } },
    { name: 'a', kind: 'audio', files: 9, lengthBytes: 5, what: { kind: 'file', root } },
  ]
  for (const offer of lies)
    assert.throws(
      () => encodeContent({ kind: 'file', room: undefined, offer, text: '', replyTo: undefined }),
      { code: 'RECORD_INVALID' },
    )
})

test('each kind of content is read as it was written, and cut short it is none', () => {
  for (const content of kinds) {
    const bytes = encodeContent(content)
    assert.deepEqual(decodeContent(bytes), content)
    for (let length = 0; length < bytes.length; length++)
      assert.equal(decodeContent(bytes.subarray(0, length)).kind, 'unknown')
  }
})

test('what nobody would accept is not written', () => {
  for (const content of [
    { kind: 'circle', name: ' spaces ' },
    { kind: 'profile', name: '' },
    { kind: 'react', target: key<RecordId>(1), emoji: 'yes', on: true },
    { kind: 'text', room: undefined, text: 'x'.repeat(4_097), replyTo: undefined, mentions: [] },
  ] as const)
    assert.throws(() => encodeContent(content), RecordError)
})

test('a reaction is an emoji and no text', () => {
  for (const emoji of ['👍', '❤️', '🏳️‍🌈', '1️⃣', '!']) assert.ok(isEmoji(emoji), emoji)
  for (const text of ['', 'ok', 'a', '👍 👍', '\u202e', '👍'.repeat(20)]) assert.ok(!isEmoji(text), text)
})

test('fifty may be written at once, then ten a second', () => {
  let pace = paceAfter(undefined, 1_000, 1)
  let lamport = 1
  const write = (time: number) => {
    const next = paceAfter(pace, time, ++lamport)
    if (next !== undefined) pace = next
    return next !== undefined
  }
  for (let i = 1; i < 50; i++) assert.ok(write(1_000))
  assert.ok(!write(1_000))
  for (let i = 0; i < 10; i++) assert.ok(write(1_001))
  assert.ok(!write(1_001))
  assert.ok(!write(1_000))
})
