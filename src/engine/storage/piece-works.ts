// Writes and hashes what is here of a piece, from the same memory, and judges it when both are done.
// Invariant: a piece is called good only when its hash is right, every byte of it was handed to the disk without
// error, and the bytes hashed are the bytes written; a stretch is fed to the hash only in its turn.

import type { PieceIndex } from '../../base/ids.ts'
import type { Hasher } from '../../base/ports.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Lease, PoolShare } from './buffer-pool.ts'
import type { DataFile } from './layout.ts'
import type { PieceAssembly } from './piece-assembly.ts'
import type { PieceFiles } from './piece-files.ts'
import type { Stretch } from './stretch.ts'
import type { Verifier } from './verify.ts'

export interface WorksEvents {
  good(piece: PieceIndex): void
  /** `leaves`: 32 bytes per block, if the torrent has v2. */
  bad(piece: PieceIndex, leaves: Uint8Array | undefined): void
  inconsistent(piece: PieceIndex): void
  /** The piece is right, but a complete file holds something else in its part of it; nothing was overwritten. */
  conflict(piece: PieceIndex, file: DataFile): void
  /** Writing, or reading back, failed: everything stands still until retry(). */
  failed(error: unknown): void
}

export interface WorksOptions {
  readonly files: PieceFiles
  readonly verifier: Verifier
  readonly hasher: Hasher
  readonly share: PoolShare
  readonly events: WorksEvents
  /** Nothing works on it any more, and blocks of it are to be forgotten. */
  readonly released: (assembly: PieceAssembly) => void
  /** It is good: done with. */
  readonly finished: (assembly: PieceAssembly) => void
  /** Read back after a failed fsync, and not right any more. */
  readonly spoilt: (assembly: PieceAssembly) => void
}

export class PieceWorks {
  readonly #options: WorksOptions
  /** A failure happened; nothing is begun until retry(). */
  #halted = false
  #closed = false
  /** Feeders that wait for memory. */
  #starved: (() => void)[] = []
  /** Those who wait for a job to end or to starve. */
  #watching: (() => void)[] = []
  readonly #writes = new Set<Promise<void>>()
  readonly #feeds = new Set<Promise<void>>()
  /** Stored and not written yet. */
  unwrittenBytes = 0
  /** Handed to the disk without error, and hashed, since it was opened. */
  writtenBytes = 0
  hashedBytes = 0

  constructor(options: WorksOptions) {
    this.#options = options
  }

  /** Memory for a stretch; false when there is none now. */
  hold(stretch: Stretch): boolean {
    const { share } = this.#options
    if (stretch.lease !== undefined) return true
    if (share.waiting) return false
    const lease = share.tryTake(stretch.lengthBytes)
    if (lease === undefined) return false
    stretch.hold(lease)
    return true
  }

