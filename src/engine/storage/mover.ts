// Moves all files of a torrent to another folder, or one file to another name.
// Invariant: at any moment each file is whole in one place that the journal leads to; nothing that exists is
// replaced; a file on another volume is removed here only after its copy there was synced, compared and recorded.

import type { FileSpan } from '../../base/ports.ts'
import { DiskError } from '../../base/ports.ts'
import type { StorageCore } from './core.ts'
import { type DataFile, factsOf } from './layout.ts'
import { removeEmptyFolders } from './own-files.ts'
import { makeSaveFolder } from './save-folder.ts'
import { ProblemError, problemOf, type StorageProblem } from './trouble.ts'
import { markVolume } from './volume.ts'

export type MoveResult = { readonly moved: true } | { readonly refused: StorageProblem }

/** Renamed files recorded together: one sync of the journal for each would take minutes for 20,000 files. */
const RECORD_EVERY = 256
/** Copies are compared in runs of this length, several at a time. */
const COMPARE_BYTES = 16 * 1_048_576
const COPY_SUFFIX = '.shoal-copy'

export class Mover {
  readonly #core: StorageCore
  #working: Promise<MoveResult> | undefined

  constructor(core: StorageCore) {
    this.#core = core
  }

  async settled(): Promise<void> {
    await this.#working
  }

  move(folder: string, onProgress: ((bytes: number) => void) | undefined): Promise<MoveResult> {
    return this.#alone(() => this.#move(folder, onProgress))
  }

  renameFile(index: number, components: readonly string[]): Promise<MoveResult> {
    return this.#alone(() => this.#renameFile(index, components))
  }

