// One piece on its way: its stretches, how far it has been hashed, and what is left to do before it can be judged.
// Invariant: at most one hash run is going on, fed strictly in order; `hashed` stretches were fed unchanged.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { HashResult, HashStream } from '../../base/ports.ts'
import { BLOCK_BYTES, type Geometry } from '../../metainfo/geometry.ts'
import type { DataFile } from './layout.ts'
import { Stretch } from './stretch.ts'

/** 1 MiB: TRANSFER.md asks for large sequential writes, and one slab of the pool holds it. */
export const STRETCH_BLOCKS = 64

/** `filling`: blocks are missing. `judging`: all here, hash or write going on. `failed`: bad, waits for a reset. */
export type AssemblyPhase = 'filling' | 'judging' | 'failed'

export class PieceAssembly {
  readonly piece: PieceIndex
  readonly lengthBytes: number
  readonly blockCount: number
  readonly stretches: readonly Stretch[]
  readonly #stretchBlocks: number
  phase: AssemblyPhase = 'filling'
  stream: HashStream | undefined
  /** Stretches fed to the hash so far. */
  hashed = 0
  /** Somebody is feeding the hash. */
  feeding = false
  result: HashResult | undefined
  /** Writes, reads and hash jobs going on: a reset waits for them. */
  operations = 0
  /** Blocks to forget as soon as nothing is going on. */
  pendingReset: Set<number> | undefined
  /** Blocks of nothing but padding. */
  padding = 0
  /** What is read back is written again (see Intake.rewrite). */
  rewriting = false
  /** A complete file that shares this piece and differs from what came. */
  conflict: DataFile | undefined
  /** The last bitmap in the journal differs from what is on disk. */
  changedOnDisk = false
  /** Its partial record is in the journal. */
  journaled = false
  /** It is good, or nothing is left of it: whoever still has it has nothing to say. */
  forgotten = false
  /** Times that blocks were forgotten. */
  resets = 0
  /** The journal still has blocks that were forgotten: they must not be written again before it has not. */
  retracting = false

  constructor(geometry: Geometry, piece: PieceIndex, stretchBlocks: number) {
    this.piece = piece
    this.lengthBytes = geometry.pieceBytes(piece)
    this.blockCount = geometry.blockCount(piece)
    this.#stretchBlocks = stretchBlocks
    const stretches: Stretch[] = []
    for (let first = 0; first < this.blockCount; first += stretchBlocks) {
      const count = Math.min(stretchBlocks, this.blockCount - first)
      const lengthBytes = Math.min(stretchBlocks * BLOCK_BYTES, this.lengthBytes - first * BLOCK_BYTES)
      stretches.push(new Stretch(stretches.length, first, count, lengthBytes))
    }
    this.stretches = stretches
  }

  /** The stretch that holds a block of the piece. */
  stretchOf(block: number): Stretch {
    return this.stretches[Math.floor(block / this.#stretchBlocks)] as Stretch
  }

  has(block: number): boolean {
    const stretch = this.stretchOf(block)
    return stretch.has(block - stretch.firstBlock)
  }

  get complete(): boolean {
    for (const stretch of this.stretches) if (!stretch.complete) return false
    return true
  }

  get written(): boolean {
    for (const stretch of this.stretches) if (!stretch.written) return false
    return true
  }

  /** Nothing is here, asked for or going on: the assembly can be forgotten. */
  get idle(): boolean {
    if (this.operations > 0 || this.journaled) return false
    let present = 0
    for (const stretch of this.stretches) {
      if (stretch.expecting) return false
      present += stretch.blockCount - stretch.missing
    }
    return present <= this.padding
  }

  /** Blocks on disk, as they go into the journal. */
  blocksOnDisk(): Bitfield {
    const blocks = new Bitfield(this.blockCount)
    for (const stretch of this.stretches) {
      for (let block = 0; block < stretch.blockCount; block++) {
        if (stretch.onDisk(block)) blocks.set(stretch.firstBlock + block)
      }
    }
    return blocks
  }

  /** Forgets what was hashed; the next feeding starts at the first stretch. */
  restartHash(): void {
    this.stream?.abort()
    this.stream = undefined
    this.hashed = 0
    this.result = undefined
  }
}
