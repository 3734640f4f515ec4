// Blocks on their way in: lends memory per stretch, keeps what is known of each piece under way, and hands what is
// complete to the works. Invariant: a block is lent only while it is missing, and nothing that a write, a hash or the
// journal still needs is forgotten before they are done with it.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Hasher } from '../../base/ports.ts'
import { BLOCK_BYTES, type Geometry } from '../../metainfo/geometry.ts'
import type { PoolShare } from './buffer-pool.ts'
import { PieceAssembly, STRETCH_BLOCKS } from './piece-assembly.ts'
import type { PieceFiles } from './piece-files.ts'
import { PieceWorks, type WorksEvents } from './piece-works.ts'
import { StorageError } from './storage-error.ts'
import type { Verifier } from './verify.ts'

export interface IntakeEvents extends WorksEvents {
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

export interface IntakeBacklog {
  /** Stored, in memory only. */
  readonly unwrittenBytes: number
  readonly writtenBytes: number
  /** Complete stretches in their turn that are not hashed. */
  readonly unhashedBytes: number
  readonly hashedBytes: number
}

/** Longer than any request is waited for; a later block takes memory again if there is some. */
const IDLE_STRETCH_MS = 90_000
/** The same when memory is short: most requests are answered by then. */
const SCARCE_IDLE_STRETCH_MS = 15_000

export class Intake {
  readonly #geometry: Geometry
  readonly #share: PoolShare
  readonly #now: () => Millis
  readonly #events: IntakeEvents
  readonly #stretchBlocks: number
  readonly #works: PieceWorks
  readonly #assemblies = new Map<PieceIndex, PieceAssembly>()
  readonly #hasPads: boolean
  #reservedBlocks = 0

