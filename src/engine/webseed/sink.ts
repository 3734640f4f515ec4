// Where one connection's bytes go, as the lane sees it: the blocks of a run, or a whole file.

import type { PieceIndex } from '../../base/ids.ts'

export interface BodySink {
  /** Something to come is still wanted from here. */
  readonly wanted: boolean
  /** What is left of the body is of no use. */
  readonly over: boolean
  /** The next bytes of the body, at most as many as are missing. @returns how many were used: fewer when memory is short */
  write(bytes: Uint8Array): number
  /** Somebody else delivered this block: what comes of it is not written any more. */
  drop(piece: PieceIndex, block: number): void
  /** Nothing more comes: what did not arrive is free for others. */
  abandon(): void
}
