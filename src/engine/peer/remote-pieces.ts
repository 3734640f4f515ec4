// What one remote peer says it has: bitfield, have, have-all/none, lt_donthave; also before we know how many pieces there are.
// Invariant: once geometry is known, `pieces` has exactly its piece count and every change was told to the picker.

import { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Picker } from '../picker/picker.ts'
import { PeerError } from './peer-error.ts'
import { Toll } from './toll.ts'

/**
 * HAVE messages that say nothing new, and losses: sustained per second, and at once (SAFETY.md). News is not charged
 * once the pieces are known: there are only so many, and a fast peer finishes thousands of small ones a second.
 */
export const HAVE_PER_SECOND = 200
export const HAVE_BURST = 2_000

/**
 * What a later bitfield is charged, less one for each piece that is news: a hundred idle ones at once are a flood, while
 * a fast aria2 sends dozens a second, each with a dozen pieces or more.
 */
const BITFIELD_COST = 20

/** HAVEs kept before the metadata is known (then they are replayed); more is not a client we can work with. */
const EARLY_HAVES = 10_000

export class RemotePieces {
  #pieces: Bitfield | undefined
  #picker: Picker | undefined
  #first: 'nothing' | 'bits' | 'all' | 'none' = 'nothing'
  #earlyBits: Uint8Array | undefined
  readonly #earlyHaves: number[] = []
  readonly #toll = new Toll(HAVE_BURST, HAVE_PER_SECOND)

  /** Undefined until the geometry is known. */
  get pieces(): Bitfield | undefined {
    return this.#pieces
  }

  get seed(): boolean {
    return this.#pieces?.complete ?? this.#first === 'all'
  }

  /** Metadata became known (or was known at the start): replays what was said. @throws PeerError */
  settle(geometry: Geometry, picker: Picker): void {
    let pieces = new Bitfield(geometry.pieceCount)
    if (this.#first === 'all') pieces = Bitfield.full(geometry.pieceCount)
    else if (this.#earlyBits !== undefined) pieces = bitfieldFrom(this.#earlyBits, geometry.pieceCount)
    for (const piece of this.#earlyHaves) {
      if (geometry.piece(piece) === undefined) throw new PeerError('HAVE_OUT_OF_RANGE', { piece })
      pieces.set(piece)
    }
    this.#earlyBits = undefined
    this.#earlyHaves.length = 0
    this.#picker = picker
    this.#pieces = pieces
    picker.peerJoined(pieces)
  }

  /**
   * One of bitfield, have-all, have-none, as the first word about pieces (BEP 3, BEP 6). A later bitfield is taken
   * as many HAVEs at once, as aria2 means it, and charged like a number of idle ones. @throws PeerError
   */
  announced(what: 'all' | 'none' | Uint8Array, now: Millis): void {
    const first = this.#first === 'nothing' && this.#earlyHaves.length === 0
    if (!first) {
      if (!(what instanceof Uint8Array)) throw new PeerError('BITFIELD_TWICE', {})
      this.#saidMore(what, now)
      return
    }
    this.#first = what instanceof Uint8Array ? 'bits' : what
    if (this.#pieces === undefined) {
      if (what instanceof Uint8Array) this.#earlyBits = what
    } else if (what instanceof Uint8Array) {
      this.#replace(this.#pieces, bitfieldFrom(what, this.#pieces.length))
    } else if (what === 'all') {
      this.#replace(this.#pieces, Bitfield.full(this.#pieces.length))
    }
  }

  /** Only what is new counts; a bitfield cannot take back what was said. */
  #saidMore(bits: Uint8Array, now: Millis): void {
    if (this.#pieces === undefined || this.#picker === undefined) {
      for (let i = 0; i < BITFIELD_COST; i++) this.#charge(now)
      // What it holds cannot be judged yet; it replaces the one before, so it costs no memory.
      if (bits.length !== this.#earlyBits?.length) throw new PeerError('BITFIELD_TWICE', {})
      this.#earlyBits = bits
      return
    }
    const told = bitfieldFrom(bits, this.#pieces.length)
    let news = 0
    for (let piece = -1; ; news++) {
      piece = this.#pieces.nextLacking(told, piece + 1)
      if (piece < 0) break
      this.#pieces.set(piece)
      this.#picker.peerHas(piece as PieceIndex)
    }
    for (let i = news; i < BITFIELD_COST; i++) this.#charge(now)
  }

  #replace(before: Bitfield, now: Bitfield): void {
    this.#picker?.peerLeft(before)
    this.#pieces = now
    this.#picker?.peerJoined(now)
  }

  /** @returns whether it was news. @throws PeerError when out of range or too many */
  have(piece: number, now: Millis): boolean {
    if (this.#first === 'nothing') this.#first = 'none'
    if (this.#pieces === undefined || this.#picker === undefined) {
      this.#charge(now)
      if (this.#earlyHaves.length >= EARLY_HAVES) throw new PeerError('HAVE_FLOOD', {})
      this.#earlyHaves.push(piece)
      return true
    }
    if (piece >= this.#pieces.length) throw new PeerError('HAVE_OUT_OF_RANGE', { piece })
    if (!this.#pieces.set(piece)) {
      this.#charge(now)
      return false
    }
    this.#picker.peerHas(piece as PieceIndex)
    return true
  }

  /** lt_donthave (BEP 54). */
  lost(piece: number, now: Millis): void {
    this.#charge(now)
    if (this.#pieces?.clear(piece)) this.#picker?.peerLost(piece as PieceIndex)
  }

  /** The peer is gone. What it had stays known: a whole copy that left is still a copy. */
  forget(): void {
    if (this.#pieces !== undefined) this.#picker?.peerLeft(this.#pieces)
    this.#picker = undefined
  }

  #charge(now: Millis): void {
    if (!this.#toll.pay(now)) throw new PeerError('HAVE_FLOOD', {})
  }
}

function bitfieldFrom(bytes: Uint8Array, length: number): Bitfield {
  try {
    return Bitfield.fromBytes(bytes, length)
  } catch (cause) {
    throw new PeerError('BITFIELD_WRONG', { pieces: length, bytes: bytes.length }, cause)
  }
}
