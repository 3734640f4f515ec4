// The session's memory for blocks that are on their way to disk: shared slabs of 1 MiB, grown lazily, never past
// a limit, so that memory follows neither the size of a torrent nor of a piece. Small runs share a slab in cells
// of equal, power-of-two size. Each torrent draws through its own share.
// Invariant: bytes lent never exceed the limit, and while somebody waits, no share goes above its fair part.

import type { Millis } from '../../base/ids.ts'
import { StorageError } from './storage-error.ts'

/** One stretch: 64 blocks; large enough that a write and a hash job cost little per block. */
export const SLAB_BYTES = 1_048_576
/** One block (BEP 3): nothing smaller is ever lent. */
export const MIN_CELL_BYTES = 16_384
/** Enough for 128 stretches in flight; TRANSFER.md allows 256 MiB for the whole process. */
export const DEFAULT_POOL_BYTES = 128 * SLAB_BYTES
/** Empty slabs kept for reuse when the rest is idle. */
const KEPT_SLABS = 16
/** A slab that was not needed for this long is let go of. */
const UNNEEDED_MS = 20_000

class Slab {
  readonly cellBytes: number
  readonly #memory: Uint8Array
  readonly #free: number[] = []
  /** Views of every block-sized run, made once, so that lending a block allocates nothing. */
  readonly blocks: readonly Uint8Array[]

  constructor(cellBytes: number, memory: Uint8Array, blocks: readonly Uint8Array[]) {
    this.cellBytes = cellBytes
    this.#memory = memory
    this.blocks = blocks
    for (let cell = SLAB_BYTES / cellBytes - 1; cell >= 0; cell--) this.#free.push(cell)
  }

  static fresh(cellBytes: number): Slab {
    const memory = new Uint8Array(new SharedArrayBuffer(SLAB_BYTES))
    const blocks = Array.from({ length: SLAB_BYTES / MIN_CELL_BYTES }, (_, index) =>
      memory.subarray(index * MIN_CELL_BYTES, (index + 1) * MIN_CELL_BYTES),
    )
    return new Slab(cellBytes, memory, blocks)
  }

  /** The same memory cut into other cells; only for a slab nobody uses. */
  recut(cellBytes: number): Slab {
    return cellBytes === this.cellBytes ? this : new Slab(cellBytes, this.#memory, this.blocks)
  }

  get full(): boolean {
    return this.#free.length === 0
  }

  get unused(): boolean {
    return this.#free.length === SLAB_BYTES / this.cellBytes
  }

  take(): number {
    return this.#free.pop() as number
  }

  putBack(cell: number): void {
    this.#free.push(cell)
  }

  view(cell: number, lengthBytes: number): Uint8Array {
    return this.#memory.subarray(cell * this.cellBytes, cell * this.cellBytes + lengthBytes)
  }
}

/** Memory lent until giveBack(); afterwards nobody may touch it. */
export class Lease {
  readonly bytes: Uint8Array
  readonly #slab: Slab
  readonly #cell: number
  readonly #firstBlock: number
  readonly #returned: (slab: Slab, cell: number) => void
  #given = false

  constructor(slab: Slab, cell: number, lengthBytes: number, returned: (slab: Slab, cell: number) => void) {
    this.#slab = slab
    this.#cell = cell
    this.#firstBlock = (cell * slab.cellBytes) / MIN_CELL_BYTES
    this.#returned = returned
    this.bytes = slab.view(cell, lengthBytes)
  }

  /** The block-sized run number `index` of this memory: a shared view, nothing is allocated. */
  block(index: number): Uint8Array {
    return this.#slab.blocks[this.#firstBlock + index] as Uint8Array
  }

  giveBack(): void {
    if (this.#given) throw new StorageError('LEASE_RETURNED_TWICE')
    this.#given = true
    this.#returned(this.#slab, this.#cell)
  }
}

/** One torrent's access to the pool. */
export class PoolShare {
  readonly #pool: BufferPool
  readonly #available: () => void
  #heldBytes = 0
  waiting = false

  /** @param available called, never from inside tryTake, after memory came free that this share had been refused. */
  constructor(pool: BufferPool, available: () => void) {
    this.#pool = pool
    this.#available = available
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Little memory is left for everybody: what can be read back from disk should not be kept. */
  get scarce(): boolean {
    return this.#pool.scarce
  }

  /** Memory for up to SLAB_BYTES, or undefined: then `available` will be called once. Contents are arbitrary. */
  tryTake(lengthBytes: number): Lease | undefined {
    const cellBytes = cellFor(lengthBytes)
    const lease = this.#pool.lend(this, cellBytes, lengthBytes, (slab, cell) => {
      this.#heldBytes -= cellBytes
      this.#pool.takeBack(slab, cell)
    })
    if (lease === undefined) this.waiting = true
    else this.#heldBytes += cellBytes
    return lease
  }

  /** Called by the pool. */
  wake(): void {
    this.waiting = false
    this.#available()
  }

