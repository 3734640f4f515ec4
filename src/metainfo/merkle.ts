// The hash tree of a file (BEP 52): SHA-256 over 16 KiB blocks, two by two up to one root.
// Layers are counted from the leaves (layer 0) upwards, as `base layer` is on the wire; rows of 32 bytes lie end to end.
// Invariant: what lies beyond the end of the file is 32 zero bytes in layer 0, and the trees of those above it.

import { concatBytes, equalBytes } from '../base/bytes.ts'
import type { Digest } from '../base/ports.ts'
import { BLOCK_BYTES } from './geometry.ts'

/** SHA-256. */
export const HASH_BYTES = 32

/** Smallest power of two that is at least `count`; 1 for 0 and 1. Exact up to 2^52. */
export function powerOfTwoAbove(count: number): number {
  let power = 1
  while (power < count) power *= 2
  return power
}

export function isPowerOfTwo(count: number): boolean {
  return count >= 1 && powerOfTwoAbove(count) === count
}

/** Logarithm of a power of two. */
export function layersBelow(width: number): number {
  return Math.round(Math.log2(width))
}

/** Leaves that hold data: blocks of the file. */
export function blocksOf(lengthBytes: number): number {
  return Math.ceil(lengthBytes / BLOCK_BYTES)
}

/** The layer of a file's root; 0 for a file of one block. */
export function rootLayer(lengthBytes: number): number {
  return layersBelow(powerOfTwoAbove(blocksOf(lengthBytes)))
}

/** The layer in which one hash covers a piece. */
export function pieceLayer(pieceLengthBytes: number): number {
  return layersBelow(pieceLengthBytes / BLOCK_BYTES)
}

/** Hashes of a layer that cover any byte of the file: those that a piece layer in a .torrent lists. */
export function hashesInLayer(lengthBytes: number, layer: number): number {
  return Math.ceil(lengthBytes / (BLOCK_BYTES * 2 ** layer))
}

/** One row of a layer, a view. */
export function row(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
}

export class Merkle {
  readonly #digest: Digest
  readonly #zeros: Uint8Array[] = [new Uint8Array(HASH_BYTES)]

  constructor(digest: Digest) {
    this.#digest = digest
  }

  /** Root of a tree of `layer` layers above zero leaves. */
  zero(layer: number): Uint8Array {
    for (let top = this.#zeros.length - 1; top < layer; top++) {
      const below = this.#zeros[top] as Uint8Array
      this.#zeros.push(this.parent(below, below))
    }
    return this.#zeros[layer] as Uint8Array
  }

  parent(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.#digest.sha256(concatBytes([left, right]))
  }

  /** The leaves of a run of bytes that begins at a block. On the calling thread: for small runs. */
  leaves(bytes: Uint8Array): Uint8Array {
    const leaves = new Uint8Array(blocksOf(bytes.length) * HASH_BYTES)
    for (let block = 0; block * BLOCK_BYTES < bytes.length; block++) {
      const begin = block * BLOCK_BYTES
      leaves.set(this.#digest.sha256(bytes.subarray(begin, begin + BLOCK_BYTES)), block * HASH_BYTES)
    }
    return leaves
  }

  /** The layer above: half as many rows, an odd last one paired with zero(layer). */
  parents(hashes: Uint8Array, layer: number): Uint8Array {
    const count = hashes.length / HASH_BYTES
    const above = new Uint8Array(Math.ceil(count / 2) * HASH_BYTES)
    for (let pair = 0; 2 * pair < count; pair++) {
      const hash =
        2 * pair + 1 < count
          ? this.#digest.sha256(hashes.subarray(2 * pair * HASH_BYTES, (2 * pair + 2) * HASH_BYTES))
          : this.parent(row(hashes, 2 * pair), this.zero(layer))
      above.set(hash, pair * HASH_BYTES)
    }
    return above
  }

  /** The one node of layer `top` above rows of `layer`, of which there are 1 … 2^(top − layer). */
  root(hashes: Uint8Array, layer: number, top: number): Uint8Array {
    let rows = hashes
    for (let at = layer; at < top; at++) rows = this.parents(rows, at)
    return rows
  }

  /** Whether `layer` is the whole piece layer of the file with this root: right number of hashes and right root. */
  isPieceLayer(layer: Uint8Array, lengthBytes: number, pieceLengthBytes: number, root: Uint8Array): boolean {
    const at = pieceLayer(pieceLengthBytes)
    if (layer.length !== hashesInLayer(lengthBytes, at) * HASH_BYTES) return false
    return equalBytes(this.root(layer, at, Math.max(at, rootLayer(lengthBytes))), root)
  }
}
