import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { concatBytes, equalBytes, toHex } from '../base/bytes.ts'
import { SystemDigest } from '../platform/digest.ts'
import { BLOCK_BYTES } from './geometry.ts'
import {
  HASH_BYTES,
  hashesInLayer,
  isPowerOfTwo,
  layersBelow,
  Merkle,
  pieceLayer,
  powerOfTwoAbove,
  rootLayer,
} from './merkle.ts'

interface Tree {
  readonly lengthBytes: number
  readonly pieceLengthBytes: number
  readonly root: string
  readonly pieceLayerSha256: string
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../test/vectors/merkle.json', import.meta.url), 'utf8'),
) as { readonly trees: readonly Tree[] }

const digest = new SystemDigest()
const merkle = new Merkle(digest)

function content(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, i) => 7 * i + 13 * (i >> 8) + (i >> 16))
}

test('roots and piece layers agree with libtorrent', () => {
  for (const tree of VECTORS.trees) {
    const leaves = merkle.leaves(content(tree.lengthBytes))
    const top = rootLayer(tree.lengthBytes)
    assert.equal(toHex(merkle.root(leaves, 0, top)), tree.root, `root of ${tree.lengthBytes} bytes`)
    const at = pieceLayer(tree.pieceLengthBytes)
    let pieces = leaves
    for (let layer = 0; layer < at; layer++) pieces = merkle.parents(pieces, layer)
    const listed = tree.lengthBytes > tree.pieceLengthBytes ? pieces : new Uint8Array(0)
    assert.equal(toHex(digest.sha256(listed)), tree.pieceLayerSha256, `layer of ${tree.lengthBytes} bytes`)
    assert.equal(pieces.length, hashesInLayer(tree.lengthBytes, at) * HASH_BYTES)
  }
})

test('a piece layer is accepted only whole, in order and for its own root', () => {
  const lengthBytes = 5 * BLOCK_BYTES + 1
  const layer = merkle.parents(merkle.leaves(content(lengthBytes)), 0)
  const root = merkle.root(layer, 1, rootLayer(lengthBytes))
  const accepts = (hashes: Uint8Array, of = root) =>
    merkle.isPieceLayer(hashes, lengthBytes, 2 * BLOCK_BYTES, of)
  assert.ok(accepts(layer))
  assert.ok(!accepts(layer.subarray(HASH_BYTES)))
  assert.ok(!accepts(concatBytes([layer, merkle.zero(1)])), 'padding is not listed')
  assert.ok(!accepts(layer.subarray(0, layer.length - 1)))
  assert.ok(!accepts(new Uint8Array(0)))
  const swapped = concatBytes([layer.subarray(32, 64), layer.subarray(0, 32), layer.subarray(64)])
  assert.ok(!accepts(swapped))
  assert.ok(!accepts(layer, new Uint8Array(HASH_BYTES)))
  for (let at = 0; at < layer.length; at++) {
    const wrong = layer.slice()
    wrong[at] = (wrong[at] as number) ^ 1
    assert.ok(!accepts(wrong), `byte ${at}`)
  }
})

test('zero roots are those of trees of zero leaves', () => {
  assert.deepEqual(merkle.zero(0), new Uint8Array(32))
  for (let layer = 1; layer < 6; layer++) {
    assert.deepEqual(merkle.zero(layer), merkle.root(new Uint8Array(32 * 2 ** layer), 0, layer))
  }
})

test('a 64-byte file can have the root of a larger one: only root and length together name content', () => {
  const large = concatBytes([new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES).fill(1)])
  const leaves = merkle.leaves(large)
  const twin = merkle.leaves(leaves)
  assert.equal(leaves.length, 64)
  assert.ok(
    equalBytes(
      merkle.root(twin, 0, rootLayer(leaves.length)),
      merkle.root(leaves, 0, rootLayer(large.length)),
    ),
  )
})

test('arithmetic of layers holds at its edges', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 2 ** 40, 2 ** 40 + 1].map(powerOfTwoAbove), [
    1,
    1,
    2,
    4,
    4,
    8,
    2 ** 40,
    2 ** 41,
  ])
  assert.deepEqual([0, 1, 2, 3, 16384, 16385].map(isPowerOfTwo), [false, true, true, false, true, false])
  for (let exponent = 0; exponent <= 52; exponent++) assert.equal(layersBelow(2 ** exponent), exponent)
  assert.deepEqual(
    [1, BLOCK_BYTES, BLOCK_BYTES + 1, 4 * BLOCK_BYTES, 4 * BLOCK_BYTES + 1].map(rootLayer),
    [0, 0, 1, 2, 3],
  )
})
