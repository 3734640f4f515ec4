// Gives a file its final name once all its pieces are verified and durable, after the completion hook agreed.
// Invariant: an existing file is never replaced, and a file has its final name only when every byte of it is right.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { type Disk, DiskError } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import { type DataFile, factsOf, type Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'

/**
 * Asked before the final rename, with the file still under its part name: marks of origin and safety checks go here.
 * 'hold' leaves it as it is until considerAgain().
 */
export type FinalizeHook = (file: number, path: string) => Promise<'ok' | 'hold'>

/** Thousands of small files become final in one go, and the hook takes its time for each (a process that sets a mark). */
const FINISHED_AT_ONCE = 64

export interface FinisherOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly geometry: Geometry
  readonly layout: Layout
  readonly hook: FinalizeHook | undefined
  readonly events: {
    /** Its final name is in place (durable with the next batch). */
    completed(file: DataFile): void
    failed(error: unknown): void
  }
}

export class Finisher {
  readonly #options: FinisherOptions
  /** Pieces of each file that are not durable yet. */
  readonly #missing: Uint32Array
  readonly #durable: Bitfield
  readonly #queue: DataFile[] = []
  /** Queued, or being finished. */
  readonly #due = new Set<DataFile>()
  readonly #held = new Set<DataFile>()
  readonly #working = new Set<Promise<void>>()

  /** @param durable pieces recorded already */
  constructor(options: FinisherOptions, durable: Iterable<number>) {
    this.#options = options
    const { geometry } = options
    this.#missing = new Uint32Array(geometry.files.length)
    this.#durable = new Bitfield(geometry.pieceCount)
    for (let file = 0; file < geometry.files.length; file++) {
      const range = geometry.piecesOf(file)
      this.#missing[file] = range === undefined ? 0 : range.last - range.first + 1
    }
    for (const piece of durable) this.#setDurable(piece as PieceIndex)
  }

  /** Pieces that are recorded. */
  get durablePieces(): Bitfield {
    return this.#durable
  }

  /** All its pieces are durable. */
  allDurable(file: number): boolean {
    return this.#missing[file] === 0
  }

  durable(pieces: readonly PieceIndex[]): void {
    for (const piece of pieces) this.#setDurable(piece)
    for (const piece of pieces) {
      for (const part of this.#options.geometry.parts(piece)) this.consider(part.file)
    }
  }

  lost(pieces: readonly PieceIndex[]): void {
    for (const piece of pieces) if (this.#durable.clear(piece)) this.#count(piece, 1)
  }

  /** Finishes a file if it is due. */
  consider(index: number): void {
    const file = this.#options.layout.files[index]
    if (file === undefined || file.home !== 'part' || this.#missing[index] !== 0) return
    if (this.#held.has(file) || this.#due.has(file)) return
    this.#due.add(file)
    this.#queue.push(file)
    if (this.#working.size < FINISHED_AT_ONCE) this.#start()
  }

  /** Held files, and those whose renaming failed. */
  considerAgain(): void {
    this.#held.clear()
    for (const file of this.#options.layout.dataFiles()) this.consider(file.index)
  }

  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  #setDurable(piece: PieceIndex): void {
    if (this.#durable.set(piece)) this.#count(piece, -1)
  }

  #count(piece: PieceIndex, change: number): void {
    for (const part of this.#options.geometry.parts(piece)) {
      this.#missing[part.file] = (this.#missing[part.file] as number) + change
    }
  }

  #start(): void {
    const work = this.#work().finally(() => {
      this.#working.delete(work)
      // One may have come after the last was taken.
      if (this.#queue.length > 0) this.#start()
    })
    this.#working.add(work)
  }

  async #work(): Promise<void> {
    for (let file = this.#queue.shift(); file !== undefined; file = this.#queue.shift()) {
      try {
        await this.#finish(file)
      } catch (error) {
        this.#options.events.failed(error)
      }
      this.#due.delete(file)
    }
  }

  async #finish(file: DataFile): Promise<void> {
    const { layout, hook, events } = this.#options
    const answer = (await hook?.(file.index, layout.partPath(file))) ?? 'ok'
    if (answer === 'hold') {
      this.#held.add(file)
      return
    }
    await file.gate.exclusive(() => this.#rename(file))
    if (file.home === 'final') events.completed(file)
  }

  async #rename(file: DataFile): Promise<void> {
    const { disk, layout, openFiles } = this.#options
    if (file.home !== 'part' || this.#missing[file.index] !== 0) return
    const from = layout.partPath(file)
    const to = layout.finalPath(file)
    await openFiles.close(from)
    if (from !== to) await this.#renameOnce(file, from, to)
    // From here on it has its new name, whatever else fails: its facts are then those of its last sync.
    file.home = 'final'
    file.writing = false
    file.unrecorded = true
    layout.unsyncedFolders.add(layout.folderOf(file))
    const stat = await disk.stat(to).catch(() => undefined)
    if (stat !== undefined) file.facts = factsOf(stat)
  }

  /**
   * A crash inside an earlier renaming can leave both names on the same file; a failure right behind one, only the new
   * name, of which nothing was noted yet.
   */
  async #renameOnce(file: DataFile, from: string, to: string): Promise<void> {
    const { disk } = this.#options
    try {
      await disk.rename(from, to)
    } catch (error) {
      if (!(error instanceof DiskError) || (error.code !== 'EEXIST' && error.code !== 'ENOENT')) throw error
      const [part, taken] = await Promise.all([disk.stat(from), disk.stat(to)])
      const ours = part === undefined ? file.facts?.identity : part.identity
      if (ours === undefined || ours !== taken?.identity) throw error
      if (part !== undefined) await disk.remove(from)
    }
  }
}
