// One hidden file per torrent for bytes of files that are not wanted: pieces on a boundary must be had whole, but an
// unwanted file is not created for them. Each such piece gets a slot of one piece length; the file is sparse.
// Invariant: a slot belongs to one piece, and it is freed only when none of its bytes is needed any more.

import type { PieceIndex } from '../../base/ids.ts'
import type { Disk } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { DataFile, type Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'

export class PartStore {
  /** Lies beside the data, so that volume and free space are the same; named by infohash, because names may be long. */
  readonly file: DataFile
  readonly #openFiles: OpenFiles
  readonly #layout: Layout
  readonly #disk: Disk
  readonly #pieceLengthBytes: number
  readonly #slots = new Map<PieceIndex, number>()
  readonly #free: number[] = []
  /** Pieces whose slot differs from the journal. */
  readonly unrecorded = new Set<PieceIndex>()
  #end = 0

  constructor(metainfo: Metainfo, layout: Layout, openFiles: OpenFiles, disk: Disk) {
    this.#layout = layout
    this.#openFiles = openFiles
    this.#disk = disk
    this.#pieceLengthBytes = metainfo.pieceLengthBytes
    const name = (metainfo.infohashV2 ?? metainfo.infohashV1 ?? '').slice(0, 16)
    this.file = new DataFile(
      {
        index: metainfo.files.length,
        path: [`.shoal-${name}.parts`],
        lengthBytes: 0,
        pad: false,
        executable: false,
        hidden: true,
        symlink: false,
        root: undefined,
      },
      layout.saveFolder,
    )
  }

  get path(): string {
    return this.#layout.finalPath(this.file)
  }

  get slots(): ReadonlyMap<PieceIndex, number> {
    return this.#slots
  }

  has(piece: PieceIndex): boolean {
    return this.#slots.has(piece)
  }

  /** From the journal. */
  restore(slots: ReadonlyMap<number, number>): void {
    const used = new Set(slots.values())
    for (const [piece, slot] of slots) {
      this.#slots.set(piece as PieceIndex, slot)
      this.#end = Math.max(this.#end, slot + 1)
    }
    for (let slot = 0; slot < this.#end; slot++) if (!used.has(slot)) this.#free.push(slot)
  }

  /** Where a byte of a piece is, or would be: a slot is given on first use. */
  offset(piece: PieceIndex, begin: number): number {
    let slot = this.#slots.get(piece)
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#end++
      this.#slots.set(piece, slot)
      this.unrecorded.add(piece)
    }
    return slot * this.#pieceLengthBytes + begin
  }

  release(piece: PieceIndex): void {
    const slot = this.#slots.get(piece)
    if (slot === undefined) return
    this.#slots.delete(piece)
    this.#free.push(slot)
    this.unrecorded.add(piece)
  }

  /** @throws DiskError, ProblemError */
  async ensure(): Promise<void> {
    const { file } = this
    if (file.home !== 'absent') return
    file.creating ??= this.#create().finally(() => {
      file.creating = undefined
    })
    await file.creating
  }

  async #create(): Promise<void> {
    await this.#layout.requireVolume()
    await this.#openFiles.create(this.path, this.file.folder, 'new', async () => {})
    this.#layout.unsyncedFolders.add(this.file.folder)
    await this.#layout.requireVolume(this.path)
    this.file.home = 'final'
    this.file.writing = true
    this.file.unrecorded = true
  }

  /** Takes the file away once no slot is used. The removal needs no care: nothing in it is needed. */
  async removeIfEmpty(): Promise<boolean> {
    if (this.#slots.size > 0 || this.file.home === 'absent') return false
    await this.#openFiles.close(this.path)
    await this.#disk.remove(this.path)
    this.file.home = 'absent'
    this.file.facts = undefined
    this.file.unrecorded = true
    this.#free.length = 0
    this.#end = 0
    this.#layout.unsyncedFolders.add(this.file.folder)
    return true
  }
}

/** Files that can be on disk, the part store last. */
export function allFiles(layout: Layout, store: PartStore): DataFile[] {
  return [...layout.dataFiles(), store.file]
}

/** Pieces with a byte in the file. */
export function piecesIn(file: DataFile, geometry: Geometry, store: PartStore): PieceIndex[] {
  if (file === store.file) return [...store.slots.keys()]
  const range = geometry.piecesOf(file.index)
  const pieces: PieceIndex[] = []
  if (range === undefined) return pieces
  for (let piece = range.first as number; piece <= range.last; piece++) pieces.push(piece as PieceIndex)
  return pieces
}
