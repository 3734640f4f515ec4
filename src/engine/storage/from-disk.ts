// Makes a file of a torrent out of one with the same content that is on this computer already: it shares its bytes where the
// file system can, else it is copied. Invariant: what was made so counts for nothing before it was hashed like any file that
// was found; the other file is only read; nothing that was received is ever replaced.

import type { PieceIndex } from '../../base/ids.ts'
import { DiskError } from '../../base/ports.ts'
import type { StorageCore } from './core.ts'
import { type DataFile, type FileIdentity, factsOf, sameFacts } from './layout.ts'

/** A file that is said to hold some content, as it was when that was found out. */
export interface LocalPlace {
  /** Absolute. */
  readonly path: string
  readonly identity: FileIdentity
}

/** `shared`: its bytes are those of the other file, and take no room. `none`: no place was good, or there is no room. */
export type Taken = 'shared' | 'copied' | 'none'

/** Places that are tried for one file: one good one is enough, and each costs a look. */
const MAX_PLACES = 8
/** Copied at once: large enough for a disk, little enough to be cancelled within a moment. */
const STEP_BYTES = 4 * 1_048_576

/** What says that nothing can be made there now, as against a place that is none. */
const PLACE_GONE: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'EISDIR',
  'EIO',
])

export class FromDisk {
  readonly #core: StorageCore
  #cancelled = false
  #working: Promise<unknown> | undefined

  constructor(core: StorageCore) {
    this.#core = core
  }

