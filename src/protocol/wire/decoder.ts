// The stream of messages after the handshake, cut anywhere, to messages and blocks.
//
// Promises: no byte of a message is kept before its length was found lawful for its type; what is buffered never
// exceeds 1 KiB or twice what arrived of it; block payloads go straight from the given bytes into
// memory lent by the sink, and nothing is made per block but the view that the copy needs. Input is never kept.

import { readUint32 } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import { EXTENDED_HEADER_BYTES, headerBytes, isKnown, PIECE_HEADER_BYTES, PREFIX_BYTES } from './frame.ts'
import { WIRE_LIMITS, type WireLimits } from './limits.ts'
import { type BlockRef, MESSAGE_ID, type Message } from './messages.ts'
import { KEEP_ALIVE, parseBody, viewOf } from './parse.ts'

export interface WireSink {
  /** Memory for a block's payload (at least `lengthBytes` long), or undefined to discard it; reported all the same. */
  slot(piece: number, begin: number, lengthBytes: number): Uint8Array | undefined
  /**
   * The payload is complete. `stored`: slot() gave memory and it was not discarded meanwhile.
   * `lengthBytes` 0 comes without a slot() before it: some clients (BitComet) say "rejected" with an empty piece.
   */
  block(piece: number, begin: number, lengthBytes: number, stored: boolean): void
  message(message: Message): void
}

const PHASE_HEADER = 0
const PHASE_PAYLOAD = 1
const PHASE_BODY = 2
const PHASE_SKIP = 3

/** A body that is cut starts with this much memory, and doubles as bytes really arrive. */
const FIRST_BUFFER_BYTES = 1024

const NOTHING = new Uint8Array(0)

export class WireDecoder {
  readonly #sink: WireSink
  readonly #limits: WireLimits
  #bitfieldBytes: number | undefined
  #usable = true
  #stopped = false
  #phase = PHASE_HEADER

  /** A header that came in parts. */
  readonly #header = new Uint8Array(PIECE_HEADER_BYTES)
  #headerFilled = 0

  /** The message in progress: ids, bytes behind the header, and how many of them are here. */
  #id = 0
  #extendedId = 0
  #bodyBytes = 0
  #filled = 0
  #body = NOTHING

  /** The block in progress. */
  #piece = 0
  #begin = 0
  #slot: Uint8Array | undefined

  #receivedBytes = 0
  #payloadBytes = 0

  constructor(sink: WireSink, limits: Partial<WireLimits> = {}) {
    this.#sink = sink
    this.#limits = { ...WIRE_LIMITS, ...limits }
  }

  /** From now on a bitfield must be exactly this long; undefined while the torrent's metadata is unknown. */
  setPieceCount(count: number | undefined): void {
    this.#bitfieldBytes = count === undefined ? undefined : Math.ceil(count / 8)
  }

