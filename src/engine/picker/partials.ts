// The pieces in work, and among them the loose ones: wanted, with free blocks, so that somebody can be asked.
// Invariant: a piece is in loose(level) exactly if its priority is that level (1 … 7) and it has free blocks.

import type { PieceIndex } from '../../base/ids.ts'
import type { PartialPiece } from './partial-piece.ts'
import { MAX_PRIORITY } from './world.ts'

export class Partials {
  readonly #byPiece = new Map<PieceIndex, PartialPiece>()
  readonly #loose: readonly PartialPiece[][] = Array.from({ length: MAX_PRIORITY + 1 }, () => [])
  #looseCount = 0

  get size(): number {
    return this.#byPiece.size
  }

  get looseCount(): number {
    return this.#looseCount
  }

  get(piece: PieceIndex): PartialPiece | undefined {
    return this.#byPiece.get(piece)
  }

  all(): Iterable<PartialPiece> {
    return this.#byPiece.values()
  }

  /** Pieces of a priority with free blocks, in no order. */
  loose(level: number): readonly PartialPiece[] {
    return this.#loose[level] as readonly PartialPiece[]
  }

  add(partial: PartialPiece, level: number): void {
    this.#byPiece.set(partial.piece, partial)
    this.settle(partial, level)
  }

  delete(partial: PartialPiece): void {
    this.settle(partial, 0)
    this.#byPiece.delete(partial.piece)
  }

  /** Call when free blocks or the priority may have changed. */
  settle(partial: PartialPiece, priority: number): void {
    const level = partial.free > 0 ? priority : 0
    const before = partial.looseLevel
    if (level === before) return
    if (before > 0) {
      const list = this.#loose[before] as PartialPiece[]
      const last = list.pop() as PartialPiece
      if (last !== partial) {
        list[partial.looseAt] = last
        last.looseAt = partial.looseAt
      }
      this.#looseCount--
    }
    partial.looseLevel = level
    partial.looseAt = -1
    if (level > 0) {
      const list = this.#loose[level] as PartialPiece[]
      partial.looseAt = list.length
      list.push(partial)
      this.#looseCount++
    }
  }
}
