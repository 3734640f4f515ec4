import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedTorrent } from '../../../test/doubles/stored-torrent.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { hashPiece } from '../../platform/piece-hash.ts'
import { type ExpectedHashes, type Verdict, Verifier } from './verify.ts'

const PIECE_BYTES = 32_768
const FIRST = 0 as PieceIndex

/** What is said of right and of changed bytes while the merkle root is not known. */
function judged(version: 'v1' | 'v2' | 'hybrid', v1Alone: boolean): [boolean, Verdict, Verdict] {
  const files = [{ path: ['long'], lengthBytes: 4 * PIECE_BYTES }]
  const { metainfo, expected, piece } = storedTorrent({ version, files, pieceLengthBytes: PIECE_BYTES })
  const known: ExpectedHashes = { sha1: expected.sha1, pieceRoot: () => undefined, v1Alone }
  const verifier = new Verifier(metainfo, known)
  const right = piece(FIRST)
  const wrong = right.slice().fill(1, 0, 1_000)
  const verdict = (bytes: Uint8Array) => verifier.judge(FIRST, hashPiece(bytes, verifier.want(FIRST)))
  return [verifier.knows(FIRST), verdict(right), verdict(wrong)]
}

test('a piece without its merkle root waits, unless SHA-1 may decide alone', () => {
  assert.deepEqual(judged('hybrid', false), [false, 'unknown', 'unknown'])
  assert.deepEqual(judged('hybrid', true), [true, 'good', 'bad'])
})

test('SHA-1 decides nothing where there is none, and all where there is nothing else', () => {
  assert.deepEqual(judged('v2', true), [false, 'unknown', 'unknown'])
  assert.deepEqual(judged('v1', false), [true, 'good', 'bad'])
})
