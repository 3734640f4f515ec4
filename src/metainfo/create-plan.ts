// From a list of files to the layout of a torrent over them: order, pads, piece length, and what to hash for each piece.
// Invariant: v1 and v2 halves have one order, that of the v2 tree, so that the same files give the same torrent
// everywhere; in a hybrid, pads bring every file to a piece of its own (BEP 47, 52).

import { compareBytes, utf8 } from '../base/bytes.ts'
import type { PieceIndex } from '../base/ids.ts'
import type { FileSpan, HashWant } from '../base/ports.ts'
import { BLOCK_BYTES, Geometry } from './geometry.ts'
import { MAX_PIECE_BYTES, MIN_PIECE_BYTES } from './limits.ts'
import { blocksOf, isPowerOfTwo, powerOfTwoAbove } from './merkle.ts'
import type { TorrentVersion } from './metainfo.ts'

export interface SourceFile {
  /** Below the folder; for a single file its name. */
  readonly components: readonly string[]
  /** Where its bytes are, for the hasher. */
  readonly path: string
  readonly lengthBytes: number
}

export interface CreateSource {
  readonly name: string
  /** Whether the source is a file and not a folder with one file in it. */
  readonly singleFile: boolean
  readonly files: readonly SourceFile[]
}

/** A file of the torrent; `source` undefined is a pad. */
export interface PlannedFile {
  readonly source: SourceFile | undefined
  readonly lengthBytes: number
  readonly pad: boolean
}

export interface PieceJob {
  readonly spans: readonly FileSpan[]
  readonly want: HashWant
}

/** Pieces aimed at: enough for many peers to have different ones, few enough for small metadata. */
const AIMED_PIECES = 2_000

/** Beyond this, waiting for a whole piece costs more than a longer list of hashes. */
const LARGEST_CHOSEN_BYTES = 16_777_216

/** 1,000 to 2,000 pieces, between 16 KiB and 16 MiB each. */
export function choosePieceLength(totalBytes: number): number {
  const least = powerOfTwoAbove(Math.ceil(totalBytes / AIMED_PIECES))
  return Math.min(LARGEST_CHOSEN_BYTES, Math.max(MIN_PIECE_BYTES, least))
}

/** What --piece-length may be: a power of two, as BEP 52 demands, also for v1, as every client expects. */
export function isPieceLength(bytes: number): boolean {
  return isPowerOfTwo(bytes) && bytes >= MIN_PIECE_BYTES && bytes <= MAX_PIECE_BYTES
}

export class CreatePlan {
  readonly version: TorrentVersion
  readonly name: string
  readonly singleFile: boolean
  readonly pieceLengthBytes: number
  /** In piece-space order, pads included. */
  readonly files: readonly PlannedFile[]
  readonly geometry: Geometry

  constructor(source: CreateSource, version: TorrentVersion, pieceLengthBytes: number) {
    this.version = version
    this.name = source.name
    this.singleFile = source.singleFile
    this.pieceLengthBytes = pieceLengthBytes
    const sorted = inTreeOrder(source.files).map((file) => ({
      source: file,
      lengthBytes: file.lengthBytes,
      pad: false,
    }))
    this.files = version === 'hybrid' ? padded(sorted, pieceLengthBytes) : sorted
    this.geometry = new Geometry(this.files, pieceLengthBytes, version === 'v2' ? 'files' : 'packed')
  }

  job(piece: PieceIndex): PieceJob {
    const parts = this.geometry.parts(piece)
    const spans = parts.map(({ file, offset, lengthBytes }) => ({
      path: this.files[file]?.source?.path,
      offset,
      lengthBytes,
    }))
    const sha1 = this.version !== 'v2'
    const first = parts[0]
    if (this.version === 'v1' || first === undefined) return { spans, want: { sha1, merkle: undefined } }
    const leaves = this.#leaves(this.files[first.file] as PlannedFile)
    return { spans, want: { sha1, merkle: { leaves, lengthBytes: first.lengthBytes } } }
  }

  /** A file of one piece is a tree as small as its blocks allow; in longer files every piece has a full subtree. */
  #leaves(file: PlannedFile): number {
    return file.lengthBytes > this.pieceLengthBytes
      ? this.pieceLengthBytes / BLOCK_BYTES
      : powerOfTwoAbove(blocksOf(file.lengthBytes))
  }
}

/** Depth first, names in the order of their bytes: how a v2 tree is written. */
function inTreeOrder(files: readonly SourceFile[]): SourceFile[] {
  const keyed = files.map((file) => ({ file, key: file.components.map(utf8) }))
  keyed.sort((a, b) => comparePaths(a.key, b.key))
  return keyed.map(({ file }) => file)
}

function comparePaths(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = compareBytes(a[i] as Uint8Array, b[i] as Uint8Array)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** A pad after each file that does not end with a piece, while something follows that is not empty. */
function padded(files: readonly PlannedFile[], pieceLengthBytes: number): PlannedFile[] {
  const result: PlannedFile[] = []
  let gapBytes = 0
  for (const file of files) {
    if (file.lengthBytes > 0 && gapBytes > 0) {
      result.push({ source: undefined, lengthBytes: gapBytes, pad: true })
      gapBytes = 0
    }
    result.push(file)
    if (file.lengthBytes > 0) {
      gapBytes = (pieceLengthBytes - (file.lengthBytes % pieceLengthBytes)) % pieceLengthBytes
    }
  }
  return result
}