  /** The block whose payload is arriving. */
  get receiving(): BlockRef | undefined {
    if (this.#phase !== PHASE_PAYLOAD || this.#stopped) return undefined
    return { piece: this.#piece, begin: this.#begin, lengthBytes: this.#bodyBytes }
  }

  /** Bytes of block payload so far, stored or not. */
  get payloadBytes(): number {
    return this.#payloadBytes
  }

  /** All other bytes pushed so far; exact between calls of push(). */
  get overheadBytes(): number {
    return this.#receivedBytes - this.#payloadBytes
  }

  /** Stop writing into the lent slot of the block in progress; its rest is read and dropped. */
  discardPayload(): void {
    this.#slot = undefined
  }

  /** Ignore everything from here on, the rest of the bytes being pushed included: for a sink that closes. */
  stop(): void {
    this.#stopped = true
    this.#slot = undefined
    this.#body = NOTHING
  }

  /**
   * `bytes` are lent for the call. What a method of the sink throws passes through.
   * @throws WireError; after any throw the decoder is dead
   */
  push(bytes: Uint8Array): void {
    if (this.#stopped) return
    if (!this.#usable) throw new WireError('DECODER_UNUSABLE', {}, 'local')
    this.#usable = false
    const end = bytes.length
    this.#receivedBytes += end
    let at = 0
    while (at < end && !this.#stopped) {
      switch (this.#phase) {
        case PHASE_HEADER:
          at = this.#readHeader(bytes, at, end)
          break
        case PHASE_PAYLOAD:
          at = this.#readPayload(bytes, at, end)
          break
        case PHASE_BODY:
          at = this.#readBody(bytes, at, end)
          break
        default:
          at = this.#skipBody(at, end)
      }
    }
    this.#usable = true
  }

  #readHeader(bytes: Uint8Array, from: number, end: number): number {
    if (this.#headerFilled === 0 && end - from >= PIECE_HEADER_BYTES) {
      const length = headerBytes(bytes, from, PIECE_HEADER_BYTES, this.#limits, this.#bitfieldBytes)
      this.#startMessage(bytes, from, length)
      return from + length
    }
    const header = this.#header
    let at = from
    let needed = headerBytes(header, 0, this.#headerFilled, this.#limits, this.#bitfieldBytes)
    while (at < end) {
      header[this.#headerFilled++] = bytes[at++] as number
      if (this.#headerFilled < needed) continue
      needed = headerBytes(header, 0, this.#headerFilled, this.#limits, this.#bitfieldBytes)
      if (this.#headerFilled < needed) continue
      this.#headerFilled = 0
      this.#startMessage(header, 0, needed)
      break
    }
    return at
  }

  /** The header of `length` bytes is whole and lawful. Messages without a body are told here. */
  #startMessage(source: Uint8Array, at: number, length: number): void {
    if (length === PREFIX_BYTES) {
      this.#sink.message(KEEP_ALIVE)
      return
    }
    const id = source[at + 4] as number
    this.#id = id
    this.#bodyBytes = readUint32(source, at) + PREFIX_BYTES - length
    this.#filled = 0
    if (id === MESSAGE_ID.piece) {
      this.#startBlock(readUint32(source, at + 5), readUint32(source, at + 9))
    } else if (!isKnown(id)) {
      if (this.#bodyBytes > 0) this.#phase = PHASE_SKIP
    } else {
      this.#extendedId = length === EXTENDED_HEADER_BYTES ? (source[at + 5] as number) : 0
      if (this.#bodyBytes === 0) this.#tell(source, at + length)
      else this.#phase = PHASE_BODY
    }
  }

  #startBlock(piece: number, begin: number): void {
    const lengthBytes = this.#bodyBytes
    if (lengthBytes === 0) {
      this.#sink.block(piece, begin, 0, false)
      return
    }
    this.#piece = piece
    this.#begin = begin
    this.#phase = PHASE_PAYLOAD
    const slot = this.#sink.slot(piece, begin, lengthBytes)
    if (slot !== undefined && slot.length < lengthBytes) {
      throw new WireError('SLOT_TOO_SHORT', { slotBytes: slot.length, lengthBytes }, 'local')
    }
    this.#slot = this.#stopped ? undefined : slot
  }

  #readPayload(bytes: Uint8Array, at: number, end: number): number {
    const slot = this.#slot
    const taken = Math.min(this.#bodyBytes - this.#filled, end - at)
    if (slot !== undefined) {
      slot.set(taken === bytes.length ? bytes : viewOf(bytes, at, taken), this.#filled)
    }
    this.#filled += taken
    this.#payloadBytes += taken
    if (this.#filled === this.#bodyBytes) {
      this.#phase = PHASE_HEADER
      this.#slot = undefined
      this.#sink.block(this.#piece, this.#begin, this.#bodyBytes, slot !== undefined)
    }
    return at + taken
  }

  #readBody(bytes: Uint8Array, at: number, end: number): number {
    const missing = this.#bodyBytes - this.#filled
    if (this.#filled === 0 && end - at >= missing) {
      this.#phase = PHASE_HEADER
      this.#tell(bytes, at)
      return at + missing
    }
    const taken = Math.min(missing, end - at)
    const body = this.#roomFor(this.#filled + taken)
    body.set(viewOf(bytes, at, taken), this.#filled)
    this.#filled += taken
    if (taken === missing) {
      this.#phase = PHASE_HEADER
      if (body.length > FIRST_BUFFER_BYTES) this.#body = NOTHING
      this.#tell(body, 0)
    }
    return at + taken
  }

  #roomFor(lengthBytes: number): Uint8Array {
    if (this.#body.length < lengthBytes) {
      const larger = new Uint8Array(
        Math.max(lengthBytes, FIRST_BUFFER_BYTES, Math.min(2 * this.#body.length, this.#bodyBytes)),
      )
      larger.set(viewOf(this.#body, 0, this.#filled))
      this.#body = larger
    }
    return this.#body
  }

  #tell(source: Uint8Array, at: number): void {
    const message = parseBody(this.#id, this.#extendedId, source, at, this.#bodyBytes)
    if (message !== undefined) this.#sink.message(message)
  }

  #skipBody(at: number, end: number): number {
    const taken = Math.min(this.#bodyBytes - this.#filled, end - at)
    this.#filled += taken
    if (this.#filled === this.#bodyBytes) this.#phase = PHASE_HEADER
    return at + taken
  }
}