  /** Writes what is in memory and not on disk; at most one write per stretch at a time. */
  write(assembly: PieceAssembly, stretch: Stretch): void {
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
        this.#changed()
      })
    this.#writes.add(job)
  }

  /** Hashes what is complete and in its turn. */
  feed(assembly: PieceAssembly): void {
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
        // A stretch may have become complete after the last look.
        this.feed(assembly)
        this.#ended(assembly)
        this.#changed()
      })
    this.#feeds.add(job)
  }

  /** Hashes became known for which this piece may wait. */
  rejudge(assembly: PieceAssembly): void {
    if (assembly.operations === 0 && assembly.phase === 'judging') this.#judge(assembly)
  }

  /** Begin again after a failure; the caller says with what. */
  retry(): void {
    this.#halted = false
  }

  /** Feeders may try again. */
  memoryAvailable(): void {
    const starved = this.#starved
    this.#starved = []
    for (const wake of starved) wake()
  }

  /** Resolves when the writes that go on now are over. */
  async written(): Promise<void> {
    await Promise.all(this.#writes)
  }

  /** Resolves when no write, read or hash job is going on, other than those that wait for memory. */
  async settled(): Promise<void> {
    while (this.#writes.size + this.#feeds.size > this.#starved.length) {
      await new Promise<void>((resolve) => {
        this.#watching.push(resolve)
      })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.memoryAvailable()
    await this.settled()
  }

  // ── inside ──

  #changed(): void {
    const watching = this.#watching
    this.#watching = []
    for (const look of watching) look()
  }

  #halt(error: unknown): void {
    this.#halted = true
    this.#options.events.failed(error)
  }

  /** Something that used the assembly's memory or disk is over. */
  #ended(assembly: PieceAssembly): void {
    assembly.operations--
    if (assembly.operations > 0) return
    if (assembly.pendingReset !== undefined) this.#options.released(assembly)
    else this.#judge(assembly)
  }

  async #writeRuns(assembly: PieceAssembly, stretch: Stretch): Promise<void> {
    const { files } = this.#options
    for (const run of stretch.unwrittenRuns()) {
      const bytes = stretch.view(run)
      const differing = await files.write(assembly.piece, stretch.begin + run.first * BLOCK_BYTES, bytes)
      if (differing !== undefined) assembly.conflict = differing
      stretch.markWritten(run)
      this.unwrittenBytes -= bytes.length
      this.writtenBytes += bytes.length
      assembly.changedOnDisk = true
    }
  }

  #afterWrite(assembly: PieceAssembly, stretch: Stretch): void {
    if (stretch.unwritten > 0 && stretch.complete) {
      this.write(assembly, stretch)
      return
    }
    if (stretch.complete ? this.#mayForget(assembly, stretch) : !stretch.expecting) stretch.dropMemory()
  }

  /** A written stretch keeps its memory only while it is likely to be hashed from it soon. */
  #mayForget(assembly: PieceAssembly, stretch: Stretch): boolean {
    return stretch.index < assembly.hashed || (this.#options.share.scarce && stretch.index > assembly.hashed)
  }

  async #feedInOrder(assembly: PieceAssembly): Promise<void> {
    const { verifier, hasher } = this.#options
    const want = verifier.want(assembly.piece)
    const single = assembly.stretches.length === 1
    for (;;) {
      const stretch = assembly.stretches[assembly.hashed]
      if (stretch?.complete !== true || assembly.pendingReset !== undefined || this.#closed) return
      stretch.hashing = true
      try {
        if (!(await this.#load(assembly, stretch))) return
        if (assembly.rewriting) this.#writeAgain(assembly, stretch)
        const { bytes } = stretch.lease as Lease
        if (single) assembly.result = await hasher.digest(bytes, want)
        else {
          assembly.stream ??= hasher.stream(want)
          await assembly.stream.update(bytes)
        }
        assembly.hashed++
        this.hashedBytes += bytes.length
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
    while (!this.hold(stretch)) {
      await new Promise<void>((resolve) => {
        this.#starved.push(resolve)
        this.#changed()
      })
      if (this.#closed) return false
    }
    const { files } = this.#options
    for (const run of stretch.unreadRuns()) {
      await files.read(assembly.piece, stretch.begin + run.first * BLOCK_BYTES, [stretch.view(run)])
      stretch.markRead(run)
    }
    return true
  }

  /** What was read back counts as unwritten again. */
  #writeAgain(assembly: PieceAssembly, stretch: Stretch): void {
    stretch.distrustDisk()
    for (const run of stretch.unwrittenRuns()) this.unwrittenBytes += stretch.view(run).length
    this.write(assembly, stretch)
  }

  /** Once hash and writes are both done. */
  #judge(assembly: PieceAssembly): void {
    const { piece, result } = assembly
    const { verifier, events, finished, spoilt } = this.#options
    if (result === undefined || !assembly.written || assembly.forgotten) return
    switch (verifier.judge(piece, result)) {
      case 'good':
        finished(assembly)
        if (assembly.conflict !== undefined) events.conflict(piece, assembly.conflict)
        else events.good(piece)
        return
      case 'inconsistent':
        fail(assembly)
        events.inconsistent(piece)
        return
      case 'bad':
        if (assembly.rewriting) spoilt(assembly)
        else {
          fail(assembly)
          events.bad(piece, result.leaves)
        }
        return
      case 'unknown':
        // Its hash is not known yet: rejudge() asks again when it is.
        for (const stretch of assembly.stretches) stretch.dropMemory()
    }
  }
}

function fail(assembly: PieceAssembly): void {
  assembly.phase = 'failed'
  assembly.restartHash()
  for (const stretch of assembly.stretches) stretch.dropMemory()
}
