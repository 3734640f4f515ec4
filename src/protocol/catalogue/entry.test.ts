import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawnEntry, entryOf, leafOf } from '../../../test/doubles/catalogues.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { encode } from '../../base/bencode-encode.ts'
import { compareBytes, toHex, utf8 } from '../../base/bytes.ts'
import { type CatalogueAudience, catalogueAudience, EVERYONE } from './audience.ts'
import { CatalogueError } from './catalogue-error.ts'
import { type CatalogueEntry, decodeEntry, encodeEntry, entryKey, fitsAudience } from './entry.ts'
import { compareTexts, fitName, isName } from './entry-text.ts'
import { MAX_ENTRY_BYTES, MAX_NAME_BYTES } from './limits.ts'

const CIRCLE = catalogueAudience('circle:band')

/** Facts that are absent or undefined are the same to the encoder, not to deepEqual. */
function plain(entry: CatalogueEntry): CatalogueEntry {
  return { ...entry, root: Uint8Array.from(entry.root) }
}

test('an entry comes back as it was written, and nothing shorter is one', () => {
  fc.assert(
    fc.property(fc.oneof(drawnEntry(), drawnEntry(CIRCLE)), (entry) => {
      const bytes = encodeEntry(entry)
      assert.ok(bytes.length <= MAX_ENTRY_BYTES)
      assert.deepEqual(plain(decodeEntry(bytes)), plain(entry))
      for (let length = 0; length < bytes.length; length++)
        assert.throws(() => decodeEntry(bytes.subarray(0, length)), CatalogueError)
      assert.throws(() => decodeEntry(Uint8Array.of(...bytes, 0x65)), CatalogueError)
    }),
    { seed: 11, numRuns: 60 },
  )
})

test('the longest of every field together is an entry still', () => {
  const long = entryOf({
    name: 'n'.repeat(255),
    words: Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i).repeat(64)),
    kind: 'k'.repeat(24),
    lengthBytes: Number.MAX_SAFE_INTEGER,
    facts: {
      album: 'a'.repeat(255),
      artist: 'a'.repeat(255),
      bitrate: Number.MAX_SAFE_INTEGER,
      codec: 'c'.repeat(32),
      durationMs: Number.MAX_SAFE_INTEGER,
      height: Number.MAX_SAFE_INTEGER,
      title: 't'.repeat(255),
      track: Number.MAX_SAFE_INTEGER,
      width: Number.MAX_SAFE_INTEGER,
      year: Number.MAX_SAFE_INTEGER,
    },
    licence: { kind: 'permission', id: 'L'.repeat(64) },
    publisher: 'あ'.repeat(120),
    folders: Array.from({ length: 100 }, () => 'f'.repeat(39)),
  })
  assert.equal(decodeEntry(encodeEntry(long)).folders?.length, 100)
})

test('what is out of bounds is neither written nor read', () => {
  const bad: Partial<CatalogueEntry>[] = [
    { root: new Uint8Array(31) },
    { lengthBytes: 0 },
    { lengthBytes: 2 ** 53 },
    { name: '' },
    { name: 'n'.repeat(256) },
    { name: '../etc' },
    { name: '..' },
    { name: 'half \ud83d' },
    { name: 'nul\0' },
    { kind: 'Video' },
    { kind: '' },
    { words: ['b', 'a'] },
    { words: ['a', 'a'] },
    { words: ['A'] },
    { words: ['a b'] },
    { words: ['w'.repeat(65)] },
    { words: Array.from({ length: 17 }, (_, i) => String.fromCharCode(97 + i)) },
    { facts: { durationMs: 1.5 } },
    { facts: { year: -1 } },
    { facts: { title: '' } },
    { facts: { artist: 'x'.repeat(256) } },
    { licence: { kind: 'not-sure' as 'open' } },
    { licence: { kind: 'open', id: 'CC BY' } },
    { publisher: '' },
    { publisher: 'x'.repeat(361) },
    { folders: ['a', '..'] },
    { folders: ['a/b'] },
    { folders: Array.from({ length: 101 }, () => 'f') },
    { folders: Array.from({ length: 100 }, () => 'f'.repeat(60)) },
  ]
  for (const fields of bad)
    assert.throws(() => encodeEntry(entryOf(fields)), { code: 'BAD_FIELD' }, JSON.stringify(fields))
})

