// What a torrent gives its storage, and what it hears from it.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Ports } from '../../base/ports.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { BufferPool } from './buffer-pool.ts'
import type { FinalizeHook } from './finisher.ts'
import type { FileIdentity } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { PathClaims } from './path-claims.ts'
import type { StorageProblem } from './trouble.ts'
import type { ExpectedHashes } from './verify.ts'

/** None is called from inside a method of the storage, except from tick(). */
export interface StorageEvents {
  /** Right and readable: HAVE may be announced. */
  pieceVerified(piece: PieceIndex): void
  /** Wrong. `leaves`: 32 bytes per block of what came, if the torrent has v2. Its blocks stay known until resetBlocks(). */
  pieceFailed(piece: PieceIndex, leaves: Uint8Array | undefined): void
  /** One half of a hybrid says yes, the other no: the torrent must stop (BEP 52). */
  pieceInconsistent(piece: PieceIndex): void
  /** Had before, not any more. */
  piecesLost(pieces: readonly PieceIndex[]): void
  /** Blocks that were stored or in `partials` must be asked for again. */
  blocksLost(piece: PieceIndex, blocks: readonly number[]): void
  /** After reserve() returned false: it may be asked again. */
  memoryAvailable(): void
  /** On disk, synced, and in the journal. */
  durable(pieces: readonly PieceIndex[]): void
  /** Its final name is in place. */
  fileCompleted(file: number, path: string): void
  /** All wanted pieces are durable and all wanted files have their final names, and the journal says so. */
  finished(): void
  trouble(problem: StorageProblem): void
  recovered(): void
  /** deadline() became earlier than what it last returned: it is `at` now. */
  deadlineChanged?(at: Millis): void
}

export interface StorageOptions {
  readonly ports: Pick<Ports, 'disk' | 'hasher' | 'clock'>
  readonly pool: BufferPool
  readonly openFiles: OpenFiles
  readonly claims: PathClaims
  readonly metainfo: Metainfo
  /** Where a new torrent goes; the journal's word counts more after a move. */
  readonly saveFolder: string
  /** In a folder that exists; undefined keeps no journal, for what is only read and found again by whoever opens it. */
  readonly journalPath: string | undefined
  readonly expected: ExpectedHashes
  readonly events: StorageEvents
  /** Default '.part'; '' for none. */
  readonly partSuffix?: string
  /** Default 'sparse'. */
  readonly preallocate?: 'sparse' | 'full'
  /** By file index; default: as the journal says, all at first. */
  readonly wanted?: readonly boolean[]
  /** Files that are kept locked, by index; they are not among those wanted. */
  readonly withheld?: ReadonlySet<number>
  /** The person agreed that existing files of these names may be completed in place. */
  readonly agreed?: boolean
  /**
   * The person asks for the files anew: what was removed since is fetched again, and what is in the way is refused at
   * once. Without it, a complete file that is gone is trouble until somebody says what is to become of it.
   */
  readonly refetch?: boolean
  /** The files were hashed just now, when the torrent was made from them: no check is needed. */
  readonly trusted?: boolean
  /** By file index, what it was like when it was hashed: where it is another now, it is not trusted. */
  readonly onlyAs?: readonly (FileIdentity | undefined)[]
  /** Absolute paths, by file index, of files that have other names on disk than in the torrent (odd shares). */
  readonly diskPaths?: readonly (string | undefined)[]
  readonly finalize?: FinalizeHook
  /** Only tests use another size. */
  readonly stretchBlocks?: number
}