  constructor(options: IntakeOptions) {
    const { files, verifier, hasher, share, events } = options
    this.#geometry = options.geometry
    this.#share = share
    this.#now = options.now
    this.#events = events
    this.#stretchBlocks = options.stretchBlocks ?? STRETCH_BLOCKS
    this.#hasPads = options.geometry.files.some((file) => file.pad)
    this.#works = new PieceWorks({
      files,
      verifier,
      hasher,
      share,
      events,
      released: (assembly) => this.#applyReset(assembly),
      finished: (assembly) => this.#forget(assembly),
      spoilt: (assembly) => this.reset(assembly.piece, 'all'),
    })
  }

  get assemblies(): ReadonlyMap<PieceIndex, PieceAssembly> {
    return this.#assemblies
  }

  /** In memory only. */
  get unwrittenBytes(): number {
    return this.#works.unwrittenBytes
  }

  /** What came and waits for the disk or for the hash, and what they have done so far. */
  get backlog(): IntakeBacklog {
    let unhashedBytes = 0
    for (const assembly of this.#assemblies.values()) {
      if (assembly.result !== undefined) continue
      for (let at = assembly.hashed; at < assembly.stretches.length; at++) {
        const stretch = assembly.stretches[at]
        if (stretch?.complete !== true) break
        unhashedBytes += stretch.lengthBytes
      }
    }
    const { unwrittenBytes, writtenBytes, hashedBytes } = this.#works
    return { unwrittenBytes, writtenBytes, unhashedBytes, hashedBytes }
  }

  /** Asked for, or in memory only. */
  get comingBytes(): number {
    return this.#works.unwrittenBytes + this.#reservedBlocks * BLOCK_BYTES
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
    if (!this.#works.hold(stretch)) {
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
    if (stretch.has(index) || stretch.blockBytes(index) !== lengthBytes) return undefined
    return this.#works.hold(stretch) ? stretch.lend(index) : undefined
  }

  /** The slot of this block is full. @throws StorageError SLOT_NOT_LENT */
  stored(piece: PieceIndex, block: number): void {
    const assembly = this.#assemblies.get(piece)
    const stretch = assembly?.stretchOf(block)
    const index = block - (stretch?.firstBlock ?? 0)
    if (assembly === undefined || stretch === undefined || !stretch.isLent(index)) {
      throw new StorageError('SLOT_NOT_LENT', { piece, block })
    }
    if (stretch.stored(index)) this.#reservedBlocks--
    this.#works.unwrittenBytes += stretch.blockBytes(index)
    if (!stretch.complete) return
    if (assembly.complete) assembly.phase = 'judging'
    this.#works.write(assembly, stretch)
    this.#works.feed(assembly)
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
    if (assembly.complete) this.#works.feed(assembly)
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
    this.#works.feed(assembly)
  }

  /** The piece is right on disk, as a check found: whatever was under way for it is over. */
  discard(piece: PieceIndex): void {
    const assembly = this.#assemblies.get(piece)
    if (assembly === undefined || assembly.operations > 0) return
    this.reset(piece, 'all')
    assembly.journaled = false
    this.#forget(assembly)
  }

  /** Hashes became known: pieces that only waited for them are judged. */
  rejudge(): void {
    for (const assembly of [...this.#assemblies.values()]) this.#works.rejudge(assembly)
  }

  // ── whole ──

  /** Writes blocks of incomplete stretches too. Resolves when every block stored so far is on disk or failed. */
  async flush(): Promise<void> {
    const now = this.#now()
    const idleMs = this.#share.scarce ? SCARCE_IDLE_STRETCH_MS : IDLE_STRETCH_MS
    for (const assembly of this.#assemblies.values()) {
      for (const stretch of assembly.stretches) {
        this.#works.write(assembly, stretch)
        if (stretch.missing > 0 && now - stretch.touchedAt > idleMs) stretch.dropMemory()
      }
      if (assembly.idle) this.#forget(assembly)
    }
    await this.#works.written()
  }

  /** Resolves when no write, read or hash job is going on. */
  async settled(): Promise<void> {
    await this.#works.settled()
  }

  /** After a failure: tries again what could not be written or read. */
  retry(): void {
    this.#works.retry()
    for (const assembly of [...this.#assemblies.values()]) {
      for (const stretch of assembly.stretches) this.#works.write(assembly, stretch)
      if (assembly.complete) this.#works.feed(assembly)
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
      this.loseBlocks(assembly.piece, lost)
    }
  }

  /** Blocks whose bytes cannot be relied on: forgotten and reported. */
  loseBlocks(piece: PieceIndex, blocks: readonly number[]): void {
    const assembly = this.#assemblies.get(piece)
    const lost = assembly === undefined ? [] : blocks.filter((block) => assembly.has(block))
    if (lost.length === 0) return
    this.reset(piece, lost)
    this.#events.blocksLost(piece, lost)
  }

  /** Whoever waits for memory may try again. */
  memoryAvailable(): void {
    this.#works.memoryAvailable()
  }

  /** Ends everything that waits, then gives all memory back; what was not written is gone. Slots are dead. */
  async close(): Promise<void> {
    await this.#works.close()
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
    const { files } = this.#geometry
    if (!this.#geometry.parts(assembly.piece).some((part) => files[part.file]?.pad === true)) return
    assembly.padding = 0
    for (const stretch of assembly.stretches) {
      for (let block = 0; block < stretch.blockCount; block++) {
        if (!this.#geometry.isPadding(assembly.piece, stretch.firstBlock + block)) continue
        assembly.padding++
        stretch.presentOnDisk(block)
      }
    }
  }

  #forget(assembly: PieceAssembly): void {
    for (const stretch of assembly.stretches) {
      this.#reservedBlocks -= stretch.reserved
      stretch.dropMemory()
    }
    assembly.restartHash()
    assembly.forgotten = true
    this.#assemblies.delete(assembly.piece)
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
    if (stretch.unwritten < unwritten) this.#works.unwrittenBytes -= stretch.blockBytes(index)
  }
}
