// A picker drawn as strings, one character per piece, for tests that read like pictures.
//
//   ours         x had   . missing   1 … 9 so many first blocks are here
//   priorities   0 … 7
//   peers        # has it   . has it not      (the first row is peer 1)
//   asked        what a peer is asked: '2:0-3 5:1' is blocks 0 to 3 of piece 2 and block 1 of piece 5

import { Bitfield } from '../../src/base/bitfield.ts'
import type { Millis, PieceIndex } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import {
  type Ask,
  type BlockRef,
  type PeerKey,
  Picker,
  type PickerWorld,
} from '../../src/engine/picker/picker.ts'

export interface Drawing {
  readonly ours: string
  readonly priorities?: string
  readonly peers: readonly string[]
  /** Blocks per piece. */
  readonly blocks?: number
  readonly seed?: number
}

export class DrawnPicker implements PickerWorld {
  readonly picker: Picker
  readonly pieceCount: number
  readonly blocks: number
  readonly has: readonly Bitfield[]
  now = 0 as Millis
  /** Changed by tests: what the world answers. */
  readonly unverifiable = new Set<number>()
  readonly padding = new Set<string>()
  memoryBlocks = Number.POSITIVE_INFINITY
  /** Blocks for which memory was granted, as piece:block. */
  readonly granted: string[] = []

  constructor(drawing: Drawing, padding: readonly string[] = []) {
    this.pieceCount = drawing.ours.length
    this.blocks = drawing.blocks ?? 4
    for (const block of padding) this.padding.add(block)
    this.picker = new Picker(this, new SeededRandom(drawing.seed ?? 1))
    for (const [piece, drawn] of [...drawing.ours].entries()) {
      if (drawn === 'x') this.picker.markHave(piece as PieceIndex)
      for (let block = 0; block < Number(drawn); block++) this.picker.markBlock(piece as PieceIndex, block)
    }
    for (const [piece, drawn] of [...(drawing.priorities ?? '')].entries()) {
      this.picker.setPriority(piece as PieceIndex, Number(drawn))
    }
    this.has = drawing.peers.map(bitfieldOf)
    for (const has of this.has) this.picker.peerJoined(has)
  }

  blockCount(): number {
    return this.blocks
  }

  isPadding(piece: PieceIndex, block: number): boolean {
    return this.padding.has(`${piece}:${block}`)
  }

  mayReceive(piece: PieceIndex, block: number): boolean {
    if (this.memoryBlocks <= 0) return false
    this.memoryBlocks--
    this.granted.push(`${piece}:${block}`)
    return true
  }

  verifiable(piece: PieceIndex): boolean {
    return !this.unverifiable.has(piece)
  }

  refs(peer: PeerKey, count: number, more: Partial<Ask> = {}): BlockRef[] {
    return this.picker.pick({
      peer,
      has: this.has[peer - 1] as Bitfield,
      count,
      now: this.now,
      exclusive: false,
      only: undefined,
      rate: 0,
      suggested: undefined,
      ...more,
    })
  }

  /** What the peer is asked, drawn. */
  ask(peer: PeerKey, count: number, more: Partial<Ask> = {}): string {
    return drawn(this.refs(peer, count, more))
  }

  outstanding(peer: PeerKey): string {
    return drawn(this.picker.outstanding(peer))
  }

  /** Blocks arrive from the peer; finished pieces are verified at once. @returns what became of each. */
  give(peer: PeerKey, piece: number, ...blocks: readonly number[]): string {
    const receipts = blocks.map((block) => this.picker.received(peer, piece as PieceIndex, block))
    if (this.picker.complete(piece as PieceIndex)) this.picker.passed(piece as PieceIndex)
    return receipts.join(' ')
  }
}

export function bitfieldOf(drawn: string): Bitfield {
  const field = new Bitfield(drawn.length)
  for (const [piece, mark] of [...drawn].entries()) if (mark === '#') field.set(piece)
  return field
}

export function drawn(refs: readonly BlockRef[]): string {
  const parts: string[] = []
  for (let at = 0; at < refs.length; at++) {
    const { piece, block } = refs[at] as BlockRef
    let last = block
    while (refs[at + 1]?.piece === piece && refs[at + 1]?.block === last + 1) {
      at++
      last++
    }
    parts.push(last === block ? `${piece}:${block}` : `${piece}:${block}-${last}`)
  }
  return parts.join(' ')
}

export function piecesOf(refs: readonly BlockRef[]): string {
  return [...new Set(refs.map((ref) => ref.piece))].join(' ')
}
