// A torrent's content in memory behind the peers' interfaces, with the real picker: blocks are lent from one array per
// piece, as storage lends its own. It throws when a peer breaks the store's rules, so that no test passes by luck.

import { Bitfield } from '../../src/base/bitfield.ts'
import type { PieceIndex } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { BlockStore, Content } from '../../src/engine/peer/host.ts'
import type { Peer } from '../../src/engine/peer/peer.ts'
import { Picker, type PickerWorld } from '../../src/engine/picker/picker.ts'
import { BLOCK_BYTES, Geometry } from '../../src/metainfo/geometry.ts'

export interface MemoryContentOptions {
  /** One character per piece: '#' is had, anything else is missing. */
  readonly pieces: string
  readonly blocksPerPiece?: number
  /** Length of the last piece, if it is not a whole one. */
  readonly lastPieceBytes?: number
  /** Blocks that may be reserved at a time. */
  readonly memoryBlocks?: number
  readonly seed?: number
  /** 'files' as in v2 torrents; default 'packed'. */
  readonly alignment?: 'packed' | 'files'
}

/** What a right byte of the torrent is: differs from block to block and along each block. */
export function rightBytes(piece: number, begin: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  for (let i = 0; i < lengthBytes; i++) {
    const at = begin + i
    bytes[i] = piece * 131 + (at >> 14) * 17 + at * 7 + (at >> 8)
  }
  return bytes
}

export class MemoryContent implements Content, BlockStore, PickerWorld {
  readonly geometry: Geometry
  readonly have: Bitfield
  readonly picker: Picker
  receiving = true
  memoryBlocks: number
  /** Pieces whose hash is not known. */
  readonly unverifiable = new Set<number>()
  /** What read() does instead of reading. */
  onRead: (() => Promise<'ok' | 'changed' | 'unreadable'>) | undefined
  /** Told when the last block of a piece is here. */
  onPieceHere: (piece: PieceIndex) => void = () => {}
  /** Blocks ('piece:block') that are read with a byte changed: what a poisoner gives. */
  readonly spoiled = new Set<string>()
  /** Calls of read(): piece, begin and how many blocks. */
  readonly reads: string[] = []
  /** Blocks that storage was told are full, in order. */
  readonly stored: string[] = []
  readonly #data = new Map<number, Uint8Array>()
  readonly #reserved = new Set<string>()
  readonly #here = new Set<string>()
  readonly #lent = new Map<string, Uint8Array>()

  constructor(options: MemoryContentOptions) {
    const { pieces, blocksPerPiece = 2 } = options
    const pieceBytes = blocksPerPiece * BLOCK_BYTES
    const lastBytes = options.lastPieceBytes ?? pieceBytes
    const totalBytes = (pieces.length - 1) * pieceBytes + lastBytes
    const files = [{ lengthBytes: totalBytes, pad: false }]
    this.geometry = new Geometry(files, pieceBytes, options.alignment ?? 'packed')
    this.memoryBlocks = options.memoryBlocks ?? Number.POSITIVE_INFINITY
    this.have = new Bitfield(pieces.length)
    this.picker = new Picker(this, new SeededRandom(options.seed ?? 1))
    for (const [index, drawn] of [...pieces].entries()) {
      if (drawn !== '#') continue
      const piece = index as PieceIndex
      this.#data.set(piece, rightBytes(piece, 0, this.geometry.pieceBytes(piece)))
      this.have.set(piece)
      this.picker.markHave(piece)
    }
  }

  get store(): BlockStore {
    return this
  }

  mayServe: (peer: Peer, piece: PieceIndex) => boolean = () => true

  /** '#' for what is had, '.' for the rest. */
  get drawn(): string {
    return Array.from({ length: this.geometry.pieceCount }, (_, i) => (this.have.has(i) ? '#' : '.')).join('')
  }

  /** Memory held for blocks that are not here. */
  get reservedBlocks(): number {
    return this.#reserved.size
  }

  bytesOf(piece: number): Uint8Array {
    return this.#data.get(piece) ?? new Uint8Array(0)
  }

