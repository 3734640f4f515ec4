// Blocks on their way in: lends memory per stretch, writes and hashes complete stretches from that same memory, and
// says which pieces are good. Invariant: a piece is called good only when its hash is right, every byte of it was
// handed to the disk without error, and the bytes hashed are the bytes written.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Hasher } from '../../base/ports.ts'
import { BLOCK_BYTES, type Geometry } from '../../metainfo/geometry.ts'
import type { Lease, PoolShare } from './buffer-pool.ts'
import type { DataFile } from './layout.ts'
import { PieceAssembly, STRETCH_BLOCKS } from './piece-assembly.ts'
import type { PieceFiles } from './piece-files.ts'
import { StorageError } from './storage-error.ts'
import type { Stretch } from './stretch.ts'
import type { Verifier } from './verify.ts'

export interface IntakeEvents {
  good(piece: PieceIndex): void
  /** `leaves`: 32 bytes per block, if the torrent has v2. */
  bad(piece: PieceIndex, leaves: Uint8Array | undefined): void
  inconsistent(piece: PieceIndex): void
  /** The piece is right, but a complete file holds something else in its part of it; nothing was overwritten. */
  conflict(piece: PieceIndex, file: DataFile): void
  /** Writing, or reading back, failed. The blocks stay in memory until retry() or dropUnwritten(). */
  failed(error: unknown): void
  /** Blocks that were known are not any more: unwritten ones given up, or unreadable ones. */
  blocksLost(piece: PieceIndex, blocks: readonly number[]): void
  /** The journal must soon take back blocks it has of a piece; available() follows from there. */
  retracting(): void
  /** What reserve() refused may be asked again. Never called from inside a method. */
  available(): void
}

export interface IntakeOptions {
  readonly geometry: Geometry
  readonly files: PieceFiles
  readonly verifier: Verifier
  readonly hasher: Hasher
  readonly share: PoolShare
  readonly now: () => Millis
  readonly events: IntakeEvents
  /** Blocks per stretch; smaller only in tests. */
  readonly stretchBlocks?: number
}

export class Intake {
  readonly #geometry: Geometry
  readonly #files: PieceFiles
  readonly #verifier: Verifier
  readonly #hasher: Hasher
  readonly #share: PoolShare
  readonly #now: () => Millis
  readonly #events: IntakeEvents
  readonly #stretchBlocks: number
  readonly #assemblies = new Map<PieceIndex, PieceAssembly>()
  readonly #hasPads: boolean
  /** Writes stopped after a failure, until retry(). */
  #halted = false
  /** Feeders that wait for memory. */
  #starved: (() => void)[] = []
  /** Jobs going on, so that flush() and settled() can wait for them. */
  readonly #writes = new Set<Promise<void>>()
  readonly #feeds = new Set<Promise<void>>()
  #unwrittenBytes = 0
  #reservedBlocks = 0
  #closed = false

  constructor(options: IntakeOptions) {
    this.#geometry = options.geometry
    this.#files = options.files
    this.#verifier = options.verifier
    this.#hasher = options.hasher
    this.#share = options.share
    this.#now = options.now
    this.#events = options.events
    this.#stretchBlocks = options.stretchBlocks ?? STRETCH_BLOCKS
    this.#hasPads = options.geometry.files.some((file) => file.pad)
  }

  get assemblies(): ReadonlyMap<PieceIndex, PieceAssembly> {
    return this.#assemblies
  }

  /** In memory only. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes
  }

  /** Asked for, or in memory only. */
  get comingBytes(): number {
    return this.#unwrittenBytes + this.#reservedBlocks * BLOCK_BYTES
  }

  // ── blocks ──

