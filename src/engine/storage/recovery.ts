// What to do when the disk misbehaves: what is not relied on any more, what is tried again, and when it is over.
// Invariant: what a failed fsync left doubtful is not had until it was read, hashed and written again, and nothing is
// tried on a volume that is not ours.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Disk, FileStat } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Finisher } from './finisher.ts'
import type { Intake } from './intake.ts'
import type { Journal } from './journal.ts'
import { type DataFile, factsOf, type Layout, sameFacts } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import { allFiles, type PartStore, piecesIn } from './part-store.ts'
import type { SpaceGuard } from './space-guard.ts'
import type { Suspects } from './suspects.ts'
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
  readonly journal: Journal
  readonly desk: TroubleDesk
  readonly batch: SyncBatch
  readonly intake: Intake
  readonly finisher: Finisher
  readonly suspects: Suspects
  readonly space: SpaceGuard
  /** Bytes that still have to be written. */
  readonly neededBytes: () => number
  readonly lost: (pieces: readonly PieceIndex[]) => void
}

/** Pieces read back and written again at once after a failed fsync. */
const REWRITE_AT_ONCE = 16
const PROBE_BYTES = 4_096

export class Recovery {
  readonly #options: RecoveryOptions
  /** Verified, written, and not synced when an fsync failed. */
  readonly #rewrite = new Set<PieceIndex>()

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  // ── something went wrong ──

  /** fsync failed: what these files got since the last good one may never reach the disk. */
  distrust(files: readonly DataFile[], pieces: readonly PieceIndex[], problem: StorageProblem): void {
    const { desk, intake, lost, geometry, store } = this.#options
    for (const piece of pieces) this.#rewrite.add(piece)
    // What the system drops after a failed fsync may be the length: that is then no change by somebody else.
    for (const file of files) if (file.home === 'part') file.short = true
    lost(pieces)
    for (const piece of files.flatMap((file) => piecesIn(file, geometry, store))) {
      const onDisk = intake.assemblies.get(piece)?.blocksOnDisk()
      if (onDisk === undefined) continue
      const recorded = this.#recordedBlocks(piece)
      intake.loseBlocks(
        piece,
        [...onDisk.ones()].filter((block) => !recorded.has(block)),
      )
    }
    desk.raise(problem)
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
    const { desk, layout, store, suspects } = this.#options
    try {
      if (!(await this.#volumeBack(problem))) return
      for (const file of allFiles(layout, store))
        if (file.suspect !== undefined) await suspects.reexamine(file)
      if (!(await this.#spaceBack(problem))) return
      if (isAboutWriting(problem)) await this.#probeWriting()
      await this.#again()
    } catch (error) {
      desk.raise(problemOf(error, layout.saveFolder))
    }
  }

  async #volumeBack(problem: StorageProblem): Promise<boolean> {
    const { disk, layout, store, desk, openFiles, batch, journal } = this.#options
    const found = await findVolume(disk, layout.saveFolder, layout.volume)
    if (found === 'same' && problem.code !== 'MISSING_VOLUME') return true
    const here = allFiles(layout, store).filter((file) => file.home !== 'absent')
    for (const file of here) await openFiles.close(layout.path(file))
    const known = here.filter((file) => file.facts !== undefined)
    const stats = await Promise.all(known.map((file) => disk.stat(layout.path(file)).catch(() => undefined)))
    const none = known.length > 0 && stats.every((stat) => stat === undefined)
    if (found === 'missing' || (found === 'mounted' && none)) {
      desk.raise({ code: 'MISSING_VOLUME', path: layout.saveFolder })
      return false
    }
    layout.volume = await markVolume(disk, layout.saveFolder)
    layout.forgetFolders()
    if (layout.volume !== undefined) {
      const { movingTo } = journal.state
      batch.record({ type: 'place', folder: layout.saveFolder, volume: layout.volume, movingTo })
    }
    for (const [at, file] of known.entries()) this.#compare(file, stats[at], found === 'mounted')
    return true
  }

  /** @param renumbered the volume has another number, and so have its files */
  #compare(file: DataFile, stat: FileStat | undefined, renumbered: boolean): void {
    const { layout, suspects } = this.#options
    const path = layout.path(file)
    const { facts } = file
    if (stat?.kind !== 'file' || facts === undefined) {
      suspects.changed(file, { code: stat === undefined ? 'FILE_MISSING' : 'FILE_CHANGED', path })
      return
    }
    const seen = factsOf(stat)
    const { identity, device } = seen
    const expected = renumbered ? { ...facts, identity, device } : facts
    const same = file.writing
      ? seen.lengthBytes >= facts.lengthBytes && identity === expected.identity
      : sameFacts(seen, expected)
    if (!same) {
      suspects.changed(file, { code: 'FILE_CHANGED', path })
      return
    }
    file.facts = expected
    file.unrecorded = true
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
    const { disk, store } = this.#options
    const path = `${store.path}.probe`
    // Its own folder: of a move that failed half way it may be the new one already.
    const file = await disk.open(path, 'create', store.file.folder)
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
    for (const file of layout.dataFiles()) if (file.home === 'part') await layout.ensure(file)
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

  // ── helpers ──

  #recordedBlocks(piece: PieceIndex): Bitfield {
    const count = this.#options.geometry.blockCount(piece)
    const bytes = this.#options.journal.state.partials.get(piece)
    return bytes === undefined ? new Bitfield(count) : Bitfield.fromBytes(bytes, count)
  }
}

function isAboutWriting(problem: StorageProblem): boolean {
  return (
    problem.code !== 'FILE_MISSING' && problem.code !== 'FILE_CHANGED' && problem.code !== 'MISSING_VOLUME'
  )
}