test('there is one way to write an entry', () => {
  const { root, lengthBytes, name, words, kind } = entryOf()
  const good = { d: name, k: kind, l: lengthBytes, r: root, u: { k: 'own-work' }, w: words }
  assert.equal(decodeEntry(encode(good)).name, name)
  for (const other of [
    { ...good, m: {} },
    { ...good, z: 1 },
    { ...good, u: { k: 'open', x: 1 } },
  ])
    assert.throws(() => decodeEntry(encode(other)), { code: 'NOT_CANONICAL' })
  for (const other of [
    { ...good, w: undefined },
    { ...good, f: 'music' },
    { ...good, m: { d: 'long' } },
  ])
    assert.throws(() => decodeEntry(encode(other)), { code: 'BAD_FIELD' })
  assert.throws(() => decodeEntry(encode([1])), { code: 'MALFORMED' })
  assert.throws(() => decodeEntry(utf8('d1:l1:a1:d1:be')), { code: 'MALFORMED' })
  assert.throws(() => decodeEntry(utf8(`d1:d9000:${'n'.repeat(9_000)}e`)), { code: 'MALFORMED' })
})

test('strangers see no folders and always a licence, members see folders', () => {
  const fits = (entry: Partial<CatalogueEntry>, audience: CatalogueAudience) =>
    fitsAudience(entryOf(entry), audience)
  assert.ok(fits({}, EVERYONE))
  assert.ok(!fits({ folders: [] }, EVERYONE))
  assert.ok(!fits({ licence: undefined }, EVERYONE))
  assert.ok(fits({ folders: ['Music'], licence: undefined }, CIRCLE))
  assert.ok(!fits({}, CIRCLE))
})

test('for everyone a content has one place, for members one for each folder and name', () => {
  const key = (entry: Partial<CatalogueEntry>) => toHex(entryKey(entryOf(entry), digest))
  assert.equal(key({ name: 'a' }), key({ name: 'b' }))
  assert.notEqual(key({}), key({ lengthBytes: 5 }))
  assert.notEqual(key({}), key({ folders: [] }))
  assert.notEqual(key({ folders: ['a'] }), key({ folders: ['b'] }))
  assert.notEqual(key({ folders: ['a'], name: 'x' }), key({ folders: ['a'], name: 'y' }))
  assert.equal(key({ folders: ['a'] }), key({ folders: ['a'], words: [] }))
})

test('a name that is too long keeps its ending, and every name becomes one that is allowed', () => {
  assert.equal(fitName('a.flac'), 'a.flac')
  const cut = fitName(`${'ü'.repeat(200)}.flac`)
  assert.ok(cut.endsWith('ü.flac') && utf8(cut).length <= MAX_NAME_BYTES)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (name) => isName(fitName(name))),
    { seed: 3 },
  )
})

test('texts are ordered as their bytes are', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '\u{ffff}', '\u{e000}', '😀', '\u{10ffff}'),
    maxLength: 4,
  })
  fc.assert(
    fc.property(
      text,
      text,
      (a, b) => Math.sign(compareTexts(a, b)) === Math.sign(compareBytes(utf8(a), utf8(b))),
    ),
    { seed: 6, numRuns: 500 },
  )
})

test('one flipped bit is another entry, or none', () => {
  fc.assert(
    fc.property(drawnEntry(CIRCLE), fc.nat(), fc.nat({ max: 7 }), (entry, at, bit) => {
      const leaf = leafOf(entry)
      const bent = leaf.bytes.slice()
      bent[at % bent.length] = (bent[at % bent.length] as number) ^ (1 << bit)
      try {
        assert.notDeepEqual(leafOf(decodeEntry(bent)).hash, leaf.hash)
      } catch (error) {
        assert.ok(error instanceof CatalogueError)
      }
    }),
    { seed: 5, numRuns: 300 },
  )
})
