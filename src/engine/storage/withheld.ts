// Files that are kept locked, and the pieces with a byte of them. Such a file is not read, and nobody gets it from us.
// Invariant: a withheld piece is neither wanted nor hashed; what is known of it stays as it is until it is withheld no more.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Geometry } from '../../metainfo/geometry.ts'

export const NOTHING_WITHHELD: ReadonlySet<number> = new Set()

/** Undefined when there are none. @param files by index */
export function withheldPieces(geometry: Geometry, files: ReadonlySet<number>): Bitfield | undefined {
  let pieces: Bitfield | undefined
  for (const file of files) {
    const range = geometry.piecesOf(file)
    if (range === undefined) continue
    pieces ??= new Bitfield(geometry.pieceCount)
    for (let piece = range.first as number; piece <= range.last; piece++) pieces.set(piece)
  }
  return pieces
}

export class Withheld {
  readonly #geometry: Geometry
  #pieces: Bitfield | undefined

  constructor(geometry: Geometry, files: ReadonlySet<number> | undefined) {
    this.#geometry = geometry
    this.set(files)
  }

  set(files: ReadonlySet<number> = NOTHING_WITHHELD): void {
    this.#pieces = withheldPieces(this.#geometry, files)
  }

  has(piece: PieceIndex): boolean {
    return this.#pieces?.has(piece) === true
  }

  *pieces(): Iterable<number> {
    if (this.#pieces !== undefined) yield* this.#pieces.ones()
  }
}
