import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, fromLatin1, utf8 } from '../../base/bytes.ts'
import { MAX_METADATA_BYTES } from './limits.ts'
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  METADATA_PIECE_BYTES,
  metadataPieceBytes,
} from './metadata-message.ts'

const REFUSED = { code: 'BAD_METADATA_MESSAGE', blame: 'remote' }

test('requests and rejects have the bytes of BEP 9', () => {
  assert.equal(fromLatin1(encodeMetadataRequest(0)), 'd8:msg_typei0e5:piecei0ee')
  assert.equal(fromLatin1(encodeMetadataReject(3)), 'd8:msg_typei2e5:piecei3ee')
  assert.deepEqual(decodeMetadataMessage(encodeMetadataRequest(7)), { type: 'request', piece: 7 })
  assert.deepEqual(decodeMetadataMessage(encodeMetadataReject(7)), { type: 'reject', piece: 7 })
})

test('data is the dictionary and then the bytes', () => {
  const bytes = encodeMetadataData(0, 3, utf8('d1e'))
  assert.equal(fromLatin1(bytes), 'd8:msg_typei1e5:piecei0e10:total_sizei3eed1e')
})

test('every piece of any metadata survives', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), fc.nat(), (totalBytes, n) => {
      const piece = n % Math.ceil(totalBytes / METADATA_PIECE_BYTES)
      const bytes = new Uint8Array(metadataPieceBytes(totalBytes, piece)).fill(n)
      assert.ok(bytes.length > 0 && bytes.length <= METADATA_PIECE_BYTES)
      const message = decodeMetadataMessage(encodeMetadataData(piece, totalBytes, bytes))
      assert.deepEqual(message, { type: 'data', piece, totalBytes, bytes })
    }),
  )
})

test('the pieces of any metadata add up to it', () => {
  for (const totalBytes of [1, METADATA_PIECE_BYTES, METADATA_PIECE_BYTES + 1, MAX_METADATA_BYTES]) {
    let sum = 0
    for (let piece = 0; metadataPieceBytes(totalBytes, piece) > 0; piece++)
      sum += metadataPieceBytes(totalBytes, piece)
    assert.equal(sum, totalBytes)
  }
})

test('liars about length, size and piece are refused', () => {
  const data = (fields: object, bytes: number) =>
    concatBytes([encode({ msg_type: 1, ...fields }), new Uint8Array(bytes)])
  const bad: [object, number][] = [
    [{ piece: 0, total_size: 100 }, 99],
    [{ piece: 0, total_size: 100 }, 101],
    [{ piece: 0, total_size: 100 }, 0],
    [{ piece: 1, total_size: 100 }, 100],
    [{ piece: 1, total_size: 100 }, 0],
    [{ piece: 0, total_size: 40_000 }, 100],
    [{ piece: 2, total_size: 40_000 }, 16_384],
    [{ piece: 0, total_size: 0 }, 0],
    [{ piece: 0, total_size: -1 }, 10],
    [{ piece: 0, total_size: MAX_METADATA_BYTES + 1 }, 16_384],
    [{ piece: 0, total_size: 2 ** 31 }, 16_384],
    [{ piece: 0 }, 100],
    [{ piece: 0, total_size: '100' }, 100],
    [{ piece: -1, total_size: 100 }, 100],
    [{ piece: MAX_METADATA_BYTES / METADATA_PIECE_BYTES, total_size: MAX_METADATA_BYTES }, 0],
    [{ total_size: 100 }, 100],
  ]
  for (const [fields, bytes] of bad) {
    assert.throws(() => decodeMetadataMessage(data(fields, bytes)), REFUSED, JSON.stringify(fields))
  }
})

test('requests for pieces that no metadata has, or with something behind them, are refused', () => {
  for (const piece of [-1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    assert.throws(() => decodeMetadataMessage(encode({ msg_type: 0, piece })), REFUSED)
  }
  assert.throws(() => decodeMetadataMessage(concatBytes([encodeMetadataRequest(0), utf8('x')])), REFUSED)
  assert.throws(() => decodeMetadataMessage(encode({ msg_type: 0 })), REFUSED)
})

test('message types of the future are for ignoring, malformed ones for refusing', () => {
  assert.equal(decodeMetadataMessage(encode({ msg_type: 3, piece: 0 })), undefined)
  assert.equal(decodeMetadataMessage(encode({ msg_type: 900 })), undefined)
  for (const bad of ['', 'de', 'i1e', 'd8:msg_typei-1ee', 'd8:msg_type1:0e', 'd5:piecei0e8:msg_typei0ee']) {
    assert.throws(() => decodeMetadataMessage(utf8(bad)), REFUSED, bad)
  }
})

test('a message cut short at any byte is refused', () => {
  const whole = encodeMetadataData(0, 50, new Uint8Array(50))
  for (let at = 0; at < whole.length; at++) {
    assert.throws(() => decodeMetadataMessage(whole.subarray(0, at)), REFUSED)
  }
})

test('we cannot send data of the wrong length', () => {
  const local = { code: 'BAD_ARGUMENT', blame: 'local' }
  assert.throws(() => encodeMetadataData(0, 100, new Uint8Array(99)), local)
  assert.throws(() => encodeMetadataData(1, 100, new Uint8Array(100)), local)
})
