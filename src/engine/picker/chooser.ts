// In which order a peer is asked for what: the policy of the picker.
//
// 1. Pieces with a deadline, soonest first; a peer that is slow beside the others leaves those it would make late.
// 2. Then by priority, and within one priority
//      a. pieces in which the peer already works,
//      b. pieces in work that nobody is asked for, nearly complete first,
//      c. a fast peer (it finishes a piece in 20 s) opens a piece of its own, the rarest it has, ties at random:
//         pieces from one peer need memory for a short time, are hashed in order, and show who is to blame;
//         a slow one first joins pieces of peers as slow as itself, nearly complete first,
//      d. and whatever is left of both: a fast piece is not held up by a slow peer while there is something else.
//    When many pieces are in work, joining comes before opening.
// 3. As long as we have no piece, any open piece will do instead of the rarest: what many have comes sooner, and a
//    leecher needs something to give (BEP 3).
// 4. In sequential mode pieces come by index within a priority, strictly: who watches wants the next piece, and
//    the rest of the swarm looks after rarity.
// 5. Who is asked for a stretch gets what it left unfinished, else goes on behind it, else begins somewhere in the widest
//    gap of open pieces, which peers would need longest to come to; without any, little of what others have in work.
// Pieces on parole (exclusive) belong to one peer; others stay out of them for as long as it is patient to wait.

import type { PieceIndex } from '../../base/ids.ts'
import { type Random, randomInt } from '../../base/random.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Deadlines } from './deadlines.ts'
import { type Gap, gapFrom, widestGap } from './gaps.ts'
import type { PieceFilter } from './open-index.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { Partials } from './partials.ts'
import type { PeerBook } from './peer-book.ts'
import type { Pieces } from './pieces.ts'
import { type Ask, type BlockRef, MAX_PRIORITY, type PeerKey, type PickerWorld } from './world.ts'

/** A peer that brings a whole piece in this time is fast enough to have one to itself. */
export const WHOLE_PIECE_MS = 20_000
/** How many times faster a peer must be before slower ones stay out of its pieces. */
const PACE_RATIO = 4
/** Deadline pieces looked at per ask: a player's window, not a whole film. */
const MAX_DEADLINES = 256
/** Pieces without memory for a block before giving up for this ask: the next ones will be refused too. */
const MAX_REFUSALS = 4
/** Open pieces whose hash is not known, looked at before giving up until the next ask. */
const MAX_UNVERIFIABLE = 256
/** Suggested pieces looked at (BEP 6). */
const MAX_SUGGESTED = 16
/** What a stretch may take of pieces that others work on: they were asked for the rest of them sooner or later. */
const MAX_JOINED_BLOCKS = 64
/** Loose pieces in work, beyond two per peer, before joining comes before opening. */
const SPARE_LOOSE = 8
/** How long others wait for a peer on parole to finish its piece, once there is nothing else to ask for. */
export const PAROLE_PATIENCE_MS = 30_000

/** What the chooser changes: done by the picker, which keeps the books. */
export interface Chosen {
  /** Opens a piece. @returns undefined if nothing of it needs to be asked (all padding). */
  open(piece: PieceIndex): PartialPiece | undefined
  /** Claims free blocks of a loose piece for the peer. @returns how many. */
  claim(partial: PartialPiece, ask: Ask, count: number, into: BlockRef[]): number
}

export class Chooser implements PieceFilter {
  readonly #world: PickerWorld
  readonly #pieces: Pieces
  readonly #partials: Partials
  readonly #deadlines: Deadlines
  readonly #books: ReadonlyMap<PeerKey, PeerBook>
  readonly #chosen: Chosen
  readonly #random: Random
  sequential = false
  /** Opened in this ask and given up for lack of memory. */
  readonly #refused = new Set<PieceIndex>()
  #unverifiable = 0
  /** Deadline pieces that this peer would make late: left to others while it can do something else. */
  readonly #avoided = new Set<PieceIndex>()

