// Syncs files of a torrent and says which of them cannot be relied on.
// Invariant: the facts kept of a file are from before its sync, so that what a crash leaves is never older than them;
// a file counts as synced only if its path still leads to it and it is as long as it must be.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Disk } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import { type DataFile, factsOf, type Layout, sameFacts } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { PartStore } from './part-store.ts'
import { syncReading } from './sync-reading.ts'
import { problemOf, type StorageProblem } from './trouble.ts'

/** File systems commit concurrent syncs together; more than this would keep reads waiting for threads. */
const SYNC_PARALLEL = 3

export interface FileSyncEvents {
  /** Synced badly: nothing written to these files since the last batch may be relied on. */
  distrusted(files: readonly DataFile[], pieces: readonly PieceIndex[], problem: StorageProblem): void
  /** A path does not lead to our file any more, or the file is shorter than it must be. */
  changed(file: DataFile, problem: StorageProblem): void
}

export interface FileSyncOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly geometry: Geometry
  readonly layout: Layout
  readonly store: PartStore
  readonly have: Bitfield
  /** Pieces that the journal has. */
  readonly recorded: () => Bitfield
  readonly events: FileSyncEvents
}

export class FileSync {
  readonly #options: FileSyncOptions

  constructor(options: FileSyncOptions) {
    this.#options = options
  }

  /** @returns those that could not be synced, or are not what they were; the events have told */
  async run(files: readonly DataFile[]): Promise<ReadonlySet<DataFile>> {
    const bad = new Map<DataFile, StorageProblem>()
    const queue = [...files]
    const worker = async (): Promise<void> => {
      for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
        const problem = await this.#sync(file)
        if (problem !== undefined) bad.set(file, problem)
      }
    }
    await Promise.all(Array.from({ length: Math.min(SYNC_PARALLEL, files.length) }, worker))
    this.#tell(bad)
    return new Set(bad.keys())
  }

  async #sync(file: DataFile): Promise<StorageProblem | undefined> {
    const { layout, openFiles, disk, store } = this.#options
    await file.gate.enter()
    try {
      if (file.home === 'absent') return undefined
      const path = file === store.file ? store.path : layout.path(file)
      const stat = await openFiles.use(path, file.writing ? 'write' : 'read', file.folder, async (opened) => {
        const before = await opened.stat()
        await (file.writing ? opened.sync() : syncReading(opened))
        return before
      })
      const named = await disk.stat(path)
      const short = file !== store.file && !file.short && stat.lengthBytes !== file.lengthBytes
      const other = !file.writing && file.facts !== undefined && !sameFacts(factsOf(stat), file.facts)
      if (named?.identity !== stat.identity || short || other) {
        return { code: named === undefined ? 'FILE_MISSING' : 'FILE_CHANGED', path }
      }
      file.facts = factsOf(stat)
      file.unrecorded = true
      return undefined
    } catch (error) {
      const problem = problemOf(error)
      // Only a failed sync makes what was written doubtful; a file that is gone is handled as changed.
      return problem.code === 'FILE_MISSING' ? problem : { ...problem, code: 'SYNC_FAILED' }
    } finally {
      file.gate.leave()
    }
  }

  #tell(bad: ReadonlyMap<DataFile, StorageProblem>): void {
    const { events } = this.#options
    const failed = new Set<DataFile>()
    for (const [file, problem] of bad) {
      if (problem.code === 'SYNC_FAILED') failed.add(file)
      else events.changed(file, problem)
    }
    const [first] = failed
    if (first !== undefined)
      events.distrusted([...failed], this.#unrecordedIn(failed), bad.get(first) as StorageProblem)
  }

  /** Pieces had and not in the journal that lie in these files. */
  #unrecordedIn(files: ReadonlySet<DataFile>): PieceIndex[] {
    const { geometry, layout, store, have } = this.#options
    const recorded = this.#options.recorded()
    return ([...have.ones()] as PieceIndex[]).filter(
      (piece) =>
        !recorded.has(piece) &&
        geometry.parts(piece).some((part) => files.has(layout.files[part.file] ?? store.file)),
    )
  }
}
