import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { storedTorrent } from '../../../test/doubles/stored-torrent.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import { hashPiece } from '../../platform/piece-hash.ts'
import { Verifier } from './verify.ts'

const PIECE = 65_536
const HYBRID = {
  version: 'hybrid' as const,
  pieceLengthBytes: PIECE,
  files: [
    { path: ['t', 'a'], lengthBytes: PIECE + 20_000 },
    { path: ['.pad', '0'], lengthBytes: PIECE - 20_000, pad: true },
    { path: ['t', 'b'], lengthBytes: 40_000 },
  ],
}
const piece = (index: number) => index as PieceIndex

test('a long file’s last piece has a full subtree, a short file’s is as small as its blocks allow', () => {
  const { metainfo, expected } = storedTorrent({
    ...HYBRID,
    version: 'v2',
    files: HYBRID.files.filter((file) => !file.pad),
  })
  const verifier = new Verifier(metainfo, expected)
  assert.deepEqual(verifier.want(piece(0)), { sha1: false, merkle: { leaves: 4, lengthBytes: PIECE } })
  assert.deepEqual(verifier.want(piece(1)), { sha1: false, merkle: { leaves: 4, lengthBytes: 20_000 } })
  assert.deepEqual(verifier.want(piece(2)), { sha1: false, merkle: { leaves: 4, lengthBytes: 40_000 } })
  const tiny = storedTorrent({
    pieceLengthBytes: PIECE,
    version: 'v2',
    files: [{ path: ['x'], lengthBytes: 5 }],
  })
  assert.deepEqual(new Verifier(tiny.metainfo, tiny.expected).want(piece(0)).merkle, {
    leaves: 1,
    lengthBytes: 5,
  })
})

test('the root of a file of one piece is the root of the file', () => {
  const { metainfo, expected, file } = storedTorrent({
    pieceLengthBytes: PIECE,
    version: 'v2',
    files: [{ path: ['x'], lengthBytes: 40_000 }],
  })
  const merkle = new Merkle(digest)
  const result = hashPiece(file(0), new Verifier(metainfo, expected).want(piece(0)))
  assert.deepEqual(result.root, merkle.root(merkle.leaves(file(0)), 0, 2))
})

test('in a hybrid padding counts for SHA-1 and not for the tree', () => {
  const torrent = storedTorrent(HYBRID)
  const verifier = new Verifier(torrent.metainfo, torrent.expected)
  assert.deepEqual(verifier.want(piece(1)), { sha1: true, merkle: { leaves: 4, lengthBytes: 20_000 } })
  const result = hashPiece(torrent.piece(piece(1)), verifier.want(piece(1)))
  assert.equal(verifier.judge(piece(1), result), 'good')
})

test('a hybrid’s piece is good, bad, or proves that the halves disagree', () => {
  const torrent = storedTorrent(HYBRID)
  const { sha1, pieceRoot } = torrent.expected
  const wrong = new Uint8Array(32)
  const want = new Verifier(torrent.metainfo, torrent.expected).want(piece(0))
  const result = hashPiece(torrent.piece(piece(0)), want)
  const judge = (one: typeof sha1, two: typeof pieceRoot) =>
    new Verifier(torrent.metainfo, { sha1: one, pieceRoot: two }).judge(piece(0), result)
  assert.equal(judge(sha1, pieceRoot), 'good')
  assert.equal(
    judge(() => wrong.subarray(0, 20), pieceRoot),
    'inconsistent',
  )
  assert.equal(
    judge(sha1, () => wrong),
    'inconsistent',
  )
  assert.equal(
    judge(
      () => wrong.subarray(0, 20),
      () => wrong,
    ),
    'bad',
  )
})

test('without all hashes there is no verdict', () => {
  const torrent = storedTorrent(HYBRID)
  const verifier = new Verifier(torrent.metainfo, { sha1: torrent.expected.sha1, pieceRoot: () => undefined })
  assert.equal(verifier.knows(piece(0)), false)
  assert.equal(
    verifier.judge(piece(0), hashPiece(torrent.piece(piece(0)), verifier.want(piece(0)))),
    'unknown',
  )
})
