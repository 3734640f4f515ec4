// Pieces that somebody waits for (streaming), soonest first.
// Invariant: sorted by moment; a piece occurs at most once.

import type { Millis, PieceIndex } from '../../base/ids.ts'

export class Deadlines {
  readonly #moments = new Map<PieceIndex, Millis>()
  #sorted: PieceIndex[] | undefined

  get size(): number {
    return this.#moments.size
  }

  at(piece: PieceIndex): Millis | undefined {
    return this.#moments.get(piece)
  }

  set(piece: PieceIndex, at: Millis | undefined): void {
    if (at === undefined) {
      if (!this.#moments.delete(piece)) return
    } else this.#moments.set(piece, at)
    this.#sorted = undefined
  }

  soonestFirst(): readonly PieceIndex[] {
    this.#sorted ??= [...this.#moments].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([piece]) => piece)
    return this.#sorted
  }
}
