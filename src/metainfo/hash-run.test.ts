import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { equalBytes } from '../base/bytes.ts'
import { SystemDigest } from '../platform/digest.ts'
import { BLOCK_BYTES } from './geometry.ts'
import { climb, type HashRun, isRunOf, proveRun, provesToRoot, runsOfLayer, uncleCount } from './hash-run.ts'
import { HashTree } from './hash-tree.ts'
import { HASH_BYTES, hashesInLayer, Merkle, pieceLayer, rootLayer, row } from './merkle.ts'

const merkle = new Merkle(new SystemDigest())

/** A file given by its leaves (made up: their content does not matter), with every layer of its tree. */
function file(blocks: number) {
  const lengthBytes = blocks * BLOCK_BYTES - 5
  const leaves = Uint8Array.from({ length: blocks * HASH_BYTES }, (_, i) => i + (i >> 5) * 3)
  const layers: Uint8Array[] = [leaves]
  for (let layer = 0; layer < rootLayer(lengthBytes); layer++)
    layers.push(merkle.parents(layers[layer] as Uint8Array, layer))
  const known = (layer: number, index: number) => {
    const rows = layers[layer] as Uint8Array
    assert.ok(index < hashesInLayer(lengthBytes, layer), 'padding is never asked for')
    return row(rows, index)
  }
  return { lengthBytes, layers, known, root: layers.at(-1) as Uint8Array }
}

const anyRun = fc
  .record({
    blocks: fc.integer({ min: 1, max: 700 }),
    baseLayer: fc.nat(10),
    place: fc.nat(1000),
    lengthLog: fc.nat(9),
    proofLayers: fc.nat(11),
  })
  .map(({ blocks, baseLayer, place, lengthLog, proofLayers }) => ({
    blocks,
    run: { baseLayer, index: place * 2 ** lengthLog, length: 2 ** lengthLog, proofLayers },
  }))
  .filter(({ blocks, run }) => isRunOf(blocks * BLOCK_BYTES - 5, run))

test('a proven run leads to the node above it, and no changed byte does', () => {
  fc.assert(
    fc.property(anyRun, fc.nat(), ({ blocks, run }, where) => {
      const { lengthBytes, known, root } = file(blocks)
      const answer = proveRun(merkle, lengthBytes, run, known)
      assert.ok(answer !== undefined)
      const top = climb(merkle, lengthBytes, run, answer)
      assert.ok(top !== undefined)
      assert.deepEqual(top.hash, known(top.layer, top.index))
      assert.equal(provesToRoot(merkle, lengthBytes, run, answer, root), top.layer === rootLayer(lengthBytes))
      const wrong = answer.slice()
      wrong[where % wrong.length] = (wrong[where % wrong.length] as number) ^ 4
      const elsewhere = climb(merkle, lengthBytes, run, wrong)
      assert.ok(elsewhere !== undefined && !equalBytes(elsewhere.hash, top.hash))
      assert.equal(climb(merkle, lengthBytes, run, answer.subarray(HASH_BYTES)), undefined)
    }),
  )
})

test('the first log2(length) − 1 proof layers are counted but not sent', () => {
  const top = 10
  const run = { baseLayer: 2, index: 0, length: 8 }
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((proofLayers) => uncleCount({ ...run, proofLayers }, top)),
    [0, 0, 0, 1, 2, 3, 4, 5, 5],
  )
  assert.equal(uncleCount({ baseLayer: 0, index: 0, length: 2, proofLayers: 1 }, 5), 1)
})

test('runs must be aligned powers of two inside the tree, or end where the layer ends', () => {
  const lengthBytes = 13 * BLOCK_BYTES
  const run: HashRun = { baseLayer: 0, index: 8, length: 4, proofLayers: 3 }
  assert.ok(isRunOf(lengthBytes, run))
  assert.ok(isRunOf(lengthBytes, { ...run, index: 12 }), 'reaching into padding')
  assert.ok(isRunOf(lengthBytes, { ...run, index: 8, length: 5 }), 'ending with the layer')
  assert.ok(isRunOf(lengthBytes, { ...run, index: 12, length: 1 }))
  assert.ok(isRunOf(lengthBytes, { ...run, index: 0, length: 16, proofLayers: 4 }))
  for (const wrong of [
    { index: 2 },
    { index: 16 },
    { length: 3 },
    { length: 6 },
    { length: 0 },
    { length: -4 },
    { length: 1024, index: 0 },
    { length: 32, index: 0 },
    { baseLayer: 5 },
    { baseLayer: 2 ** 32 - 1 },
    { proofLayers: 5 },
    { index: 0.5 },
    { index: 2 ** 40 },
  ]) {
    assert.ok(!isRunOf(lengthBytes, { ...run, ...wrong }), JSON.stringify(wrong))
  }
})

