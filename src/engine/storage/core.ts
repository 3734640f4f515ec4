// The working parts of one torrent's storage, joined: what one of them notices, the others hear in the right order.
// Invariant: `have`, the wanted count, the sync batch and the finisher always speak of the same pieces.

import { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { PoolShare } from './buffer-pool.ts'
import { Checker } from './checker.ts'
import { Finisher } from './finisher.ts'
import { Intake, type IntakeBacklog } from './intake.ts'
import type { DataFile, Layout } from './layout.ts'
import type { Opened } from './opening.ts'
import type { PartStore } from './part-store.ts'
import { PieceFiles } from './piece-files.ts'
import { Reader } from './reader.ts'
import { Recovery } from './recovery.ts'
import { SpaceGuard } from './space-guard.ts'
import type { StorageOptions } from './storage-options.ts'
import { Suspects } from './suspects.ts'
import { SyncBatch } from './sync-batch.ts'
import { problemOf } from './trouble.ts'
import { TroubleDesk } from './trouble-desk.ts'
import { Verifier } from './verify.ts'
import { Wanted } from './wanted.ts'
import { Withheld } from './withheld.ts'

/** How far disk and hashing are behind. */
export interface StorageBacklog extends IntakeBacklog {
  /** What is written waits too long for the disk to confirm it: nothing more is taken in. */
  readonly overdue: boolean
}

/** Descriptors nobody used for this long are closed. */
const IDLE_FILE_MS = 20_000

export class StorageCore {
  readonly options: StorageOptions
  readonly owner: object
  readonly layout: Layout
  readonly store: PartStore
  readonly journal: Opened['journal']
  readonly report: Opened['report']
  /** Verified pieces. */
  readonly have: Bitfield
  /** Must be hashed from disk before they are had or downloaded. */
  readonly pending: Set<PieceIndex>
  /** Set before wantedChanged(). */
  readonly withheld: Withheld
  readonly wanted: Wanted
  readonly share: PoolShare
  readonly space: SpaceGuard
  readonly batch: SyncBatch
  readonly files: PieceFiles
  readonly intake: Intake
  readonly finisher: Finisher
  readonly reader: Reader
  readonly checker: Checker
  readonly verifier: Verifier
  readonly desk: TroubleDesk
  readonly recovery: Recovery
  readonly suspects: Suspects
  /** `busy`: files are being moved; `checking`: hashed. No blocks are taken in either. */
  mode: 'open' | 'checking' | 'busy' | 'closed' = 'open'
  /** open() is about to return: what it found is in the state, and told from now on. */
  opened = false
  /** The first tick came: before it, nothing is told that open() returned already. */
  told = false
  /** When idle descriptors are looked for. */
  idleAt: Millis | undefined
  #usedAt = 0 as Millis
  #finished = false
  #makingEmpty = false
  /** What deadline() returned last. */
  #promised: Millis | undefined

  get backlog(): StorageBacklog {
    return { ...this.intake.backlog, overdue: this.batch.overdue }
  }

  constructor(options: StorageOptions, opened: Opened, owner: object) {
    const { ports, metainfo, events, openFiles } = options
    const { layout, store, journal } = opened
    const { clock, disk, hasher } = ports
    const { geometry } = metainfo
    this.options = options
    this.owner = owner
    this.layout = layout
    this.store = store
    this.journal = journal
    this.report = opened.report
    this.have = opened.have
    this.pending = opened.pending
    const { have } = this
    const now = () => clock.now()
    const failed = (error: unknown) => this.fail(error)
    this.withheld = new Withheld(geometry, options.withheld)
    this.wanted = new Wanted(geometry, layout, this.withheld, have)
    this.desk = new TroubleDesk(now, {
      attempt: (problem) => this.recovery.attempt(problem),
      trouble: (problem) => {
        if (this.told) events.trouble(problem)
        this.#rescheduled()
      },
      recovered: () => {
        events.recovered()
        this.maybeFinished()
      },
    })
    this.space = new SpaceGuard(
      disk,
      clock,
      () => layout.saveFolder,
      (missing) => this.#spaceSeen(missing),
    )
    this.batch = new SyncBatch({
      clock,
      disk,
      openFiles,
      geometry,
      layout,
      store,
      journal,
      have,
      events: {
        durable: (pieces) => {
          this.finisher.durable(pieces)
          events.durable(pieces)
        },
        distrusted: (files, pieces, problem) => this.recovery.distrust(files, pieces, problem),
        changed: (file, problem) => this.suspects.changed(file, problem),
        failed,
        done: () => {
          this.using()
          this.maybeFinished()
        },
        rescheduled: () => this.#rescheduled(),
        available: () => events.memoryAvailable(),
      },
    })
    this.files = new PieceFiles(geometry, layout, store, openFiles, {
      beforeWrite: () => this.batch.beforeWrite(),
      wrote: (file, lengthBytes) => {
        this.using()
        this.batch.wrote(file, lengthBytes)
        this.space.wrote(lengthBytes)
      },
      afterWrite: () => this.batch.afterWrite(),
    })
    const { files } = this
    this.share = options.pool.share(() => {
      this.intake.memoryAvailable()
      events.memoryAvailable()
    })
    const verifier = new Verifier(metainfo, options.expected)
    this.verifier = verifier
    this.intake = new Intake({
      geometry,
      files,
      verifier,
      hasher,
      share: this.share,
      now,
      ...(options.stretchBlocks === undefined ? {} : { stretchBlocks: options.stretchBlocks }),
      events: {
        good: (piece) => this.gained(piece),
        bad: (piece, leaves) => events.pieceFailed(piece, leaves),
        inconsistent: (piece) => events.pieceInconsistent(piece),
        conflict: (piece, file) => {
          this.suspects.conflict(file)
          events.blocksLost(piece, [...Bitfield.full(geometry.blockCount(piece)).ones()])
        },
        failed,
        blocksLost: (piece, blocks) => events.blocksLost(piece, blocks),
        retracting: () => this.batch.hurry(),
        available: () => events.memoryAvailable(),
      },
    })
    this.batch.attach(this.intake)
    const completed = (file: DataFile) => this.#completed(file)
    const finishing = {
      disk,
      openFiles,
      geometry,
      layout,
      hook: options.finalize,
      events: { completed, failed },
    }
    this.finisher = new Finisher(finishing, have.ones())
    this.reader = new Reader({
      disk,
      clock,
      layout,
      files,
      changed: (file, problem) => this.suspects.changed(file, problem),
      failed,
    })
    this.checker = new Checker({ geometry, layout, store, hasher, verifier })
    const parts = { disk, openFiles, geometry, layout, store, journal, have }
    const { desk, batch, intake, finisher, checker, space } = this
    const lost = (pieces: readonly PieceIndex[]) => this.lost(pieces)
    this.suspects = new Suspects({
      ...parts,
      desk,
      batch,
      intake,
      checker,
      claimForWriting: (file) => options.claims.claim(owner, layout.claimPaths(file), 'write'),
      gained: (piece) => this.gained(piece),
      lost,
    })
    const { suspects } = this
    const neededBytes = () => this.neededBytes()
    this.recovery = new Recovery({
      ...parts,
      desk,
      batch,
      intake,
      finisher,
      suspects,
      space,
      neededBytes,
      lost,
    })
  }

  /** Something that nobody expected here failed: trouble, if it is the disk's. */
  fail(error: unknown): void {
    this.desk.raise(problemOf(error, this.layout.saveFolder))
  }

  /** Still to be written. */
  neededBytes(): number {
    return this.wanted.neededBytes(this.have, this.options.preallocate === 'full')
  }

  /** Something waits to be hashed, and its hashes are known. */
  get judgeable(): boolean {
    return this.pending.values().some((piece) => this.verifier.knows(piece) && !this.withheld.has(piece))
  }

  gained(piece: PieceIndex): void {
    const { geometry } = this.options.metainfo
    this.pending.delete(piece)
    if (!this.have.set(piece)) return
    for (const part of geometry.parts(piece)) {
      const file = this.layout.files[part.file]
      if (file !== undefined && !file.writing && file.home !== 'absent') this.batch.found(file)
    }
    this.batch.verified(piece)
    this.wanted.gained(piece)
    if (this.opened) this.options.events.pieceVerified(piece)
    if (this.wanted.left === 0) this.batch.hurry()
  }

  lost(pieces: readonly PieceIndex[]): void {
    const gone = pieces.filter((piece) => this.have.clear(piece))
    if (gone.length === 0) return
    for (const piece of gone) this.wanted.lost(piece)
    this.#finished = false
    this.batch.lost(gone)
    this.finisher.lost(gone)
    this.options.events.piecesLost(gone)
  }

  /** After files became wanted or unwanted. */
  wantedChanged(): void {
    this.wanted.rebuild(this.have)
    this.#finished = false
    for (const file of this.layout.dataFiles()) this.finisher.consider(file.index)
    this.recordSoon()
  }

  /** When nothing more will come, what is done is recorded at once. */
  recordSoon(): void {
    if (this.wanted.left === 0) this.batch.hurry()
    else this.batch.touched()
  }

  maybeFinished(): void {
    if (this.#finished || !this.told || this.mode !== 'open') return
    if (this.desk.problem !== undefined || this.wanted.left > 0) return
    if (this.finisher.durablePieces.lacksSomeOf(this.wanted.pieces)) return
    let complete = true
    let empty = false
    for (const file of this.layout.dataFiles()) {
      if (!file.wanted || file.home === 'final') continue
      complete = false
      empty ||= file.home === 'absent' && file.lengthBytes === 0
    }
    if (empty) void this.#makeEmptyFiles()
    if (!complete || this.batch.pending) return
    this.#finished = true
    this.options.events.finished()
  }

  /** Files are used: descriptors are to be let go some time after. */
  using(): void {
    this.#usedAt = this.options.ports.clock.now()
    if (this.idleAt !== undefined) return
    this.idleAt = after(this.#usedAt, IDLE_FILE_MS)
    this.#rescheduled()
  }

  /** Closes what nobody used lately, so that volumes can be unmounted and made read-only. */
  letGo(now: Millis): void {
    const { openFiles, pool } = this.options
    void openFiles.closeIdle((now - IDLE_FILE_MS) as Millis)
    const more = pool.trim(now)
    const again = after(this.#usedAt, IDLE_FILE_MS)
    this.idleAt = again > now ? again : more ? after(now, IDLE_FILE_MS) : undefined
  }

  deadline(): Millis | undefined {
    this.#promised = this.#nextDeadline()
    return this.#promised
  }

  /** Lets go of every descriptor of ours. */
  async closeFiles(): Promise<void> {
    const { openFiles } = this.options
    for (const file of this.layout.dataFiles()) {
      if (file.home !== 'absent') await openFiles.close(this.layout.path(file))
    }
    await openFiles.close(this.store.path)
  }

  claimedPaths(): string[] {
    return [...this.layout.dataFiles()].flatMap((file) => this.layout.claimPaths(file))
  }

  // ── inside ──

  #completed(file: DataFile): void {
    const { claims, events } = this.options
    claims.claim(this.owner, this.layout.claimPaths(file), 'read')
    this.recordSoon()
    events.fileCompleted(file.index, this.layout.finalPath(file))
  }

  /** Files without a byte belong to no piece: they are made once everything else is here. */
  async #makeEmptyFiles(): Promise<void> {
    if (this.#makingEmpty) return
    this.#makingEmpty = true
    try {
      await this.batch.beforeWrite()
      for (const file of this.layout.dataFiles()) {
        if (!file.wanted || file.home !== 'absent' || file.lengthBytes > 0) continue
        await this.layout.ensure(file)
        this.finisher.consider(file.index)
      }
    } catch (error) {
      this.fail(error)
    } finally {
      this.batch.afterWrite()
      this.recordSoon()
      this.#makingEmpty = false
    }
  }

  #spaceSeen(bytesMissing: number): void {
    if (bytesMissing > 0) this.desk.raise({ code: 'NO_SPACE', path: this.layout.saveFolder, bytesMissing })
    else this.options.events.memoryAvailable()
  }

  #nextDeadline(): Millis | undefined {
    const moments = [this.batch.deadline(), this.space.deadline(), this.desk.deadline(), this.idleAt]
    let first: Millis | undefined
    for (const at of moments) if (at !== undefined && (first === undefined || at < first)) first = at
    return first
  }

  /** Whoever drives the deadlines hears of a sooner one. */
  #rescheduled(): void {
    if (!this.told || this.mode === 'closed') return
    const next = this.#nextDeadline()
    if (next === undefined || (this.#promised !== undefined && this.#promised <= next)) return
    this.#promised = next
    this.options.events.deadlineChanged?.(next)
  }
}
