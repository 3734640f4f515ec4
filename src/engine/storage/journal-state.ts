// What a journal says when all its records are read in order, and the fewest records that say the same.
// Invariant: records that do not fit the torrent (another header, an index out of range) change nothing.

import { Bitfield } from '../../base/bitfield.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { JOURNAL_VERSION, type JournalRecord } from './journal-record.ts'
import type { FileFacts, Home } from './layout.ts'
import type { VolumeMark } from './volume.ts'

export interface FileState {
  readonly home: Home
  readonly inStore: boolean
  readonly facts: FileFacts | undefined
}

export interface NameState {
  readonly components: readonly string[]
  /** Where it still may be, from a renaming that did not finish. */
  readonly earlier: readonly string[] | undefined
}

export class JournalState {
  readonly #metainfo: Metainfo
  readonly torrent: string
  have: Bitfield
  readonly partials = new Map<number, Uint8Array>()
  /** By file index; the part store has the index after the last file. */
  readonly files = new Map<number, FileState>()
  readonly slots = new Map<number, number>()
  wanted: Bitfield | undefined
  folder: string | undefined
  volume: VolumeMark | undefined
  movingTo: string | undefined
  readonly names = new Map<number, NameState>()
  readonly moved = new Set<number>()
  batch = 0
  wallMs = 0
  writing = false

  constructor(metainfo: Metainfo) {
    this.#metainfo = metainfo
    this.torrent = `${metainfo.infohashV1 ?? ''}/${metainfo.infohashV2 ?? ''}`
    this.have = new Bitfield(metainfo.geometry.pieceCount)
  }

  get header(): Extract<JournalRecord, { type: 'header' }> {
    return {
      type: 'header',
      version: JOURNAL_VERSION,
      torrent: this.torrent,
      pieceCount: this.#metainfo.geometry.pieceCount,
      fileCount: this.#metainfo.files.length,
    }
  }

  /** Which files are wanted: a copy; all unless it was said otherwise. */
  wantedBits(): Bitfield {
    return this.wanted?.clone() ?? Bitfield.full(this.#metainfo.files.length)
  }

  apply(record: JournalRecord): void {
    switch (record.type) {
      case 'header':
        return
      case 'have':
        if (record.bits.length === this.have.toBytes().length) {
          this.have = Bitfield.fromBytes(record.bits, this.have.length)
        }
        return
      case 'had':
        for (const piece of record.pieces) {
          this.have.set(piece)
          this.partials.delete(piece)
        }
        return
      case 'lost':
        for (const piece of record.pieces) this.have.clear(piece)
        return
      case 'partial':
        if (record.blocks.some((byte) => byte !== 0)) this.partials.set(record.piece, record.blocks)
        else this.partials.delete(record.piece)
        return
      case 'file':
        this.files.set(record.file, record)
        return
      case 'slot':
        if (record.slot === undefined) this.slots.delete(record.piece)
        else this.slots.set(record.piece, record.slot)
        return
      case 'wanted':
        this.wanted = Bitfield.fromBytes(record.bits, this.#metainfo.files.length)
        return
      case 'place':
        this.folder = record.folder
        this.volume = record.volume
        this.movingTo = record.movingTo
        if (record.movingTo === undefined) this.moved.clear()
        return
      case 'name':
        this.#name(record)
        return
      case 'moved':
        this.moved.add(record.file)
        return
      case 'mark':
        this.batch = record.batch
        this.wallMs = record.wallMs
        this.writing = record.writing
    }
  }

  #name({ file, components, settled }: Extract<JournalRecord, { type: 'name' }>): void {
    const before = this.names.get(file)?.components ?? this.#metainfo.files[file]?.path
    if (before === undefined) return
    this.names.set(file, { components, earlier: settled ? undefined : before })
  }

  /** Header first, mark last. */
  snapshot(): JournalRecord[] {
    const records: JournalRecord[] = [this.header]
    const { folder, volume, movingTo } = this
    if (folder !== undefined && volume !== undefined)
      records.push({ type: 'place', folder, volume, movingTo })
    if (this.wanted !== undefined) records.push({ type: 'wanted', bits: this.wanted.toBytes() })
    records.push({ type: 'have', bits: this.have.toBytes() })
    for (const [file, { components, earlier }] of this.names) {
      if (earlier !== undefined) records.push({ type: 'name', file, components: earlier, settled: true })
      records.push({ type: 'name', file, components, settled: earlier === undefined })
    }
    for (const [file, { home, inStore, facts }] of this.files) {
      if (home === 'absent' && !inStore) continue
      records.push({ type: 'file', file, home, inStore, facts })
    }
    for (const [piece, slot] of this.slots) records.push({ type: 'slot', piece, slot })
    for (const [piece, blocks] of this.partials) records.push({ type: 'partial', piece, blocks })
    for (const file of this.moved) records.push({ type: 'moved', file })
    records.push({ type: 'mark', batch: this.batch, wallMs: this.wallMs, writing: this.writing })
    return records
  }

  /** After damage: names and places may be believed, because finding the wrong file costs a check, but not pieces. */
  forgetContent(): void {
    this.have.clearAll()
    this.partials.clear()
    for (const [file, state] of this.files) this.files.set(file, { ...state, facts: undefined })
  }
}