  /** Whether all blocks of the piece are here and right. */
  isRight(piece: PieceIndex): boolean {
    const right = rightBytes(piece, 0, this.geometry.pieceBytes(piece))
    const bytes = this.bytesOf(piece)
    return bytes.length === right.length && bytes.every((byte, i) => byte === right[i])
  }

  /** What a torrent does with a piece that verified. */
  verified(piece: PieceIndex): void {
    this.picker.passed(piece)
    this.have.set(piece)
  }

  /** The piece is gone from the disk. */
  lose(piece: PieceIndex): void {
    this.have.clear(piece)
    this.#data.delete(piece)
    for (let block = 0; block < this.geometry.blockCount(piece); block++)
      this.#here.delete(`${piece}:${block}`)
    this.picker.markMissing(piece)
  }

  // ── PickerWorld ──

  get pieceCount(): number {
    return this.geometry.pieceCount
  }

  blockCount(piece: PieceIndex): number {
    return this.geometry.blockCount(piece)
  }

  isPadding(): boolean {
    return false
  }

  mayReceive(piece: PieceIndex, block: number): boolean {
    if (this.#reserved.size >= this.memoryBlocks) return false
    this.#reserved.add(`${piece}:${block}`)
    return true
  }

  verifiable(piece: PieceIndex): boolean {
    return !this.unverifiable.has(piece)
  }

  // ── BlockStore ──

  unreserve(piece: PieceIndex, block: number): void {
    if (this.#here.has(`${piece}:${block}`)) throw new Error(`unreserved ${piece}:${block}, which is here`)
    this.#reserved.delete(`${piece}:${block}`)
    this.#lent.delete(`${piece}:${block}`)
  }

  slot(piece: PieceIndex, begin: number, lengthBytes: number): Uint8Array | undefined {
    const block = begin / BLOCK_BYTES
    const name = `${piece}:${block}`
    if (this.#here.has(name)) throw new Error(`slot of ${name}, which is here`)
    if (!this.#reserved.has(name)) return undefined
    let data = this.#data.get(piece)
    if (data === undefined) {
      data = new Uint8Array(this.geometry.pieceBytes(piece))
      this.#data.set(piece, data)
    }
    // A second loan ends the first: real memory at last is only what was lent last.
    this.#lent.get(name)?.fill(0)
    const view = data.subarray(begin, begin + lengthBytes)
    this.#lent.set(name, view)
    return view
  }

  blockStored(piece: PieceIndex, block: number): void {
    const name = `${piece}:${block}`
    if (!this.#lent.delete(name)) throw new Error(`stored ${name}, which was not lent`)
    this.#reserved.delete(name)
    this.#here.add(name)
    this.stored.push(name)
    const whole = [...Array(this.geometry.blockCount(piece)).keys()].every((one) =>
      this.#here.has(`${piece}:${one}`),
    )
    if (whole) this.onPieceHere(piece)
  }

  // ── what a torrent needs besides ──

  readonly partials = []

  reserve(piece: PieceIndex, block: number): boolean {
    return this.mayReceive(piece, block)
  }

  tick(): void {}

  async flush(): Promise<void> {}

  /** Forgets blocks of a wrong piece. */
  resetBlocks(piece: PieceIndex, blocks: readonly number[] | 'all'): void {
    for (let block = 0; block < this.geometry.blockCount(piece); block++)
      if (blocks === 'all' || blocks.includes(block)) this.#here.delete(`${piece}:${block}`)
  }

  async read(
    piece: PieceIndex,
    begin: number,
    views: readonly Uint8Array[],
  ): Promise<'ok' | 'changed' | 'unreadable'> {
    this.reads.push(`${piece}:${begin / BLOCK_BYTES}+${views.length}`)
    const outcome = await this.onRead?.()
    if (outcome !== undefined && outcome !== 'ok') return outcome
    if (!this.have.has(piece)) return 'changed'
    let at = begin
    for (const view of views) {
      view.set(this.bytesOf(piece).subarray(at, at + view.length))
      if (this.spoiled.has(`${piece}:${Math.floor(at / BLOCK_BYTES)}`)) view[0] = (view[0] ?? 0) ^ 1
      at += view.length
    }
    return 'ok'
  }
}
