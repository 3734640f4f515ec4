// A stretch: a run of up to 64 blocks of one piece, aligned in the piece; the unit of memory, writing and hashing.
// Owns what is known of each of its blocks. Invariant: the counters agree with the flags; a block that is in memory
// or on disk is neither reserved nor lent, so its bytes cannot change under a write or a hash.

import type { Millis } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Lease } from './buffer-pool.ts'

/** A request for it is out. */
const RESERVED = 1
/** Somebody is writing into its memory. */
const LENT = 2
/** Its bytes are in the lease. */
const IN_MEMORY = 4
/** Its bytes were written to disk (not necessarily durable). */
const ON_DISK = 8

/** Blocks first … last of a stretch, inclusive, counted within the stretch. */
export interface BlockRun {
  readonly first: number
  readonly last: number
}

export class Stretch {
  /** Number within its piece. */
  readonly index: number
  /** Its first block, counted in the piece. */
  readonly firstBlock: number
  readonly blockCount: number
  readonly begin: number
  readonly lengthBytes: number
  readonly #flags: Uint8Array
  #lease: Lease | undefined
  #missing: number
  #reserved = 0
  #lent = 0
  #unwritten = 0
  /** Blocks here but not in memory: must be read back before hashing. */
  #onlyOnDisk = 0
  /** When a block was last asked for or came. */
  touchedAt = 0 as Millis
  /** A write of this stretch is going on. */
  writing = false
  /** Memory is being filled from disk or hashed. */
  hashing = false

  constructor(index: number, firstBlock: number, blockCount: number, lengthBytes: number) {
    this.index = index
    this.firstBlock = firstBlock
    this.blockCount = blockCount
    this.begin = firstBlock * BLOCK_BYTES
    this.lengthBytes = lengthBytes
    this.#flags = new Uint8Array(blockCount)
    this.#missing = blockCount
  }

  get lease(): Lease | undefined {
    return this.#lease
  }

  /** Every block is in memory or on disk. */
  get complete(): boolean {
    return this.#missing === 0
  }

  get missing(): number {
    return this.#missing
  }

  get unwritten(): number {
    return this.#unwritten
  }

  /** Every block is in memory. */
  get wholeInMemory(): boolean {
    return this.complete && this.#onlyOnDisk === 0 && this.#lease !== undefined
  }

  /** Every block is on disk. */
  get written(): boolean {
    return this.complete && this.#unwritten === 0
  }

  /** Requests are out or a block is arriving. */
  get expecting(): boolean {
    return this.#reserved > 0 || this.#lent > 0
  }

  /** Requests that are out. */
  get reserved(): number {
    return this.#reserved
  }

