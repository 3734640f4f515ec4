// How many connected peers have each piece, and how many whole copies that makes.
//
// Peers that have everything are counted once, not per piece: availability = seeds + count of the piece.
// Who was counted as a seed is not remembered; a seed that turns out to lack something is spread over the counts.
// Invariant: seeds + count(piece) is the number of joined peers that have the piece, and no count is negative.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'

/** More peers than this with the same piece are not told apart; far above any connection limit (SAFETY.md). */
const MAX_COUNT = 0xffff

export class Availability {
  readonly #counts: Uint16Array
  #seeds = 0
  /** How many pieces have a count of n: those we lack and those we have. */
  readonly #lacked: number[]
  readonly #had: number[] = [0]

  constructor(pieceCount: number) {
    this.#counts = new Uint16Array(pieceCount)
    this.#lacked = [pieceCount]
  }

  of(piece: PieceIndex): number {
    return this.#seeds + (this.#counts[piece] as number)
  }

  /** Availability without seeds: they make no piece rarer than another. */
  count(piece: PieceIndex): number {
    return this.#counts[piece] as number
  }

  /**
   * The largest count of a piece that is scarce: only seeds have it, or where there is no seed, only one peer.
   * Until such a piece was passed on, the bytes of those few are what the whole swarm waits for.
   */
  get scarceCount(): number {
    return this.#seeds > 0 ? 0 : 1
  }

  get largestCount(): number {
    return Math.max(this.#lacked.length, this.#had.length) - 1
  }

  /** A seed came. */
  seedJoined(): void {
    this.#seeds++
  }

  /** One more peer has this piece. `had`: whether we have it. */
  more(piece: PieceIndex, had: boolean): void {
    const count = this.#counts[piece] as number
    if (count < MAX_COUNT) this.#recount(piece, count, count + 1, had)
  }

  /** One peer less has this piece. @returns whether a seed had to be spread first: then all counts changed. */
  fewer(piece: PieceIndex, had: boolean): boolean {
    let spread = false
    if (this.#counts[piece] === 0) {
      if (this.#seeds === 0) return false
      this.#spreadSeed()
      spread = true
    }
    const count = this.#counts[piece] as number
    this.#recount(piece, count, count - 1, had)
    return spread
  }

  /** A peer that has everything went. @returns whether all counts changed (it had not been counted as a seed). */
  seedLeft(had: Bitfield): boolean {
    if (this.#seeds > 0) {
      this.#seeds--
      return false
    }
    for (let piece = 0; piece < this.#counts.length; piece++) {
      if (this.#counts[piece] !== 0) this.fewer(piece as PieceIndex, had.has(piece))
    }
    return true
  }

  /** Our own state of a piece changed. */
  weHave(piece: PieceIndex, have: boolean): void {
    const count = this.#counts[piece] as number
    step(this.#lacked, count, have ? -1 : 1)
    step(this.#had, count, have ? 1 : -1)
  }

  /**
   * Distributed copies: the availability of the rarest piece, plus the share of pieces that have more.
   * @param withOurs counts the pieces that we have ourselves as one more copy.
   */
  copies(withOurs: boolean): number {
    const pieces = this.#counts.length
    if (pieces === 0) return 0
    const ours = withOurs ? 1 : 0
    const lacked = lowest(this.#lacked)
    const had = lowest(this.#had) + ours
    const whole = Math.min(lacked, had)
    const atLowest = (lacked === whole ? (this.#lacked[whole] ?? 0) : 0) + (this.#had[whole - ours] ?? 0)
    return this.#seeds + whole + (pieces - atLowest) / pieces
  }

  #recount(piece: PieceIndex, from: number, to: number, had: boolean): void {
    const histogram = had ? this.#had : this.#lacked
    step(histogram, from, -1)
    step(histogram, to, 1)
    this.#counts[piece] = to
  }

  #spreadSeed(): void {
    this.#seeds--
    for (let piece = 0; piece < this.#counts.length; piece++) {
      this.#counts[piece] = Math.min(MAX_COUNT, (this.#counts[piece] as number) + 1)
    }
    this.#lacked.unshift(0)
    this.#had.unshift(0)
  }
}

function step(histogram: number[], count: number, by: 1 | -1): void {
  while (histogram.length <= count) histogram.push(0)
  histogram[count] = (histogram[count] as number) + by
}

function lowest(histogram: readonly number[]): number {
  const at = histogram.findIndex((pieces) => pieces > 0)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}
