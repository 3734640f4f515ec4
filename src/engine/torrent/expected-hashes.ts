// What each piece must hash to: SHA-1 of v1 and the merkle root of v2 (BEP 52), including piece layers learned from peers.
// Invariant: only hashes proven against the info dictionary are in here.

import { toHex } from '../../base/bytes.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'

const SHA1_BYTES = 20
const SHA256_BYTES = 32

/** Where a piece lies in the tree of its file. */
export interface TreePlace {
  readonly file: TorrentFile
  /** Of the file's own pieces. */
  readonly pieceInFile: number
  /** Pieces of the file. */
  readonly pieces: number
}

export class ExpectedPieces {
  readonly #metainfo: Metainfo
  readonly #layers: Map<string, Uint8Array>
  /** Roots of files whose layer is missing, in hex: files of equal content share one. */
  readonly #missing: Set<string>
  #v1Alone = false

  constructor(metainfo: Metainfo) {
    this.#metainfo = metainfo
    this.#layers = new Map(metainfo.pieceLayers)
    this.#missing = new Set(this.missing().map(({ root }) => toHex(root as Uint8Array)))
  }

  /** No layer can be had: SHA-1 is enough for the pieces of a hybrid until their files prove their roots. */
  relyOnV1(): void {
    this.#v1Alone = this.#metainfo.version === 'hybrid'
  }

  get v1Alone(): boolean {
    return this.#v1Alone
  }

  /** Different layers that are not known. */
  get missingCount(): number {
    return this.#missing.size
  }

  /** Nothing is missing. */
  get allKnown(): boolean {
    return this.#missing.size === 0
  }

  get layers(): ReadonlyMap<string, Uint8Array> {
    return this.#layers
  }

  /** @param layer 32 bytes per piece of the file, proven against `root`. */
  learn(root: Uint8Array, layer: Uint8Array): void {
    this.#layers.set(toHex(root), layer)
    this.#missing.delete(toHex(root))
  }

  sha1(piece: PieceIndex): Uint8Array | undefined {
    return this.#metainfo.piecesV1?.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES)
  }

  /** Undefined for v1 torrents and while the layer is missing. */
  pieceRoot(piece: PieceIndex): Uint8Array | undefined {
    const place = this.place(piece)
    if (place?.file.root === undefined) return undefined
    if (place.pieces === 1) return place.file.root
    const at = place.pieceInFile * SHA256_BYTES
    return this.#layers.get(toHex(place.file.root))?.subarray(at, at + SHA256_BYTES)
  }

  /** Undefined for v1 torrents. */
  place(piece: PieceIndex): TreePlace | undefined {
    const metainfo = this.#metainfo
    if (metainfo.version === 'v1') return undefined
    const { geometry } = metainfo
    const part = geometry.parts(piece, 0, 1)[0]
    const file = part === undefined ? undefined : metainfo.files[part.file]
    if (part === undefined || file === undefined) return undefined
    return {
      file,
      pieceInFile: Math.floor(part.offset / geometry.pieceLengthBytes),
      pieces: Math.ceil(file.lengthBytes / geometry.pieceLengthBytes),
    }
  }

  /** Whether everything that must be checked about a piece is known: in a hybrid both hashes. */
  verifiable(piece: PieceIndex): boolean {
    return this.allKnown || this.#v1Alone || this.pieceRoot(piece) !== undefined
  }

  /** Files whose layer must still be fetched from peers. */
  missing(): TorrentFile[] {
    const { files, pieceLengthBytes, version } = this.#metainfo
    if (version === 'v1') return []
    return files.filter(
      (file) =>
        file.root !== undefined && file.lengthBytes > pieceLengthBytes && !this.#layers.has(toHex(file.root)),
    )
  }
}
