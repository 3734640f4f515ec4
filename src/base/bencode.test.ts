import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BDict,
  BencodeError,
  type BencodeMode,
  BList,
  type BValue,
  decode,
  decodePrefix,
  MESSAGE_BENCODE_LIMITS,
  TORRENT_BENCODE_LIMITS,
} from './bencode.ts'
import { type Encodable, encode, RawBencode } from './bencode-encode.ts'
import { concatBytes, equalBytes, fromLatin1, toHex, utf8 } from './bytes.ts'

interface Vectors {
  readonly valid: readonly (readonly [encoded: string, plain: unknown])[]
  readonly invalid: readonly (readonly [encoded: string, code: string])[]
  readonly torrentOnly: readonly (readonly [encoded: string, plain: unknown])[]
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../test/vectors/bencode.json', import.meta.url), 'utf8'),
) as Vectors

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Plain JSON of a value: strings one character per byte, dictionaries as lists of pairs. */
function plain(value: BValue): unknown {
  if (typeof value === 'number') return value
  if (value instanceof Uint8Array) return fromLatin1(value)
  if (value instanceof BList) return [...value].map(plain)
  return { dict: value.entries().map((entry) => [entry.key, plain(entry.value)]) }
}

function codeOf(input: Uint8Array, mode: BencodeMode = 'canonical'): string | undefined {
  try {
    decode(input, mode)
    return undefined
  } catch (error) {
    if (error instanceof BencodeError) return error.code
    throw error
  }
}

test('vectors decode, and encode back to the same bytes', () => {
  for (const [encoded, expected] of VECTORS.valid) {
    for (const mode of ['canonical', 'torrent'] as const) {
      assert.deepEqual(plain(decode(latin1(encoded), mode).value), expected, encoded)
    }
    assert.equal(fromLatin1(encode(decode(latin1(encoded)).value)), encoded)
  }
})

test('malformed input is refused with its code in both modes', () => {
  for (const [encoded, code] of VECTORS.invalid) {
    assert.equal(codeOf(latin1(encoded)), code, encoded)
    assert.equal(codeOf(latin1(encoded), 'torrent'), code, encoded)
  }
})

test('unsorted keys and trailing bytes are for torrent files only, and unsorted keys are reported', () => {
  for (const [encoded, expected] of VECTORS.torrentOnly) {
    const decoded = decode(latin1(encoded), 'torrent')
    assert.deepEqual(plain(decoded.value), expected, encoded)
    assert.match(codeOf(latin1(encoded)) ?? 'accepted', /^(UNSORTED_KEYS|TRAILING_BYTES)$/, encoded)
    assert.equal(decoded.unsorted, codeOf(latin1(encoded)) === 'UNSORTED_KEYS', encoded)
  }
})

test('decodePrefix says where the value ends', () => {
  const message = concatBytes([utf8('d8:msg_typei1e5:piecei0ee'), utf8('raw piece bytes')])
  const { value, end } = decodePrefix(message)
  assert.ok(value instanceof BDict)
  assert.equal(value.int('msg_type'), 1)
  assert.deepEqual(message.subarray(end), utf8('raw piece bytes'))
})

test('every value can show the bytes it came from', () => {
  const input = utf8('d4:infod6:lengthi7e4:name1:xe4:listl1:ai5eleee')
  const { value } = decode(input)
  assert.ok(value instanceof BDict)
  assert.deepEqual(value.raw('info'), utf8('d6:lengthi7e4:name1:xe'))
  assert.deepEqual(value.dict('info')?.raw('length'), utf8('i7e'))
  const list = value.list('list')
  assert.ok(list !== undefined)
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => list.raw(i)).map((raw) => raw && fromLatin1(raw)),
    ['1:a', 'i5e', 'le', undefined],
  )
  assert.equal(value.raw('nothing'), undefined)
})

test('raw spans of an unsorted dictionary are those of the input', () => {
  const { value } = decode(utf8('d1:bi2e1:ai1ee'), 'torrent')
  assert.ok(value instanceof BDict)
  assert.equal(value.sorted, false)
  assert.deepEqual(value.raw('a'), utf8('i1e'))
  assert.deepEqual(value.raw('b'), utf8('i2e'))
})

test('typed getters give undefined for another type and for text that is not UTF-8', () => {
  const { value } = decode(latin1('d3:bin1:\xff3:inti1e4:listle4:text3:abce'))
  assert.ok(value instanceof BDict)
  assert.equal(value.int('text'), undefined)
  assert.equal(value.bytes('int'), undefined)
  assert.equal(value.text('text'), 'abc')
  assert.equal(value.text('bin'), undefined)
  assert.equal(value.dict('list'), undefined)
  assert.equal(value.list('int'), undefined)
  assert.equal(value.list('list')?.length, 0)
  assert.ok(value.has('int') && !value.has('in') && !value.has('zzz'))
})

