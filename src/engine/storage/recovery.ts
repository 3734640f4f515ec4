// What to do when the disk misbehaves: which pieces are still believed, what is tried again, and when it is over.
// Invariant: a piece that may be wrong is not had from the moment the doubt exists until it was hashed from disk
// again, and files that were complete are changed only after the person agreed.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Disk } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Checker } from './checker.ts'
import type { Finisher } from './finisher.ts'
import type { Intake } from './intake.ts'
import type { Journal } from './journal.ts'
import { type DataFile, factsOf, type Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { ChangedFile } from './opening.ts'
import type { PartStore } from './part-store.ts'
import { sameFacts } from './reader.ts'
import type { SpaceGuard } from './space-guard.ts'
import type { StorageOptions } from './storage-options.ts'
import type { SyncBatch } from './sync-batch.ts'
import { problemOf, type StorageProblem } from './trouble.ts'
import type { TroubleDesk } from './trouble-desk.ts'
import { findVolume, markVolume } from './volume.ts'

export interface RecoveryOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly geometry: Geometry
  readonly layout: Layout
  readonly store: PartStore
  readonly have: Bitfield
  readonly journal: Journal
  readonly desk: TroubleDesk
  readonly batch: SyncBatch
  readonly intake: Intake
  readonly finisher: Finisher
  readonly checker: Checker
  readonly space: SpaceGuard
  /** Bytes that still have to be written. */
  readonly neededBytes: () => number
  /** @returns who else works with the file, if somebody does */
  readonly claimForWriting: (file: DataFile) => string | undefined
  readonly gained: (piece: PieceIndex) => void
  readonly lost: (pieces: readonly PieceIndex[]) => void
}

/** Pieces read back and written again at once after a failed fsync. */
const REWRITE_AT_ONCE = 16
const PROBE_BYTES = 4_096

export class Recovery {
  readonly #options: RecoveryOptions
  /** What each suspect file lost: to be hashed again when the file changes. */
  readonly #doubted = new Map<DataFile, Set<PieceIndex>>()
  /** Verified, written, and not synced when an fsync failed. */
  readonly #rewrite = new Set<PieceIndex>()

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  // ── something went wrong ──

  /** fsync failed: what these files got since the last good one may never reach the disk. */
  distrust(files: readonly DataFile[], pieces: readonly PieceIndex[], problem: StorageProblem): void {
    const { desk, intake, lost } = this.#options
    for (const piece of pieces) this.#rewrite.add(piece)
    lost(pieces)
    for (const file of files) {
      for (const assembly of this.#assembliesOf(file)) {
        const recorded = this.#recordedBlocks(assembly.piece)
        const doubtful = [...assembly.blocksOnDisk().ones()].filter((block) => !recorded.has(block))
        intake.loseBlocks(assembly.piece, doubtful)
      }
    }
    desk.raise(problem)
  }

  /** A file is gone, shorter, or another one: nothing in it is believed. */
  fileChanged(file: DataFile, problem: StorageProblem): void {
    if (file.suspect !== undefined) return
    file.suspect = { problem, seen: undefined }
    void this.#fileChanged(file, problem)
  }

  async #fileChanged(file: DataFile, problem: StorageProblem): Promise<void> {
    const { disk, layout, desk, openFiles, intake, lost, have } = this.#options
    if ((await findVolume(disk, layout.saveFolder, layout.volume)) !== 'same') {
      file.suspect = undefined
      desk.raise({ code: 'MISSING_VOLUME', path: layout.saveFolder })
      return
    }
    const pieces = this.#piecesOf(file).filter((piece) => have.has(piece))
    const doubted = this.#doubted.get(file) ?? new Set()
    for (const piece of pieces) doubted.add(piece)
    this.#doubted.set(file, doubted)
    lost(pieces)
    for (const assembly of this.#assembliesOf(file)) {
      intake.loseBlocks(assembly.piece, [...assembly.blocksOnDisk().ones()])
    }
    desk.raise(problem)
    await openFiles.close(this.#path(file))
    await desk.probe()
  }

