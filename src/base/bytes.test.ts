import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase32,
  fromHex,
  fromLatin1,
  fromUtf8,
  fromUtf8Lenient,
  readUint16,
  readUint32,
  toBase32,
  toHex,
  utf8,
  writeUint16,
  writeUint32,
} from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 100 })

test('bytes are equal when they compare as nothing before or after each other', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(equalBytes(a, b), compareBytes(a, b) === 0)
      assert.equal(equalBytes(a, new Uint8Array(a)), true)
      assert.equal(Math.sign(compareBytes(a, b)) + Math.sign(compareBytes(b, a)), 0)
    }),
  )
})

test('a shorter key comes before a longer one that begins with it', () => {
  assert.ok(compareBytes(utf8('pieces'), utf8('pieces root')) < 0)
  assert.ok(compareBytes(utf8('b'), utf8('aa')) > 0)
  assert.ok(compareBytes(new Uint8Array([0x80]), new Uint8Array([0x7f])) > 0, 'bytes are unsigned')
})

test('joined parts are a copy of all of them in order', () => {
  const parts = [new Uint8Array([1]), new Uint8Array(0), new Uint8Array([2, 3])]
  const joined = concatBytes(parts)
  assert.deepEqual(joined, new Uint8Array([1, 2, 3]))
  joined[0] = 9
  assert.equal(parts[0]?.[0], 1)
  assert.deepEqual(concatBytes([]), new Uint8Array(0))
})

test('hex comes back as the same bytes, in either case', () => {
  fc.assert(
    fc.property(bytes, (a) => {
      assert.deepEqual(fromHex(toHex(a)), a)
      assert.deepEqual(fromHex(toHex(a).toUpperCase()), a)
    }),
  )
  assert.equal(toHex(new Uint8Array([0, 10, 255])), '000aff')
})

test('what is no hex is refused with a code', () => {
  for (const text of ['a', '0g', ' 00', '0x00', '00\n', 'ü0', '+1']) {
    assert.throws(() => fromHex(text), { name: 'BytesError', code: 'BAD_HEX' }, JSON.stringify(text))
  }
})

test('base32 of RFC 4648 is read in either case', () => {
  const vectors = {
    '': '',
    MY: 'f',
    MZXQ: 'fo',
    MZXW6: 'foo',
    MZXW6YQ: 'foob',
    MZXW6YTB: 'fooba',
    MZXW6YTBOI: 'foobar',
  }
  for (const [text, wanted] of Object.entries(vectors)) {
    assert.deepEqual(fromBase32(text), utf8(wanted))
    assert.equal(toBase32(utf8(wanted)), text.toUpperCase())
    assert.deepEqual(fromBase32(text.toLowerCase()), utf8(wanted))
  }
})

test('a 32-character infohash is 20 bytes', () => {
  assert.equal(toHex(fromBase32(`${'A'.repeat(31)}7`)), `${'0'.repeat(38)}1f`)
  assert.equal(fromBase32('A'.repeat(32)).length, 20)
})

test('base32 with wrong letters, padding or left-over bits is refused', () => {
  for (const text of ['M1', 'M0', 'MY======', 'MZ', 'M Y', 'MZXW6YTBÜ']) {
    assert.throws(() => fromBase32(text), { code: 'BAD_BASE32' }, text)
  }
})

test('UTF-8 comes back as the same text; what is not UTF-8 is refused, or shown with a mark', () => {
  const scalar = fc.integer({ min: 0, max: 0x10ffff }).filter((point) => point < 0xd800 || point > 0xdfff)
  fc.assert(
    fc.property(fc.array(scalar), (points) => {
      const text = String.fromCodePoint(...points)
      assert.equal(fromUtf8(utf8(text)), text)
    }),
  )
  assert.equal(fromUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), '\ufeffa', 'a byte order mark is kept')
  for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    assert.throws(() => fromUtf8(new Uint8Array(bad)), { code: 'BAD_UTF8' })
    assert.ok(fromUtf8Lenient(new Uint8Array(bad)).includes('\ufffd'))
  }
})

test('Latin-1 has one character per byte', () => {
  fc.assert(
    fc.property(bytes, (a) => {
      assert.deepEqual(
        Uint8Array.from(fromLatin1(a), (character) => character.charCodeAt(0)),
        a,
      )
    }),
  )
})

test('integers are big-endian and unsigned', () => {
  const field = new Uint8Array(7)
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(0xffff_ffff), (small, large) => {
      writeUint16(field, 1, small)
      writeUint32(field, 3, large)
      assert.deepEqual([readUint16(field, 1), readUint32(field, 3)], [small, large])
    }),
  )
  writeUint32(field, 0, 0xfedc_ba98)
  assert.deepEqual(field.subarray(0, 4), new Uint8Array([0xfe, 0xdc, 0xba, 0x98]))
})
