// What is known of every piece: its state, its priority, who has it, and the order in which open pieces are tried.
//
// State     missing → partial → complete → had, and back when blocks are released, hashes fail or data is lost.
// Open      missing and wanted (priority above 0): these, and only these, are in the index of open pieces.
// Closed    had or unwanted: no reason to be interested in a peer that has nothing else.
// Invariant: index, availability, counts and the closed field agree with the state and priority of each piece.
// Memory: about 11 bytes a piece.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { Availability } from './availability.ts'
import { OpenIndex, type OpenSource, type PieceFilter } from './open-index.ts'
import { DEFAULT_PRIORITY, MAX_PRIORITY } from './world.ts'

export type PieceState = 'missing' | 'partial' | 'complete' | 'had'

const STATES: readonly PieceState[] = ['missing', 'partial', 'complete', 'had']
const MISSING = 0
const HAD = 3
/** A cell holds the state in bits 0–1 and the priority in bits 2–4. */
const STATE_BITS = 3

/** A peer that brings or takes at most this many pieces moves them one by one; more make the index stale. */
const FEW_PIECES = 256

export class Pieces implements OpenSource {
  readonly length: number
  readonly closed: Bitfield
  readonly #cells: Uint8Array
  readonly #availability: Availability
  readonly #index: OpenIndex
  readonly #openAt = new Int32Array(MAX_PRIORITY + 1)
  #open = 0
  #had = 0
  #wantedLacking: number

  constructor(pieceCount: number, random: Random) {
    this.length = pieceCount
    this.closed = new Bitfield(pieceCount)
    this.#cells = new Uint8Array(pieceCount).fill(DEFAULT_PRIORITY << 2)
    this.#availability = new Availability(pieceCount)
    this.#index = new OpenIndex(pieceCount, this, random)
    this.#wantedLacking = pieceCount
    this.#open = pieceCount
    this.#openAt[DEFAULT_PRIORITY] = pieceCount
  }

  state(piece: PieceIndex): PieceState {
    return STATES[(this.#cells[piece] as number) & STATE_BITS] as PieceState
  }

  priority(piece: PieceIndex): number {
    return (this.#cells[piece] as number) >> 2
  }

  /** Priority of an open piece; 0 for one that is not open. */
  level(piece: PieceIndex): number {
    const cell = this.#cells[piece] as number
    return (cell & STATE_BITS) === MISSING ? cell >> 2 : 0
  }

  count(piece: PieceIndex): number {
    return this.#availability.count(piece)
  }

  get largestCount(): number {
    return this.#availability.largestCount
  }

  had(piece: PieceIndex): boolean {
    return ((this.#cells[piece] as number) & STATE_BITS) === HAD
  }

  /** Open pieces. */
  get open(): number {
    return this.#open
  }

  openAt(level: number): number {
    return this.#openAt[level] as number
  }

  /** Pieces that are had. */
  get hadCount(): number {
    return this.#had
  }

  /** Wanted pieces that are not had. */
  get wantedLacking(): number {
    return this.#wantedLacking
  }

  setState(piece: PieceIndex, state: PieceState): void {
    this.#setCell(piece, ((this.#cells[piece] as number) & ~STATE_BITS) | STATES.indexOf(state))
  }

  setPriority(piece: PieceIndex, priority: number): void {
    this.#setCell(piece, ((this.#cells[piece] as number) & STATE_BITS) | (priority << 2))
  }

  // ── Who has what ──────────────────────────────────────────────────────────────────────────────────

  availability(piece: PieceIndex): number {
    return this.#availability.of(piece)
  }

  copies(withOurs: boolean): number {
    return this.#availability.copies(withOurs)
  }

  joined(has: Bitfield): void {
    if (has.complete) {
      this.#availability.seedJoined()
      return
    }
    if (has.count > FEW_PIECES) this.#index.invalidate()
    for (const piece of has.ones()) this.more(piece as PieceIndex)
  }

  left(has: Bitfield): void {
    if (has.complete) {
      if (this.#availability.seedLeft(this.#hadField())) this.#index.invalidate()
      return
    }
    if (has.count > FEW_PIECES) this.#index.invalidate()
    for (const piece of has.ones()) this.fewer(piece as PieceIndex)
  }

  more(piece: PieceIndex): void {
    const count = this.#availability.count(piece)
    this.#availability.more(piece, this.had(piece))
    if (this.level(piece) > 0 && this.#availability.count(piece) > count) this.#index.commoner(piece, count)
  }

  fewer(piece: PieceIndex): void {
    const count = this.#availability.count(piece)
    if (this.#availability.fewer(piece, this.had(piece))) this.#index.invalidate()
    else if (this.level(piece) > 0 && count > 0) this.#index.rarer(piece, count)
  }

  // ── Which next ────────────────────────────────────────────────────────────────────────────────────

  /** Whether so few have the piece that theirs are the bytes the swarm waits for. */
  scarce(piece: PieceIndex): boolean {
    return this.#availability.count(piece) <= this.#availability.scarceCount
  }

  /** Whether some open piece of a level is scarce. */
  someScarce(level: number): boolean {
    return this.openAt(level) > 0 && this.#index.someUpTo(level, this.#availability.scarceCount)
  }

  rarest(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    return this.openAt(level) === 0 ? -1 : this.#index.rarest(level, has, filter)
  }

  scarcest(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    if (this.openAt(level) === 0) return -1
    return this.#index.rarest(level, has, filter, this.#availability.scarceCount)
  }

  any(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    return this.openAt(level) === 0 ? -1 : this.#index.any(level, has, filter)
  }

  first(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    return this.openAt(level) === 0 ? -1 : this.#index.first(level, has, filter)
  }

  #setCell(piece: PieceIndex, cell: number): void {
    const old = this.#cells[piece] as number
    if (old === cell) return
    const oldLevel = levelOf(old)
    const level = levelOf(cell)
    if (oldLevel !== level) {
      // A change of priority alone usually comes for many pieces at once.
      if (oldLevel > 0 && level > 0) this.#index.invalidate()
      else if (oldLevel > 0) this.#index.remove(piece)
    }
    this.#cells[piece] = cell
    if (oldLevel > 0) this.#countOpen(oldLevel, -1)
    if (level > 0) this.#countOpen(level, 1)
    if (oldLevel === 0 && level > 0) this.#index.add(piece)
    const wasHad = (old & STATE_BITS) === HAD
    const had = (cell & STATE_BITS) === HAD
    if (wasHad !== had) {
      this.#had += had ? 1 : -1
      this.#availability.weHave(piece, had)
    }
    const wasLacking = !wasHad && old >> 2 > 0
    const lacking = !had && cell >> 2 > 0
    if (wasLacking !== lacking) {
      this.#wantedLacking += lacking ? 1 : -1
      if (lacking) this.closed.clear(piece)
      else this.closed.set(piece)
    }
  }

  #countOpen(level: number, by: 1 | -1): void {
    this.#open += by
    this.#openAt[level] = (this.#openAt[level] as number) + by
  }

  #hadField(): Bitfield {
    const field = new Bitfield(this.length)
    for (let piece = 0; piece < this.length; piece++) if (this.had(piece as PieceIndex)) field.set(piece)
    return field
  }
}

function levelOf(cell: number): number {
  return (cell & STATE_BITS) === MISSING ? cell >> 2 : 0
}
