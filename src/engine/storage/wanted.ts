// Which pieces are wanted (those with a byte of a wanted file) and how many of them are still missing.
// Invariant: `left` is the number of wanted pieces that are not had, kept by gained(), lost() and rebuild().

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Layout } from './layout.ts'
import type { Withheld } from './withheld.ts'

export class Wanted {
  readonly #geometry: Geometry
  readonly #layout: Layout
  readonly #withheld: Withheld
  #pieces: Bitfield
  #left = 0

  constructor(geometry: Geometry, layout: Layout, withheld: Withheld, have: Bitfield) {
    this.#geometry = geometry
    this.#layout = layout
    this.#withheld = withheld
    this.#pieces = new Bitfield(geometry.pieceCount)
    this.rebuild(have)
  }

  get pieces(): Bitfield {
    return this.#pieces
  }

  get left(): number {
    return this.#left
  }

  gained(piece: PieceIndex): void {
    if (this.#pieces.has(piece)) this.#left--
  }

  lost(piece: PieceIndex): void {
    if (this.#pieces.has(piece)) this.#left++
  }

  /** After files became wanted or unwanted. */
  rebuild(have: Bitfield): void {
    const pieces = new Bitfield(this.#geometry.pieceCount)
    for (const file of this.#layout.dataFiles()) {
      const range = file.wanted ? this.#geometry.piecesOf(file.index) : undefined
      if (range === undefined) continue
      for (let piece = range.first as number; piece <= range.last; piece++) pieces.set(piece)
    }
    for (const piece of this.#withheld.pieces()) pieces.clear(piece)
    this.#pieces = pieces
    this.#left = 0
    for (const piece of pieces.ones()) if (!have.has(piece)) this.#left++
  }

  /** Bytes of wanted pieces that are not had and have no space reserved yet. */
  neededBytes(have: Bitfield, preallocated: boolean): number {
    let neededBytes = 0
    if (this.#left === 0) return 0
    for (const piece of this.#pieces.ones()) {
      if (have.has(piece)) continue
      for (const part of this.#geometry.parts(piece as PieceIndex)) {
        const file = this.#layout.files[part.file]
        if (file !== undefined && !(preallocated && file.home !== 'absent')) neededBytes += part.lengthBytes
      }
    }
    return neededBytes
  }
}
