// The words and the narrow view that the picker works with: what it asks of a torrent and what it is asked.

import type { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'

/** A peer of one torrent: a small positive integer given by the torrent, never reused within a run. */
export type PeerKey = number

export interface BlockRef {
  readonly piece: PieceIndex
  readonly block: number
}

/** What the picker asks of its torrent. All answers are cheap: they are wanted per piece or per block. */
export interface PickerWorld {
  readonly pieceCount: number
  blockCount(piece: PieceIndex): number
  /** Blocks that are nothing but padding (BEP 47) are known to be zero and never requested. */
  isPadding(piece: PieceIndex, block: number): boolean
  /**
   * Whether memory for this block can be had now (storage); false = do not pick it now.
   * Asked only for a block about to be picked: true means it is, so the answer may reserve the memory.
   */
  mayReceive(piece: PieceIndex, block: number): boolean
  /** Whether the piece's hash is known (v2 layers may still be missing, BEP 52). */
  verifiable(piece: PieceIndex): boolean
}

/** One question: what should this peer be asked for next? */
export interface Ask {
  readonly peer: PeerKey
  readonly has: Bitfield
  /** At most this many blocks. */
  readonly count: number
  readonly now: Millis
  /** Parole: only pieces to which nobody else contributed. */
  readonly exclusive: boolean
  /** Allowed-fast while choked (BEP 6): only these pieces. */
  readonly only: ReadonlySet<PieceIndex> | undefined
  /** Estimated bytes per second of that peer; 0 when not known yet. */
  readonly rate: number
  /** Suggested pieces (BEP 6), a hint. */
  readonly suggested: readonly PieceIndex[] | undefined
  /** For a source that gives best in one stretch (a web seed, BEP 19): neighbouring whole pieces that nobody works on. */
  readonly stretch?: boolean
}

/** The highest priority; 0 means skip, 4 is where everything starts. */
export const MAX_PRIORITY = 7
export const DEFAULT_PRIORITY = 4
