// What a piece must hash to and whether it does: SHA-1 (v1), merkle root (v2), in a hybrid both (BEP 52).
// Invariant: a piece passes only if every hash its torrent has for it was known and equal; the v2 half of a hybrid may
// be left for later where its hash cannot be had (v1Alone).

import { equalBytes } from '../../base/bytes.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { HashResult, HashWant, MerkleWant } from '../../base/ports.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'

export interface ExpectedHashes {
  /** 20 bytes; undefined in a torrent without v1. */
  sha1(piece: PieceIndex): Uint8Array | undefined
  /** 32 bytes; undefined in a torrent without v2, or while its layer is not known yet. */
  pieceRoot(piece: PieceIndex): Uint8Array | undefined
  /** In a hybrid: SHA-1 decides where the root is not known, and the v2 half is proven file by file (finalize). */
  readonly v1Alone?: boolean
}

/** `unknown`: a hash is not here yet. `inconsistent`: one half of a hybrid says yes, the other no. */
export type Verdict = 'good' | 'bad' | 'inconsistent' | 'unknown'

export class Verifier {
  readonly #metainfo: Metainfo
  readonly #expected: ExpectedHashes
  readonly #v1: boolean
  readonly #v2: boolean

  constructor(metainfo: Metainfo, expected: ExpectedHashes) {
    this.#metainfo = metainfo
    this.#expected = expected
    this.#v1 = metainfo.version !== 'v2'
    this.#v2 = metainfo.version !== 'v1'
  }

  /** What the hasher must compute over the whole piece. */
  want(piece: PieceIndex): HashWant {
    return { sha1: this.#v1, merkle: this.#v2 ? this.#merkle(piece) : undefined }
  }

  /** Every hash its torrent has for it is here; before that there is no verdict. */
  knows(piece: PieceIndex): boolean {
    if (this.#v1 && this.#expected.sha1(piece) === undefined) return false
    if (!this.#v2 || this.#v1Alone) return true
    return this.#merkle(piece) === undefined || this.#expected.pieceRoot(piece) !== undefined
  }

  judge(piece: PieceIndex, result: HashResult): Verdict {
    const sha1 = this.#v1 ? this.#expected.sha1(piece) : undefined
    const needsRoot = this.#v2 && this.#merkle(piece) !== undefined
    const root = needsRoot ? this.#expected.pieceRoot(piece) : undefined
    if (this.#v1 && sha1 === undefined) return 'unknown'
    if (needsRoot && root === undefined && !this.#v1Alone) return 'unknown'
    const v1Good = sha1 === undefined || (result.sha1 !== undefined && equalBytes(sha1, result.sha1))
    const v2Good = root === undefined || (result.root !== undefined && equalBytes(root, result.root))
    if (v1Good && v2Good) return 'good'
    return sha1 !== undefined && root !== undefined && v1Good !== v2Good ? 'inconsistent' : 'bad'
  }

  get #v1Alone(): boolean {
    return this.#v1 && this.#expected.v1Alone === true
  }

  /**
   * A file of one piece is its own tree, as small as its blocks allow; in longer files every piece has a full
   * subtree. Undefined for a piece of padding only.
   */
  #merkle(piece: PieceIndex): MerkleWant | undefined {
    const { geometry, files, pieceLengthBytes } = this.#metainfo
    const part = geometry.parts(piece)[0]
    const file = part === undefined ? undefined : files[part.file]
    if (part === undefined || file === undefined || file.pad) return undefined
    if (file.lengthBytes > pieceLengthBytes) {
      return { leaves: pieceLengthBytes / BLOCK_BYTES, lengthBytes: part.lengthBytes }
    }
    let leaves = 1
    while (leaves * BLOCK_BYTES < file.lengthBytes) leaves *= 2
    return { leaves, lengthBytes: part.lengthBytes }
  }
}