  /** Holds memory for a block that is about to be requested. False: none now, or the block is not needed. */
  reserve(piece: PieceIndex, block: number): boolean {
    let assembly = this.#assemblies.get(piece)
    if (assembly === undefined) {
      if (this.#share.waiting) return false
      assembly = this.#assembly(piece)
    }
    const stretch = assembly.stretchOf(block)
    const index = block - stretch.firstBlock
    if (assembly.phase !== 'filling' || assembly.retracting || stretch.has(index)) return false
    if (assembly.pendingReset?.has(block) === true) return false
    if (!this.#hold(stretch)) {
      if (assembly.idle) this.#forget(assembly)
      return false
    }
    stretch.touchedAt = this.#now()
    if (stretch.reserve(index)) this.#reservedBlocks++
    return true
  }

  /** Memory for a missing block. Lending it again ends the earlier loan: whoever had it must have stopped writing. */
  slot(piece: PieceIndex, begin: number, lengthBytes: number): Uint8Array | undefined {
    const assembly = this.#assemblies.get(piece)
    if (assembly === undefined || assembly.phase !== 'filling' || assembly.retracting) return undefined
    const block = begin / BLOCK_BYTES
    const stretch = assembly.stretchOf(block)
    const index = block - stretch.firstBlock
    if (stretch.has(index) || stretch.blockBytes(index) !== lengthBytes || !this.#hold(stretch))
      return undefined
    return stretch.lend(index)
  }

  /** The slot of this block is full. */
  stored(piece: PieceIndex, block: number): void {
    const assembly = this.#assemblies.get(piece)
    const stretch = assembly?.stretchOf(block)
    const index = block - (stretch?.firstBlock ?? 0)
    if (assembly === undefined || stretch === undefined || !stretch.isLent(index)) {
      throw new StorageError('SLOT_NOT_LENT', { piece, block })
    }
    const now = this.#now()
    if (stretch.stored(index, now)) this.#reservedBlocks--
    stretch.touchedAt = now
    this.#unwrittenBytes += stretch.blockBytes(index)
    if (stretch.complete) this.#stretchComplete(assembly, stretch)
  }

  /** A request was dropped; whoever had its slot has stopped writing. */
  unreserve(piece: PieceIndex, block: number): void {
    const assembly = this.#assemblies.get(piece)
    const stretch = assembly?.stretchOf(block)
    if (assembly === undefined || stretch === undefined) return
    if (stretch.unreserve(block - stretch.firstBlock)) this.#reservedBlocks--
    if (!stretch.expecting && !stretch.complete) stretch.dropMemory()
    if (assembly.idle) this.#forget(assembly)
  }

  /** Forgets blocks, of a bad piece for instance, at once or as soon as nothing works on them. */
  reset(piece: PieceIndex, blocks: readonly number[] | 'all'): void {
    const assembly = this.#assemblies.get(piece)
    if (assembly === undefined) return
    const pending = assembly.pendingReset ?? new Set<number>()
    if (blocks === 'all') for (let block = 0; block < assembly.blockCount; block++) pending.add(block)
    else for (const block of blocks) pending.add(block)
    assembly.pendingReset = pending
    if (assembly.operations === 0) this.#applyReset(assembly)
  }

  /** A piece of which some blocks are on disk: from the journal. */
  restore(piece: PieceIndex, onDisk: Iterable<number>): void {
    const assembly = this.#assembly(piece)
    for (const block of onDisk) {
      const stretch = assembly.stretchOf(block)
      stretch.presentOnDisk(block - stretch.firstBlock)
    }
    assembly.journaled = true
    if (assembly.complete) this.#feed(assembly)
  }

  /**
   * After a failed fsync: every block should be on disk, but may be only in the system's memory, marked as written.
   * Reads, hashes and writes it again. Ends in good(), or in silence when the bytes are not right any more.
   */
  rewrite(piece: PieceIndex): void {
    const assembly = this.#assembly(piece)
    assembly.rewriting = true
    for (const stretch of assembly.stretches) {
      for (let block = 0; block < stretch.blockCount; block++) stretch.presentOnDisk(block)
    }
    this.#feed(assembly)
  }

  /** The piece is right on disk, as a check found: whatever was under way for it is over. */
  discard(piece: PieceIndex): void {
    const assembly = this.#assemblies.get(piece)
    if (assembly === undefined || assembly.operations > 0) return
    this.reset(piece, 'all')
    assembly.journaled = false
    this.#forget(assembly)
  }

  // ── whole ──

  /** Writes blocks of incomplete stretches too. Resolves when every block stored so far is on disk or failed. */
  async flush(): Promise<void> {
    const now = this.#now()
    const idleMs = this.#share.scarce ? SCARCE_IDLE_STRETCH_MS : IDLE_STRETCH_MS
    for (const assembly of this.#assemblies.values()) {
      for (const stretch of assembly.stretches) {
        this.#write(assembly, stretch)
        if (stretch.missing > 0 && now - stretch.touchedAt > idleMs) stretch.dropMemory()
      }
      if (assembly.idle) this.#forget(assembly)
    }
    await Promise.all(this.#writes)
  }

  /** Resolves when no write, read or hash job is going on. */
  async settled(): Promise<void> {
    while (this.#writes.size + this.#feeds.size > 0) await Promise.all([...this.#writes, ...this.#feeds])
  }

  /** After a failure: tries again what could not be written or read. */
  retry(): void {
    this.#halted = false
    for (const assembly of [...this.#assemblies.values()]) {
      for (const stretch of assembly.stretches) if (stretch.unwritten > 0) this.#write(assembly, stretch)
      if (assembly.complete) this.#feed(assembly)
    }
  }

  /** Gives up what could not be written, so that its memory serves others. */
  dropUnwritten(): void {
    for (const assembly of [...this.#assemblies.values()]) {
      const lost: number[] = []
      for (const stretch of assembly.stretches) {
        for (const run of stretch.unwrittenRuns()) {
          for (let block = run.first; block <= run.last; block++) lost.push(stretch.firstBlock + block)
        }
      }
      this.#lose(assembly, lost)
    }
  }

  /** Blocks whose bytes cannot be relied on: forgotten and reported. */
  loseBlocks(piece: PieceIndex, blocks: readonly number[]): void {
    const assembly = this.#assemblies.get(piece)
    if (assembly !== undefined) this.#lose(assembly, blocks)
  }

  /** Feeders may try again. */
  memoryAvailable(): void {
    const starved = this.#starved
    this.#starved = []
    for (const wake of starved) wake()
  }

  /** Ends everything that waits, then gives all memory back; what was not written is gone. Slots are dead. */
  async close(): Promise<void> {
    this.#closed = true
    this.memoryAvailable()
    await this.settled()
    for (const assembly of this.#assemblies.values()) {
      assembly.stream?.abort()
      for (const stretch of assembly.stretches) stretch.abandon()
    }
    this.#assemblies.clear()
  }

  // ── inside ──

  #assembly(piece: PieceIndex): PieceAssembly {
    let assembly = this.#assemblies.get(piece)
    if (assembly === undefined) {
      assembly = new PieceAssembly(this.#geometry, piece, this.#stretchBlocks)
      if (this.#hasPads) this.#markPadding(assembly)
      this.#assemblies.set(piece, assembly)
    }
    return assembly
  }

  /** Blocks of padding only are zero, here or not: read back as zeros when it comes to hashing. */
  #markPadding(assembly: PieceAssembly): void {
    if (!this.#geometry.parts(assembly.piece).some((part) => this.#geometry.files[part.file]?.pad === true))
      return
    assembly.padding = 0
    for (const stretch of assembly.stretches) {
      for (let block = 0; block < stretch.blockCount; block++) {
        if (!this.#geometry.isPadding(assembly.piece, stretch.firstBlock + block)) continue
        assembly.padding++
        stretch.presentOnDisk(block)
      }
    }
  }

  #hold(stretch: Stretch): boolean {
    if (stretch.lease !== undefined) return true
    if (this.#share.waiting) return false
    const lease = this.#share.tryTake(stretch.lengthBytes)
    if (lease === undefined) return false
    stretch.hold(lease)
    return true
  }

  #forget(assembly: PieceAssembly): void {
    for (const stretch of assembly.stretches) stretch.dropMemory()
    assembly.restartHash()
    this.#assemblies.delete(assembly.piece)
  }

  #stretchComplete(assembly: PieceAssembly, stretch: Stretch): void {
    if (assembly.complete) assembly.phase = 'judging'
    this.#write(assembly, stretch)
    this.#feed(assembly)
  }

  /** Writes what is in memory and not on disk; at most one write per stretch at a time. */
  #write(assembly: PieceAssembly, stretch: Stretch): void {
    if (stretch.writing || stretch.unwritten === 0 || this.#halted || this.#closed) return
    stretch.writing = true
    assembly.operations++
    const job = this.#writeRuns(assembly, stretch)
      .catch((error: unknown) => this.#halt(error))
      .then(() => {
        this.#writes.delete(job)
        stretch.writing = false
        this.#afterWrite(assembly, stretch)
        this.#ended(assembly)
      })
    this.#writes.add(job)
  }

  #halt(error: unknown): void {
    this.#halted = true
    this.#events.failed(error)
  }

  /** Something that used the assembly's memory or disk is over. */
  #ended(assembly: PieceAssembly): void {
    assembly.operations--
    if (assembly.operations > 0) return
    if (assembly.pendingReset !== undefined) this.#applyReset(assembly)
    else this.#judge(assembly)
  }

  async #writeRuns(assembly: PieceAssembly, stretch: Stretch): Promise<void> {
    for (const run of stretch.unwrittenRuns()) {
      const bytes = stretch.view(run)
      const differing = await this.#files.write(
        assembly.piece,
        stretch.begin + run.first * BLOCK_BYTES,
        bytes,
      )
      if (differing !== undefined) assembly.conflict = differing
      stretch.markWritten(run)
      this.#unwrittenBytes -= bytes.length
      assembly.changedOnDisk = true
    }
  }

  #afterWrite(assembly: PieceAssembly, stretch: Stretch): void {
    if (stretch.unwritten > 0 && stretch.complete) {
      this.#write(assembly, stretch)
      return
    }
    if (stretch.complete ? this.#mayForget(assembly, stretch) : !stretch.expecting) stretch.dropMemory()
  }

  /** A written stretch keeps its memory only while it is likely to be hashed from it soon. */
  #mayForget(assembly: PieceAssembly, stretch: Stretch): boolean {
    return stretch.index < assembly.hashed || (this.#share.scarce && stretch.index > assembly.hashed)
  }

  #feed(assembly: PieceAssembly): void {
    if (assembly.feeding || assembly.result !== undefined || this.#closed || this.#halted) return
    if (assembly.phase === 'failed' || assembly.pendingReset !== undefined) return
    if (assembly.stretches[assembly.hashed]?.complete !== true) return
    if (assembly.complete) assembly.phase = 'judging'
    assembly.feeding = true
    assembly.operations++
    const job = this.#feedInOrder(assembly)
      .catch((error: unknown) => {
        assembly.restartHash()
        this.#halt(error)
      })
      .then(() => {
        this.#feeds.delete(job)
        assembly.feeding = false
        this.#feed(assembly)
        this.#ended(assembly)
      })
    this.#feeds.add(job)
  }

  async #feedInOrder(assembly: PieceAssembly): Promise<void> {
    const want = this.#verifier.want(assembly.piece)
    const single = assembly.stretches.length === 1
    for (;;) {
      const stretch = assembly.stretches[assembly.hashed]
      if (stretch?.complete !== true || assembly.pendingReset !== undefined || this.#closed) return
      stretch.hashing = true
      try {
        if (!(await this.#load(assembly, stretch))) return
        if (assembly.rewriting) this.#writeAgain(assembly, stretch)
        const { bytes } = stretch.lease as Lease
        if (single) assembly.result = await this.#hasher.digest(bytes, want)
        else {
          assembly.stream ??= this.#hasher.stream(want)
          await assembly.stream.update(bytes)
        }
        assembly.hashed++
      } finally {
        stretch.hashing = false
        if (stretch.index < assembly.hashed) stretch.dropMemory()
      }
      if (assembly.hashed === assembly.stretches.length) {
        if (assembly.stream !== undefined) assembly.result = await assembly.stream.finish()
        return
      }
    }
  }

  /** Brings the missing parts of a complete stretch back into memory. False: closed meanwhile. */
  async #load(assembly: PieceAssembly, stretch: Stretch): Promise<boolean> {
    if (stretch.wholeInMemory) return true
    while (!this.#hold(stretch)) {
      await new Promise<void>((resolve) => {
        this.#starved.push(resolve)
      })
      if (this.#closed) return false
    }
    for (const run of stretch.unreadRuns()) {
      await this.#files.read(assembly.piece, stretch.begin + run.first * BLOCK_BYTES, [stretch.view(run)])
      stretch.markRead(run)
    }
    return true
  }

  #writeAgain(assembly: PieceAssembly, stretch: Stretch): void {
    stretch.distrustDisk(this.#now())
    for (const run of stretch.unwrittenRuns()) this.#unwrittenBytes += stretch.view(run).length
    this.#write(assembly, stretch)
  }

  /** Once hash and writes are both done. */
  #judge(assembly: PieceAssembly): void {
    const { piece, result } = assembly
    if (result === undefined || !assembly.written || this.#assemblies.get(piece) !== assembly) return
    switch (this.#verifier.judge(piece, result)) {
      case 'good':
        this.#forget(assembly)
        if (assembly.conflict !== undefined) this.#events.conflict(piece, assembly.conflict)
        else this.#events.good(piece)
        return
      case 'inconsistent':
        this.#fail(assembly)
        this.#events.inconsistent(piece)
        return
      case 'bad':
        if (assembly.rewriting) this.reset(piece, 'all')
        else {
          this.#fail(assembly)
          this.#events.bad(piece, result.leaves)
        }
        return
      case 'unknown':
        // Its hash is not known yet: rejudge() asks again when it is.
        for (const stretch of assembly.stretches) stretch.dropMemory()
    }
  }

  /** Hashes became known: pieces that only waited for them are judged. */
  rejudge(): void {
    for (const assembly of [...this.#assemblies.values()]) {
      if (assembly.operations === 0 && assembly.phase === 'judging') this.#judge(assembly)
    }
  }

  #fail(assembly: PieceAssembly): void {
    assembly.phase = 'failed'
    assembly.restartHash()
    for (const stretch of assembly.stretches) stretch.dropMemory()
  }

  #applyReset(assembly: PieceAssembly): void {
    const pending = assembly.pendingReset as Set<number>
    assembly.pendingReset = undefined
    assembly.restartHash()
    for (const block of pending) this.#resetBlock(assembly, block)
    if (this.#hasPads) this.#markPadding(assembly)
    assembly.phase = assembly.complete ? 'judging' : 'filling'
    assembly.changedOnDisk = true
    assembly.resets++
    if (assembly.journaled) {
      assembly.retracting = true
      this.#events.retracting()
    }
    for (const stretch of assembly.stretches) if (!stretch.expecting) stretch.dropMemory()
    assembly.rewriting = false
    assembly.conflict = undefined
    if (assembly.idle) this.#forget(assembly)
    void Promise.resolve().then(() => this.#events.available())
  }

  #resetBlock(assembly: PieceAssembly, block: number): void {
    const stretch = assembly.stretchOf(block)
    const index = block - stretch.firstBlock
    const unwritten = stretch.unwritten
    stretch.reset(index)
    if (stretch.unwritten < unwritten) this.#unwrittenBytes -= stretch.blockBytes(index)
  }

  #lose(assembly: PieceAssembly, blocks: readonly number[]): void {
    const lost = blocks.filter((block) => assembly.has(block))
    if (lost.length === 0) return
    this.reset(assembly.piece, lost)
    this.#events.blocksLost(assembly.piece, lost)
  }
}

/** Longer than any request is waited for; a later block takes memory again if there is some. */
const IDLE_STRETCH_MS = 90_000
/** The same when memory is short: most requests are answered by then. */
const SCARCE_IDLE_STRETCH_MS = 15_000
