// Super-seeding (BEP 16): the first seed shows each peer a piece or two at a time, and the next one only after it has
// seen such a piece at somebody else. So almost every byte it sends is a byte the swarm did not have, and those who
// pass pieces on are served first.
//
//   shown ──the peer has it──▸ held ──another peer has it──▸ spread: whoever was shown it is shown the next one
//
// A peer that is alone has nobody to pass anything to: then its own HAVE is enough. Once every piece was seen at some
// leecher the first copy is out; from then on peers are shown FREE_WINDOW pieces ahead and served like by any seed.
// Invariant: a peer is never shown a piece that it is known to have; a piece counts as spread only by a peer other
// than the one it was shown to.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { type Random, randomInt } from '../../base/random.ts'

export interface Reveal {
  readonly key: number
  readonly piece: PieceIndex
}

/** Pieces shown ahead once the first copy is out, or to a lone peer: enough to keep a fast pipeline full. */
const FREE_WINDOW = 16
/** While one piece is on its way to others the peer works on the next. */
const CAREFUL_WINDOW = 2
/** Pieces looked at for the least shown one: all of a usual torrent; beyond, any good one will do. */
const MAX_LOOKS = 16_384
/** Random tries among the pieces never shown before looking at one after the other. */
const FRESH_TRIES = 32
/** A peer that keeps everything it was shown for this long is shown more: perhaps nobody can reach it. */
export const SUPER_SEED_PATIENCE_MS = 60_000

interface Shown {
  /** All pieces ever shown to it. */
  readonly pieces: Set<PieceIndex>
  /** Shown and not yet seen elsewhere (or, once that is not asked, not yet at the peer). */
  readonly open: Set<PieceIndex>
  /** Has everything: nothing to show. */
  seed: boolean
}

export class SuperSeed {
  readonly #pieceCount: number
  readonly #random: Random
  readonly #peers = new Map<number, Shown>()
  /** How often each piece was shown to somebody who is still here or passed it on. */
  readonly #shown: Uint16Array
  /** Whether some leecher was seen with it. */
  readonly #seen: Uint8Array
  /** Pieces neither shown nor seen, in any order; ones that stopped being so are thrown out when met. */
  readonly #fresh: PieceIndex[]
  #unseen: number
  #leechers = 0

  constructor(pieceCount: number, random: Random) {
    this.#pieceCount = pieceCount
    this.#random = random
    this.#shown = new Uint16Array(pieceCount)
    this.#seen = new Uint8Array(pieceCount)
    this.#fresh = Array.from({ length: pieceCount }, (_, piece) => piece as PieceIndex)
    this.#unseen = pieceCount
  }

  /** Every piece is at some leecher: a whole copy is out. */
  get finished(): boolean {
    return this.#unseen === 0
  }

  /** Pieces that no leecher was seen with. */
  get unseen(): number {
    return this.#unseen
  }

  /** Whether the peer was shown this piece, so that it may ask for it. */
  revealed(key: number, piece: PieceIndex): boolean {
    return this.#peers.get(key)?.pieces.has(piece) ?? false
  }

  /** A peer came. @returns what to show it. */
  joined(key: number, has: Bitfield | undefined): readonly PieceIndex[] {
    const shown: Shown = { pieces: new Set(), open: new Set(), seed: has?.complete ?? false }
    this.#peers.set(key, shown)
    if (shown.seed) return []
    this.#leechers++
    for (const piece of has?.ones() ?? []) this.#see(piece as PieceIndex)
    return this.#showMore(shown, has)
  }

