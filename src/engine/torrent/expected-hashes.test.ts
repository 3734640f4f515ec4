// What each piece must hash to, for v1, v2 and hybrid torrents, with and without piece layers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import {
  contentOf,
  fakePieces,
  infoV1,
  infoV2,
  layerOf,
  layersOf,
  leaf,
  PIECE_BYTES,
  rootOf,
  torrent,
} from '../../../test/doubles/torrents.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { ExpectedPieces } from './expected-hashes.ts'

const piece = (index: number) => index as PieceIndex

test('a v1 torrent has a SHA-1 per piece and nothing to fetch', () => {
  const pieces = fakePieces(5 * PIECE_BYTES)
  const { metainfo } = readTorrent(torrent(infoV1({ length: 5 * PIECE_BYTES, pieces })), digest)
  const expected = new ExpectedPieces(metainfo)
  assert.deepEqual(expected.sha1(piece(4)), pieces.subarray(80, 100))
  assert.equal(expected.pieceRoot(piece(4)), undefined)
  assert.equal(expected.place(piece(4)), undefined)
  assert.equal(expected.verifiable(piece(4)), true)
  assert.deepEqual(expected.missing(), [])
})

const A = contentOf(3 * PIECE_BYTES + 9, 1)
const B = contentOf(40, 2)
const C = contentOf(2 * PIECE_BYTES, 3)
const TREE = { a: leaf(A), b: leaf(B), c: leaf(C), empty: leaf(new Uint8Array(0)) }

test('a v2 torrent has a root per piece: from its layers, or the file’s own for a small file', () => {
  const { metainfo } = readTorrent(torrent(infoV2(TREE), { 'piece layers': layersOf(A, C) }), digest)
  const expected = new ExpectedPieces(metainfo)
  assert.deepEqual(expected.missing(), [])
  assert.deepEqual(expected.pieceRoot(piece(0)), layerOf(A).subarray(0, 32))
  assert.deepEqual(expected.pieceRoot(piece(3)), layerOf(A).subarray(96, 128))
  assert.deepEqual(expected.pieceRoot(piece(4)), rootOf(B))
  assert.deepEqual(expected.pieceRoot(piece(6)), layerOf(C).subarray(32, 64))
  assert.equal(expected.sha1(piece(0)), undefined)
  assert.deepEqual(
    [
      expected.place(piece(6))?.pieceInFile,
      expected.place(piece(6))?.pieces,
      expected.place(piece(4))?.pieces,
    ],
    [1, 2, 1],
  )
})

test('while a layer is missing its pieces cannot be verified, and learning it changes that', () => {
  const { metainfo } = readTorrent(torrent(infoV2(TREE)), digest)
  const expected = new ExpectedPieces(metainfo)
  assert.deepEqual(
    expected.missing().map((file) => file.path.at(-1)),
    ['a', 'c'],
  )
  const verifiable = () =>
    [...metainfo.geometry.pieces()].map((one) => (expected.verifiable(one) ? '#' : '.')).join('')
  assert.equal(verifiable(), '....#..')
  expected.learn(rootOf(C), layerOf(C))
  assert.equal(verifiable(), '....###')
  expected.learn(rootOf(A), layerOf(A))
  assert.equal(verifiable(), '#######')
  assert.deepEqual(expected.missing(), [])
  assert.deepEqual(expected.pieceRoot(piece(1)), layerOf(A).subarray(32, 64))
  assert.equal(expected.layers.size, 2)
})
