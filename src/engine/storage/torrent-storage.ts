// The files of one torrent, as the torrent sees them: blocks go in, verified pieces come out, trouble is told.
// A thin face over StorageCore. Owns no timers: the session drives tick() by deadline(). The guarantees and how they
// are kept are in docs/decisions/0003-storage.md.

import type { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { type StorageBacklog, StorageCore } from './core.ts'
import { FromDisk } from './from-disk.ts'
import { DEFAULT_PART_SUFFIX, type FileIdentity } from './layout.ts'
import { type MoveResult, Mover } from './mover.ts'
import { type Opened, type OpenRefusal, openLayout, type ResumeReport } from './opening.ts'
import { removeData } from './own-files.ts'
import { migrateFromStore, releaseUnused } from './part-migration.ts'
import type { ReadOutcome } from './reader.ts'
import { Recheck } from './recheck.ts'
import type { StorageOptions } from './storage-options.ts'
import type { StorageProblem } from './trouble.ts'

export type { MoveResult } from './mover.ts'
export type { OpenRefusal, ResumeReport } from './opening.ts'
export type { StorageEvents, StorageOptions } from './storage-options.ts'
export type { ExpectedHashes } from './verify.ts'

/** Unwritten blocks are kept this long in trouble; then their memory goes back to the pool. */
const KEEP_UNWRITTEN_MS = 30_000
/** More than what follows from what; a disk that changes all the time must not hold up an end. */
const FLUSH_ROUNDS = 5

export class TorrentStorage {
  readonly #core: StorageCore
  readonly #mover: Mover
  readonly #recheck: Recheck
  readonly #fromDisk: FromDisk
  #closing: Promise<void> | undefined

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
        refetch: options.refetch ?? false,
        diskPaths: options.diskPaths,
      },
      owner,
    )
    if ('refused' in opened) return opened
    const storage = new TorrentStorage(new StorageCore(options, opened, owner))
    await storage.#start(opened)
    storage.#core.opened = true
    return storage
  }

  private constructor(core: StorageCore) {
    this.#core = core
    this.#mover = new Mover(core)
    this.#recheck = new Recheck(core)
    this.#fromDisk = new FromDisk(core)
  }

  // ── what is here ──

  /** Verified pieces. */
  get have(): Bitfield {
    return this.#core.have
  }

  /** What open() found. */
  get report(): ResumeReport {
    return this.#core.report
  }

  get saveFolder(): string {
    return this.#core.layout.saveFolder
  }

  /** A move that did not come to its end: call move() with it. */
  get pendingMove(): string | undefined {
    return this.#core.journal.state.movingTo
  }

  /** Blocks on disk of pieces that are not verified. */
  get partials(): readonly { piece: PieceIndex; blocks: Bitfield }[] {
    const partials: { piece: PieceIndex; blocks: Bitfield }[] = []
    for (const assembly of this.#core.intake.assemblies.values()) {
      const blocks = assembly.blocksOnDisk()
      if (!blocks.empty) partials.push({ piece: assembly.piece, blocks })
    }
    return partials
  }

  /** Some pieces must be looked at before they are had or downloaded: call check('pending'). */
  get needsCheck(): boolean {
    const { pending, withheld } = this.#core
    return pending.values().some((piece) => !withheld.has(piece))
  }

  get problem(): StorageProblem | undefined {
    return this.#core.desk.problem
  }

  /** How far disk and hashing are behind. */
  get backlog(): StorageBacklog {
    return this.#core.backlog
  }

  /** Where a file is now, or will be made; undefined for pads and links. */
  path(file: number): string | undefined {
    const found = this.#core.layout.files[file]
    return found === undefined ? undefined : this.#core.layout.path(found)
  }

  /** What a complete file was like when it was last known to be right; undefined for one that is not. */
  verified(file: number): FileIdentity | undefined {
    const { layout, have, options } = this.#core
    const found = layout.files[file]
    const range = options.metainfo.geometry.piecesOf(file)
    if (found?.home !== 'final' || found.suspect !== undefined || range === undefined) return undefined
    for (let piece = range.first as number; piece <= range.last; piece++)
      if (!have.has(piece) || this.#core.withheld.has(piece as PieceIndex)) return undefined
    return found.facts
  }

  isWanted(file: number): boolean {
    return this.#core.layout.files[file]?.wanted ?? false
  }

  // ── blocks in ──

  /** Holds memory for a block that is about to be requested. False: not now (memoryAvailable follows) or not needed. */
  reserve(piece: PieceIndex, block: number): boolean {
    const { mode, desk, have, pending, batch, space, intake } = this.#core
    if (mode !== 'open' || desk.problem !== undefined) return false
    if (have.has(piece) || pending.has(piece) || !batch.mayWrite(piece)) return false
    if (batch.overdue || !space.admits(intake.comingBytes)) return false
    return intake.reserve(piece, block)
  }

  /** Memory of a missing block, also without reserve() if there is some. Lending it again ends the earlier loan. */
  slot(piece: PieceIndex, begin: number, lengthBytes: number): Uint8Array | undefined {
    return this.#core.intake.slot(piece, begin, lengthBytes)
  }

  /** The slot is full; it must not be written to any more. @throws StorageError SLOT_NOT_LENT */
  blockStored(piece: PieceIndex, block: number): void {
    this.#core.intake.stored(piece, block)
    this.#core.batch.touched()
  }

  /** The request is dropped, and whoever had the slot has stopped writing. */
  unreserve(piece: PieceIndex, block: number): void {
    this.#core.intake.unreserve(piece, block)
  }

  /** Forgets blocks, of a failed piece for instance. They can be reserved again at once or after memoryAvailable. */
  resetBlocks(piece: PieceIndex, blocks: readonly number[] | 'all'): void {
    this.#core.intake.reset(piece, blocks)
  }

  /** Hashes became known (v2 layers): pieces that waited for them are judged, also those that were found on disk. */
  hashesKnown(): void {
    this.#core.intake.rejudge()
    void this.#recheck.waiting()
  }

  // ── blocks out ──

  /** Fills `views`, one after another, from a verified piece. Never 'ok' with bytes that are not right. */
  async read(piece: PieceIndex, begin: number, views: readonly Uint8Array[]): Promise<ReadOutcome> {
    const { have, reader } = this.#core
    if (!have.has(piece)) return 'changed'
    this.#core.using()
    const outcome = await reader.read(piece, begin, views)
    return outcome === 'ok' && !have.has(piece) ? 'changed' : outcome
  }

  /** The same also from a piece that failed and was not reset: to find out who spoiled it, never to give it to anybody. */
  readJudged(piece: PieceIndex, begin: number, views: readonly Uint8Array[]): Promise<ReadOutcome> {
    this.#core.using()
    return this.#core.reader.read(piece, begin, views)
  }

  // ── checking ──

  /** As Recheck.run(). */
  check(scope: 'pending' | 'all', onProgress?: (done: number, total: number) => void): Promise<boolean> {
    return this.#recheck.run(scope, onProgress)
  }

  cancelCheck(): void {
    this.#recheck.cancel()
  }

  /** Files that need not be fetched because their content is elsewhere on this computer. */
  get fromDisk(): FromDisk {
    return this.#fromDisk
  }

  /** The person agreed that changed, missing or differing files are completed as if they were ours. */
  async agree(): Promise<void> {
    await this.#core.suspects.agree()
    await this.#core.desk.probe()
  }

  // ── files ──

  /** By file index. Unwanted files are not made; what belongs to them of shared pieces is kept aside. */
  async setWanted(files: readonly boolean[], withheld?: ReadonlySet<number>): Promise<void> {
    const core = this.#core
    core.withheld.set(withheld)
    for (const file of core.layout.dataFiles()) file.wanted = files[file.index] ?? file.wanted
    this.#recordWanted()
    core.wantedChanged()
    await migrateFromStore(core)
    if (core.desk.problem === undefined) await core.recovery.requireSpace()
    await this.#recheck.waiting()
  }

  /** Takes all files to another folder, on the same volume or not; goes on where an earlier attempt stopped. */
  async move(folder: string, onProgress?: (bytes: number) => void): Promise<MoveResult> {
    return await this.#mover.move(folder, onProgress)
  }

  /** @param components below the save folder, safe ones (metainfo/paths.ts) */
  async renameFile(file: number, components: readonly string[]): Promise<MoveResult> {
    return await this.#mover.renameFile(file, components)
  }

  /** Files that the finalize hook held back, or whose renaming failed, are tried again. */
  finalizeAgain(): void {
    this.#core.finisher.considerAgain()
  }

  // ── whole ──

  /** Everything that is here is written, synced and in the journal, or trouble is told. */
  async flush(): Promise<void> {
    const { intake, batch, finisher, desk } = this.#core
    await intake.flush()
    await intake.settled()
    await batch.run()
    await finisher.settled()
    // Final names and empty files follow what is recorded, and are recorded in turn.
    for (let round = 0; round < FLUSH_ROUNDS && batch.pending && desk.problem === undefined; round++) {
      await batch.run()
      await finisher.settled()
    }
  }

  /** Flushes, lets go of files, memory and names. */
  close(): Promise<void> {
    this.#closing ??= this.#close('keep')
    return this.#closing
  }

  /** Removes what was written for this torrent, its journal and its own empty folders; then it is closed. */
  delete(): Promise<void> {
    this.#closing ??= this.#close('remove')
    return this.#closing
  }

  tick(now: Millis): void {
    const core = this.#core
    if (core.mode === 'closed') return
    if (!core.told) this.#tell()
    core.batch.tick(now)
    core.space.tick(now)
    core.desk.tick(now)
    if (core.desk.since !== undefined && now - core.desk.since >= KEEP_UNWRITTEN_MS)
      core.intake.dropUnwritten()
    if (core.idleAt !== undefined && now >= core.idleAt) core.letGo(now)
  }

  /** When tick() is due; changes are told by deadlineChanged. */
  deadline(): Millis | undefined {
    const core = this.#core
    if (core.mode === 'closed') return undefined
    return core.told ? core.deadline() : core.options.ports.clock.now()
  }

  // ── inside ──

  async #start(opened: Opened): Promise<void> {
    const core = this.#core
    const { layout, journal, batch, recovery } = core
    for (const [piece, blocks] of opened.partials) core.intake.restore(piece, blocks.ones())
    if (opened.problem !== undefined) {
      core.desk.raise(opened.problem)
      return
    }
    for (const file of [...layout.dataFiles(), core.store.file]) {
      if (file.unrecorded && file.home !== 'absent') batch.found(file)
    }
    // The files were hashed when the torrent was made from them.
    if (core.options.trusted === true) {
      const { metainfo, onlyAs = [] } = core.options
      for (const piece of [...core.pending])
        if (layout.isAs(metainfo.geometry.parts(piece), onlyAs)) core.gained(piece)
    }
    const { state } = journal
    const lost = [...state.have.ones()].filter((piece) => !core.have.has(piece)) as PieceIndex[]
    if (lost.length > 0) batch.lost(lost)
    const { volume } = layout
    const moved = state.folder !== layout.saveFolder || state.volume?.device !== volume?.device
    if (volume !== undefined && moved) {
      batch.record({ type: 'place', folder: layout.saveFolder, volume, movingTo: state.movingTo })
    }
    this.#recordWanted()
    // Where a renaming that a crash broke off has left the file is its name now.
    for (const [index, { earlier }] of state.names) {
      const file = layout.files[index]
      if (earlier === undefined || file === undefined) continue
      batch.record({ type: 'name', file: index, components: file.components, settled: true })
    }
    if (!this.needsCheck)
      await core.suspects.afterCheck(new Set(), core.report.changed, {
        refetch: core.options.refetch ?? false,
      })
    await migrateFromStore(core)
    if (core.store.slots.size > 0) await releaseUnused(core)
    await recovery.requireSpace()
    for (const file of layout.dataFiles()) core.finisher.consider(file.index)
  }

  #recordWanted(): void {
    const { journal, layout, batch } = this.#core
    const bits = journal.state.wantedBits()
    let changed = 0
    for (const { index, wanted } of layout.dataFiles())
      changed += Number(wanted ? bits.set(index) : bits.clear(index))
    if (changed > 0) batch.record({ type: 'wanted', bits: bits.toBytes() })
  }

  #tell(): void {
    const core = this.#core
    core.told = true
    if (core.desk.problem !== undefined) core.options.events.trouble(core.desk.problem)
    core.maybeFinished()
  }

  async #close(files: 'keep' | 'remove'): Promise<void> {
    const core = this.#core
    this.cancelCheck()
    this.#fromDisk.cancel()
    await this.#fromDisk.settled()
    await this.#mover.settled()
    if (files === 'keep') await this.flush()
    core.mode = 'closed'
    await core.intake.close()
    await core.finisher.settled()
    await core.batch.settled()
    await core.journal.settled()
    await core.closeFiles()
    if (files === 'remove') await removeData(core)
    core.share.close()
    core.options.claims.release(core.owner, core.claimedPaths())
  }
}