  /** Stops taking blocks and waits until nothing is written any more; reading goes on. */
  async #alone(work: () => Promise<MoveResult>): Promise<MoveResult> {
    const core = this.#core
    if (core.mode !== 'open') return { refused: { code: 'BUSY' } }
    core.mode = 'busy'
    this.#working = (async () => {
      try {
        await core.intake.flush()
        await core.intake.settled()
        await core.batch.run()
        await core.finisher.settled()
        if (core.desk.problem !== undefined) return { refused: core.desk.problem }
        return await work()
      } catch (error) {
        return { refused: problemOf(error, core.layout.saveFolder) }
      } finally {
        core.mode = 'open'
        core.batch.touched()
        core.options.events.memoryAvailable()
        core.maybeFinished()
      }
    })()
    return await this.#working
  }

  // ── the whole torrent ──

  async #move(folder: string, onProgress: ((bytes: number) => void) | undefined): Promise<MoveResult> {
    const { layout, store, journal, batch, owner, options } = this.#core
    const { disk } = options.ports
    const { movingTo } = journal.state
    if (movingTo !== undefined && movingTo !== folder) return { refused: { code: 'BUSY', path: movingTo } }
    if (folder === layout.saveFolder) return { moved: true }
    if (options.diskPaths?.some((path) => path !== undefined) === true) return { refused: { code: 'BUSY' } }
    const from = layout.saveFolder
    const before = this.#core.claimedPaths()
    const files = [...layout.dataFiles(), store.file]
    const claims = files.flatMap((file) => this.#names(file, folder))
    const taken = options.claims.claim(owner, claims, 'write')
    if (taken !== undefined) return { refused: { code: 'PATH_IN_USE', path: taken } }
    await makeSaveFolder(disk, folder)
    const there = await markVolume(disk, folder)
    const here = layout.volume
    if (there === undefined || here === undefined)
      return { refused: { code: 'MISSING_VOLUME', path: folder } }
    if (movingTo === undefined) {
      const refused = await this.#inTheWay(files, folder, there.device !== here.device)
      if (refused !== undefined) {
        options.claims.release(owner, claims)
        return { refused }
      }
    }
    batch.record({ type: 'place', folder: from, volume: here, movingTo: folder })
    await this.#recorded()
    for (const file of files)
      if (file.home !== 'absent' && file.folder === folder) await this.#removeOriginal(file, from)
    const left = files.filter((file) => file.home !== 'absent' && file.folder !== folder)
    let movedBytes = 0
    for (let at = 0; at < left.length; at += RECORD_EVERY) {
      const copied: string[] = []
      for (const file of left.slice(at, at + RECORD_EVERY)) {
        const old = await this.#moveFile(file, folder)
        if (old !== undefined) copied.push(old)
        batch.record({ type: 'moved', file: file.index })
        movedBytes += file.lengthBytes
        onProgress?.(movedBytes)
      }
      await this.#recorded()
      for (const old of copied) await disk.remove(old)
    }
    for (const file of files) file.folder = folder
    layout.saveFolder = folder
    layout.volume = there
    layout.forgetFolders()
    batch.record({ type: 'place', folder, volume: there, movingTo: undefined })
    await this.#recorded()
    await removeEmptyFolders(
      disk,
      layout,
      [...layout.dataFiles()].map(({ components }) => ({ folder: from, components })),
    )
    options.claims.release(owner, before)
    for (const file of layout.dataFiles()) {
      if (file.home === 'final') options.claims.claim(owner, layout.claimPaths(file), 'read')
    }
    return { moved: true }
  }

  #names(file: DataFile, folder: string): string[] {
    const { layout, store } = this.#core
    const final = layout.pathIn(folder, file.components, 'final')
    return file === store.file ? [final] : [final, layout.pathIn(folder, file.components, 'part')]
  }

  /** Anything at all under a name we need, or no room. Looked at before anything is touched. */
  async #inTheWay(
    files: readonly DataFile[],
    folder: string,
    copying: boolean,
  ): Promise<StorageProblem | undefined> {
    const { disk } = this.#core.options.ports
    let neededBytes = 0
    for (const file of files) {
      if (file.home === 'absent') continue
      for (const path of this.#names(file, folder)) {
        if ((await disk.stat(path)) !== undefined) return { code: 'NAME_TAKEN', path }
      }
      neededBytes += file.lengthBytes
    }
    const { freeBytes } = await disk.space(folder)
    if (!copying || freeBytes > neededBytes) return undefined
    return { code: 'NO_SPACE', path: folder, bytesMissing: neededBytes - freeBytes }
  }

  /** @returns the old path if it was copied and must be removed once that is recorded */
  async #moveFile(file: DataFile, folder: string): Promise<string | undefined> {
    const { layout, store, options } = this.#core
    const { disk } = options.ports
    const home = file === store.file || file.home === 'final' ? 'final' : 'part'
    const from = layout.pathIn(file.folder, file.components, home)
    const to = layout.pathIn(folder, file.components, home)
    await layout.makeFolderDurable(folder, file.components.slice(0, -1))
    const old = { folder: file.folder, components: file.components.slice(0, -1) }
    layout.syncFolders(folder, old.components)
    layout.syncFolders(old.folder, old.components)
    const renamed = await file.gate.exclusive(async () => {
      await options.openFiles.close(from)
      try {
        await disk.rename(from, to)
      } catch (error) {
        if (error instanceof DiskError && (error.code === 'EXDEV' || error.code === 'EEXIST')) return false
        throw error
      }
      file.folder = folder
      // Once more: a batch that began before the renaming has taken the folders with it. The new name first.
      layout.syncFolders(folder, old.components)
      layout.syncFolders(old.folder, old.components)
      return true
    })
    if (renamed) return undefined
    await this.#copy(file, from, to)
    await file.gate.exclusive(async () => {
      await options.openFiles.close(from)
      file.folder = folder
    })
    return from
  }

  /** What an interrupted move had copied and recorded, and not yet removed. */
  async #removeOriginal(file: DataFile, folder: string): Promise<void> {
    const { layout, store, options } = this.#core
    const { disk } = options.ports
    const home = file === store.file || file.home === 'final' ? 'final' : 'part'
    const old = layout.pathIn(folder, file.components, home)
    const moved = layout.pathIn(file.folder, file.components, home)
    if ((await disk.stat(old))?.kind === 'file' && (await this.#same(old, moved))) await disk.remove(old)
  }

  /** Readers go on reading the original; nobody writes. */
  async #copy(file: DataFile, from: string, to: string): Promise<void> {
    const { disk } = this.#core.options.ports
    const beside = to + COPY_SUFFIX
    // A file of the right content under the final name is a copy that an interrupted move had not recorded.
    if ((await disk.stat(to)) === undefined) {
      if ((await disk.stat(beside)) !== undefined) await disk.remove(beside)
      await disk.copy(from, beside)
      const copy = await disk.open(beside, 'write')
      try {
        await copy.sync()
      } finally {
        await copy.close()
      }
      if (!(await this.#same(from, beside))) throw new ProblemError({ code: 'IO_ERROR', path: beside })
      await disk.rename(beside, to)
    } else if (!(await this.#same(from, to))) throw new ProblemError({ code: 'NAME_TAKEN', path: to })
    const stat = await disk.stat(to)
    if (stat === undefined) throw new DiskError('ENOENT', { path: to })
    file.facts = factsOf(stat)
    file.unrecorded = true
  }

  /** Whether two files have the same bytes, read back from disk on all cores. */
  async #same(a: string, b: string): Promise<boolean> {
    const { disk, hasher } = this.#core.options.ports
    const [first, second] = await Promise.all([disk.stat(a), disk.stat(b)])
    if (first === undefined || first.lengthBytes !== second?.lengthBytes) return false
    for (let offset = 0; offset < first.lengthBytes; offset += COMPARE_BYTES) {
      const lengthBytes = Math.min(COMPARE_BYTES, first.lengthBytes - offset)
      const want = { sha1: true, merkle: undefined }
      const items = [a, b].map((path) => ({
        spans: [{ path, offset, lengthBytes } satisfies FileSpan],
        want,
      }))
      const [left, right] = await hasher.files(items)
      if (left === undefined || right === undefined || 'failed' in left || 'failed' in right) return false
      if (left.sha1?.some((byte, at) => byte !== right.sha1?.[at]) !== false) return false
    }
    return true
  }

  // ── one file ──

  async #renameFile(index: number, components: readonly string[]): Promise<MoveResult> {
    const { layout, batch, owner, options } = this.#core
    const { disk } = options.ports
    const file = layout.files[index]
    if (file === undefined || options.diskPaths?.[index] !== undefined) return { refused: { code: 'BUSY' } }
    const old = file.components
    const before = layout.claimPaths(file)
    const paths = (['final', 'part'] as const).map((home) => layout.pathIn(file.folder, components, home))
    for (const path of paths)
      if ((await disk.stat(path)) !== undefined) return { refused: { code: 'NAME_TAKEN', path } }
    const taken = options.claims.claim(owner, paths, 'write')
    if (taken !== undefined) return { refused: { code: 'PATH_IN_USE', path: taken } }
    // Until the second word, resuming looks under both names.
    batch.record({ type: 'name', file: index, components, settled: false })
    await this.#recorded()
    try {
      await file.gate.exclusive(() => this.#rename(file, components))
    } catch (error) {
      options.claims.release(owner, paths)
      batch.record({ type: 'name', file: index, components: old, settled: true })
      throw error
    }
    batch.record({ type: 'name', file: index, components, settled: true })
    await this.#recorded()
    await removeEmptyFolders(disk, layout, [{ folder: file.folder, components: old }])
    options.claims.release(owner, before)
    if (file.home === 'final') options.claims.claim(owner, layout.claimPaths(file), 'read')
    return { moved: true }
  }

  async #rename(file: DataFile, components: readonly string[]): Promise<void> {
    const { layout, options } = this.#core
    if (file.home !== 'absent') {
      const from = layout.path(file)
      await layout.makeFolderDurable(file.folder, components.slice(0, -1))
      layout.syncFolders(file.folder, file.components.slice(0, -1))
      layout.syncFolders(file.folder, components.slice(0, -1))
      await options.openFiles.close(from)
      await options.ports.disk.rename(from, layout.pathIn(file.folder, components, file.home))
      layout.syncFolders(file.folder, file.components.slice(0, -1))
      layout.syncFolders(file.folder, components.slice(0, -1))
    }
    file.components = components
  }

  /** @throws ProblemError when the journal could not be written */
  async #recorded(): Promise<void> {
    const { batch, desk } = this.#core
    await batch.run()
    if (desk.problem !== undefined) throw new ProblemError(desk.problem)
  }
}