  /** Wanted files of which nothing is here, by index. */
  *missing(): Generator<number> {
    const { layout, desk } = this.#core
    if (desk.problem !== undefined && desk.problem.code !== 'NO_SPACE') return
    for (const file of layout.dataFiles()) if (this.#mayTake(file)) yield file.index
  }

  /** Trouble with the save folder is told like any other, and nothing is taken. */
  async take(
    index: number,
    places: readonly LocalPlace[],
    onProgress: (bytes: number) => void = () => {},
  ): Promise<Taken> {
    const working = this.#take(index, places, onProgress).catch((error: unknown): Taken => {
      this.#core.fail(error)
      return 'none'
    })
    this.#working = working
    return await working
  }

  /** It turned out to be something else. */
  async drop(index: number): Promise<void> {
    const { layout, pending } = this.#core
    const file = layout.files[index]
    if (file === undefined || file.home !== 'part') return
    for (const piece of this.#pieces(file)) pending.delete(piece)
    await this.#remove(file)
  }

  /** Nothing is begun any more, and what is under way ends soon: settled(). */
  cancel(): void {
    this.#cancelled = true
  }

  async settled(): Promise<void> {
    await this.#working
  }

  #mayTake(file: DataFile): boolean {
    const { have, pending, intake, withheld } = this.#core
    if (!file.wanted || file.lengthBytes === 0 || file.home === 'final' || file.inStore) return false
    if (file.suspect !== undefined) return false
    return this.#pieces(file).every(
      (piece) =>
        !have.has(piece) && !pending.has(piece) && !withheld.has(piece) && !intake.assemblies.has(piece),
    )
  }

  async #take(
    index: number,
    places: readonly LocalPlace[],
    onProgress: (bytes: number) => void,
  ): Promise<Taken> {
    const { layout, batch } = this.#core
    const file = layout.files[index]
    if (file === undefined || !this.#mayTake(file)) return 'none'
    // The journal says that we write before anything lies there, so that the next start knows it for ours.
    await batch.beforeWrite()
    try {
      await layout.requireVolume()
      await layout.makeFolder(file.folder, file.components.slice(0, -1))
      await this.#remove(file)
      for (const place of places.slice(0, MAX_PLACES)) {
        if (this.#cancelled) break
        const taken = await this.#from(place, file, onProgress)
        if (taken !== 'none') return taken
      }
      return 'none'
    } finally {
      batch.afterWrite()
    }
  }

  async #from(place: LocalPlace, file: DataFile, onProgress: (bytes: number) => void): Promise<Taken> {
    const { layout, options, batch, space, pending } = this.#core
    const { disk } = options.ports
    const path = layout.partPath(file)
    if (!(await this.#isStill(place, file))) return 'none'
    const shared = await disk.reflink(place.path, path)
    if (!shared && !(await this.#copy(place, file, path, onProgress))) return 'none'
    const made = await disk.stat(path)
    // Whoever wrote to the other file meanwhile made something of ours that is not what was looked for.
    const whole = made?.kind === 'file' && made.lengthBytes === file.lengthBytes
    if (!whole || !(await this.#isStill(place, file))) {
      if (made !== undefined) await disk.remove(path)
      return 'none'
    }
    await layout.requireVolume(path)
    file.home = 'part'
    file.facts = factsOf(made)
    file.writing = true
    file.unrecorded = true
    layout.unsyncedFolders.add(layout.folderOf(file))
    batch.wrote(file, shared ? 0 : file.lengthBytes)
    if (!shared) space.wrote(file.lengthBytes)
    for (const piece of this.#pieces(file)) pending.add(piece)
    return shared ? 'shared' : 'copied'
  }

  /** False where it is another file now, or none. */
  async #isStill({ path, identity }: LocalPlace, file: DataFile): Promise<boolean> {
    try {
      const stat = await this.#core.options.ports.disk.stat(path)
      return (
        stat?.kind === 'file' && stat.lengthBytes === file.lengthBytes && sameFacts(factsOf(stat), identity)
      )
    } catch (error) {
      if (error instanceof DiskError) return false
      throw error
    }
  }

  /** @returns whether all of it is there; else nothing is */
  async #copy(
    place: LocalPlace,
    file: DataFile,
    path: string,
    onProgress: (bytes: number) => void,
  ): Promise<boolean> {
    const { options, space } = this.#core
    const { disk } = options.ports
    if ((await space.missingFor(file.lengthBytes)) > 0) return false
    const source = await disk.open(place.path, 'read').catch((error: unknown) => {
      if (error instanceof DiskError && PLACE_GONE.has(error.code)) return undefined
      throw error
    })
    if (source === undefined) return false
    let whole = false
    try {
      const target = await disk.open(path, 'new', file.folder)
      try {
        const memory = new Uint8Array(Math.min(STEP_BYTES, file.lengthBytes))
        let at = 0
        while (at < file.lengthBytes && !this.#cancelled) {
          const step = memory.subarray(0, Math.min(memory.length, file.lengthBytes - at))
          // A disk that reads badly there has no good place; elsewhere there may be one.
          const read = await source.read(step, at).catch(() => 0)
          if (read === 0) break
          await target.write(step.subarray(0, read), at)
          at += read
          onProgress(at)
        }
        whole = at === file.lengthBytes
      } finally {
        await target.close()
        if (!whole) await disk.remove(path)
      }
    } finally {
      await source.close()
    }
    return whole
  }

  /** An empty shell of ours, left by an attempt that a crash broke off. */
  async #remove(file: DataFile): Promise<void> {
    if (file.home !== 'part') return
    const { layout, options } = this.#core
    const path = layout.partPath(file)
    await file.gate.exclusive(async () => {
      await options.openFiles.close(path)
      if ((await options.ports.disk.stat(path)) !== undefined) await options.ports.disk.remove(path)
      file.home = 'absent'
      file.facts = undefined
      file.writing = false
      file.short = false
      file.unrecorded = true
    })
  }

  #pieces(file: DataFile): PieceIndex[] {
    const { geometry } = this.#core.options.metainfo
    const range = geometry.piecesOf(file.index)
    if (range === undefined) return []
    const pieces: PieceIndex[] = []
    for (let piece = range.first as number; piece <= range.last; piece++) pieces.push(piece as PieceIndex)
    return pieces
  }
}
