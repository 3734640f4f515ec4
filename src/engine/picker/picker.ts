// What to request next, from whom: the bookkeeping around the choice (chooser.ts, endgame.ts).
//
// Every piece is in one state: missing, partial (in work), complete (all blocks here, being verified) or had.
// Every block of a piece in work is free, asked or here (partial-piece.ts).
// Invariant: a block is never outstanding at two peers unless every wanted block was asked or here when the second
// was asked (endgame); what is outstanding at a peer is forgotten only by received, released, releasedAll, or when
// its piece stops being in work.

import type { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { Chooser, type Chosen } from './chooser.ts'
import { Deadlines } from './deadlines.ts'
import { duplicates } from './endgame.ts'
import { PartialPiece, type Receipt } from './partial-piece.ts'
import { Partials } from './partials.ts'
import { PeerBook } from './peer-book.ts'
import { Pieces } from './pieces.ts'
import { type Ask, type BlockRef, MAX_PRIORITY, type PeerKey, type PickerWorld } from './world.ts'

export type { Receipt } from './partial-piece.ts'
export type { Ask, BlockRef, PeerKey, PickerWorld } from './world.ts'

export interface PartialView {
  readonly piece: PieceIndex
  /** Blocks that are here. */
  readonly received: number
  readonly blocks: number
}

const NO_PEERS: readonly PeerKey[] = []

export class Picker {
  readonly #world: PickerWorld
  readonly #pieces: Pieces
  readonly #partials = new Partials()
  readonly #books = new Map<PeerKey, PeerBook>()
  readonly #deadlines = new Deadlines()
  readonly #chooser: Chooser
  /** Pieces that turned out to be all padding: complete without a block ever arriving. */
  #paddingOnly: PieceIndex[] = []
  #wantedBlocksLeft = 0

  constructor(world: PickerWorld, random: Random) {
    this.#world = world
    this.#pieces = new Pieces(world.pieceCount, random)
    const chosen: Chosen = {
      open: (piece) => this.#openForAsk(piece),
      claim: (partial, ask, count, into) => this.#claim(partial, ask, count, into),
    }
    this.#chooser = new Chooser(
      world,
      this.#pieces,
      this.#partials,
      this.#deadlines,
      this.#books,
      chosen,
      random,
    )
    for (let piece = 0; piece < world.pieceCount; piece++) {
      this.#wantedBlocksLeft += world.blockCount(piece as PieceIndex)
    }
  }

  // ── Who has what ──────────────────────────────────────────────────────────────────────────────────

  peerJoined(has: Bitfield): void {
    this.#pieces.joined(has)
  }

  peerHas(piece: PieceIndex): void {
    this.#pieces.more(piece)
  }

  /** A peer no longer has a piece (lt_donthave, BEP 54). */
  peerLost(piece: PieceIndex): void {
    this.#pieces.fewer(piece)
  }

  /** `has` as it was when the peer went. What it has outstanding is released apart (releasedAll). */
  peerLeft(has: Bitfield): void {
    this.#pieces.left(has)
  }

  /** Joined peers that have the piece. */
  availability(piece: PieceIndex): number {
    return this.#pieces.availability(piece)
  }

  /**
   * Distributed copies among joined peers: the availability of the rarest piece plus the share of pieces that have
   * more. Ours are not counted unless `withOurs`.
   */
  copies(withOurs = false): number {
    return this.#pieces.copies(withOurs)
  }

  /**
   * Whether at most one other peer has the piece (nobody but seeds, where there are seeds): it is what the swarm waits
   * for, so bytes of it should go to few who finish it, not to many at once.
   */
  scarce(piece: PieceIndex): boolean {
    return this.#pieces.scarce(piece)
  }

  /** Whether the peer has a wanted piece that we lack. For a single HAVE, ask wants(piece): it costs nothing. */
  interesting(has: Bitfield): boolean {
    if (this.#pieces.wantedLacking === 0 || has.empty) return false
    return has.complete || this.#pieces.closed.lacksSomeOf(has)
  }

  /** Whether a piece is wanted and not had. */
  wants(piece: PieceIndex): boolean {
    return !this.#pieces.closed.has(piece)
  }

  // ── What is wanted ────────────────────────────────────────────────────────────────────────────────

  /** 0 skips the piece, 7 is most urgent, 4 is usual. */
  setPriority(piece: PieceIndex, priority: number): void {
    const level = Math.max(0, Math.min(MAX_PRIORITY, Math.trunc(priority)))
    const before = this.#pieces.priority(piece)
    if (level === before) return
    if ((level === 0) !== (before === 0)) {
      const left = this.#blocksLeft(piece)
      this.#wantedBlocksLeft += level === 0 ? -left : left
    }
    this.#pieces.setPriority(piece, level)
    const partial = this.#partials.get(piece)
    if (partial !== undefined) this.#partials.settle(partial, level)
  }

  priority(piece: PieceIndex): number {
    return this.#pieces.priority(piece)
  }

  setSequential(on: boolean): void {
    this.#chooser.sequential = on
  }

  /** Wanted by that moment (streaming). Has no effect on a piece of priority 0. */
  setDeadline(piece: PieceIndex, at: Millis | undefined): void {
    if (at === undefined || !this.#pieces.had(piece)) this.#deadlines.set(piece, at)
  }

  /** Any state → had. */
  markHave(piece: PieceIndex): void {
    if (this.#pieces.had(piece)) return
    this.#countLeft(piece, -this.#blocksLeft(piece))
    this.#close(piece)
    this.#pieces.setState(piece, 'had')
    this.#deadlines.set(piece, undefined)
  }

  /** Any state → missing: data was lost, or a partial piece is to be forgotten. */
  markMissing(piece: PieceIndex): void {
    const before = this.#blocksLeft(piece)
    this.#close(piece)
    this.#pieces.setState(piece, 'missing')
    this.#countLeft(piece, this.#blocksLeft(piece) - before)
  }

  /** A block that is already here (resumed): nobody gave it. */
  markBlock(piece: PieceIndex, block: number): void {
    const partial = this.#partials.get(piece) ?? (this.#pieces.had(piece) ? undefined : this.#open(piece))
    if (partial === undefined || partial.isHere(block)) return
    partial.place(block)
    this.#countLeft(piece, -1)
    this.#settle(partial)
  }

  // ── Requests ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Blocks to request from `ask.peer` next, best first, at most `ask.count`; they are outstanding there from now on.
   * Never a block already outstanding, except in endgame (BEP 3), where a peer for which nothing else is left is asked
   * for what others were asked.
   */
  pick(ask: Ask): BlockRef[] {
    const blocks: BlockRef[] = []
    if (ask.count <= 0 || this.done) return blocks
    const book = this.#books.get(ask.peer)
    if (book !== undefined) book.rate = ask.rate
    this.#chooser.choose(ask, blocks)
    if (blocks.length === 0 && this.endgame) this.#pickDuplicates(ask, blocks)
    return blocks
  }

  /** 'first': store it. 'duplicate': already here. 'unwanted': the piece is had, or the block not outstanding at this peer. */
  received(peer: PeerKey, piece: PieceIndex, block: number): Receipt {
    const partial = this.#partials.get(piece)
    if (partial === undefined || block < 0 || block >= partial.blocks) return 'unwanted'
    if (partial.isOutstanding(peer, block)) {
      const book = this.#books.get(peer)
      book?.settled(piece, 1)
      book?.gave()
    }
    const receipt = partial.receive(peer, block)
    if (receipt !== 'first') return receipt
    this.#countLeft(piece, -1)
    this.#settle(partial)
    return receipt
  }

  /** Peers other than `peer` that have this block outstanding: they are sent a cancel, then released. */
  othersAsked(peer: PeerKey, piece: PieceIndex, block: number): readonly PeerKey[] {
    const askers = this.#partials.get(piece)?.askers(block) ?? NO_PEERS
    return askers.includes(peer) ? askers.filter((asker) => asker !== peer) : askers
  }

  /** Rejected, timed out or cancelled. @returns whether it was outstanding. */
  released(peer: PeerKey, piece: PieceIndex, block: number): boolean {
    const partial = this.#partials.get(piece)
    if (partial === undefined || !partial.release(peer, block)) return false
    this.#books.get(peer)?.settled(piece, 1)
    if (partial.idle) this.#forget(partial)
    else this.#settle(partial)
    return true
  }

  /** Choked or gone: nothing outstanding comes any more. */
  releasedAll(peer: PeerKey): void {
    const book = this.#books.get(peer)
    if (book === undefined) return
    this.#books.delete(peer)
    for (const piece of book.stakes.keys()) {
      const partial = this.#partials.get(piece)
      if (partial === undefined) continue
      partial.releaseAll(peer)
      partial.members.splice(partial.members.indexOf(peer), 1)
      if (partial.idle) this.#forget(partial)
      else this.#settle(partial)
    }
  }

  /** In the order the pieces were first asked, ascending within a piece. */
  outstanding(peer: PeerKey): readonly BlockRef[] {
    const blocks: BlockRef[] = []
    for (const [piece, count] of this.#books.get(peer)?.stakes ?? []) {
      if (count > 0) this.#partials.get(piece)?.outstandingOf(peer, blocks)
    }
    return blocks
  }

  outstandingCount(peer: PeerKey): number {
    return this.#books.get(peer)?.outstanding ?? 0
  }

  isOutstanding(peer: PeerKey, piece: PieceIndex, block: number): boolean {
    return this.#partials.get(piece)?.isOutstanding(peer, block) ?? false
  }

  // ── Finished pieces ───────────────────────────────────────────────────────────────────────────────

  /** All blocks are here: the piece is being verified. */
  complete(piece: PieceIndex): boolean {
    return this.#pieces.state(piece) === 'complete'
  }

  /** Pieces found, while picking or resuming, to hold nothing but padding: to be verified like others; each is told once. */
  takePaddingOnly(): readonly PieceIndex[] {
    const pieces = this.#paddingOnly
    if (pieces.length > 0) this.#paddingOnly = []
    return pieces
  }

  /** Verified → had. */
  passed(piece: PieceIndex): void {
    this.markHave(piece)
  }

  /** The hash failed: these blocks, or all (also if none of these is here), are free again; who gave them is forgotten. */
  failed(piece: PieceIndex, bad: readonly number[] | 'all'): void {
    const partial = this.#partials.get(piece)
    if (partial === undefined) return
    const before = this.#blocksLeft(piece)
    if (bad !== 'all') for (const block of bad) partial.reset(block)
    if (bad === 'all' || partial.here === partial.blocks) {
      for (let block = 0; block < partial.blocks; block++) partial.reset(block)
    }
    this.#countLeft(piece, this.#blocksLeft(piece) - before)
    if (partial.idle) this.#forget(partial)
    else this.#settle(partial)
  }

  /** Blocks of a wanted piece that are neither here nor asked of anybody. */
  free(piece: PieceIndex): number {
    return this.wants(piece) ? (this.#partials.get(piece)?.free ?? this.#world.blockCount(piece)) : 0
  }

  /** Blocks that are here per peer that gave them. Ask before passed or failed. */
  contributors(piece: PieceIndex): ReadonlyMap<PeerKey, readonly number[]> {
    return this.#partials.get(piece)?.contributors() ?? new Map()
  }

  *partials(): Generator<PartialView> {
    for (const { piece, here, blocks } of this.#partials.all()) yield { piece, received: here, blocks }
  }

  /** Every wanted block is asked or here: the last ones are asked of several peers. */
  get endgame(): boolean {
    return !this.done && this.#pieces.open === 0 && this.#partials.looseCount === 0
  }

  /** Blocks of wanted pieces that are not here; padding counts as here only in pieces in work. */
  get wantedBlocksLeft(): number {
    return this.#wantedBlocksLeft
  }

  /** All wanted pieces are had. */
  get done(): boolean {
    return this.#pieces.wantedLacking === 0
  }

  // ── Keeping the books ─────────────────────────────────────────────────────────────────────────────

  #openForAsk(piece: PieceIndex): PartialPiece | undefined {
    const partial = this.#open(piece)
    return partial.free > 0 ? partial : undefined
  }

  /** Missing → partial; padding is here from the start. */
  #open(piece: PieceIndex): PartialPiece {
    const world = this.#world
    const partial = new PartialPiece(piece, world.blockCount(piece), (block) => world.isPadding(piece, block))
    this.#partials.add(partial, this.#pieces.priority(piece))
    this.#countLeft(piece, -partial.here)
    this.#settle(partial)
    if (partial.here === partial.blocks) this.#paddingOnly.push(piece)
    return partial
  }

  #claim(partial: PartialPiece, ask: Ask, count: number, into: BlockRef[]): number {
    const { piece } = partial
    const taken = partial.claim(ask.peer, count, (block) => this.#world.mayReceive(piece, block), into)
    if (taken > 0) this.#asked(partial, ask, taken)
    if (partial.idle) this.#forget(partial)
    else this.#settle(partial)
    return taken
  }

  #asked(partial: PartialPiece, ask: Ask, blocks: number): void {
    let book = this.#books.get(ask.peer)
    if (book === undefined) {
      book = new PeerBook()
      book.rate = ask.rate
      this.#books.set(ask.peer, book)
    }
    book.asked(partial.piece, blocks, ask.now)
    if (!partial.members.includes(ask.peer)) partial.members.push(ask.peer)
    if (ask.rate > partial.pace) partial.pace = ask.rate
  }

  #pickDuplicates(ask: Ask, into: BlockRef[]): void {
    const mayJoin = (partial: PartialPiece): boolean =>
      this.#pieces.priority(partial.piece) > 0 &&
      (ask.only?.has(partial.piece) ?? true) &&
      this.#chooser.mayJoin(partial, ask, true)
    const found = duplicates(this.#partials.all(), mayJoin, ask, this.#books)
    for (const block of found) {
      const partial = this.#partials.get(block.piece) as PartialPiece
      partial.claimToo(ask.peer, block.block)
      this.#asked(partial, ask, 1)
      into.push(block)
    }
  }

  /** After a change of blocks: keeps the state of the piece and the loose list right. */
  #settle(partial: PartialPiece): void {
    this.#partials.settle(partial, this.#pieces.priority(partial.piece))
    const state = partial.here === partial.blocks ? 'complete' : 'partial'
    this.#pieces.setState(partial.piece, state)
  }

  /** Partial → missing: nothing of it was here but padding. */
  #forget(partial: PartialPiece): void {
    this.#close(partial.piece)
    this.#pieces.setState(partial.piece, 'missing')
    this.#countLeft(partial.piece, partial.here)
  }

  /** Takes a piece out of work: nothing of it is outstanding any longer. */
  #close(piece: PieceIndex): void {
    const partial = this.#partials.get(piece)
    if (partial === undefined) return
    this.#partials.delete(partial)
    for (const peer of partial.members) this.#books.get(peer)?.closed(piece)
  }

  #blocksLeft(piece: PieceIndex): number {
    const partial = this.#partials.get(piece)
    if (partial !== undefined) return partial.blocks - partial.here
    return this.#pieces.had(piece) ? 0 : this.#world.blockCount(piece)
  }

  #countLeft(piece: PieceIndex, by: number): void {
    if (this.#pieces.priority(piece) > 0) this.#wantedBlocksLeft += by
  }
}
