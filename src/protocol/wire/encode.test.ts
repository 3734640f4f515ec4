import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, toHex, utf8 } from '../../base/bytes.ts'
import {
  encodeAllowedFast,
  encodeBitfield,
  encodeCancel,
  encodeCancels,
  encodeChoke,
  encodeExtended,
  encodeHashes,
  encodeHashReject,
  encodeHashRequest,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeHaves,
  encodeInterested,
  encodeKeepAlive,
  encodeNotInterested,
  encodePort,
  encodeReject,
  encodeRejects,
  encodeRequest,
  encodeRequests,
  encodeSuggest,
  encodeUnchoke,
  PIECE_HEADER_BYTES,
  pieceHeader,
} from './encode.ts'

test('each message has the bytes of its BEP', () => {
  const cases: [Uint8Array, string][] = [
    [encodeKeepAlive(), '00000000'],
    [encodeChoke(), '0000000100'],
    [encodeUnchoke(), '0000000101'],
    [encodeInterested(), '0000000102'],
    [encodeNotInterested(), '0000000103'],
    [encodeHave(0x01020304), '000000050401020304'],
    [encodeBitfield(Uint8Array.of(0xa5, 0x80)), '0000000305a580'],
    [encodeRequest(1, 0x4000, 0x4000), '0000000d06000000010000400000004000'],
    [encodeCancel(1, 0x4000, 0x4000), '0000000d08000000010000400000004000'],
    [encodePort(6881), '00000003091ae1'],
    [encodeSuggest(0xffffffff), '000000050dffffffff'],
    [encodeHaveAll(), '000000010e'],
    [encodeHaveNone(), '000000010f'],
    [encodeReject(1, 0x4000, 0x4000), '0000000d10000000010000400000004000'],
    [encodeAllowedFast(9), '000000051100000009'],
    [encodeExtended(0, utf8('de')), '0000000414006465'],
  ]
  for (const [bytes, hex] of cases) assert.equal(toHex(bytes), hex)
})

test('hash messages carry root, base layer, index, length and proof layers (BEP 52)', () => {
  const range = { root: new Uint8Array(32).fill(0xab), baseLayer: 1, index: 8, length: 4, proofLayers: 3 }
  const body = `${'ab'.repeat(32)}00000001000000080000000400000003`
  assert.equal(toHex(encodeHashRequest(range)), `0000003115${body}`)
  assert.equal(toHex(encodeHashReject(range)), `0000003117${body}`)
  assert.equal(
    toHex(encodeHashes(range, new Uint8Array(64).fill(0xcd))),
    `0000007116${body}${'cd'.repeat(64)}`,
  )
})

test('several requests, cancels, rejects or haves are the same bytes as one after another', () => {
  const refs = [
    { piece: 1, begin: 0, lengthBytes: 16_384 },
    { piece: 70_000, begin: 16_384, lengthBytes: 16_384 },
    { piece: 2, begin: 32_768, lengthBytes: 5 },
  ]
  for (const [many, one] of [
    [encodeRequests, encodeRequest],
    [encodeCancels, encodeCancel],
    [encodeRejects, encodeReject],
  ] as const) {
    assert.deepEqual(many(refs), concatBytes(refs.map((ref) => one(ref.piece, ref.begin, ref.lengthBytes))))
    assert.equal(many([]).length, 0)
  }
  assert.deepEqual(encodeHaves([1, 70_000]), concatBytes([encodeHave(1), encodeHave(70_000)]))
})

test('a piece header is written in place and touches nothing else', () => {
  const memory = new Uint8Array(20).fill(0xee)
  pieceHeader(memory, 3, 7, 0x8000, 0x4000)
  assert.equal(toHex(memory.subarray(3, 3 + PIECE_HEADER_BYTES)), '00004009070000000700008000')
  assert.equal(toHex(memory.subarray(0, 3)), 'eeeeee')
  assert.equal(toHex(memory.subarray(16)), 'eeeeeeee')
})

test('what would garble the stream is our own mistake', () => {
  const local = { code: 'BAD_ARGUMENT', blame: 'local' }
  const range = { root: new Uint8Array(31), baseLayer: 0, index: 0, length: 2, proofLayers: 0 }
  assert.throws(() => encodeHashRequest(range), local)
  assert.throws(() => encodeHashes({ ...range, root: new Uint8Array(32) }, new Uint8Array(33)), local)
  for (const id of [-1, 256, 1.5]) assert.throws(() => encodeExtended(id, new Uint8Array(0)), local)
})
