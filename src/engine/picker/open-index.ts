// Open pieces (wanted, nothing of them asked or here) in order of priority, then rarity, ties in no order.
//
//   order:  [ not open | level 7: count 0, 1, 2 … | level 6: count 0, 1, 2 … | … ]
//                      ^ starts[0]                 ^ starts[width]
//
// One permutation of all pieces, cut into buckets. A piece moves to the next bucket by a swap at its border, so
// becoming rarer or commoner by one costs O(1), and leaving the index costs one step per bucket in front of it:
// few, as the rarest are opened first. What changes many pieces at once makes the order stale; it is rebuilt by
// counting (O(pieces)) when next needed. Memory: 8 bytes a piece.
// Invariant, when not stale: each open piece lies in the bucket of its level and count, all others before starts[0].

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { type Random, randomInt } from '../../base/random.ts'
import { MAX_PRIORITY } from './world.ts'

/** What the index reads when it is rebuilt. */
export interface OpenSource {
  /** Priority 1 … 7 of an open piece, 0 for one that is not open. */
  level(piece: PieceIndex): number
  count(piece: PieceIndex): number
  readonly largestCount: number
  /** Has a bit for every piece that is had or unwanted: no open piece is in it. */
  readonly closed: Bitfield
}

/** Asked about a piece before it is chosen. */
export interface PieceFilter {
  accepts(piece: PieceIndex): boolean
  /** No use asking on (memory is short, or too many were refused). */
  readonly exhausted: boolean
}

/** Pieces looked at in the index before the peer's own bitfield is searched instead: it has too little of what is rare. */
const PROBES = 256
/** Candidates of that search among which the rarest is chosen. */
const SCAN_CANDIDATES = 32
/** Pieces looked at one by one in a search by index, so that a sparse peer of a torrent of 2 M pieces costs < 1 ms. */
const SCAN_STEPS = 65_536
/** Counts that are told apart at most; pieces on more peers than this are all equally common. */
const MAX_WIDTH = 1024
/** Room for counts to grow before the index is rebuilt. */
const SPARE_WIDTH = 8
/** Tries at random pieces when rarity does not matter, before walking. */
const RANDOM_TRIES = 24

export class OpenIndex {
  readonly #source: OpenSource
  readonly #random: Random
  readonly #order: Int32Array
  readonly #position: Int32Array
  #starts = new Int32Array(1)
  #width = 1
  /** Group of buckets per level, −1 for a level that no piece has. */
  readonly #groups = new Int8Array(MAX_PRIORITY + 1).fill(-1)
  #stale = true
  /** For choice by index: nothing open of this level lies before it. */
  readonly #firsts = new Int32Array(MAX_PRIORITY + 1)

  constructor(pieceCount: number, source: OpenSource, random: Random) {
    this.#source = source
    this.#random = random
    this.#order = new Int32Array(pieceCount)
    this.#position = new Int32Array(pieceCount)
  }

  get stale(): boolean {
    return this.#stale
  }

  /** Many pieces changed. */
  invalidate(): void {
    this.#stale = true
    this.#firsts.fill(0)
  }

