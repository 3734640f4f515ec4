// Makes durable what was written: every few seconds sync the touched files, then their folders, then say so in the
// journal. Invariant: a piece or block is recorded only after every byte of it was synced without error in a file
// that its path still leads to; before a lost piece may be written again, its loss is recorded.

import type { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { Clock, Disk } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import { FileSync, type FileSyncEvents } from './file-sync.ts'
import type { Intake } from './intake.ts'
import type { Journal } from './journal.ts'
import type { JournalRecord } from './journal-record.ts'
import type { DataFile, Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { PartStore } from './part-store.ts'
import type { PieceAssembly } from './piece-assembly.ts'
import type { WriteLog } from './piece-files.ts'
import { ProblemError, problemOf } from './trouble.ts'

/**
 * TRANSFER.md: at most 5 s of received data may be lost. A batch should be durable this long after its first block came,
 * so it begins earlier by what the last one took, or a usual one takes.
 */
const DURABLE_AFTER_MS = 4_000
const USUAL_SYNC_MS = 500
/** Later than this nothing more is asked for: what was asked for already still comes within the 5 s. */
const OVERDUE_AFTER_MS = 4_500
/** TRANSFER.md: or 16 MiB, whichever is more. */
const UNSYNCED_BYTES_ALLOWED = 16 * 1_048_576
const SYNC_MIN_PAUSE_MS = 1_000

export interface SyncEvents extends FileSyncEvents {
  /** Recorded. */
  durable(pieces: readonly PieceIndex[]): void
  failed(error: unknown): void
  /** deadline() may have changed. */
  rescheduled(): void
  /** A batch went through. */
  done(): void
  /** Room again after `overdue`, or losses were recorded: what was refused may be asked again. */
  available(): void
}

export interface SyncOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly geometry: Geometry
  readonly layout: Layout
  readonly store: PartStore
  readonly journal: Journal
  readonly have: Bitfield
  readonly events: SyncEvents
}

export class SyncBatch implements WriteLog {
  readonly #options: SyncOptions
  readonly #sync: FileSync
  #intake: Intake | undefined
  #dirty = new Set<DataFile>()
  #verified = new Set<PieceIndex>()
  readonly #lost = new Set<PieceIndex>()
  readonly #extra: JournalRecord[] = []
  #activeWrites = 0
  #dirtyBytes = 0
  #syncingBytes = 0
  /** Since when something is written and not durable. */
  #dirtySince: Millis | undefined
  #syncingSince: Millis | undefined
  #intent: Promise<void> | undefined
  #running: Promise<void> | undefined
  #lastDurationMs = 0
  #urgent = false

  constructor(options: SyncOptions) {
    this.#options = options
    this.#sync = new FileSync({ ...options, recorded: () => options.journal.state.have })
  }

  /** Intake and batch need each other. */
  attach(intake: Intake): void {
    this.#intake = intake
  }

  // ── what was written ──

  beforeWrite(): Promise<void> | undefined {
    this.#activeWrites++
    const { journal } = this.#options
    if (journal.state.writing && journal.confirmed) return this.#intent
    this.#intent ??= this.#append(this.#adopted(), true).finally(() => {
      this.#intent = undefined
    })
    return this.#intent
  }

  /**
   * Unfinished files taken over from before a crash are ours from now on, though nothing in them is believed yet. Not
   * one that got its final name meanwhile: that is said with the batch that makes the name durable.
   */
  #adopted(): JournalRecord[] {
    const { journal, layout } = this.#options
    const records: JournalRecord[] = []
    for (const { index, home, inStore, unrecorded } of layout.dataFiles()) {
      const known = journal.state.files.get(index)?.home ?? 'absent'
      if (!unrecorded || home !== 'part' || known !== 'absent') continue
      records.push({ type: 'file', file: index, home, inStore, facts: undefined })
    }
    return records
  }

  wrote(file: DataFile, lengthBytes: number): void {
    this.#dirty.add(file)
    this.#dirtyBytes += lengthBytes
    this.#touch()
  }

  afterWrite(): void {
    this.#activeWrites--
  }

  /** To be recorded with the next batch. */
  verified(piece: PieceIndex): void {
    this.#lost.delete(piece)
    this.#verified.add(piece)
    this.#touch()
  }

  /** Must be recorded before it is written again; see mayWrite(). */
  lost(pieces: readonly PieceIndex[]): void {
    const recorded = this.#options.journal.state.have
    for (const piece of pieces) {
      this.#verified.delete(piece)
      if (recorded.has(piece) || this.#running !== undefined) this.#lost.add(piece)
    }
    if (this.#lost.size > 0) this.#urgent = true
    this.#touch()
  }

  /** Goes into the next batch as ours and half made, while its bytes are still in the part store. */
  announce(file: DataFile): void {
    if (file.home !== 'absent') return
    this.record({ type: 'file', file: file.index, home: 'part', inStore: true, facts: undefined })
  }

  /** Existing bytes (found by a check) that must be synced before their pieces are recorded. */
  found(file: DataFile): void {
    this.#dirty.add(file)
    this.#touch()
  }

  /** Goes into the next batch. */
  record(record: JournalRecord): void {
    this.#extra.push(record)
    this.#touch()
  }

  /** A block came, or a file's home changed: there is something to make durable. Cheap. */
  touched(): void {
    this.#touch()
  }

  mayWrite(piece: PieceIndex): boolean {
    return this.#lost.size === 0 || !this.#lost.has(piece)
  }

  /** The disk does not keep up: taking more would break the promise of how much a crash can cost. */
  get overdue(): boolean {
    if (this.#dirtyBytes + this.#syncingBytes <= UNSYNCED_BYTES_ALLOWED) return false
    const since = this.#syncingSince ?? this.#dirtySince
    return since !== undefined && this.#options.clock.now() - since > OVERDUE_AFTER_MS
  }

  // ── when ──

  /** Something became complete: do not wait. */
  hurry(): void {
    this.#urgent = true
    this.#touch()
  }

  deadline(): Millis | undefined {
    if (this.#running !== undefined) return undefined
    const since = this.#dirtySince
    if (since === undefined) return undefined
    if (this.#urgent) return since
    const expectedMs = Math.max(USUAL_SYNC_MS, this.#lastDurationMs)
    return after(since, Math.max(SYNC_MIN_PAUSE_MS, DURABLE_AFTER_MS - expectedMs))
  }

  tick(now: Millis): void {
    const deadline = this.deadline()
    if (deadline !== undefined && now >= deadline) void this.run()
  }

  get pending(): boolean {
    return this.#dirtySince !== undefined || this.#running !== undefined
  }

  /** One batch; a second call while one runs waits for it and does another. Failures go to the events. */
  async run(): Promise<void> {
    // Looked at again in the very turn that begins the next one: two callers must not begin one each.
    while (this.#running !== undefined) await this.#running
    const job = this.#batch().then(
      () => {
        this.#running = undefined
        this.#options.events.done()
        // What was touched while it ran has a deadline only now.
        this.#options.events.rescheduled()
      },
      (error: unknown) => {
        this.#running = undefined
        this.#options.events.failed(error)
      },
    )
    this.#running = job
    await job
  }

  /** Resolves when no batch is under way. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  // ── one batch ──

  #touch(): void {
    if (this.#dirtySince !== undefined && !this.#urgent) return
    this.#dirtySince ??= this.#options.clock.now()
    this.#options.events.rescheduled()
  }

  async #batch(): Promise<void> {
    const { clock, disk, events, layout } = this.#options
    const started = clock.now()
    const wasOverdue = this.overdue
    this.#urgent = false
    this.#syncingSince = this.#dirtySince ?? started
    this.#dirtySince = undefined
    await this.#intake?.flush()
    this.#syncingBytes = this.#dirtyBytes
    this.#dirtyBytes = 0
    const pieces = [...this.#verified]
    const files = [...this.#dirty]
    const folders = [...layout.unsyncedFolders]
    const partials = this.#partials()
    this.#verified = new Set()
    this.#dirty = new Set()
    layout.unsyncedFolders.clear()
    try {
      const bad = await this.#sync.run(files)
      for (const folder of folders) await disk.syncDirectory(folder)
      await this.#recordBatch(pieces, partials, bad)
    } catch (error) {
      // Nothing is lost: all of it is tried again with the next batch.
      for (const piece of pieces) if (this.#options.have.has(piece)) this.#verified.add(piece)
      for (const file of files) this.#dirty.add(file)
      for (const folder of folders) layout.unsyncedFolders.add(folder)
      for (const { assembly } of partials) assembly.changedOnDisk = true
      this.#touch()
      throw error
    } finally {
      this.#syncingBytes = 0
      this.#syncingSince = undefined
      this.#lastDurationMs = clock.now() - started
      if (wasOverdue) events.available()
    }
  }

  async #recordBatch(
    pieces: readonly PieceIndex[],
    partials: readonly PartialSnapshot[],
    bad: ReadonlySet<DataFile>,
  ): Promise<void> {
    const { have, store, layout, events, geometry } = this.#options
    const touchesBad = (piece: PieceIndex) =>
      bad.size > 0 && geometry.parts(piece).some((part) => bad.has(layout.files[part.file] ?? store.file))
    const good = pieces.filter((piece) => have.has(piece) && !this.#lost.has(piece) && !touchesBad(piece))
    // What lies in a bad file stays to be recorded, unless it is lost before the file is good again.
    for (const piece of pieces) if (have.has(piece) && touchesBad(piece)) this.#verified.add(piece)
    for (const file of bad) this.#dirty.add(file)
    if (bad.size > 0) this.#touch()
    const lost = [...this.#lost]
    const records: JournalRecord[] = []
    for (const file of [...layout.dataFiles(), store.file]) {
      if (!file.unrecorded || bad.has(file)) continue
      file.unrecorded = false
      records.push({
        type: 'file',
        file: file.index,
        home: file.home,
        inStore: file.inStore,
        facts: file.facts,
      })
    }
    records.push(...this.#extra.splice(0))
    for (const piece of store.unrecorded) records.push({ type: 'slot', piece, slot: store.slots.get(piece) })
    store.unrecorded.clear()
    const told = partials.filter(({ assembly }) => !touchesBad(assembly.piece))
    for (const { assembly } of partials) if (touchesBad(assembly.piece)) assembly.changedOnDisk = true
    for (const { assembly, blocks } of told) {
      if (!have.has(assembly.piece)) records.push({ type: 'partial', piece: assembly.piece, blocks })
    }
    if (lost.length > 0) records.push({ type: 'lost', pieces: lost })
    if (good.length > 0) records.push({ type: 'had', pieces: good })
    const quiet = this.#activeWrites === 0 && this.#dirty.size === 0
    if (records.length > 0 || this.#options.journal.state.writing === quiet)
      await this.#append(records, !quiet)
    for (const piece of lost) this.#lost.delete(piece)
    let retracted = false
    for (const { assembly, resets } of told) {
      if (!assembly.retracting || assembly.resets !== resets) continue
      assembly.retracting = false
      retracted = true
    }
    if (lost.length > 0 || retracted) events.available()
    if (good.length > 0) events.durable(good)
  }

  async #append(records: readonly JournalRecord[], writing: boolean): Promise<void> {
    const { journal, clock } = this.#options
    try {
      await journal.append(records, { wallMs: clock.wallMs(), writing })
    } catch (error) {
      const { detail = problemOf(error).code } = problemOf(error)
      throw new ProblemError({ code: 'STATE_UNWRITABLE', path: journal.path, detail })
    }
  }

  #partials(): PartialSnapshot[] {
    const snapshots: PartialSnapshot[] = []
    for (const assembly of this.#intake?.assemblies.values() ?? []) {
      if (!assembly.changedOnDisk) continue
      assembly.changedOnDisk = false
      const blocks = assembly.blocksOnDisk()
      if (blocks.count <= assembly.padding) blocks.clearAll()
      if (blocks.empty && !assembly.journaled) continue
      assembly.journaled = !blocks.empty
      snapshots.push({ assembly, blocks: blocks.toBytes(), resets: assembly.resets })
    }
    return snapshots
  }
}

interface PartialSnapshot {
  readonly assembly: PieceAssembly
  readonly blocks: Uint8Array
  readonly resets: number
}
