// Hash requests (BEP 52): a run of hashes of one layer, with the uncles that tie it to a node further up.
//
//   proof layer 2              known node         index 2, length 2, proof layers 2:
//   proof layer 1         u1 ─┘         ·         answer = h2 h3 u1; layer 1 has no uncle below it to send,
//   base layer        ·      ·   h2 h3            since h2 and h3 give their parent
//
// A run of 2^k hashes gives k layers for nothing, so the uncles begin k layers above the base (a run of one hash
// beside its own sibling). Invariant: uncles end below the root, which has no sibling.

import { concatBytes, equalBytes } from '../base/bytes.ts'
import {
  HASH_BYTES,
  hashesInLayer,
  layersBelow,
  type Merkle,
  powerOfTwoAbove,
  rootLayer,
  row,
} from './merkle.ts'

/** BEP 52: a run SHOULD NOT be longer. */
export const MAX_RUN_HASHES = 512

export interface HashRun {
  /** Layers above the leaves. */
  readonly baseLayer: number
  readonly index: number
  readonly length: number
  readonly proofLayers: number
}

/** A node of a file's tree. */
export interface TreeNode {
  readonly layer: number
  readonly index: number
  readonly hash: Uint8Array
}

/** Layer of the node that a run by itself gives. */
function runTop(run: HashRun): number {
  return run.baseLayer + layersBelow(powerOfTwoAbove(run.length))
}

/** Uncles that belong to a run of a file, whose root lies in layer `top`. */
export function uncleCount(run: HashRun, top: number): number {
  return Math.max(0, Math.min(run.baseLayer + run.proofLayers + 1, top) - runTop(run))
}

/**
 * Whether a file of this length has such a run: 2^k hashes at a multiple of 2^k, or fewer where the layer ends.
 * Runs may reach beyond the file into the padding that completes the tree.
 */
export function isRunOf(lengthBytes: number, run: HashRun): boolean {
  const { baseLayer, index, length, proofLayers } = run
  const top = rootLayer(lengthBytes)
  if (![baseLayer, index, length, proofLayers].every((part) => Number.isSafeInteger(part) && part >= 0))
    return false
  if (length < 1 || length > MAX_RUN_HASHES || baseLayer > top || proofLayers > top - baseLayer) return false
  const width = powerOfTwoAbove(length)
  if (index % width !== 0 || index + width > 2 ** (top - baseLayer)) return false
  return (
    index < hashesInLayer(lengthBytes, baseLayer) &&
    (width === length || index + length === hashesInLayer(lengthBytes, baseLayer))
  )
}

/**
 * The answer to a hash request, base layer first and the uncle nearest to the root last; undefined when a node is
 * not known. Padding is known to everybody and never asked of `known`.
 * @param run must be a run of this file (isRunOf).
 * @param known the file's nodes that cover any of its bytes.
 */
export function proveRun(
  merkle: Merkle,
  lengthBytes: number,
  run: HashRun,
  known: (layer: number, index: number) => Uint8Array | undefined,
): Uint8Array | undefined {
  const node = (layer: number, index: number) =>
    index >= hashesInLayer(lengthBytes, layer) ? merkle.zero(layer) : known(layer, index)
  const answer: Uint8Array[] = []
  for (let i = 0; i < run.length; i++) {
    const hash = node(run.baseLayer, run.index + i)
    if (hash === undefined) return undefined
    answer.push(hash)
  }
  const first = runTop(run)
  const uncles = uncleCount(run, rootLayer(lengthBytes))
  for (let layer = first; layer < first + uncles; layer++) {
    const index = Math.floor(run.index / 2 ** (layer - run.baseLayer))
    const uncle = node(layer, index % 2 === 0 ? index + 1 : index - 1)
    if (uncle === undefined) return undefined
    answer.push(uncle)
  }
  return concatBytes(answer)
}

/**
 * The node that an answer leads to: the root if the proof reaches it, else one below, to be compared with what is
 * known there. Undefined when the answer has the wrong number of hashes.
 * @param run must be a run of this file (isRunOf).
 */
export function climb(
  merkle: Merkle,
  lengthBytes: number,
  run: HashRun,
  answer: Uint8Array,
): TreeNode | undefined {
  const uncles = uncleCount(run, rootLayer(lengthBytes))
  if (answer.length !== (run.length + uncles) * HASH_BYTES) return undefined
  let layer = runTop(run)
  let index = Math.floor(run.index / 2 ** (layer - run.baseLayer))
  let hash = merkle.root(answer.subarray(0, run.length * HASH_BYTES), run.baseLayer, layer)
  for (let i = 0; i < uncles; i++) {
    const uncle = row(answer, run.length + i)
    hash = index % 2 === 0 ? merkle.parent(hash, uncle) : merkle.parent(uncle, hash)
    layer++
    index = Math.floor(index / 2)
  }
  return { layer, index, hash }
}

/** Whether an answer leads to the file's root: only then is a run proven without knowing anything else. */
export function provesToRoot(
  merkle: Merkle,
  lengthBytes: number,
  run: HashRun,
  answer: Uint8Array,
  root: Uint8Array,
): boolean {
  const node = climb(merkle, lengthBytes, run, answer)
  return node !== undefined && node.layer === rootLayer(lengthBytes) && equalBytes(node.hash, root)
}

/** The requests that fetch a whole layer, each provable against the root by itself. */
export function runsOfLayer(lengthBytes: number, baseLayer: number): HashRun[] {
  const top = rootLayer(lengthBytes)
  const length = Math.min(MAX_RUN_HASHES, 2 ** (top - baseLayer))
  const runs: HashRun[] = []
  for (let index = 0; index < hashesInLayer(lengthBytes, baseLayer); index += length) {
    runs.push({ baseLayer, index, length, proofLayers: Math.max(0, top - baseLayer - 1) })
  }
  return runs
}
