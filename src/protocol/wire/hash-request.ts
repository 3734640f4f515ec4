// The shape of BEP 52's hash requests and answers: what the numbers may be, and how many hashes answer them.
// Only shape: which files, layers and hashes exist is known to the merkle trees (metainfo), not to the wire.

import { HASH_BYTES, MAX_HASHES_PER_REQUEST, MAX_TREE_LAYERS } from './limits.ts'
import type { HashRange } from './messages.ts'

export type HashRequestProblem = 'LENGTH' | 'INDEX' | 'BASE_LAYER' | 'PROOF_LAYERS'

/**
 * What is wrong with a request's numbers in any torrent whatever; undefined when nothing is.
 * Such a request is answered with `hash reject`, since BEP 52 only says SHOULD about the upper bound. A run of one
 * hash is refused as BEP 52 asks: libtorrent 2.0 requests it of a file with 512 × n + 1 pieces, goes on well without
 * it, and stops a hybrid for good when it gets it (test/interop/shoal-made).
 */
export function hashRequestProblem(range: HashRange): HashRequestProblem | undefined {
  const { baseLayer, index, length, proofLayers } = range
  if (length < 2 || length > MAX_HASHES_PER_REQUEST || !isPowerOfTwo(length)) return 'LENGTH'
  if (baseLayer + Math.log2(length) > MAX_TREE_LAYERS) return 'BASE_LAYER'
  if (index % length !== 0 || index + length > 2 ** (MAX_TREE_LAYERS - baseLayer)) return 'INDEX'
  if (proofLayers > MAX_TREE_LAYERS - baseLayer) return 'PROOF_LAYERS'
  return undefined
}

/**
 * Uncle hashes that follow the run in an answer. The first log2(length) − 1 proof layers can be computed from the run
 * and are left out, though they count among those requested.
 */
export function uncleCount(range: HashRange): number {
  return Math.max(0, range.proofLayers - (Math.log2(range.length) - 1))
}

/** Bytes of `hashes` in the answer to a request whose proof ends below the root. */
export function answerBytes(range: HashRange): number {
  return HASH_BYTES * (range.length + uncleCount(range))
}

/** Whether two ranges are the same request: an answer must name what was asked. */
export function sameRange(a: HashRange, b: HashRange): boolean {
  return (
    a.baseLayer === b.baseLayer &&
    a.index === b.index &&
    a.length === b.length &&
    a.proofLayers === b.proofLayers &&
    a.root.length === b.root.length &&
    a.root.every((byte, i) => byte === b.root[i])
  )
}

function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0
}