  /** Nothing may be held any more. */
  close(): void {
    this.#pool.leave(this)
  }
}

function cellFor(lengthBytes: number): number {
  let cellBytes = MIN_CELL_BYTES
  while (cellBytes < lengthBytes) cellBytes *= 2
  return cellBytes
}

export class BufferPool {
  readonly limitBytes: number
  readonly #shares = new Set<PoolShare>()
  /** Slabs with at least one free and one lent cell, by cell size. */
  readonly #open = new Map<number, Slab[]>()
  readonly #empty: Slab[] = []
  #slabs = 0
  #lentBytes = 0
  #waking = false
  #trimmedAt = Number.NEGATIVE_INFINITY
  /** Fewest slabs that were empty at the same time since then: so many were not needed. */
  #leastEmpty = 0

  /** @param limitBytes rounded down to whole slabs, at least one. */
  constructor(limitBytes: number = DEFAULT_POOL_BYTES) {
    this.limitBytes = Math.max(1, Math.floor(limitBytes / SLAB_BYTES)) * SLAB_BYTES
  }

  get lentBytes(): number {
    return this.#lentBytes
  }

  /** Memory held from the system, lent or not. */
  get heldBytes(): number {
    return this.#slabs * SLAB_BYTES
  }

  get scarce(): boolean {
    return this.#lentBytes > (this.limitBytes * 3) / 4
  }

  share(available: () => void): PoolShare {
    const share = new PoolShare(this, available)
    this.#shares.add(share)
    return share
  }

  leave(share: PoolShare): void {
    this.#shares.delete(share)
    this.#wakeSoon()
  }

  /**
   * Lets go of slabs that were not needed lately. In the midst of a transfer that would only make garbage: what is empty
   * now is lent again in a moment, and memory shared with threads is collected late.
   * @returns whether there may be more to let go of later
   */
  trim(now: Millis): boolean {
    if (now - this.#trimmedAt >= UNNEEDED_MS) {
      const kept = Math.max(KEPT_SLABS, this.#empty.length - this.#leastEmpty)
      // The last are lent first: those in front have lain there longest.
      this.#slabs -= this.#empty.splice(0, Math.max(0, this.#empty.length - kept)).length
      this.#trimmedAt = now
      this.#leastEmpty = this.#empty.length
    }
    return this.#empty.length > KEPT_SLABS
  }

  /** For PoolShare. */
  lend(
    share: PoolShare,
    cellBytes: number,
    lengthBytes: number,
    returned: (slab: Slab, cell: number) => void,
  ): Lease | undefined {
    if (!this.#fair(share, cellBytes)) return undefined
    const slab = this.#slabFor(cellBytes)
    if (slab === undefined) return undefined
    const cell = slab.take()
    if (slab.full) {
      const open = this.#open.get(cellBytes) as Slab[]
      open.splice(open.indexOf(slab), 1)
    }
    this.#lentBytes += cellBytes
    return new Lease(slab, cell, lengthBytes, returned)
  }

  /** For PoolShare. */
  takeBack(slab: Slab, cell: number): void {
    const open = this.#openOf(slab.cellBytes)
    if (slab.full) open.push(slab)
    slab.putBack(cell)
    this.#lentBytes -= slab.cellBytes
    if (slab.unused) {
      open.splice(open.indexOf(slab), 1)
      this.#empty.push(slab)
    }
    this.#wakeSoon()
  }

  /** While others wait with less, nobody takes more than an equal part. */
  #fair(share: PoolShare, cellBytes: number): boolean {
    let contenders = 0
    let poorerWaits = false
    for (const other of this.#shares) {
      if (other === share || other.heldBytes > 0 || other.waiting) contenders++
      if (other !== share && other.waiting && other.heldBytes < share.heldBytes) poorerWaits = true
    }
    return !poorerWaits || share.heldBytes + cellBytes <= this.limitBytes / contenders
  }

  #openOf(cellBytes: number): Slab[] {
    let open = this.#open.get(cellBytes)
    if (open === undefined) {
      open = []
      this.#open.set(cellBytes, open)
    }
    return open
  }

  #slabFor(cellBytes: number): Slab | undefined {
    const open = this.#openOf(cellBytes)
    const usable = open[open.length - 1]
    if (usable !== undefined) return usable
    const empty = this.#empty.pop()
    this.#leastEmpty = Math.min(this.#leastEmpty, this.#empty.length)
    if (empty !== undefined) {
      const slab = empty.recut(cellBytes)
      open.push(slab)
      return slab
    }
    if (this.heldBytes >= this.limitBytes) return undefined
    this.#slabs++
    const slab = Slab.fresh(cellBytes)
    open.push(slab)
    return slab
  }

  /** Wakes the waiting, the poorest first, once this turn's work is done. */
  #wakeSoon(): void {
    if (this.#waking) return
    let somebody = false
    for (const share of this.#shares) somebody ||= share.waiting
    if (!somebody) return
    this.#waking = true
    void Promise.resolve().then(() => {
      this.#waking = false
      const waiting = [...this.#shares].filter((share) => share.waiting)
      waiting.sort((a, b) => a.heldBytes - b.heldBytes)
      for (const share of waiting) if (this.#shares.has(share)) share.wake()
    })
  }
}