  /** A piece became open. Call after the source says so. */
  add(piece: PieceIndex): void {
    const level = this.#source.level(piece)
    this.#firsts[level] = Math.min(this.#firsts[level] as number, piece)
    if (this.#stale) return
    const group = this.#groups[level] as number
    if (group < 0) {
      this.#stale = true
      return
    }
    const bucket = this.#bucket(group, this.#source.count(piece))
    for (let at = -1; at < bucket; at++) this.#up(piece, at)
  }

  /** A piece is about to stop being open: call before the source says so. */
  remove(piece: PieceIndex): void {
    if (this.#stale) return
    const group = this.#groups[this.#source.level(piece)] as number
    for (let at = this.#bucket(group, this.#source.count(piece)); at >= 0; at--) this.#down(piece, at)
  }

  /** The count of an open piece went from `count` to `count` + 1. */
  commoner(piece: PieceIndex, count: number): void {
    if (this.#stale) return
    if (count + 1 >= this.#width) {
      if (this.#width < MAX_WIDTH) this.#stale = true
      return
    }
    this.#up(piece, this.#bucket(this.#groups[this.#source.level(piece)] as number, count))
  }

  /** The count of an open piece went from `count` to `count` − 1. */
  rarer(piece: PieceIndex, count: number): void {
    if (this.#stale || count >= this.#width) return
    this.#down(piece, this.#bucket(this.#groups[this.#source.level(piece)] as number, count))
  }

  /** Whether some open piece of a level has a count of at most `count`. */
  someUpTo(level: number, count: number): boolean {
    this.#refresh()
    const group = this.#groups[level] as number
    if (group < 0) return false
    return (
      (this.#starts[this.#bucket(group, count) + 1] as number) > (this.#starts[group * this.#width] as number)
    )
  }

  /** The rarest open piece of a level that the peer has, at most `maxCount` common, ties at random; −1 for none. */
  rarest(level: number, has: Bitfield, filter: PieceFilter, maxCount = MAX_WIDTH): PieceIndex | -1 {
    this.#refresh()
    const group = this.#groups[level] as number
    if (group < 0) return -1
    let probes = PROBES
    const end = this.#bucket(group, maxCount) + 1
    for (let bucket = group * this.#width; bucket < end; bucket++) {
      const start = this.#starts[bucket] as number
      const size = (this.#starts[bucket + 1] as number) - start
      if (size === 0) continue
      let at = start + (size === 1 ? 0 : randomInt(this.#random, size))
      for (let step = 0; step < size; step++) {
        if (probes-- === 0) return this.#search(level, has, filter, maxCount)
        const piece = this.#order[at] as PieceIndex
        if (has.has(piece) && filter.accepts(piece)) return piece
        if (filter.exhausted) return -1
        if (++at === start + size) at = start
      }
    }
    return -1
  }

  /** Any open piece of a level that the peer has; −1 for none. */
  any(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    this.#refresh()
    const group = this.#groups[level] as number
    if (group < 0) return -1
    const start = this.#starts[group * this.#width] as number
    const size = (this.#starts[(group + 1) * this.#width] as number) - start
    for (let tries = size === 0 ? 0 : RANDOM_TRIES; tries > 0 && !filter.exhausted; tries--) {
      const piece = this.#order[start + randomInt(this.#random, size)] as PieceIndex
      if (has.has(piece) && filter.accepts(piece)) return piece
    }
    return this.rarest(level, has, filter)
  }

  /** The open piece of a level with the lowest index that the peer has (some piece, if that is far away); −1 for none. */
  first(level: number, has: Bitfield, filter: PieceFilter): PieceIndex | -1 {
    const { closed } = this.#source
    let from = this.#firsts[level] as number
    while (from < closed.length && this.#source.level(from as PieceIndex) !== level) from++
    this.#firsts[level] = from
    let steps = SCAN_STEPS
    for (let at = closed.nextLacking(has, from); at >= 0 && steps > 0; at = closed.nextLacking(has, at + 1)) {
      const piece = at as PieceIndex
      if (this.#source.level(piece) === level && filter.accepts(piece)) return piece
      if (filter.exhausted) return -1
      steps--
    }
    return steps > 0 ? -1 : this.rarest(level, has, filter)
  }

  /** The rarest of a few pieces found from a random place on in the peer's own bitfield. */
  #search(level: number, has: Bitfield, filter: PieceFilter, maxCount: number): PieceIndex | -1 {
    const { closed } = this.#source
    const from = randomInt(this.#random, closed.length)
    let best: PieceIndex | -1 = -1
    let bestCount = Number.POSITIVE_INFINITY
    let candidates = SCAN_CANDIDATES
    let steps = SCAN_STEPS
    let wrapped = false
    let at = closed.nextLacking(has, from)
    for (;;) {
      if (at < 0 && !wrapped) {
        wrapped = true
        at = closed.nextLacking(has, 0)
      }
      if (at < 0 || (wrapped && at >= from) || steps-- === 0 || candidates === 0) return best
      const piece = at as PieceIndex
      const count = this.#source.count(piece)
      if (count <= maxCount && this.#source.level(piece) === level && filter.accepts(piece)) {
        candidates--
        if (count < bestCount) {
          best = piece
          bestCount = count
        }
      }
      if (filter.exhausted) return best
      at = closed.nextLacking(has, at + 1)
    }
  }

  #bucket(group: number, count: number): number {
    return group * this.#width + Math.min(count, this.#width - 1)
  }

  /** From `bucket` (−1: not open) to the one behind it. */
  #up(piece: PieceIndex, bucket: number): void {
    const last = (this.#starts[bucket + 1] as number) - 1
    this.#swap(piece, last)
    this.#starts[bucket + 1] = last
  }

  /** From `bucket` to the one before it (−1: not open). */
  #down(piece: PieceIndex, bucket: number): void {
    const first = this.#starts[bucket] as number
    this.#swap(piece, first)
    this.#starts[bucket] = first + 1
  }

  #swap(piece: PieceIndex, to: number): void {
    const from = this.#position[piece] as number
    if (from === to) return
    const other = this.#order[to] as number
    this.#order[to] = piece
    this.#order[from] = other
    this.#position[piece] = to
    this.#position[other] = from
  }

  #refresh(): void {
    if (!this.#stale) return
    this.#stale = false
    const pieces = this.#order.length
    const source = this.#source
    const used = new Uint8Array(MAX_PRIORITY + 1)
    for (let piece = 0; piece < pieces; piece++) used[source.level(piece as PieceIndex)] = 1
    let groups = 0
    for (let level = MAX_PRIORITY; level >= 1; level--)
      this.#groups[level] = used[level] === 1 ? groups++ : -1
    this.#width = Math.min(MAX_WIDTH, source.largestCount + 1 + SPARE_WIDTH)
    const starts = new Int32Array(groups * this.#width + 1)
    const at = new Int32Array(starts.length)
    let open = 0
    for (let piece = 0; piece < pieces; piece++) {
      const group = this.#groups[source.level(piece as PieceIndex)] as number
      if (group < 0) continue
      const bucket = this.#bucket(group, source.count(piece as PieceIndex))
      at[bucket] = (at[bucket] as number) + 1
      open++
    }
    let start = pieces - open
    for (let bucket = 0; bucket < at.length; bucket++) {
      starts[bucket] = start
      start += at[bucket] as number
      at[bucket] = starts[bucket] as number
    }
    let idle = 0
    for (let piece = 0; piece < pieces; piece++) {
      const group = this.#groups[source.level(piece as PieceIndex)] as number
      let to: number
      if (group < 0) to = idle++
      else {
        const bucket = this.#bucket(group, source.count(piece as PieceIndex))
        to = at[bucket] as number
        at[bucket] = to + 1
      }
      this.#order[to] = piece
      this.#position[piece] = to
    }
    this.#starts = starts
  }
}
