// The hashes of one piece as its bytes go by: SHA-1 over all of it, the BEP 52 subtree over its leading bytes, both in
// one pass while the bytes are in the cache.
// Invariant: every update but the last is a whole number of blocks.

import { createHash, hash } from 'node:crypto'
import { CodedError } from '../base/errors.ts'
import type { HashResult, HashWant, MerkleWant } from '../base/ports.ts'
import { bytesOfLatin1, putLatin1 } from './latin1.ts'

/** WORKER_LOST: the thread died with the job. CLOSED: the hasher was closed. The rest is wrong use. */
export class HashError extends CodedError<
  | 'WORKER_LOST'
  | 'CLOSED'
  | 'ABORTED'
  | 'INPUT_SHORT'
  | 'UPDATE_NOT_WHOLE_BLOCKS'
  | 'LEAVES_NOT_POWER_OF_TWO'
  | 'TOO_FEW_LEAVES'
> {}

/** BEP 52: leaves are over 16 KiB blocks. */
export const LEAF_BLOCK_BYTES = 16_384
const NODE_BYTES = 32

export class PieceHash {
  readonly #sha1: ReturnType<typeof createHash> | undefined
  readonly #merkle: MerkleLeaves | undefined
  #ended = false

  /** @throws HashError for a subtree that cannot hold its blocks */
  constructor(want: HashWant) {
    this.#sha1 = want.sha1 ? createHash('sha1') : undefined
    this.#merkle = want.merkle === undefined ? undefined : new MerkleLeaves(want.merkle)
  }

  /** @throws HashError UPDATE_NOT_WHOLE_BLOCKS when an earlier update ended within a block */
  update(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.#ended) throw new HashError('UPDATE_NOT_WHOLE_BLOCKS')
    this.#ended = bytes.length % LEAF_BLOCK_BYTES !== 0
    this.#sha1?.update(bytes)
    this.#merkle?.update(bytes)
  }

  /** @throws HashError INPUT_SHORT */
  finish(): HashResult {
    const result: { sha1?: Uint8Array; root?: Uint8Array; leaves?: Uint8Array } = {}
    if (this.#sha1 !== undefined) result.sha1 = bytesOfLatin1(this.#sha1.digest('latin1'))
    if (this.#merkle !== undefined) {
      result.leaves = this.#merkle.leaves()
      result.root = this.#merkle.root()
    }
    return result
  }
}

/** All of a piece at once; `bytes` may be longer than the subtree (padding) but not shorter. @throws HashError */
export function hashPiece(bytes: Uint8Array, want: HashWant): HashResult {
  const piece = new PieceHash(want)
  piece.update(bytes)
  return piece.finish()
}

class MerkleLeaves {
  readonly #want: MerkleWant
  readonly #leaves: Uint8Array
  #seenBytes = 0
  #at = 0

  constructor(want: MerkleWant) {
    const blocks = Math.ceil(want.lengthBytes / LEAF_BLOCK_BYTES)
    if (!isPowerOfTwo(want.leaves)) throw new HashError('LEAVES_NOT_POWER_OF_TWO', { leaves: want.leaves })
    if (want.leaves < blocks) throw new HashError('TOO_FEW_LEAVES', { leaves: want.leaves, blocks })
    this.#want = want
    this.#leaves = new Uint8Array(blocks * NODE_BYTES)
  }

  update(bytes: Uint8Array): void {
    const end = Math.min(bytes.length, this.#want.lengthBytes - this.#seenBytes)
    for (let from = 0; from < end; from += LEAF_BLOCK_BYTES) {
      const block = bytes.subarray(from, Math.min(from + LEAF_BLOCK_BYTES, end))
      putLatin1(hash('sha256', block, 'latin1'), this.#leaves, this.#at)
      this.#at += NODE_BYTES
    }
    this.#seenBytes += Math.max(0, end)
  }

  leaves(): Uint8Array {
    if (this.#seenBytes < this.#want.lengthBytes) {
      throw new HashError('INPUT_SHORT', { expected: this.#want.lengthBytes, actual: this.#seenBytes })
    }
    return this.#leaves
  }

  root(): Uint8Array {
    const nodes = this.#leaves.slice()
    let count = nodes.length / NODE_BYTES
    let width = this.#want.leaves
    let level = 0
    if (count === 0) {
      while (width > 1) {
        width /= 2
        level++
      }
      return absentNode(level)
    }
    // In place: parent i is written over its own children or what is left of them, never over unread ones.
    for (; width > 1; width /= 2, level++) {
      const parents = Math.ceil(count / 2)
      for (let i = 0; i < parents; i++) {
        const from = i * 2 * NODE_BYTES
        putLatin1(hash('sha256', this.#pair(nodes, from, count, level), 'latin1'), nodes, i * NODE_BYTES)
      }
      count = parents
    }
    return nodes.slice(0, NODE_BYTES)
  }

  #pair(nodes: Uint8Array, from: number, count: number, level: number): Uint8Array {
    if (from + NODE_BYTES < count * NODE_BYTES) return nodes.subarray(from, from + 2 * NODE_BYTES)
    const pair = new Uint8Array(2 * NODE_BYTES)
    pair.set(nodes.subarray(from, from + NODE_BYTES))
    pair.set(absentNode(level), NODE_BYTES)
    return pair
  }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && Number.isInteger(Math.log2(value))
}

/** Root of a subtree of 2^level absent leaves. 32 levels span 64 TiB, more than any file here. */
const ABSENT: readonly Uint8Array[] = absentNodes(32)

function absentNodes(levels: number): Uint8Array[] {
  const nodes: Uint8Array[] = [new Uint8Array(NODE_BYTES)]
  for (let level = 1; level <= levels; level++) {
    const child = nodes[level - 1] as Uint8Array
    const pair = new Uint8Array(2 * NODE_BYTES)
    pair.set(child)
    pair.set(child, NODE_BYTES)
    nodes.push(bytesOfLatin1(hash('sha256', pair, 'latin1')))
  }
  return nodes
}

function absentNode(level: number): Uint8Array {
  return (ABSENT[level] as Uint8Array).slice()
}