  /** What it was shown and nobody else has is on nobody's way any more. */
  left(key: number): void {
    const shown = this.#peers.get(key)
    if (shown === undefined) return
    this.#peers.delete(key)
    if (!shown.seed) this.#leechers--
    for (const piece of shown.open) {
      const times = (this.#shown[piece] as number) - 1
      this.#shown[piece] = Math.max(0, times)
      if (times <= 0 && this.#seen[piece] === 0) this.#fresh.push(piece)
    }
  }

  /** A peer announced a piece. @param piecesOf what each peer has. @returns what to show to whom because of it. */
  peerHas(
    key: number,
    piece: PieceIndex,
    piecesOf: (key: number) => Bitfield | undefined,
  ): readonly Reveal[] {
    const announcer = this.#peers.get(key)
    this.#see(piece)
    if (announcer !== undefined && !announcer.seed && piecesOf(key)?.complete) {
      announcer.seed = true
      this.#leechers--
    }
    const next = new Set<number>()
    for (const [other, shown] of this.#peers) {
      if (!shown.open.has(piece) || (other === key && this.#mustSpread)) continue
      shown.open.delete(piece)
      next.add(other)
    }
    // Whoever asks others for what it was not shown gets room for more once the window is wide.
    if (!this.#mustSpread && announcer !== undefined) next.add(key)
    return this.#showEach(next, piecesOf)
  }

  /**
   * Call every SUPER_SEED_PATIENCE_MS. Peers that hold all they were shown, without anybody taking it from them, are
   * shown more, so that peers who cannot reach each other are not starved.
   */
  patienceEnded(piecesOf: (key: number) => Bitfield | undefined): readonly Reveal[] {
    const next = new Set<number>()
    for (const [key, shown] of this.#peers) {
      const has = piecesOf(key)
      if (shown.seed || has === undefined || [...shown.open].some((piece) => !has.has(piece))) continue
      shown.open.clear()
      next.add(key)
    }
    return this.#showEach(next, piecesOf)
  }

  /** Whether a piece must turn up at a second peer before the first is shown more. */
  get #mustSpread(): boolean {
    return this.#leechers > 1 && !this.finished
  }

  #see(piece: PieceIndex): void {
    if (this.#seen[piece] !== 0) return
    this.#seen[piece] = 1
    this.#unseen--
  }

  #showEach(keys: ReadonlySet<number>, piecesOf: (key: number) => Bitfield | undefined): Reveal[] {
    const reveals: Reveal[] = []
    for (const key of keys) {
      const shown = this.#peers.get(key) as Shown
      for (const piece of this.#showMore(shown, piecesOf(key))) reveals.push({ key, piece })
    }
    return reveals
  }

  #showMore(shown: Shown, has: Bitfield | undefined): PieceIndex[] {
    const news: PieceIndex[] = []
    if (shown.seed) return news
    if (!this.#mustSpread) for (const piece of shown.open) if (has?.has(piece)) shown.open.delete(piece)
    // A lone peer may not be alone for long: its window grows with what it fetched.
    const fetched = shown.pieces.size - shown.open.size
    const window = this.#mustSpread ? CAREFUL_WINDOW : Math.min(FREE_WINDOW, CAREFUL_WINDOW + fetched)
    while (shown.open.size < window) {
      const piece = this.#fresh.length > 0 ? this.#nextFresh(shown, has) : this.#leastShown(shown, has)
      if (piece === undefined) break
      shown.pieces.add(piece)
      shown.open.add(piece)
      this.#shown[piece] = Math.min(0xffff, (this.#shown[piece] as number) + 1)
      news.push(piece)
    }
    return news
  }

  /** A piece that nobody was shown and nobody was seen with, at random. */
  #nextFresh(shown: Shown, has: Bitfield | undefined): PieceIndex | undefined {
    const fresh = this.#fresh
    for (let tries = FRESH_TRIES; tries > 0 && fresh.length > 0; ) {
      const at = randomInt(this.#random, fresh.length)
      const piece = fresh[at] as PieceIndex
      const stale = this.#seen[piece] !== 0 || this.#shown[piece] !== 0
      const wanted = !stale && !has?.has(piece) && !shown.pieces.has(piece)
      if (!stale && !wanted) {
        tries--
        continue
      }
      fresh[at] = fresh[fresh.length - 1] as PieceIndex
      fresh.pop()
      if (wanted) return piece
    }
    return this.#leastShown(shown, has)
  }

  /** The piece shown least so far, unseen ones first, ties at random, that the peer lacks and was not shown. */
  #leastShown(shown: Shown, has: Bitfield | undefined): PieceIndex | undefined {
    let best: PieceIndex | undefined
    let bestScore = Number.POSITIVE_INFINITY
    const start = this.#pieceCount === 0 ? 0 : randomInt(this.#random, this.#pieceCount)
    for (let step = 0; step < this.#pieceCount; step++) {
      if (step >= MAX_LOOKS && best !== undefined) break
      const piece = ((start + step) % this.#pieceCount) as PieceIndex
      if (has?.has(piece) || shown.pieces.has(piece)) continue
      const score = (this.#shown[piece] as number) + (this.#seen[piece] === 0 ? 0 : 0x10000)
      if (score >= bestScore) continue
      best = piece
      bestScore = score
      if (score === 0) break
    }
    return best
  }
}
