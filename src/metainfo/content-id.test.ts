import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromHex, fromLatin1 } from '../base/bytes.ts'
import { SystemDigest } from '../platform/digest.ts'
import {
  contentIdText,
  contentInfo,
  contentInfohash,
  contentPieceLength,
  parseContentId,
} from './content-id.ts'

interface Vector {
  readonly lengthBytes: number
  readonly root: string
  readonly pieceLengthBytes: number
  readonly infohash: string
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../test/vectors/content-torrent.json', import.meta.url), 'utf8'),
) as { readonly torrents: readonly Vector[] }

test('content torrents have the piece length and infohash of the vectors', () => {
  for (const vector of VECTORS.torrents) {
    const id = { root: fromHex(vector.root), lengthBytes: vector.lengthBytes }
    assert.equal(contentPieceLength(vector.lengthBytes), vector.pieceLengthBytes)
    assert.equal(contentInfohash(id, new SystemDigest()), vector.infohash, contentIdText(id))
  }
})

test('the dictionary is exactly this', () => {
  const id = { root: new Uint8Array(32).fill(0x41), lengthBytes: 1000 }
  const name = '41'.repeat(32)
  assert.equal(
    fromLatin1(contentInfo(id)),
    `d9:file treed64:${name}d0:d6:lengthi1000e11:pieces root32:${'A'.repeat(32)}eee` +
      `12:meta versioni2e4:name64:${name}12:piece lengthi65536ee`,
  )
})

test('files with one root and different lengths are different content', () => {
  const [large, twin] = VECTORS.torrents.slice(-2) as [Vector, Vector]
  assert.equal(large.root, twin.root)
  assert.equal(twin.lengthBytes, 64)
  assert.notEqual(large.infohash, twin.infohash)
})

test('piece lengths follow length / 2,048 between 64 KiB and 16 MiB', () => {
  const KIB = 1024
  const cases: readonly (readonly [number, number])[] = [
    [1, 64 * KIB],
    [2048 * 64 * KIB, 64 * KIB],
    [2048 * 64 * KIB + 1, 128 * KIB],
    [2048 * 128 * KIB, 128 * KIB],
    [2048 * 16384 * KIB, 16384 * KIB],
    [2048 * 16384 * KIB + 1, 16384 * KIB],
    [Number.MAX_SAFE_INTEGER, 16384 * KIB],
  ]
  for (const [lengthBytes, expected] of cases) assert.equal(contentPieceLength(lengthBytes), expected)
})

test('a content id has one text form and nothing else parses', () => {
  const text = `${'ab'.repeat(32)}-9007199254740991`
  const id = parseContentId(text)
  assert.ok(id !== undefined)
  assert.equal(contentIdText(id), text)
  for (const wrong of [
    `${'ab'.repeat(32)}-0`,
    `${'ab'.repeat(32)}-01`,
    `${'ab'.repeat(32)}-`,
    `${'ab'.repeat(32)}`,
    `${'AB'.repeat(32)}-1`,
    `${'ab'.repeat(31)}-1`,
    `${'ab'.repeat(32)}-9007199254740992`,
    `${'ab'.repeat(32)}--1`,
    ` ${text}`,
    `${text}\n`,
  ]) {
    assert.equal(parseContentId(wrong), undefined, wrong)
  }
})

test('an empty file and a root of the wrong size have no content torrent', () => {
  assert.throws(() => contentInfo({ root: new Uint8Array(32), lengthBytes: 0 }), TypeError)
  assert.throws(() => contentInfo({ root: new Uint8Array(20), lengthBytes: 1 }), TypeError)
})
