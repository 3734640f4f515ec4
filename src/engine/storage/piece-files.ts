// Reads and writes runs of pieces as runs of files: pads are skipped, bytes of unwanted files go to the part store.
// Invariant: nothing is written before the journal knows that writing goes on; whatever is written is reported, so
// that it is synced before it counts; a file under its final name is never written, only compared.

import { equalBytes } from '../../base/bytes.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { DiskFile } from '../../base/ports.ts'
import type { FilePart, Geometry } from '../../metainfo/geometry.ts'
import type { DataFile, Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import type { PartStore } from './part-store.ts'
import { ProblemError } from './trouble.ts'

export interface WriteLog {
  /** Resolves (or is undefined: at once) when the journal says that files of this torrent are being written. */
  beforeWrite(): Promise<void> | undefined
  /** Bytes are in the file, not yet durable. */
  wrote(file: DataFile, lengthBytes: number): void
  /** Answers every beforeWrite(), whether it went well or not. */
  afterWrite(): void
}

/** Called with the still open file after each read. May throw to refuse what was read. */
export type Inspect = (file: DataFile, opened: DiskFile) => Promise<void> | undefined

export class PieceFiles {
  readonly #geometry: Geometry
  readonly #layout: Layout
  readonly #store: PartStore
  readonly #openFiles: OpenFiles
  readonly #log: WriteLog

  constructor(geometry: Geometry, layout: Layout, store: PartStore, openFiles: OpenFiles, log: WriteLog) {
    this.#geometry = geometry
    this.#layout = layout
    this.#store = store
    this.#openFiles = openFiles
    this.#log = log
  }

  /**
   * Writes a run of a piece; `bytes` must not change meanwhile.
   * @returns a file under its final name that holds something else there, and was left alone
   * @throws DiskError, ProblemError
   */
  async write(piece: PieceIndex, begin: number, bytes: Uint8Array): Promise<DataFile | undefined> {
    let differing: DataFile | undefined
    try {
      await this.#log.beforeWrite()
      const parts = this.#geometry.parts(piece, begin, bytes.length)
      let at = 0
      for (const part of parts) {
        const run = parts.length === 1 ? bytes : bytes.subarray(at, at + part.lengthBytes)
        if (!(await this.#writePart(piece, begin + at, part, run)))
          differing ??= this.#layout.files[part.file]
        at += part.lengthBytes
      }
    } finally {
      this.#log.afterWrite()
    }
    return differing
  }

  /**
   * Fills `views`, one after another, with the run of the piece that starts at `begin`.
   * @throws DiskError; ProblemError FILE_CHANGED when a file is too short, FILE_MISSING when it has no home
   */
  async read(
    piece: PieceIndex,
    begin: number,
    views: readonly Uint8Array[],
    inspect?: Inspect,
  ): Promise<void> {
    let lengthBytes = 0
    for (const view of views) lengthBytes += view.length
    const parts = this.#geometry.parts(piece, begin, lengthBytes)
    if (parts.length === 1) return this.#readPart(piece, begin, parts[0] as FilePart, views, inspect)
    let at = 0
    for (const part of parts) {
      const into = sliceViews(views, at, part.lengthBytes)
      await this.#readPart(piece, begin + at, part, into, inspect)
      at += part.lengthBytes
    }
  }

  /** False: the file is complete and differs. */
  async #writePart(piece: PieceIndex, begin: number, part: FilePart, bytes: Uint8Array): Promise<boolean> {
    const file = this.#layout.files[part.file]
    if (file === undefined) return true
    await file.gate.enter()
    try {
      if (file.home === 'final') return await this.#holds(file, part, bytes)
      // Also while it waits for being wanted to take effect: what is there moves over as a whole.
      if (file.home === 'absent' && (!file.wanted || file.inStore)) {
        await this.#writeToStore(file, piece, begin, bytes)
        return true
      }
      await this.#layout.ensure(file)
      file.writing = true
      await this.#openFiles.use(this.#layout.path(file), 'write', file.folder, (opened) =>
        opened.write(bytes, part.offset),
      )
      this.#log.wrote(file, bytes.length)
      return true
    } finally {
      file.gate.leave()
    }
  }

  /** Whether a complete file has these bytes already: it shares a piece with one that has not. */
  async #holds(file: DataFile, part: FilePart, bytes: Uint8Array): Promise<boolean> {
    const there = new Uint8Array(bytes.length)
    const path = this.#layout.finalPath(file)
    const read = await this.#openFiles.use(path, 'read', file.folder, (opened) =>
      opened.read(there, part.offset),
    )
    return read === bytes.length && equalBytes(there, bytes)
  }

  async #writeToStore(file: DataFile, piece: PieceIndex, begin: number, bytes: Uint8Array): Promise<void> {
    const store = this.#store
    await store.file.gate.enter()
    try {
      await store.ensure()
      file.unrecorded ||= !file.inStore
      if (!file.inStore) file.unrecorded = true
      file.inStore = true
      store.file.writing = true
      const offset = store.offset(piece, begin)
      await this.#openFiles.use(store.path, 'write', store.file.folder, (opened) =>
        opened.write(bytes, offset),
      )
      this.#log.wrote(store.file, bytes.length)
    } finally {
      store.file.gate.leave()
    }
  }

  async #readPart(
    piece: PieceIndex,
    begin: number,
    part: FilePart,
    views: readonly Uint8Array[],
    inspect: Inspect | undefined,
  ): Promise<void> {
    const file = this.#layout.files[part.file]
    if (file === undefined) {
      for (const view of views) view.fill(0)
      return
    }
    await file.gate.enter()
    try {
      const stored = file.home === 'absent'
      if (stored && !this.#store.has(piece)) {
        throw new ProblemError({ code: 'FILE_MISSING', path: this.#layout.finalPath(file) })
      }
      const source = stored ? this.#store.file : file
      const path = stored ? this.#store.path : this.#layout.path(file)
      const offset = stored ? this.#store.offset(piece, begin) : part.offset
      await this.#openFiles.use(path, 'read', source.folder, async (opened) => {
        const first = views[0] as Uint8Array
        const read = views.length === 1 ? await opened.read(first, offset) : await opened.readv(views, offset)
        if (read < part.lengthBytes) throw new ProblemError({ code: 'FILE_CHANGED', path })
        await inspect?.(source, opened)
      })
    } finally {
      file.gate.leave()
    }
  }
}

/** `lengthBytes` bytes from `from` of views that lie one after another. */
export function sliceViews(views: readonly Uint8Array[], from: number, lengthBytes: number): Uint8Array[] {
  const slices: Uint8Array[] = []
  let start = 0
  const end = from + lengthBytes
  for (const view of views) {
    const first = Math.max(from, start) - start
    const last = Math.min(end, start + view.length) - start
    if (first < last) slices.push(view.subarray(first, last))
    start += view.length
  }
  return slices
}
