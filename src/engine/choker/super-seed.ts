// Super-seeding (BEP 16): the first seed shows each peer one piece at a time, and the next one only after it has seen
// that piece at somebody else. So almost every byte it sends is a byte the swarm did not have, and those who pass
// pieces on are served first.
//
//   revealed  ──peer has it──▸  held  ──another peer has it──▸  spread: the peer that was shown it gets the next one
//
// A peer that is alone has nobody to pass anything to: then its own HAVE is enough. Once every piece was seen at some
// peer the first copy is out; from then on peers are shown FREE_WINDOW pieces ahead and served like from any seed.
// Invariant: a peer is never shown a piece it has; a piece counts as spread only by a peer other than the one shown.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { type Random, randomInt } from '../../base/random.ts'

export interface Reveal {
  readonly key: number
  readonly piece: PieceIndex
}

/** Pieces shown ahead once the first copy is out (or to a lone peer): keeps its pipeline full for 128 MiB-pieces and small ones. */
const FREE_WINDOW = 16
/** Two pieces shown at first: while one is on its way to others the peer does not stand idle. */
const CAREFUL_WINDOW = 2

interface Shown {
  /** All pieces ever shown to it. */
  readonly pieces: Set<PieceIndex>
  /** Shown and not yet seen elsewhere (or, when alone, not yet at the peer). */
  readonly open: Set<PieceIndex>
  /** Has everything: nothing to show, and no witness either, since it may have had it all along. */
  seed: boolean
}

export class SuperSeed {
  readonly #pieceCount: number
  readonly #random: Random
  readonly #peers = new Map<number, Shown>()
  /** How often each piece was shown and is not known to be lost; rarest first means lowest first. */
  readonly #shown: Uint16Array
  /** Whether some leecher was seen with it. */
  readonly #seen: Uint8Array
  #unseen: number

  constructor(pieceCount: number, random: Random) {
    this.#pieceCount = pieceCount
    this.#random = random
    this.#shown = new Uint16Array(pieceCount)
    this.#seen = new Uint8Array(pieceCount)
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
    for (const piece of has?.ones() ?? []) this.#see(piece as PieceIndex)
    return this.#showMore(shown, has)
  }

  /** What was shown to it and has not turned up elsewhere is on nobody's way any more. */
  left(key: number): void {
    const shown = this.#peers.get(key)
    if (shown === undefined) return
    this.#peers.delete(key)
    for (const piece of shown.open) this.#shown[piece] = Math.max(0, (this.#shown[piece] as number) - 1)
  }

  /** A peer announced a piece. @returns what to show to whom because of it. @param piecesOf what each peer has */
  peerHas(
    key: number,
    piece: PieceIndex,
    piecesOf: (key: number) => Bitfield | undefined,
  ): readonly Reveal[] {
    this.#see(piece)
    const carriers: number[] = []
    const alone = this.#leechers() <= 1
    for (const [other, shown] of this.#peers) {
      const own = other === key
      if (own && piecesOf(key)?.complete) shown.seed = true
      if (!shown.open.has(piece)) continue
      // Seen at another peer; or at the peer itself when there is no other, or no need to wait.
      if (own && !alone && !this.finished) continue
      shown.open.delete(piece)
      carriers.push(other)
    }
    if (this.finished && !carriers.includes(key) && this.#peers.has(key)) carriers.push(key)
    const reveals: Reveal[] = []
    for (const carrier of carriers) {
      const shown = this.#peers.get(carrier) as Shown
      for (const next of this.#showMore(shown, piecesOf(carrier))) reveals.push({ key: carrier, piece: next })
    }
    return reveals
  }

  #see(piece: PieceIndex): void {
    if (this.#seen[piece] !== 0) return
    this.#seen[piece] = 1
    this.#unseen--
  }

  #leechers(): number {
    let leechers = 0
    for (const shown of this.#peers.values()) if (!shown.seed) leechers++
    return leechers
  }

  #showMore(shown: Shown, has: Bitfield | undefined): PieceIndex[] {
    const news: PieceIndex[] = []
    if (shown.seed) return news
    const window = this.finished || this.#leechers() <= 1 ? FREE_WINDOW : CAREFUL_WINDOW
    // Pieces that the peer has by now, from whomever, do not fill its window.
    let waiting = 0
    for (const piece of shown.open) if (!this.finished || !has?.has(piece)) waiting++
    while (waiting < window) {
      const piece = this.#next(shown, has)
      if (piece === undefined) break
      shown.pieces.add(piece)
      shown.open.add(piece)
      this.#shown[piece] = Math.min(0xffff, (this.#shown[piece] as number) + 1)
      news.push(piece)
      waiting++
    }
    return news
  }

  /** The piece shown least so far, unseen ones first, ties at random, that the peer lacks and was not shown. */
  #next(shown: Shown, has: Bitfield | undefined): PieceIndex | undefined {
    let best: PieceIndex | undefined
    let bestScore = Number.POSITIVE_INFINITY
    const start = this.#pieceCount === 0 ? 0 : randomInt(this.#random, this.#pieceCount)
    for (let step = 0; step < this.#pieceCount; step++) {
      const piece = ((start + step) % this.#pieceCount) as PieceIndex
      if (has?.has(piece) || shown.pieces.has(piece)) continue
      const score = (this.#shown[piece] as number) + (this.#seen[piece] === 0 ? 0 : 0x10000)
      if (score < bestScore) {
        best = piece
        bestScore = score
        if (score === 0) break
      }
    }
    return best
  }
}