  /** A complete file turned out not to be this torrent's. */
  conflict(file: DataFile): void {
    const problem: StorageProblem = { code: 'FILE_DIFFERS', path: this.#path(file) }
    file.suspect ??= { problem, seen: undefined }
    this.#options.desk.raise(problem)
  }

  /** Before downloading: does all of it fit beside the reserve? */
  async requireSpace(): Promise<void> {
    const { space, neededBytes, desk } = this.#options
    const needed = neededBytes()
    if (needed === 0) return
    try {
      const missing = await space.missingFor(needed)
      if (missing > 0) desk.raise(this.#noSpace(missing))
    } catch (error) {
      desk.raise(problemOf(error, this.#options.layout.saveFolder))
    }
  }

  #noSpace(bytesMissing: number): StorageProblem {
    return { code: 'NO_SPACE', path: this.#options.layout.saveFolder, bytesMissing }
  }

  // ── trying again ──

  /** For the trouble desk: what is still wrong is raised again. */
  async attempt(problem: StorageProblem): Promise<void> {
    const { desk } = this.#options
    try {
      if (!(await this.#volumeBack(problem))) return
      for (const file of this.#allFiles()) if (file.suspect !== undefined) await this.#reexamine(file)
      if (!(await this.#spaceBack(problem))) return
      if (isAboutWriting(problem)) await this.#probeWriting()
      await this.#again()
    } catch (error) {
      desk.raise(problemOf(error, this.#options.layout.saveFolder))
    }
  }

  async #volumeBack(problem: StorageProblem): Promise<boolean> {
    const { disk, layout, desk, openFiles, batch } = this.#options
    const found = await findVolume(disk, layout.saveFolder, layout.volume)
    if (found === 'same' && problem.code !== 'MISSING_VOLUME') return true
    for (const file of this.#allFiles()) if (file.home !== 'absent') await openFiles.close(this.#path(file))
    const known = this.#allFiles().filter((file) => file.home !== 'absent' && file.facts !== undefined)
    const stats = await Promise.all(known.map((file) => disk.stat(this.#path(file)).catch(() => undefined)))
    const none = known.length > 0 && stats.every((stat) => stat === undefined)
    if (found === 'missing' || (found === 'mounted' && none)) {
      desk.raise({ code: 'MISSING_VOLUME', path: layout.saveFolder })
      return false
    }
    layout.volume = await markVolume(disk, layout.saveFolder)
    layout.forgetFolders()
    if (layout.volume !== undefined) {
      batch.record({ type: 'place', folder: layout.saveFolder, volume: layout.volume, movingTo: undefined })
    }
    for (const [at, file] of known.entries()) {
      const stat = stats[at]
      const { facts } = file
      if (stat !== undefined && facts !== undefined && stat.kind === 'file') {
        const seen = factsOf(stat)
        const now = found === 'mounted' ? { ...facts, identity: seen.identity, device: seen.device } : facts
        const same = file.writing ? seen.lengthBytes === facts.lengthBytes : sameFacts(seen, now)
        if (same && (found === 'mounted' || seen.identity === facts.identity)) {
          file.facts = { ...facts, identity: seen.identity, device: seen.device }
          file.unrecorded = true
          continue
        }
      }
      this.fileChanged(file, {
        code: stat === undefined ? 'FILE_MISSING' : 'FILE_CHANGED',
        path: this.#path(file),
      })
    }
    return true
  }

  async #spaceBack(problem: StorageProblem): Promise<boolean> {
    if (problem.code !== 'NO_SPACE' && problem.code !== 'QUOTA') return true
    const { space, neededBytes, desk, intake } = this.#options
    const missing = await space.missingFor(neededBytes() + intake.unwrittenBytes)
    if (missing <= 0) return true
    desk.raise(this.#noSpace(missing))
    return false
  }

  /** Writes and syncs a little file beside the data: opening alone does not tell a full or failing disk. */
  async #probeWriting(): Promise<void> {
    const { disk, layout, store } = this.#options
    const path = `${store.path}.probe`
    const file = await disk.open(path, 'create', layout.saveFolder)
    try {
      await file.write(new Uint8Array(PROBE_BYTES), 0)
      await file.sync()
    } finally {
      await file.close()
      await disk.remove(path)
    }
  }

  /** Whatever could not be written, synced, recorded or renamed. */
  async #again(): Promise<void> {
    const { intake, batch, finisher, layout } = this.#options
    layout.forgetFolders()
    intake.retry()
    await intake.flush()
    const pieces = [...this.#rewrite]
    for (let at = 0; at < pieces.length; at += REWRITE_AT_ONCE) {
      for (const piece of pieces.slice(at, at + REWRITE_AT_ONCE)) {
        this.#rewrite.delete(piece)
        intake.rewrite(piece)
      }
      await intake.settled()
    }
    await batch.run()
    finisher.considerAgain()
    await finisher.settled()
  }

  /** Hashes again what a suspect file had, when it looks different from last time. */
  async #reexamine(file: DataFile): Promise<void> {
    const { disk, desk, checker, gained, openFiles } = this.#options
    const { suspect } = file
    if (suspect === undefined) return
    const path = this.#path(file)
    const stat = await disk.stat(path)
    if (stat?.kind !== 'file') {
      suspect.seen = undefined
      desk.raise({ code: 'FILE_MISSING', path })
      return
    }
    const seen = factsOf(stat)
    const doubted = this.#doubted.get(file) ?? new Set()
    if (suspect.seen === undefined || !sameFacts(seen, suspect.seen)) {
      await openFiles.close(path)
      suspect.seen = seen
      file.facts = seen
      file.unrecorded = true
      await checker.run([...doubted], (piece, verdict) => {
        if (verdict !== 'good') return
        doubted.delete(piece)
        gained(piece)
      })
      const later = await disk.stat(path)
      if (later === undefined || !sameFacts(factsOf(later), seen)) suspect.seen = undefined
    }
    const whole = stat.lengthBytes === file.lengthBytes || file === this.#options.store.file
    if (
      doubted.size === 0 &&
      whole &&
      suspect.seen !== undefined &&
      suspect.problem.code !== 'FILE_DIFFERS'
    ) {
      file.suspect = undefined
      this.#doubted.delete(file)
    } else
      desk.raise(suspect.problem.code === 'FILE_MISSING' ? { code: 'FILE_CHANGED', path } : suspect.problem)
  }

  // ── checking ──

  /** Before a full check: where are the files now? */
  async lookAgain(): Promise<void> {
    const { disk, layout, openFiles } = this.#options
    for (const file of layout.dataFiles()) {
      const path = layout.path(file)
      await openFiles.close(path)
      if (file.home !== 'absent') {
        const stat = await disk.stat(path)
        if (stat?.kind !== 'file') continue
        file.facts = factsOf(stat)
        file.short = stat.lengthBytes !== file.lengthBytes
        file.unrecorded = true
        continue
      }
      const stat = await disk.stat(layout.finalPath(file))
      if (stat?.kind !== 'file' || stat.lengthBytes !== file.lengthBytes) continue
      file.home = 'final'
      file.writing = false
      file.facts = factsOf(stat)
      file.unrecorded = true
    }
  }

  /**
   * After a check: complete files with wrong pieces need the person's word; with `agreed` they had it, and with
   * `refetch` those that are gone had it.
   * @param bad pieces that were hashed and are wrong
   */
  async afterCheck(
    bad: ReadonlySet<PieceIndex>,
    changed: readonly ChangedFile[],
    word: Pick<StorageOptions, 'agreed' | 'refetch'>,
  ): Promise<void> {
    const { layout, desk, disk } = this.#options
    const wasFinal = new Set(changed.filter((entry) => entry.wasFinal).map((entry) => entry.file))
    for (const file of layout.dataFiles()) {
      if (!file.wanted) continue
      const present = file.home !== 'absent' && (await disk.stat(layout.path(file))) !== undefined
      let problem: StorageProblem | undefined
      if (!present && (file.home === 'final' || wasFinal.has(file.index))) {
        problem = { code: 'FILE_MISSING', path: layout.finalPath(file) }
      } else if (file.home === 'final' && this.#toBlame(file, bad)) {
        const ours = file.suspect !== undefined || wasFinal.has(file.index)
        problem = { code: ours ? 'FILE_CHANGED' : 'FILE_DIFFERS', path: layout.finalPath(file) }
      }
      if (problem === undefined) {
        if (file.suspect !== undefined && present) this.#cleared(file)
        continue
      }
      file.suspect = { problem, seen: undefined }
      const gone = problem.code === 'FILE_MISSING'
      if (word.agreed === true || (gone && word.refetch === true)) await this.#release(file)
      else desk.raise(problem)
    }
  }

  /** A wrong piece lies in nothing but complete files, this one among them. */
  #toBlame(file: DataFile, bad: ReadonlySet<PieceIndex>): boolean {
    const { geometry, layout } = this.#options
    if (bad.size === 0) return false
    return this.#piecesOf(file).some(
      (piece) =>
        bad.has(piece) &&
        geometry.parts(piece).every((part) => (layout.files[part.file]?.home ?? 'final') === 'final'),
    )
  }

  /** The person agreed: suspect files are completed as if they were ours. */
  async agree(): Promise<void> {
    for (const file of this.#allFiles()) if (file.suspect !== undefined) await this.#release(file)
  }

  async #release(file: DataFile): Promise<void> {
    const { layout, disk, store, desk, claimForWriting, have, batch } = this.#options
    const taken = file === store.file ? undefined : claimForWriting(file)
    if (taken !== undefined) {
      const problem: StorageProblem = { code: 'PATH_IN_USE', path: taken }
      file.suspect = { problem, seen: undefined }
      desk.raise(problem)
      return
    }
    const stat = file.home === 'absent' ? undefined : await disk.stat(this.#path(file))
    if (stat?.kind !== 'file') {
      file.home = 'absent'
      file.facts = undefined
      file.unrecorded = true
      layout.forgetFolders()
    } else if (file !== store.file) {
      await layout.demote(file)
      file.short = stat.lengthBytes !== file.lengthBytes
      file.writing = true
    }
    this.#cleared(file)
    for (const piece of this.#piecesOf(file)) if (have.has(piece)) batch.verified(piece)
  }

  #cleared(file: DataFile): void {
    file.suspect = undefined
    this.#doubted.delete(file)
  }

  // ── helpers ──

  #recordedBlocks(piece: PieceIndex): Bitfield {
    const count = this.#options.geometry.blockCount(piece)
    const bytes = this.#options.journal.state.partials.get(piece)
    return bytes === undefined ? new Bitfield(count) : Bitfield.fromBytes(bytes, count)
  }

  #allFiles(): DataFile[] {
    return [...this.#options.layout.dataFiles(), this.#options.store.file]
  }

  #path(file: DataFile): string {
    const { layout, store } = this.#options
    return file === store.file ? store.path : layout.path(file)
  }

  #piecesOf(file: DataFile): PieceIndex[] {
    const { geometry, store } = this.#options
    if (file === store.file) return [...store.slots.keys()]
    const range = geometry.piecesOf(file.index)
    const pieces: PieceIndex[] = []
    if (range === undefined) return pieces
    for (let piece = range.first as number; piece <= range.last; piece++) pieces.push(piece as PieceIndex)
    return pieces
  }

  #assembliesOf(file: DataFile) {
    const { intake } = this.#options
    return this.#piecesOf(file).flatMap((piece) => intake.assemblies.get(piece) ?? [])
  }
}

function isAboutWriting(problem: StorageProblem): boolean {
  return (
    problem.code !== 'FILE_MISSING' && problem.code !== 'FILE_CHANGED' && problem.code !== 'MISSING_VOLUME'
  )
}
