// What arrives, put in order: packets that came too early are held until the gap closes, and all of them while the
// owner does not read.
// Invariants: every byte is delivered once and in order; at most RECEIVE_WINDOW_BYTES in WINDOW_PACKETS packets are held;
// nothing behind the end (FIN) is taken.
//
//   delivered │ held, in order (only while paused) │ gap │ held, early │ not here yet
//             └ #deliver                           └ next              └ #end

import { EMPTY } from '../../base/bytes.ts'
import { MOST_SACK_BYTES, RECEIVE_WINDOW_BYTES, WINDOW_PACKETS } from './limits.ts'
import { ahead, later } from './sequence.ts'

const SLOT_MASK = WINDOW_PACKETS - 1

/** What became of a packet. `order`: next in line. `early`, `old` and `refused` want an ack at once. */
export type Arrival = 'order' | 'early' | 'old' | 'refused'

export class Inbox {
  readonly #slots: (Uint8Array | undefined)[] = []
  /** The first packet that is not here: everything before is acked. */
  #next: number
  #deliver: number
  /** One behind the last packet that is here. */
  #end: number
  #heldBytes = 0
  /** The sequence of their FIN, once heard. */
  #fin: number | undefined
  paused = false

  constructor(next: number) {
    this.#next = next
    this.#deliver = next
    this.#end = next
  }

  /** What we ack. */
  get ack(): number {
    return later(this.#next, -1)
  }

  get hasGap(): boolean {
    return this.#end !== this.#next
  }

  /** Bytes that are here and that nobody has read. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** What the other side may send now. */
  get windowBytes(): number {
    const heldPackets = ahead(this.#end, this.#deliver)
    return heldPackets >= WINDOW_PACKETS ? 0 : RECEIVE_WINDOW_BYTES - this.#heldBytes
  }

  /** Everything up to and with their FIN is here and was delivered. */
  get ended(): boolean {
    return this.#fin !== undefined && ahead(this.#deliver, this.#fin) > 0
  }

  /** `payload` is only lent. Delivers what it can. */
  data(sequence: number, payload: Uint8Array, deliver: (bytes: Uint8Array) => void): Arrival {
    const distance = ahead(sequence, this.#next)
    if (distance < 0) return 'old'
    if (this.#fin !== undefined && ahead(sequence, this.#fin) >= 0) return 'old'
    if (distance === 0 && !this.paused && this.#deliver === this.#next) {
      // The usual case: nothing is held before it.
      if (this.#end === this.#next) this.#end = later(sequence, 1)
      this.#next = later(sequence, 1)
      this.#deliver = this.#next
      if (payload.length > 0) deliver(payload)
      if (this.#end !== this.#next) this.#advance(deliver)
      return 'order'
    }
    const slot = sequence & SLOT_MASK
    if (ahead(sequence, this.#deliver) >= WINDOW_PACKETS || payload.length > this.windowBytes)
      return 'refused'
    if (this.#slots[slot] !== undefined) return 'old'
    this.#slots[slot] = payload.length === 0 ? EMPTY : payload.slice()
    this.#heldBytes += payload.length
    if (ahead(sequence, this.#end) >= 0) this.#end = later(sequence, 1)
    if (distance > 0) return 'early'
    this.#advance(deliver)
    return 'order'
  }

  /** The packet after their last byte. A second end, or one before what is here, is not believed. */
  fin(sequence: number, deliver: (bytes: Uint8Array) => void): Arrival {
    const distance = ahead(sequence, this.#next)
    if (distance < 0 || this.#fin !== undefined) return 'old'
    if (ahead(sequence, this.#deliver) >= WINDOW_PACKETS || ahead(this.#end, sequence) > 0) return 'refused'
    this.#fin = sequence
    this.#slots[sequence & SLOT_MASK] = EMPTY
    this.#end = later(sequence, 1)
    if (distance > 0) return 'early'
    this.#advance(deliver)
    return 'order'
  }

  /** Hands on what is held in order, until there is no more or the owner pauses. */
  resume(deliver: (bytes: Uint8Array) => void): void {
    while (!this.paused && this.#deliver !== this.#next) {
      const slot = this.#deliver & SLOT_MASK
      const held = this.#slots[slot] as Uint8Array
      this.#slots[slot] = undefined
      this.#deliver = later(this.#deliver, 1)
      this.#heldBytes -= held.length
      if (held.length > 0) deliver(held)
    }
  }

  /** Bytes of the mask that tells which packets behind the gap are here: a multiple of four, 0 without a gap. */
  get sackBytes(): number {
    // The packet at the gap is known not to be here: the mask begins behind it.
    const packets = ahead(this.#end, this.#next) - 1
    if (packets <= 0) return 0
    return Math.min(MOST_SACK_BYTES, Math.ceil(packets / 32) * 4)
  }

  /** `into` must be zeros from `at`, sackBytes long. */
  writeSack(into: Uint8Array, at: number, sackBytes: number): void {
    for (let bit = 0; bit < sackBytes * 8; bit++) {
      const sequence = later(this.#next, 1 + bit)
      if (ahead(sequence, this.#end) >= 0) return
      if (this.#slots[sequence & SLOT_MASK] !== undefined)
        into[at + (bit >> 3)] = (into[at + (bit >> 3)] as number) | (1 << (bit & 7))
    }
  }

  #advance(deliver: (bytes: Uint8Array) => void): void {
    while (this.#next !== this.#end && this.#slots[this.#next & SLOT_MASK] !== undefined)
      this.#next = later(this.#next, 1)
    this.resume(deliver)
  }
}
