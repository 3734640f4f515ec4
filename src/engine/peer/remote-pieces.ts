// What one remote peer says it has: bitfield, have, have-all/none, lt_donthave; also before we know how many pieces there are.
// Invariant: once geometry is known, `pieces` has exactly its piece count and every change was told to the picker.

import { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Picker } from '../picker/picker.ts'
import { PeerError } from './peer-error.ts'

/** HAVE messages a peer may send: sustained per second, and at once (SAFETY.md). A fast swarm of small pieces stays below. */
export const HAVE_PER_SECOND = 200
export const HAVE_BURST = 2_000

/** HAVEs kept before the metadata is known (then they are replayed); more is not a client we can work with. */
const EARLY_HAVES = 10_000

export class RemotePieces {
  #pieces: Bitfield | undefined
  #picker: Picker | undefined
  #first: 'nothing' | 'bits' | 'all' | 'none' = 'nothing'
  #earlyBits: Uint8Array | undefined
  readonly #earlyHaves: number[] = []
  #haveAllowance = HAVE_BURST
  #haveAt: Millis | undefined

  /** Undefined until the geometry is known. */
  get pieces(): Bitfield | undefined {
    return this.#pieces
  }

  get seed(): boolean {
    return this.#pieces?.complete ?? this.#first === 'all'
  }

  /** Metadata became known (or was known at the start): replays what was said. @throws PeerError */
  settle(geometry: Geometry, picker: Picker): void {
    this.#picker = picker
    this.#pieces = new Bitfield(geometry.pieceCount)
    if (this.#first === 'all') this.#pieces = Bitfield.full(geometry.pieceCount)
    else if (this.#earlyBits !== undefined) this.#pieces = bitfieldFrom(this.#earlyBits, geometry.pieceCount)
    for (const piece of this.#earlyHaves) {
      if (geometry.piece(piece) === undefined) throw new PeerError('HAVE_OUT_OF_RANGE', { piece })
      this.#pieces.set(piece)
    }
    this.#earlyBits = undefined
    this.#earlyHaves.length = 0
    picker.peerJoined(this.#pieces)
  }

  /** One of bitfield, have-all, have-none, and only as the first word about pieces (BEP 3, BEP 6). @throws PeerError */
  announced(what: 'all' | 'none' | Uint8Array): void {
    if (this.#first !== 'nothing' || this.#earlyHaves.length > 0) throw new PeerError('BITFIELD_TWICE', {})
    this.#first = what instanceof Uint8Array ? 'bits' : what
    if (this.#pieces === undefined || this.#picker === undefined) {
      if (what instanceof Uint8Array) this.#earlyBits = what
      return
    }
    this.#picker.peerLeft(this.#pieces)
    if (what === 'all') this.#pieces.setAll()
    else if (what instanceof Uint8Array) this.#pieces = bitfieldFrom(what, this.#pieces.length)
    this.#picker.peerJoined(this.#pieces)
  }

  /** @returns whether it was news. @throws PeerError when out of range or too many */
  have(piece: number, now: Millis): boolean {
    this.#charge(now)
    if (this.#first === 'nothing') this.#first = 'none'
    if (this.#pieces === undefined || this.#picker === undefined) {
      if (this.#earlyHaves.length >= EARLY_HAVES) throw new PeerError('HAVE_FLOOD', {})
      this.#earlyHaves.push(piece)
      return true
    }
    if (piece >= this.#pieces.length) throw new PeerError('HAVE_OUT_OF_RANGE', { piece })
    if (!this.#pieces.set(piece)) return false
    this.#picker.peerHas(piece as PieceIndex)
    return true
  }

  /** lt_donthave (BEP 54). */
  lost(piece: number, now: Millis): void {
    this.#charge(now)
    if (this.#pieces?.clear(piece)) this.#picker?.peerLost(piece as PieceIndex)
  }

  /** The peer is gone. */
  forget(): void {
    if (this.#pieces !== undefined) this.#picker?.peerLeft(this.#pieces)
    this.#pieces = undefined
    this.#picker = undefined
  }

  #charge(now: Millis): void {
    const since = this.#haveAt === undefined ? 0 : now - this.#haveAt
    this.#haveAt = now
    this.#haveAllowance = Math.min(HAVE_BURST, this.#haveAllowance + (since * HAVE_PER_SECOND) / 1_000)
    if (this.#haveAllowance < 1) throw new PeerError('HAVE_FLOOD', {})
    this.#haveAllowance--
  }
}

function bitfieldFrom(bytes: Uint8Array, length: number): Bitfield {
  try {
    return Bitfield.fromBytes(bytes, length)
  } catch (cause) {
    throw new PeerError('BITFIELD_WRONG', { pieces: length, bytes: bytes.length }, cause)
  }
}
