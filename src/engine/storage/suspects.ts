// Files of ours that are not what they were: which of their pieces are still believed, and when they are trusted again.
// Invariant: a piece that may be wrong is not had from the moment the doubt exists until it was hashed from disk
// again, and files that were complete are changed only after the person agreed.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Disk } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Checker } from './checker.ts'
import type { Intake } from './intake.ts'
import { type DataFile, factsOf, type Layout, sameFacts } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { ChangedFile } from './opening.ts'
import { allFiles, type PartStore, piecesIn } from './part-store.ts'
import type { StorageOptions } from './storage-options.ts'
import type { SyncBatch } from './sync-batch.ts'
import type { StorageProblem } from './trouble.ts'
import type { TroubleDesk } from './trouble-desk.ts'
import { findVolume } from './volume.ts'

export interface SuspectsOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly geometry: Geometry
  readonly layout: Layout
  readonly store: PartStore
  readonly have: Bitfield
  readonly desk: TroubleDesk
  readonly batch: SyncBatch
  readonly intake: Intake
  readonly checker: Checker
  /** @returns who else works with the file, if somebody does */
  readonly claimForWriting: (file: DataFile) => string | undefined
  readonly gained: (piece: PieceIndex) => void
  readonly lost: (pieces: readonly PieceIndex[]) => void
}

export class Suspects {
  readonly #options: SuspectsOptions
  /** What each suspect file lost: to be hashed again when the file changes. */
  readonly #doubted = new Map<DataFile, Set<PieceIndex>>()

  constructor(options: SuspectsOptions) {
    this.#options = options
  }

  /** A file is gone, shorter, or another one: nothing in it is believed. */
  changed(file: DataFile, problem: StorageProblem): void {
    if (file.suspect !== undefined) return
    file.suspect = { problem, seen: undefined }
    void this.#changed(file, problem)
  }

  async #changed(file: DataFile, problem: StorageProblem): Promise<void> {
    const { disk, layout, desk, openFiles, intake, lost, have } = this.#options
    if ((await findVolume(disk, layout.saveFolder, layout.volume)) !== 'same') {
      file.suspect = undefined
      desk.raise({ code: 'MISSING_VOLUME', path: layout.saveFolder })
      return
    }
    const pieces = this.#pieces(file).filter((piece) => have.has(piece))
    const doubted = this.#doubted.get(file) ?? new Set()
    for (const piece of pieces) doubted.add(piece)
    this.#doubted.set(file, doubted)
    lost(pieces)
    for (const piece of this.#pieces(file)) {
      const assembly = intake.assemblies.get(piece)
      if (assembly !== undefined) intake.loseBlocks(piece, [...assembly.blocksOnDisk().ones()])
    }
    desk.raise(problem)
    await openFiles.close(layout.path(file))
    await desk.probe()
  }

  /** A complete file turned out not to be this torrent's. */
  conflict(file: DataFile): void {
    const { desk, layout } = this.#options
    const problem: StorageProblem = { code: 'FILE_DIFFERS', path: layout.path(file) }
    file.suspect ??= { problem, seen: undefined }
    desk.raise(problem)
  }

  /** Hashes again what a suspect file had, when it looks different from last time. */
  async reexamine(file: DataFile): Promise<void> {
    const { disk, desk, checker, gained, openFiles, layout } = this.#options
    const { suspect } = file
    if (suspect === undefined) return
    const path = layout.path(file)
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
      // Until the look is over and nothing went wrong in it, the next attempt looks again.
      suspect.seen = undefined
      file.facts = seen
      file.unrecorded = true
      let unread = false
      await checker.run([...doubted], (piece, verdict) => {
        unread ||= verdict === 'unread'
        if (verdict !== 'good') return
        doubted.delete(piece)
        gained(piece)
      })
      const later = await disk.stat(path)
      if (!unread && later !== undefined && sameFacts(factsOf(later), seen)) suspect.seen = seen
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
    return this.#pieces(file).some(
      (piece) =>
        bad.has(piece) &&
        geometry.parts(piece).every((part) => (layout.files[part.file]?.home ?? 'final') === 'final'),
    )
  }

  /** The person agreed: suspect files are completed as if they were ours. */
  async agree(): Promise<void> {
    for (const file of allFiles(this.#options.layout, this.#options.store))
      if (file.suspect !== undefined) await this.#release(file)
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
    const stat = file.home === 'absent' ? undefined : await disk.stat(layout.path(file))
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
    for (const piece of this.#pieces(file)) if (have.has(piece)) batch.verified(piece)
  }

  #cleared(file: DataFile): void {
    file.suspect = undefined
    this.#doubted.delete(file)
  }

  #pieces(file: DataFile): PieceIndex[] {
    const { geometry, store } = this.#options
    return piecesIn(file, geometry, store)
  }
}
