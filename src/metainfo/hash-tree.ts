// What is known of one file's tree: everything from its piece layer up, and the leaves of pieces lent to it.
// Invariant: the piece layer was verified against the root by whoever made this.

import type { Merkle } from './merkle.ts'
import { HASH_BYTES, pieceLayer, rootLayer, row } from './merkle.ts'

export class HashTree {
  readonly #merkle: Merkle
  readonly #pieceLayer: number
  /** Rows of the piece layer and of each layer above, up to the root. */
  readonly #upper: Uint8Array[]

  /** @param pieces 32 bytes per piece of the file; for a file of at most one piece, its root. */
  constructor(merkle: Merkle, lengthBytes: number, pieceLengthBytes: number, pieces: Uint8Array) {
    this.#merkle = merkle
    const top = rootLayer(lengthBytes)
    this.#pieceLayer = Math.min(top, pieceLayer(pieceLengthBytes))
    this.#upper = [pieces]
    for (let layer = this.#pieceLayer; layer < top; layer++) {
      this.#upper.push(merkle.parents(this.#upper.at(-1) as Uint8Array, layer))
    }
  }

  /** A node from the piece layer up; undefined below it and beyond the file. */
  node(layer: number, index: number): Uint8Array | undefined {
    const rows = this.#upper[layer - this.#pieceLayer]
    return rows === undefined || (index + 1) * HASH_BYTES > rows.length ? undefined : row(rows, index)
  }

  /**
   * Adds the nodes below one piece of the file.
   * @param leaves 32 bytes per block of that piece, verified against its hash.
   */
  withPiece(
    pieceInFile: number,
    leaves: Uint8Array,
  ): (layer: number, index: number) => Uint8Array | undefined {
    const lower: Uint8Array[] = [leaves]
    for (let layer = 0; layer + 1 < this.#pieceLayer; layer++) {
      lower.push(this.#merkle.parents(lower.at(-1) as Uint8Array, layer))
    }
    return (layer, index) => {
      if (layer >= this.#pieceLayer) return this.node(layer, index)
      const rows = lower[layer] as Uint8Array
      const first = pieceInFile * 2 ** (this.#pieceLayer - layer)
      const at = index - first
      return at < 0 || (at + 1) * HASH_BYTES > rows.length ? undefined : row(rows, at)
    }
  }
}