  has(block: number): boolean {
    return ((this.#flags[block] as number) & (IN_MEMORY | ON_DISK)) !== 0
  }

  onDisk(block: number): boolean {
    return ((this.#flags[block] as number) & ON_DISK) !== 0
  }

  blockBytes(block: number): number {
    return Math.min(BLOCK_BYTES, this.lengthBytes - block * BLOCK_BYTES)
  }

  /** Bytes of a run of blocks in the lease: a view. */
  view(run: BlockRun): Uint8Array {
    const lease = this.#lease as Lease
    return lease.bytes.subarray(run.first * BLOCK_BYTES, run.last * BLOCK_BYTES + this.blockBytes(run.last))
  }

  hold(lease: Lease): void {
    this.#lease = lease
  }

  /** Gives the memory back if nothing depends on it: no slot lent, nothing unwritten, no write or hash going on. */
  dropMemory(): boolean {
    if (this.#lease === undefined || this.#lent > 0 || this.#unwritten > 0 || this.writing || this.hashing)
      return false
    this.#lease.giveBack()
    this.#lease = undefined
    for (let block = 0; block < this.blockCount; block++) {
      const flags = this.#flags[block] as number
      if ((flags & IN_MEMORY) === 0) continue
      this.#flags[block] = flags & ~IN_MEMORY
      this.#onlyOnDisk++
    }
    return true
  }

  /** Gives the memory back, whatever is in it. Nobody may write into a slot of it any more. */
  abandon(): void {
    this.#lease?.giveBack()
    this.#lease = undefined
  }

  /** @returns whether it was not reserved before */
  reserve(block: number): boolean {
    const flags = this.#flags[block] as number
    if ((flags & RESERVED) !== 0) return false
    this.#flags[block] = flags | RESERVED
    this.#reserved++
    return true
  }

  /** The request is dropped and whoever held the slot has stopped writing. @returns whether it was reserved */
  unreserve(block: number): boolean {
    const flags = this.#flags[block] as number
    const reserved = (flags & RESERVED) !== 0
    if (reserved) this.#reserved--
    if ((flags & LENT) !== 0) this.#lent--
    this.#flags[block] = flags & ~(RESERVED | LENT)
    return reserved
  }

  /** Memory of a missing block; whoever had it before must have stopped writing. Needs the lease. */
  lend(block: number): Uint8Array {
    const flags = this.#flags[block] as number
    if ((flags & LENT) === 0) {
      this.#flags[block] = flags | LENT
      this.#lent++
    }
    const bytes = (this.#lease as Lease).block(block)
    const lengthBytes = this.blockBytes(block)
    return lengthBytes === BLOCK_BYTES ? bytes : bytes.subarray(0, lengthBytes)
  }

  isLent(block: number): boolean {
    return ((this.#flags[block] as number) & LENT) !== 0
  }

  /** The lent slot is full. @returns whether it had been reserved */
  stored(block: number): boolean {
    const reserved = this.unreserve(block)
    this.#flags[block] = IN_MEMORY
    this.#missing--
    this.#unwritten++
    return reserved
  }

  /** A block known from the journal or nothing but padding: counts as on disk, not in memory. */
  presentOnDisk(block: number): void {
    if (this.has(block)) return
    this.#flags[block] = (this.#flags[block] as number) | ON_DISK
    this.#missing--
    this.#onlyOnDisk++
  }

  /** Runs of blocks in memory and not on disk. */
  unwrittenRuns(): BlockRun[] {
    return this.#runs(IN_MEMORY | ON_DISK, IN_MEMORY)
  }

  /** Runs of blocks on disk and not in memory. */
  unreadRuns(): BlockRun[] {
    return this.#runs(IN_MEMORY | ON_DISK, ON_DISK)
  }

  markWritten(run: BlockRun): void {
    for (let block = run.first; block <= run.last; block++) {
      const flags = this.#flags[block] as number
      if ((flags & (IN_MEMORY | ON_DISK)) !== IN_MEMORY) continue
      this.#flags[block] = flags | ON_DISK
      this.#unwritten--
    }
  }

  markRead(run: BlockRun): void {
    for (let block = run.first; block <= run.last; block++) {
      const flags = this.#flags[block] as number
      if ((flags & (IN_MEMORY | ON_DISK)) !== ON_DISK) continue
      this.#flags[block] = flags | IN_MEMORY
      this.#onlyOnDisk--
    }
  }

  /** Everything that was read from disk counts as unwritten again: after a failed fsync it must be written anew. */
  distrustDisk(): void {
    for (let block = 0; block < this.blockCount; block++) {
      const flags = this.#flags[block] as number
      if ((flags & (IN_MEMORY | ON_DISK)) !== (IN_MEMORY | ON_DISK)) continue
      this.#flags[block] = flags & ~ON_DISK
      this.#unwritten++
    }
  }

  /** Forgets a block. Only while no write or hash of the stretch is going on. @returns whether it was here */
  reset(block: number): boolean {
    const flags = this.#flags[block] as number
    if ((flags & (IN_MEMORY | ON_DISK)) === 0) return false
    if ((flags & ON_DISK) === 0) this.#unwritten--
    else if ((flags & IN_MEMORY) === 0) this.#onlyOnDisk--
    this.#flags[block] = 0
    this.#missing++
    return true
  }

  #runs(mask: number, value: number): BlockRun[] {
    const runs: BlockRun[] = []
    let first = -1
    for (let block = 0; block <= this.blockCount; block++) {
      const matches = block < this.blockCount && ((this.#flags[block] as number) & mask) === value
      if (matches && first < 0) first = block
      if (!matches && first >= 0) {
        runs.push({ first, last: block - 1 })
        first = -1
      }
    }
    return runs
  }
}