test('a truncated run at the end of a layer proves like a padded one', () => {
  const { lengthBytes, known, root } = file(13)
  for (const run of [
    { baseLayer: 0, index: 8, length: 5, proofLayers: 3 },
    { baseLayer: 0, index: 12, length: 1, proofLayers: 3 },
    { baseLayer: 0, index: 12, length: 4, proofLayers: 3 },
  ]) {
    const answer = proveRun(merkle, lengthBytes, run, known)
    assert.ok(answer !== undefined && provesToRoot(merkle, lengthBytes, run, answer, root))
  }
})

test('the runs of a layer together give all of it, each proven by itself', () => {
  for (const blocks of [2, 3, 511, 512, 513, 1025, 2300]) {
    const { lengthBytes, known, root, layers } = file(blocks)
    const rows: Uint8Array[] = []
    for (const run of runsOfLayer(lengthBytes, 1)) {
      assert.ok(isRunOf(lengthBytes, run), JSON.stringify(run))
      const answer = proveRun(merkle, lengthBytes, run, known)
      assert.ok(answer !== undefined && provesToRoot(merkle, lengthBytes, run, answer, root))
      for (let i = 0; i < run.length; i++) rows.push(row(answer, i))
    }
    const count = hashesInLayer(lengthBytes, 1)
    assert.ok(rows.slice(0, count).every((hash, i) => equalBytes(hash, row(layers[1] as Uint8Array, i))))
    assert.ok(rows.length < count + 512)
  }
})

test('a tree of a piece layer and the leaves of one piece proves runs in that piece', () => {
  const { lengthBytes, layers, root } = file(29)
  const pieceLengthBytes = 8 * BLOCK_BYTES
  const tree = new HashTree(
    merkle,
    lengthBytes,
    pieceLengthBytes,
    layers[pieceLayer(pieceLengthBytes)] as Uint8Array,
  )
  const leaves = layers[0] as Uint8Array
  for (const piece of [0, 1, 2, 3]) {
    const source = tree.withPiece(
      piece,
      leaves.subarray(piece * 8 * HASH_BYTES, (piece + 1) * 8 * HASH_BYTES),
    )
    for (const run of [
      { baseLayer: 0, index: piece * 8, length: 8, proofLayers: 4 },
      { baseLayer: 0, index: piece * 8 + 4, length: 2, proofLayers: 4 },
      { baseLayer: 1, index: piece * 4, length: 2, proofLayers: 3 },
      { baseLayer: 3, index: 0, length: 4, proofLayers: 0 },
    ]) {
      const answer = proveRun(merkle, lengthBytes, run, source)
      assert.ok(
        answer !== undefined && provesToRoot(merkle, lengthBytes, run, answer, root),
        JSON.stringify(run),
      )
    }
    const other = { baseLayer: 0, index: ((piece + 1) % 4) * 8, length: 4, proofLayers: 4 }
    assert.equal(
      proveRun(merkle, lengthBytes, other, source),
      undefined,
      'leaves of another piece are not known',
    )
  }
  assert.equal(
    proveRun(merkle, lengthBytes, { baseLayer: 0, index: 0, length: 2, proofLayers: 0 }, (layer, index) =>
      tree.node(layer, index),
    ),
    undefined,
  )
})

test('a file smaller than a piece has a tree of its own height', () => {
  const { lengthBytes, layers, root } = file(3)
  const tree = new HashTree(merkle, lengthBytes, 8 * BLOCK_BYTES, root)
  assert.deepEqual(tree.node(2, 0), root)
  const source = tree.withPiece(0, layers[0] as Uint8Array)
  const run = { baseLayer: 0, index: 2, length: 2, proofLayers: 1 }
  const answer = proveRun(merkle, lengthBytes, run, source)
  assert.ok(answer !== undefined && provesToRoot(merkle, lengthBytes, run, answer, root))
})