test('__proto__ and its like are ordinary keys', () => {
  const { value } = decode(utf8('d9:__proto__d8:pollutedi1ee11:constructori2ee'))
  assert.ok(value instanceof BDict)
  assert.equal(value.dict('__proto__')?.int('polluted'), 1)
  assert.equal(value.int('constructor'), 2)
  assert.equal(value.get('toString'), undefined)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
  const back = encode(new Map<string, Encodable>([['__proto__', 1]]))
  assert.equal(fromLatin1(back), 'd9:__proto__i1ee')
})

test('a million nested lists cost neither stack nor time', () => {
  const million = new Uint8Array(1_000_000).fill(0x6c)
  assert.equal(codeOf(million, 'torrent'), 'TOO_DEEP')
  assert.equal(codeOf(million), 'TOO_DEEP')
  const closed = concatBytes([new Uint8Array(64).fill(0x6c), new Uint8Array(64).fill(0x65)])
  assert.equal(codeOf(closed, 'torrent'), undefined)
  assert.equal(codeOf(concatBytes([utf8('l'), closed, utf8('e')]), 'torrent'), 'TOO_DEEP')
})

test('ten megabytes of empty strings are refused by the token cap', () => {
  const bomb = concatBytes([utf8('l'), utf8('0:'.repeat(4_999_999)), utf8('e')])
  assert.equal(codeOf(bomb, 'torrent'), 'TOO_MANY_TOKENS')
})

test('keys count as tokens', () => {
  const limits = { ...MESSAGE_BENCODE_LIMITS, tokens: 4 }
  assert.throws(() => decode(utf8('d1:ai1e1:bi2ee'), 'canonical', limits), { code: 'TOO_MANY_TOKENS' })
  decode(utf8('d1:ai1e1:bi2ee'), 'canonical', { ...limits, tokens: 5 })
})

test('input beyond the length cap is refused before it is read', () => {
  const limits = { ...TORRENT_BENCODE_LIMITS, lengthBytes: 4 }
  assert.throws(() => decode(utf8('xxxxx'), 'torrent', limits), { code: 'TOO_LONG' })
  assert.equal(codeOf(new Uint8Array(TORRENT_BENCODE_LIMITS.lengthBytes + 1), 'torrent'), 'TOO_LONG')
  assert.equal(codeOf(new Uint8Array(MESSAGE_BENCODE_LIMITS.lengthBytes + 1)), 'TOO_LONG')
})

test('truncation at every byte is refused as truncated', () => {
  const whole = encode({ a: [1, -2, 'text', { deep: [[]] }], info: { length: 12345, name: 'x'.repeat(30) } })
  decode(whole)
  for (let length = 0; length < whole.length; length++) {
    assert.equal(codeOf(whole.subarray(0, length)), 'TRUNCATED', `at ${length}`)
    assert.equal(codeOf(whole.subarray(0, length), 'torrent'), 'TRUNCATED', `at ${length}`)
  }
})

test('the encoder sorts keys by their bytes, leaves out undefined, and keeps raw values as they are', () => {
  const encoded = encode({ b: 1, a: undefined, B: [0, -0], raw: new RawBencode(utf8('i007e')) })
  assert.equal(fromLatin1(encoded), 'd1:Bli0ei0ee1:bi1e3:rawi007ee')
  const keys = new Map<string | Uint8Array, Encodable>([
    ['é', 1],
    [latin1('\xc3'), 2],
    ['z', 3],
  ])
  assert.equal(fromLatin1(encode(keys)), 'd1:zi3e1:\xc3i2e2:\xc3\xa9i1ee')
})

test('what has no encoding is refused', () => {
  for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => encode(value), { code: 'NOT_ENCODABLE' })
  }
  const twice = new Map<string | Uint8Array, Encodable>([
    ['a', 1],
    [utf8('a'), 2],
  ])
  assert.throws(() => encode(twice), { code: 'NOT_ENCODABLE' })
})

const bytesArbitrary = fc.uint8Array({ maxLength: 12 })
const { value: valueArbitrary } = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.maxSafeInteger(),
    bytesArbitrary,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(bytesArbitrary, tie('value')), {
        selector: ([key]) => toHex(key),
        maxLength: 4,
      })
      .map((pairs) => new Map(pairs)),
  ),
}))

test('whatever is encoded decodes in both modes and encodes to the same bytes', () => {
  fc.assert(
    fc.property(valueArbitrary, (value) => {
      const encoded = encode(value)
      const { value: decoded, end } = decode(encoded)
      assert.equal(end, encoded.length)
      assert.deepEqual(encode(decoded), encoded)
      assert.deepEqual(encode(decode(encoded, 'torrent').value), encoded)
    }),
  )
})

test('arbitrary bytes either decode canonically, and then encode to themselves, or fail with a code', () => {
  const alphabet = fc.constantFrom(...'ilde0123456789:-ax').map((character) => character.charCodeAt(0))
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 24 }), (codes) => {
      const input = Uint8Array.from(codes)
      if (codeOf(input) !== undefined) return
      assert.ok(equalBytes(encode(decode(input).value), input))
    }),
    { numRuns: 5000 },
  )
})

test('duplicate keys are refused in torrent files also when other keys stand between them', () => {
  assert.equal(codeOf(utf8('d1:bi1e1:ai2e1:bi3ee'), 'torrent'), 'DUPLICATE_KEY')
})
