// What arrived of pieces that were wrong, as one hash per block, until the piece comes right: then the blocks that
// differ name whoever spoiled it, and the others are acquitted. Needed where no v2 leaf hashes can be had.
// Invariant: at most SUSPECTED_BYTES are kept; the piece suspected longest ago is forgotten first.

import type { PieceIndex } from '../../base/ids.ts'
import type { Contributors } from './poison.ts'

/** Some 64 failures of pieces of 16 MiB; a swarm that spoils more at the same time is judged by parole alone. */
const SUSPECTED_BYTES = 2 << 20

export interface Suspicion {
  readonly contributors: Contributors
  /** 32 bytes per block. */
  readonly found: Uint8Array
  /** Those whose trust it cost something. */
  readonly charged: readonly number[]
}

const NONE: readonly Suspicion[] = []

export class SuspectedPieces {
  readonly #byPiece = new Map<PieceIndex, Suspicion[]>()
  #bytes = 0

  add(piece: PieceIndex, suspicion: Suspicion): void {
    const before = this.#byPiece.get(piece) ?? []
    this.#byPiece.delete(piece)
    this.#byPiece.set(piece, [...before, suspicion])
    this.#bytes += suspicion.found.length
    for (const oldest of this.#byPiece.keys()) {
      if (this.#bytes <= SUSPECTED_BYTES) return
      this.take(oldest)
    }
  }

  /** The failures of a piece, oldest first; they are forgotten here. */
  take(piece: PieceIndex): readonly Suspicion[] {
    const suspicions = this.#byPiece.get(piece)
    if (suspicions === undefined) return NONE
    this.#byPiece.delete(piece)
    for (const { found } of suspicions) this.#bytes -= found.length
    return suspicions
  }
}
