// A piece did not hash right: who is to blame, and what is asked again. Pure decisions over who gave which block.
// v1 can only blame a peer that gave the whole piece; v2 leaf hashes name the exact 16 KiB block (BEP 52).

import { equalBytes } from '../../base/bytes.ts'

const LEAF_BYTES = 32

/** Blocks by contributor, as the picker counts them. */
export type Contributors = ReadonlyMap<number, readonly number[]>

export interface Verdict {
  /** Gave a block that is proven wrong, or the whole piece: certain. */
  readonly guilty: readonly number[]
  /** Gave some of a piece that is wrong somewhere: suspected, kept apart from others (parole). */
  readonly suspects: readonly number[]
  /** Cleared by the leaf hashes: their blocks were right. */
  readonly cleared: readonly number[]
  readonly bad: readonly number[] | 'all'
}

/** Without leaf hashes. A piece from one peer alone proves its guilt; blocks read back from disk accuse nobody. */
export function judgePiece(contributors: Contributors, blocks: number): Verdict {
  const keys = [...contributors.keys()]
  const only = keys.length === 1 ? (keys[0] as number) : undefined
  if (only !== undefined && contributors.get(only)?.length === blocks) {
    return { guilty: [only], suspects: [], cleared: [], bad: 'all' }
  }
  return { guilty: [], suspects: keys, cleared: [], bad: 'all' }
}

/** @param right, found: 32 bytes per block of the piece. */
export function judgeBlocks(contributors: Contributors, right: Uint8Array, found: Uint8Array): Verdict {
  const bad: number[] = []
  for (let block = 0; (block + 1) * LEAF_BYTES <= found.length; block++) {
    const at = block * LEAF_BYTES
    if (!equalBytes(right.subarray(at, at + LEAF_BYTES), found.subarray(at, at + LEAF_BYTES))) bad.push(block)
  }
  const wrong = new Set(bad)
  const guilty: number[] = []
  const cleared: number[] = []
  for (const [key, given] of contributors) {
    if (given.some((block) => wrong.has(block))) guilty.push(key)
    else cleared.push(key)
  }
  return { guilty, suspects: [], cleared, bad: bad.length > 0 ? bad : 'all' }
}
