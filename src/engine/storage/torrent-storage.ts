// The files of one torrent, as the torrent sees them: blocks go in, verified pieces come out, trouble is told.
// Joins intake, sync batch, finisher, reader, checker and trouble desk, and decides little itself. Owns no timers:
// the session drives tick() by deadline(). The guarantees are in docs/decisions/0003-storage.md.

import { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { Ports } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { BufferPool, PoolShare } from './buffer-pool.ts'
import { Checker, type CheckVerdict } from './checker.ts'
import { type FinalizeHook, Finisher } from './finisher.ts'
import { Intake } from './intake.ts'
import { type DataFile, DEFAULT_PART_SUFFIX, type Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import { type Opened, type OpenRefusal, openLayout, type ResumeReport } from './opening.ts'
import type { PathClaims } from './path-claims.ts'
import { PieceFiles } from './piece-files.ts'
import { Reader, type ReadOutcome } from './reader.ts'
import { Recovery } from './recovery.ts'
import { SpaceGuard } from './space-guard.ts'
import { SyncBatch } from './sync-batch.ts'
import { problemOf, type StorageProblem } from './trouble.ts'
import { TroubleDesk } from './trouble-desk.ts'
import { type ExpectedHashes, Verifier } from './verify.ts'
import { Wanted } from './wanted.ts'

export type { OpenRefusal, ResumeReport } from './opening.ts'
export type { ExpectedHashes } from './verify.ts'

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
  /** deadline() became earlier than what it last returned. */
  deadlineChanged?(): void
}

export interface StorageOptions {
  readonly ports: Pick<Ports, 'disk' | 'hasher' | 'clock'>
  readonly pool: BufferPool
  readonly openFiles: OpenFiles
  readonly claims: PathClaims
  readonly metainfo: Metainfo
  /** Where a new torrent goes; the journal's word counts more after a move. */
  readonly saveFolder: string
  /** In a folder that exists. */
  readonly journalPath: string
  readonly expected: ExpectedHashes
  readonly events: StorageEvents
  /** Default '.part'; '' for none. */
  readonly partSuffix?: string
  /** Default 'sparse'. */
  readonly preallocate?: 'sparse' | 'full'
  /** By file index; default all. Counts only when there is no journal. */
  readonly wanted?: readonly boolean[]
  /** The person agreed that existing files of these names may be completed in place. */
  readonly agreed?: boolean
  /** The files were hashed just now, when the torrent was made from them: no check is needed. */
  readonly trusted?: boolean
  /** Absolute paths, by file index, of files that have other names on disk than in the torrent (odd shares). */
  readonly diskPaths?: readonly (string | undefined)[]
  readonly finalize?: FinalizeHook
  /** Only tests use another size. */
  readonly stretchBlocks?: number
}

/** Unwritten blocks are kept this long in trouble; then their memory goes back to the pool. */
const KEEP_UNWRITTEN_MS = 30_000
/** Descriptors nobody used for this long are closed. */
const IDLE_FILE_MS = 20_000

export class TorrentStorage {
  /** Verified pieces. */
  readonly have: Bitfield
  readonly report: ResumeReport
  readonly #options: StorageOptions
  readonly #geometry: Geometry
  readonly #layout: Layout
  readonly #opened: Opened
  readonly #share: PoolShare
  readonly #batch: SyncBatch
  readonly #intake: Intake
  readonly #reader: Reader
  readonly #finisher: Finisher
  readonly #checker: Checker
  readonly #space: SpaceGuard
  readonly #desk: TroubleDesk
  readonly #recovery: Recovery
  readonly #wanted: Wanted
  #checking: { cancelled: boolean } | undefined
  #state: 'open' | 'busy' | 'closed' = 'open'
  #finished = false
  /** The first tick() was there: before it, nothing is told that open() returned already. */
  #told = false
  #makingEmpty = false
  /** What deadline() returned last. */
  #promised: Millis | undefined
  #idleAt: Millis | undefined

  /** Finds and claims the files, reads the journal; creates nothing but the save folder. */
  static async open(options: StorageOptions): Promise<TorrentStorage | OpenRefusal> {
    const owner = {}
    const opened = await openLayout(
      {
        disk: options.ports.disk,
        openFiles: options.openFiles,
        claims: options.claims,
        metainfo: options.metainfo,
        saveFolder: options.saveFolder,
        journalPath: options.journalPath,
        partSuffix: options.partSuffix ?? DEFAULT_PART_SUFFIX,
        preallocate: options.preallocate ?? 'sparse',
        wanted: options.wanted,
        agreed: options.agreed ?? false,
        diskPaths: options.diskPaths,
      },
      owner,
    )
    if ('refused' in opened) return opened
    const storage = new TorrentStorage(options, opened, owner)
    await storage.#start()
    return storage
  }

  readonly #owner: object

  private constructor(options: StorageOptions, opened: Opened, owner: object) {
    const { ports, metainfo, events } = options
    const { layout, store, journal } = opened
    const { geometry } = metainfo
    this.#options = options
    this.#opened = opened
    this.#owner = owner
    this.#layout = layout
    this.#geometry = geometry
    this.have = opened.have
    this.report = opened.report
    this.#wanted = new Wanted(geometry, layout, this.have)
    const now = () => ports.clock.now()
    const fail = (error: unknown) => this.#desk.raise(problemOf(error))
    this.#desk = new TroubleDesk(
      now,
      (problem) => this.#recovery.attempt(problem),
      (problem) => {
        if (this.#told) events.trouble(problem)
        this.#rescheduled()
      },
      () => this.#recovered(),
    )
    this.#space = new SpaceGuard(
      ports.disk,
      ports.clock,
      () => layout.saveFolder,
      (missing) => this.#spaceSeen(missing),
    )
    this.#batch = new SyncBatch({
      clock: ports.clock,
      disk: ports.disk,
      openFiles: options.openFiles,
      geometry,
      layout,
      store,
      journal,
      have: this.have,
      events: {
        durable: (pieces) => this.#durable(pieces),
        distrusted: (files, pieces, problem) => this.#recovery.distrust(files, pieces, problem),
        changed: (file, problem) => this.#recovery.fileChanged(file, problem),
        failed: fail,
        done: () => this.#maybeFinished(),
        rescheduled: () => this.#rescheduled(),
        available: () => events.memoryAvailable(),
      },
    })
    const files = new PieceFiles(geometry, layout, store, options.openFiles, {
      beforeWrite: () => this.#batch.beforeWrite(),
      wrote: (file, lengthBytes) => {
        this.#batch.wrote(file, lengthBytes)
        this.#space.wrote(lengthBytes)
      },
      afterWrite: () => this.#batch.afterWrite(),
    })
    this.#share = options.pool.share(() => {
      this.#intake.memoryAvailable()
      events.memoryAvailable()
    })
    const verifier = new Verifier(metainfo, options.expected)
    this.#intake = new Intake({
      geometry,
      files,
      verifier,
      hasher: ports.hasher,
      share: this.#share,
      now,
      ...(options.stretchBlocks === undefined ? {} : { stretchBlocks: options.stretchBlocks }),
      events: {
        good: (piece) => this.#gained(piece),
        bad: (piece, leaves) => events.pieceFailed(piece, leaves),
        inconsistent: (piece) => events.pieceInconsistent(piece),
        conflict: (piece, file) => {
          this.#recovery.conflict(file)
          events.blocksLost(
            piece,
            Array.from({ length: geometry.blockCount(piece) }, (_, block) => block),
          )
        },
        failed: fail,
        blocksLost: (piece, blocks) => events.blocksLost(piece, blocks),
        available: () => events.memoryAvailable(),
      },
    })
    this.#batch.attach(this.#intake)
    this.#finisher = new Finisher(
      {
        disk: ports.disk,
        openFiles: options.openFiles,
        geometry,
        layout,
        hook: options.finalize,
        events: { completed: (file) => this.#fileCompleted(file), failed: fail },
      },
      this.have.ones(),
    )
    this.#reader = new Reader({
      disk: ports.disk,
      clock: ports.clock,
      layout,
      files,
      changed: (file, problem) => this.#recovery.fileChanged(file, problem),
      failed: fail,
    })
    this.#checker = new Checker({ geometry, layout, store, hasher: ports.hasher, verifier })
    this.#recovery = new Recovery({
      disk: ports.disk,
      openFiles: options.openFiles,
      geometry,
      layout,
      store,
      have: this.have,
      recorded: () => journal.state.have,
      recordedBlocks: (piece) => {
        const bytes = journal.state.partials.get(piece)
        const count = geometry.blockCount(piece)
        return bytes === undefined ? new Bitfield(count) : Bitfield.fromBytes(bytes, count)
      },
      claimForWriting: (file) => options.claims.claim(owner, layout.claimPaths(file), 'write'),
      desk: this.#desk,
      batch: this.#batch,
      intake: this.#intake,
      finisher: this.#finisher,
      checker: this.#checker,
      space: this.#space,
      neededBytes: () => this.#wanted.neededBytes(this.have, options.preallocate === 'full'),
      gained: (piece) => this.#gained(piece),
      lost: (pieces) => this.#lost(pieces),
    })
  }

  // ── what is here ──

  get saveFolder(): string {
    return this.#layout.saveFolder
  }

  /** Blocks on disk of pieces that are not verified. */
  get partials(): readonly { piece: PieceIndex; blocks: Bitfield }[] {
    const partials: { piece: PieceIndex; blocks: Bitfield }[] = []
    for (const assembly of this.#intake.assemblies.values()) {
      const blocks = assembly.blocksOnDisk()
      if (!blocks.empty) partials.push({ piece: assembly.piece, blocks })
    }
    return partials
  }

  /** Some pieces must be looked at before they are had or downloaded: call check('pending'). */
  get needsCheck(): boolean {
    return this.#opened.pending.size > 0
  }

  get problem(): StorageProblem | undefined {
    return this.#desk.problem
  }

  /** Stored blocks that are only in memory. */
  get dirtyBytes(): number {
    return this.#intake.unwrittenBytes
  }

  /** Where a file is now, or will be made. */
  path(file: number): string | undefined {
    const found = this.#layout.files[file]
    return found === undefined ? undefined : this.#layout.path(found)
  }

  isWanted(file: number): boolean {
    return this.#layout.files[file]?.wanted ?? false
  }

  // ── blocks in ──

  /** Holds memory for a block that is about to be requested. False: not now (memoryAvailable follows) or not needed. */
  reserve(piece: PieceIndex, block: number): boolean {
    if (this.#state !== 'open' || this.#desk.problem !== undefined || this.#checking !== undefined)
      return false
    if (this.have.has(piece) || this.#opened.pending.has(piece) || !this.#batch.mayWrite(piece)) return false
    if (this.#batch.overdue || !this.#space.admits(this.#intake.comingBytes)) return false
    return this.#intake.reserve(piece, block)
  }

  /** Memory of a missing block, also without reserve() if there is some. Lending it again ends the earlier loan. */
  slot(piece: PieceIndex, begin: number, lengthBytes: number): Uint8Array | undefined {
    return this.#intake.slot(piece, begin, lengthBytes)
  }

  /** The slot is full; it must not be written to any more. */
  blockStored(piece: PieceIndex, block: number): void {
    this.#intake.stored(piece, block)
    this.#batch.touched()
  }

  /** The request is dropped, and whoever had the slot has stopped writing. */
  unreserve(piece: PieceIndex, block: number): void {
    this.#intake.unreserve(piece, block)
  }

  /** Forgets blocks, of a failed piece for instance. They can be reserved again at once or after memoryAvailable. */
  resetBlocks(piece: PieceIndex, blocks: readonly number[] | 'all'): void {
    this.#intake.reset(piece, blocks)
  }

  /** Hashes became known (v2 layers): pieces that waited for them are judged. */
  hashesKnown(): void {
    this.#intake.rejudge()
  }

  // ── blocks out ──

  /** Fills `views`, one after another, from a verified piece. Never 'ok' with bytes that are not right. */
  async read(piece: PieceIndex, begin: number, views: readonly Uint8Array[]): Promise<ReadOutcome> {
    if (!this.have.has(piece)) return 'changed'
    const outcome = await this.#reader.read(piece, begin, views)
    return outcome === 'ok' && !this.have.has(piece) ? 'changed' : outcome
  }

  // ── checking ──

  /**
   * Hashes from disk; reads only. 'pending': what open() could not vouch for. 'all': everything.
   * Events tell gains and losses. @returns whether it came to its end
   */
  async check(
    scope: 'pending' | 'all',
    onProgress?: (done: number, total: number) => void,
  ): Promise<boolean> {
    if (this.#checking !== undefined || this.#state !== 'open') return false
    const checking = { cancelled: false }
    this.#checking = checking
    try {
      await this.#intake.flush()
      await this.#intake.settled()
      if (scope === 'all') await this.#recovery.lookAgain()
      const pieces = scope === 'all' ? [...this.#geometry.pieces()] : [...this.#opened.pending]
      await this.#hashPieces(pieces, checking, onProgress)
      return !checking.cancelled
    } finally {
      this.#checking = undefined
      this.#options.events.memoryAvailable()
      this.#maybeFinished()
    }
  }

  cancelCheck(): void {
    if (this.#checking !== undefined) this.#checking.cancelled = true
  }

  /** The person agreed that changed, missing or differing files are completed as if they were ours. */
  async agree(): Promise<void> {
    await this.#recovery.agree()
    await this.#desk.probe()
  }

  // ── whole ──

  /** Everything that is here is written, synced and in the journal, or trouble is told. */
  async flush(): Promise<void> {
    await this.#intake.flush()
    await this.#intake.settled()
    await this.#batch.run()
    await this.#finisher.settled()
    while (this.#batch.pending && this.#desk.problem === undefined) await this.#batch.run()
  }

  /** Flushes, lets go of files, memory and names. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.cancelCheck()
    await this.flush()
    this.#state = 'closed'
    this.#intake.close()
    await this.#opened.journal.settled()
    await this.#closeFiles()
    this.#share.close()
    this.#options.claims.release(this.#owner, this.#claimedPaths())
  }

  tick(now: Millis): void {
    if (this.#state === 'closed') return
    if (!this.#told) this.#tell()
    this.#batch.tick(now)
    this.#space.tick(now)
    this.#desk.tick(now)
    if (this.#desk.since !== undefined && now - this.#desk.since >= KEEP_UNWRITTEN_MS)
      this.#intake.dropUnwritten()
    if (this.#idleAt !== undefined && now >= this.#idleAt) {
      this.#idleAt = undefined
      void this.#options.openFiles.closeIdle((now - IDLE_FILE_MS) as Millis)
      this.#options.pool.trim()
    }
  }

  deadline(): Millis | undefined {
    if (this.#state === 'closed') return undefined
    if (!this.#told) return this.#options.ports.clock.now()
    this.#promised = this.#nextDeadline()
    return this.#promised
  }

  #nextDeadline(): Millis | undefined {
    return earliest(this.#batch.deadline(), this.#space.deadline(), this.#desk.deadline(), this.#idleAt)
  }

  /** Whoever drives the deadlines hears of a sooner one. */
  #rescheduled(): void {
    if (!this.#told || this.#state === 'closed') return
    const next = this.#nextDeadline()
    if (next === undefined || (this.#promised !== undefined && this.#promised <= next)) return
    this.#promised = next
    this.#options.events.deadlineChanged?.()
  }

  // ── inside ──

  async #start(): Promise<void> {
    const { problem, partials, journal } = this.#opened
    for (const [piece, blocks] of partials) this.#intake.restore(piece, blocks.ones())
    if (problem !== undefined) {
      this.#desk.raise(problem)
      return
    }
    for (const file of this.#layout.dataFiles())
      if (file.unrecorded && file.home !== 'absent') this.#batch.found(file)
    if (this.#options.trusted === true) this.#trustFound()
    const { volume } = this.#layout
    const { state } = journal
    const lost = [...state.have.ones()].filter((piece) => !this.have.has(piece)) as PieceIndex[]
    if (lost.length > 0) this.#batch.lost(lost)
    if (
      volume !== undefined &&
      (state.folder !== this.saveFolder || state.volume?.device !== volume.device)
    ) {
      this.#batch.record({ type: 'place', folder: this.saveFolder, volume, movingTo: state.movingTo })
    }
    if (!this.needsCheck) await this.#recovery.afterCheck(new Set(), this.report.changed, false)
    await this.#recovery.requireSpace()
    for (const file of this.#layout.dataFiles()) this.#finisher.consider(file.index)
  }

  #tell(): void {
    this.#told = true
    const { problem } = this.#desk
    if (problem !== undefined) this.#options.events.trouble(problem)
    this.#maybeFinished()
  }

  /** The files were hashed when the torrent was made from them. */
  #trustFound(): void {
    for (const piece of [...this.#opened.pending]) this.#gained(piece)
  }

  async #hashPieces(
    pieces: readonly PieceIndex[],
    checking: { cancelled: boolean },
    onProgress: ((done: number, total: number) => void) | undefined,
  ): Promise<void> {
    const bad = new Set<PieceIndex>()
    let done = 0
    const each = (piece: PieceIndex, verdict: CheckVerdict): void => {
      onProgress?.(++done, pieces.length)
      this.#batch.tick(this.#options.ports.clock.now())
      this.#opened.pending.delete(piece)
      if (verdict === 'good') {
        this.#intake.discard(piece)
        this.#gained(piece)
        return
      }
      bad.add(piece)
      if (verdict === 'inconsistent') this.#options.events.pieceInconsistent(piece)
      this.#lost([piece])
    }
    const whole = await this.#checker.run(pieces, each, () => checking.cancelled || this.#state === 'closed')
    if (whole) await this.#recovery.afterCheck(bad, this.report.changed, this.#options.agreed ?? false)
  }

  #gained(piece: PieceIndex): void {
    this.#opened.pending.delete(piece)
    if (!this.have.set(piece)) return
    for (const part of this.#geometry.parts(piece)) {
      const file = this.#layout.files[part.file]
      if (file !== undefined && !file.writing && file.home !== 'absent') this.#batch.found(file)
    }
    this.#batch.verified(piece)
    this.#wanted.gained(piece)
    if (this.#told || this.#checking !== undefined) this.#options.events.pieceVerified(piece)
    if (this.#wanted.left === 0) this.#batch.hurry()
    this.#idleAt ??= after(this.#options.ports.clock.now(), IDLE_FILE_MS)
  }

  #lost(pieces: readonly PieceIndex[]): void {
    const gone = pieces.filter((piece) => this.have.clear(piece))
    if (gone.length === 0) return
    for (const piece of gone) this.#wanted.lost(piece)
    this.#finished = false
    this.#batch.lost(gone)
    this.#finisher.lost(gone)
    this.#options.events.piecesLost(gone)
  }

  #durable(pieces: readonly PieceIndex[]): void {
    this.#finisher.durable(pieces)
    this.#options.events.durable(pieces)
  }

  #fileCompleted(file: DataFile): void {
    const { claims, events } = this.#options
    claims.claim(this.#owner, this.#layout.claimPaths(file), 'read')
    this.#recordSoon()
    events.fileCompleted(file.index, this.#layout.finalPath(file))
  }

  #maybeFinished(): void {
    if (this.#finished || !this.#told || this.#state !== 'open' || this.#checking !== undefined) return
    if (this.#desk.problem !== undefined || this.#wanted.left > 0) return
    if (this.#finisher.durablePieces.lacksSomeOf(this.#wanted.pieces)) return
    let complete = true
    let empty = false
    for (const file of this.#layout.dataFiles()) {
      if (!file.wanted || file.home === 'final') continue
      complete = false
      empty ||= file.home === 'absent' && file.lengthBytes === 0
    }
    if (empty) void this.#makeEmptyFiles()
    if (!complete || this.#batch.pending) return
    this.#finished = true
    this.#options.events.finished()
  }

  /** Files without a byte belong to no piece: they are made once everything else is here. */
  async #makeEmptyFiles(): Promise<void> {
    if (this.#makingEmpty) return
    this.#makingEmpty = true
    try {
      await this.#batch.beforeWrite()
      for (const file of this.#layout.dataFiles()) {
        if (!file.wanted || file.home !== 'absent' || file.lengthBytes > 0) continue
        await this.#layout.ensure(file)
        this.#finisher.consider(file.index)
      }
    } catch (error) {
      this.#desk.raise(problemOf(error, this.saveFolder))
    } finally {
      this.#batch.afterWrite()
      this.#recordSoon()
      this.#makingEmpty = false
    }
  }

  /** Nothing more will come: what is done is recorded at once. */
  #recordSoon(): void {
    if (this.#wanted.left === 0) this.#batch.hurry()
    else this.#batch.touched()
  }

  #recovered(): void {
    this.#options.events.recovered()
    this.#maybeFinished()
  }

  #spaceSeen(bytesMissing: number): void {
    if (bytesMissing > 0) this.#desk.raise({ code: 'NO_SPACE', path: this.saveFolder, bytesMissing })
    else this.#options.events.memoryAvailable()
  }

  async #closeFiles(): Promise<void> {
    const { openFiles } = this.#options
    for (const file of this.#layout.dataFiles())
      if (file.home !== 'absent') await openFiles.close(this.#layout.path(file))
    await openFiles.close(this.#opened.store.path)
  }

  #claimedPaths(): string[] {
    return [...this.#layout.dataFiles()].flatMap((file) => this.#layout.claimPaths(file))
  }
}

function earliest(...moments: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined
  for (const moment of moments)
    if (moment !== undefined && (first === undefined || moment < first)) first = moment
  return first
}
