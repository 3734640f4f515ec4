// How long packets may be, found by trying, as nobody says so reliably (RFC 4821).
// Invariants: `packetBytes` was seen to arrive, or is the least that every path carries; at most one probe is out.
//
// A probe is an ordinary packet made longer by an extension that receivers skip. So its payload is what any packet could
// carry: a probe that was too long is sent again without the padding, and no packet ever needs fragments to arrive.

import { after, type Millis } from '../../base/ids.ts'
import {
  COMMON_PACKET_BYTES,
  LEAST_PACKET_BYTES,
  MOST_PACKET_BYTES,
  PROBE_AGAIN_MS,
  PROBE_STEP_BYTES,
  PROBES_PER_SIZE,
} from './limits.ts'

export class PathMtu {
  #packetBytes = LEAST_PACKET_BYTES
  /** No longer packet would arrive, as far as we know. */
  #ceilingBytes = MOST_PACKET_BYTES
  /** Of the probe that is out, or 0. */
  #probing = 0
  #failed = 0
  #failedBytes = 0
  #settledAt: Millis | undefined

  get packetBytes(): number {
    return this.#packetBytes
  }

  /** Length to make the next full packet, or undefined when none is wanted: then probe() follows. */
  wanted(now: Millis): number | undefined {
    if (this.#probing > 0) return undefined
    if (this.#ceilingBytes - this.#packetBytes >= PROBE_STEP_BYTES) return this.#next()
    if (this.#packetBytes >= MOST_PACKET_BYTES) return undefined
    this.#settledAt ??= now
    if (now < after(this.#settledAt, PROBE_AGAIN_MS)) return undefined
    this.#settledAt = undefined
    this.#ceilingBytes = MOST_PACKET_BYTES
    return this.#ceilingBytes - this.#packetBytes >= PROBE_STEP_BYTES ? this.#next() : undefined
  }

  /** A packet of that length has left. */
  probe(lengthBytes: number): void {
    this.#probing = lengthBytes
  }

  arrived(): void {
    this.#packetBytes = Math.max(this.#packetBytes, this.#probing)
    this.#ceilingBytes = Math.max(this.#ceilingBytes, this.#packetBytes)
    this.#probing = 0
    this.#failed = 0
  }

  lost(): void {
    const lengthBytes = this.#probing
    this.#probing = 0
    this.#failed = lengthBytes === this.#failedBytes ? this.#failed + 1 : 1
    this.#failedBytes = lengthBytes
    if (this.#failed < PROBES_PER_SIZE) return
    this.#failed = 0
    this.#ceilingBytes = Math.max(this.#packetBytes, lengthBytes - 1)
  }

  /** Nothing of this length arrives any more: the path changed. */
  shrink(): void {
    this.#packetBytes = LEAST_PACKET_BYTES
    this.#ceilingBytes = MOST_PACKET_BYTES
    this.#settledAt = undefined
  }

  /** The longest first, as most paths carry it; then what nearly all do; then halfway between good and bad. */
  #next(): number {
    if (this.#ceilingBytes === MOST_PACKET_BYTES) return MOST_PACKET_BYTES
    if (this.#packetBytes < COMMON_PACKET_BYTES && this.#ceilingBytes >= COMMON_PACKET_BYTES)
      return COMMON_PACKET_BYTES
    return (this.#packetBytes + this.#ceilingBytes + 1) >> 1
  }
}
