// All arithmetic of pieces, blocks and files of one torrent, in one place.
//
// The *piece space* is a line of bytes cut into pieces. v1 and hybrid: files (pad files included) lie end to end.
// v2 only: each file begins at a piece boundary and its last piece ends with the file, so a piece never has a gap.
// Invariant: a PieceIndex exists only for 0 … pieceCount − 1, and every byte of a piece belongs to exactly one file.

import type { PieceIndex } from '../base/ids.ts'

/** The unit of requests on the wire and of v2 leaves (BEP 3, BEP 52). */
export const BLOCK_BYTES = 16_384

export interface GeometryFile {
  readonly lengthBytes: number
  /** Pad file (BEP 47): zero bytes, never on disk. */
  readonly pad: boolean
}

/** A run of bytes inside one file. */
export interface FilePart {
  readonly file: number
  readonly offset: number
  readonly lengthBytes: number
}

export interface PieceRange {
  readonly first: PieceIndex
  /** Inclusive. */
  readonly last: PieceIndex
}

export class Geometry {
  readonly pieceLengthBytes: number
  readonly pieceCount: number
  /** Bytes of all files without pads: what a person calls the size. */
  readonly payloadBytes: number
  readonly files: readonly GeometryFile[]
  /** Start of each file in the piece space. */
  readonly #offsets: readonly number[]
  readonly #aligned: boolean
  readonly #endBytes: number

  /**
   * @param alignment 'packed' for v1 and hybrid, 'files' for v2 only (each file starts a new piece).
   * Lengths are validated by the reader of the torrent: non-negative, the sum within 2^53.
   */
  constructor(files: readonly GeometryFile[], pieceLengthBytes: number, alignment: 'packed' | 'files') {
    this.files = files
    this.pieceLengthBytes = pieceLengthBytes
    this.#aligned = alignment === 'files'
    const offsets: number[] = []
    let at = 0
    let payloadBytes = 0
    for (const file of files) {
      if (this.#aligned && file.lengthBytes > 0) at = Math.ceil(at / pieceLengthBytes) * pieceLengthBytes
      offsets.push(at)
      at += file.lengthBytes
      if (!file.pad) payloadBytes += file.lengthBytes
    }
    this.#offsets = offsets
    this.#endBytes = at
    this.pieceCount = Math.ceil(at / pieceLengthBytes)
    this.payloadBytes = payloadBytes
  }

  /** Where a file starts in the piece space. */
  fileOffset(file: number): number {
    return this.#offsets[file] as number
  }

  /** The only maker of piece indexes from untrusted numbers. */
  piece(index: number): PieceIndex | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.pieceCount
      ? (index as PieceIndex)
      : undefined
  }

  *pieces(): Generator<PieceIndex> {
    for (let index = 0; index < this.pieceCount; index++) yield index as PieceIndex
  }

  /** Bytes of a piece as requested on the wire. */
  pieceBytes(piece: PieceIndex): number {
    const start = piece * this.pieceLengthBytes
    if (!this.#aligned) return Math.min(this.pieceLengthBytes, this.#endBytes - start)
    const file = this.#fileAt(start)
    const end = this.fileOffset(file) + (this.files[file] as GeometryFile).lengthBytes
    return Math.min(this.pieceLengthBytes, end - start)
  }

  blockCount(piece: PieceIndex): number {
    return Math.ceil(this.pieceBytes(piece) / BLOCK_BYTES)
  }

  blockBytes(piece: PieceIndex, block: number): number {
    return Math.min(BLOCK_BYTES, this.pieceBytes(piece) - block * BLOCK_BYTES)
  }

  /** Most blocks a piece of this torrent can have. */
  get maxBlocks(): number {
    return Math.ceil(this.pieceLengthBytes / BLOCK_BYTES)
  }

  /** Whether begin and length are exactly one of our blocks. */
  isBlock(piece: PieceIndex, begin: number, lengthBytes: number): boolean {
    return (
      begin % BLOCK_BYTES === 0 &&
      begin < this.pieceBytes(piece) &&
      lengthBytes === this.blockBytes(piece, begin / BLOCK_BYTES)
    )
  }

  /** Whether a run lies inside the piece: what another client may request (any alignment). */
  contains(piece: PieceIndex, begin: number, lengthBytes: number): boolean {
    return begin >= 0 && lengthBytes > 0 && begin + lengthBytes <= this.pieceBytes(piece)
  }

  /**
   * As `contains`, or the last block of a v2 file in full: libtorrent 2.0 asks for it so and expects zeros behind the
   * end of the file, up to where the next one starts (BEP 52 has every file start a new piece).
   */
  mayBeAsked(piece: PieceIndex, begin: number, lengthBytes: number): boolean {
    if (!this.#aligned || this.contains(piece, begin, lengthBytes))
      return this.contains(piece, begin, lengthBytes)
    const inside = begin >= 0 && begin < this.pieceBytes(piece) && lengthBytes > 0
    return inside && begin + lengthBytes <= this.blockCount(piece) * BLOCK_BYTES
  }

  /** The files that a run of a piece lies in, in order, pads included. Files of length 0 never appear. */
  parts(piece: PieceIndex, begin = 0, lengthBytes = this.pieceBytes(piece) - begin): FilePart[] {
    const parts: FilePart[] = []
    let at = piece * this.pieceLengthBytes + begin
    const end = at + lengthBytes
    for (let file = this.#fileAt(at); at < end; file++) {
      const start = this.fileOffset(file)
      const fileBytes = (this.files[file] as GeometryFile).lengthBytes
      const take = Math.min(end, start + fileBytes) - at
      if (take <= 0) continue
      parts.push({ file, offset: at - start, lengthBytes: take })
      at += take
    }
    return parts
  }

  /** Pieces that hold any byte of a file; undefined for an empty file. */
  piecesOf(file: number): PieceRange | undefined {
    const lengthBytes = (this.files[file] as GeometryFile).lengthBytes
    if (lengthBytes === 0) return undefined
    const start = this.fileOffset(file)
    return {
      first: Math.floor(start / this.pieceLengthBytes) as PieceIndex,
      last: Math.floor((start + lengthBytes - 1) / this.pieceLengthBytes) as PieceIndex,
    }
  }

  /** Bytes of a piece that are not padding. */
  payloadOf(piece: PieceIndex): number {
    let bytes = 0
    for (const part of this.parts(piece)) {
      if (!(this.files[part.file] as GeometryFile).pad) bytes += part.lengthBytes
    }
    return bytes
  }

  /** Whether a block is nothing but padding: known to be zero, never requested. */
  isPadding(piece: PieceIndex, block: number): boolean {
    const begin = block * BLOCK_BYTES
    return this.parts(piece, begin, this.blockBytes(piece, block)).every(
      (part) => (this.files[part.file] as GeometryFile).pad,
    )
  }

  /** The last file that starts at or before a byte of the piece space and is not empty there. */
  #fileAt(at: number): number {
    let low = 0
    let high = this.#offsets.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#offsets[middle] as number) <= at) low = middle
      else high = middle - 1
    }
    return low
  }
}