  constructor(
    world: PickerWorld,
    pieces: Pieces,
    partials: Partials,
    deadlines: Deadlines,
    books: ReadonlyMap<PeerKey, PeerBook>,
    chosen: Chosen,
    random: Random,
  ) {
    this.#world = world
    this.#pieces = pieces
    this.#partials = partials
    this.#deadlines = deadlines
    this.#books = books
    this.#chosen = chosen
    this.#random = random
  }

  /** Appends up to ask.count − into.length blocks, best first. */
  choose(ask: Ask, into: BlockRef[]): void {
    this.#refused.clear()
    this.#avoided.clear()
    if (ask.only !== undefined) {
      this.#chooseOnly(ask, ask.only, into)
      return
    }
    if (this.#deadlines.size > 0) this.#chooseByDeadline(ask, into)
    else if (ask.stretch === true && !this.sequential) {
      this.#chooseStretch(ask, into)
      if (into.length === 0)
        this.#chooseByPriority({ ...ask, count: Math.min(ask.count, MAX_JOINED_BLOCKS) }, into)
      return
    }
    this.#chooseByPriority(ask, into)
  }

  #chooseByPriority(ask: Ask, into: BlockRef[]): void {
    for (let level = MAX_PRIORITY; level >= 1 && into.length < ask.count; level--) {
      this.#unverifiable = 0
      if (this.#partials.loose(level).length > 0) this.#joinAndOpen(ask, level, into)
      else if (this.#pieces.openAt(level) > 0) this.#openNew(ask, level, into)
    }
    if (into.length === 0) this.#chooseLast(ask, into)
  }

  /** Whether this peer may be asked for blocks of a piece in work. */
  mayJoin(partial: PartialPiece, ask: Ask, nothingElse: boolean): boolean {
    if (!ask.has.has(partial.piece) || this.#avoided.has(partial.piece)) return false
    if (partial.exclusive !== 0 && partial.exclusive !== ask.peer) {
      if (!nothingElse || ask.now - partial.exclusiveSince < PAROLE_PATIENCE_MS) return false
    }
    if (ask.exclusive && partial.exclusive !== ask.peer && !partial.belongsTo(ask.peer)) return false
    return this.#world.verifiable(partial.piece)
  }

  // ── PieceFilter: may this open piece be opened? ───────────────────────────────────────────────────

  accepts(piece: PieceIndex): boolean {
    if (this.#avoided.has(piece) || this.#refused.has(piece)) return false
    if (this.#world.verifiable(piece)) return true
    this.#unverifiable++
    return false
  }

  get exhausted(): boolean {
    return this.#refused.size >= MAX_REFUSALS || this.#unverifiable >= MAX_UNVERIFIABLE
  }

  #chooseOnly(ask: Ask, only: ReadonlySet<PieceIndex>, into: BlockRef[]): void {
    for (const state of ['partial', 'missing']) {
      for (const piece of only) {
        if (into.length >= ask.count) return
        if (this.#pieces.state(piece) === state) this.#take(piece, ask, into)
      }
    }
  }

  /** Whole pieces as far as the count goes, but at least one. */
  #chooseStretch(ask: Ask, into: BlockRef[]): void {
    for (const piece of this.#books.get(ask.peer)?.stakes.keys() ?? []) {
      const partial = this.#partials.get(piece)
      if (partial === undefined || partial.looseLevel === 0 || !this.mayJoin(partial, ask, false)) continue
      this.#claim(partial, ask, into)
      if (into.length > 0) return
    }
    const gap = this.#gapFor(ask)
    if (gap === undefined) return
    for (let at = gap.first as number; at <= gap.last && this.#refused.size === 0; at++) {
      const piece = at as PieceIndex
      if (into.length > 0 && into.length + this.#world.blockCount(piece) > ask.count) break
      this.#open(piece, ask, into)
      const book = this.#books.get(ask.peer)
      if (book !== undefined) book.behind = at + 1
    }
  }

  /** On behind what it was given last while that is open; else from anywhere in the widest gap, so that sources differ. */
  #gapFor(ask: Ask): Gap | undefined {
    const accepts = (piece: PieceIndex): boolean => ask.has.has(piece) && this.#world.verifiable(piece)
    const behind = this.#books.get(ask.peer)?.behind ?? -1
    const ahead = behind < 0 ? undefined : gapFrom(this.#pieces, behind, ask.count, accepts)
    if (ahead !== undefined) return ahead
    const gap = widestGap(this.#pieces, accepts)
    if (gap === undefined) return undefined
    // Not so near its end that the stretch would be cut short there.
    const fitting = Math.max(1, Math.floor(ask.count / this.#world.blockCount(gap.first)))
    const spare = Math.max(0, gap.last - gap.first + 1 - fitting)
    return { first: (gap.first + randomInt(this.#random, spare + 1)) as PieceIndex, last: gap.last }
  }

  #chooseByDeadline(ask: Ask, into: BlockRef[]): void {
    const fastest = this.#fastestRate()
    let looks = MAX_DEADLINES
    for (const piece of this.#deadlines.soonestFirst()) {
      if (into.length >= ask.count || looks-- === 0) return
      const state = this.#pieces.state(piece)
      if (state !== 'missing' && (this.#partials.get(piece)?.looseLevel ?? 0) === 0) continue
      const leftMs = (this.#deadlines.at(piece) ?? ask.now) - ask.now
      const slow = ask.rate * PACE_RATIO < fastest
      if (slow && this.#arrivalMs(ask, into.length + 1) > leftMs) this.#avoided.add(piece)
      else this.#take(piece, ask, into)
    }
  }

  /** Nothing was found: what was left to others is better than nothing. */
  #chooseLast(ask: Ask, into: BlockRef[]): void {
    const avoided = [...this.#avoided]
    this.#avoided.clear()
    for (const piece of avoided) if (into.length < ask.count) this.#take(piece, ask, into)
    if (into.length > 0 || this.#pieces.open > 0) return
    for (let level = MAX_PRIORITY; level >= 1; level--) {
      const joinable = this.#partials.loose(level).filter((partial) => this.mayJoin(partial, ask, true))
      this.#joinEach(joinable.sort(nearlyCompleteFirst), ask, into)
    }
  }

  /** One given piece, wherever it stands. */
  #take(piece: PieceIndex, ask: Ask, into: BlockRef[]): void {
    if (!ask.has.has(piece) || this.#pieces.priority(piece) === 0) return
    const partial = this.#partials.get(piece)
    if (partial !== undefined) {
      if (partial.looseLevel > 0 && this.mayJoin(partial, ask, false)) this.#claim(partial, ask, into)
    } else if (this.#pieces.level(piece) > 0 && this.accepts(piece)) this.#open(piece, ask, into)
  }

  #joinAndOpen(ask: Ask, level: number, into: BlockRef[]): void {
    const book = this.#books.get(ask.peer)
    const current =
      book === undefined || book.current < 0 ? undefined : this.#partials.get(book.current as PieceIndex)
    if (!this.sequential && current?.looseLevel === level && this.mayJoin(current, ask, false)) {
      this.#claim(current, ask, into)
      if (into.length >= ask.count) return
    }
    const joinable = this.#partials.loose(level).filter((partial) => this.mayJoin(partial, ask, false))
    if (this.sequential) {
      this.#byIndex(joinable, ask, level, into)
      return
    }
    const own: PartialPiece[] = []
    const orphans: PartialPiece[] = []
    const kin: PartialPiece[] = []
    const faster: PartialPiece[] = []
    for (const partial of joinable.sort(nearlyCompleteFirst)) {
      if (book?.stakes.has(partial.piece)) own.push(partial)
      else if (partial.asked === 0) orphans.push(partial)
      else if (partial.pace > ask.rate * PACE_RATIO) faster.push(partial)
      else kin.push(partial)
    }
    this.#joinEach(own, ask, into)
    const crowded = this.#partials.looseCount > 2 * this.#books.size + SPARE_LOOSE
    const fast = this.#isFast(ask) && !crowded
    if (!crowded && this.#pieces.someScarce(level)) {
      const scarce = (partial: PartialPiece): boolean => this.#pieces.scarce(partial.piece)
      this.#joinEach(orphans.filter(scarce), ask, into)
      if (!fast) this.#joinEach(kin.filter(scarce), ask, into)
      this.#openScarce(ask, level, into)
    }
    this.#joinEach(orphans, ask, into)
    if (fast) this.#openNew(ask, level, into)
    this.#joinEach(kin, ask, into)
    this.#openNew(ask, level, into)
    this.#joinEach(faster, ask, into)
  }

  /** Pieces in work and open ones alike, lowest index first. */
  #byIndex(joinable: PartialPiece[], ask: Ask, level: number, into: BlockRef[]): void {
    for (const partial of joinable.sort((a, b) => a.piece - b.piece)) {
      this.#openNew(ask, level, into, (piece) => piece < partial.piece)
      if (into.length >= ask.count) return
      this.#claim(partial, ask, into)
    }
    this.#openNew(ask, level, into)
  }

  #joinEach(partials: readonly PartialPiece[], ask: Ask, into: BlockRef[]): void {
    for (const partial of partials) {
      if (into.length >= ask.count) return
      if (partial.free > 0) this.#claim(partial, ask, into)
    }
  }

  #openNew(ask: Ask, level: number, into: BlockRef[], wanted?: (piece: PieceIndex) => boolean): void {
    while (into.length < ask.count && this.#pieces.openAt(level) > 0 && !this.exhausted) {
      const piece = this.#nextOpen(ask, level)
      if (piece < 0 || wanted?.(piece as PieceIndex) === false) return
      this.#open(piece as PieceIndex, ask, into)
    }
  }

  #openScarce(ask: Ask, level: number, into: BlockRef[]): void {
    while (into.length < ask.count && !this.exhausted) {
      const piece = this.#pieces.scarcest(level, ask.has, this)
      if (piece < 0) return
      this.#open(piece as PieceIndex, ask, into)
    }
  }

  #nextOpen(ask: Ask, level: number): PieceIndex | -1 {
    if (this.sequential) return this.#pieces.first(level, ask.has, this)
    if (ask.suggested !== undefined) {
      for (const piece of ask.suggested.slice(0, MAX_SUGGESTED)) {
        if (this.#pieces.level(piece) === level && ask.has.has(piece) && this.accepts(piece)) return piece
      }
    }
    if (this.#pieces.hadCount === 0 && !this.#pieces.someScarce(level))
      return this.#pieces.any(level, ask.has, this)
    return this.#pieces.rarest(level, ask.has, this)
  }

  #open(piece: PieceIndex, ask: Ask, into: BlockRef[]): void {
    const partial = this.#chosen.open(piece)
    if (partial === undefined) return
    if (ask.exclusive) {
      partial.exclusive = ask.peer
      partial.exclusiveSince = ask.now
    }
    this.#claim(partial, ask, into)
  }

  #claim(partial: PartialPiece, ask: Ask, into: BlockRef[]): void {
    const taken = this.#chosen.claim(partial, ask, ask.count - into.length, into)
    if (taken === 0) this.#refused.add(partial.piece)
  }

  #isFast(ask: Ask): boolean {
    const usualPieceBytes = this.#world.blockCount(0 as PieceIndex) * BLOCK_BYTES
    return (ask.rate * WHOLE_PIECE_MS) / 1000 >= usualPieceBytes
  }

  /** When a block asked now, behind all that is outstanding, would be here. */
  #arrivalMs(ask: Ask, more: number): number {
    const outstanding = (this.#books.get(ask.peer)?.outstanding ?? 0) + more
    return ask.rate > 0 ? (outstanding * BLOCK_BYTES * 1000) / ask.rate : Number.POSITIVE_INFINITY
  }

  #fastestRate(): number {
    let fastest = 0
    for (const book of this.#books.values()) if (book.rate > fastest) fastest = book.rate
    return fastest
  }
}

function nearlyCompleteFirst(a: PartialPiece, b: PartialPiece): number {
  return a.free - b.free || a.piece - b.piece
}
