// Strangers that said SYN. Their address is proved by a packet that knows the number in our answer; until then each of
// their packets gets one answer of 20 bytes at most, and nothing else is made for them.
// Invariants: at most MOST_HALF_OPEN are remembered, for HALF_OPEN_MS each; answers are never longer than what they answer;
// SYNS_PER_SECOND new ones are answered.
//
// When there are too many the oldest goes, as who hears us has proved it within a round trip: a flood of forged SYNs
// makes others try again, but cannot shut them out for long.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import {
  HALF_OPEN_MS,
  MOST_HALF_OPEN,
  RECEIVE_WINDOW_BYTES,
  SYNS_AT_ONCE,
  SYNS_PER_SECOND,
  WRONG_PROOFS,
} from './limits.ts'
import { HEADER_BYTES, type Packet, STATE, wireMicros, writeHeader } from './packet.ts'
import { PacketRate } from './packet-rate.ts'
import { ahead, later } from './sequence.ts'
import type { Introduction } from './stream.ts'

interface Stranger extends Introduction {
  readonly until: Millis
  wrongProofs: number
}

export class HalfOpen {
  readonly #random: Random
  readonly #rate: PacketRate
  /** By address and the id that their packets will carry, oldest first. */
  readonly #strangers = new Map<string, Stranger>()

  constructor(random: Random, now: Millis) {
    this.#random = random
    this.#rate = new PacketRate(SYNS_PER_SECOND, SYNS_AT_ONCE, now)
  }

  get size(): number {
    return this.#strangers.size
  }

  /** @returns the answer to a SYN, or undefined for none */
  syn(packet: Packet, from: Endpoint, now: Millis): Uint8Array | undefined {
    this.#forget(now)
    const key = keyOf(from, later(packet.connectionId, 1))
    const known = this.#strangers.get(key)
    // The same again: our answer was lost. Another number: a new attempt, which they mean now.
    if (known !== undefined && known.theirs === packet.sequence) return answerTo(packet, known, now)
    if (!this.#rate.take(now)) return undefined
    const stranger: Stranger = {
      connectionId: packet.connectionId,
      theirs: packet.sequence,
      ours: this.#random.uint32() & 0xffff,
      until: after(now, HALF_OPEN_MS),
      wrongProofs: 0,
    }
    this.#strangers.delete(key)
    this.#strangers.set(key, stranger)
    if (this.#strangers.size > MOST_HALF_OPEN)
      this.#strangers.delete(this.#strangers.keys().next().value as string)
    return answerTo(packet, stranger, now)
  }

  /** Whether any packet but a SYN shows that its sender heard our answer; then the stranger is none any more. */
  prove(packet: Packet, from: Endpoint, now: Millis): Introduction | undefined {
    this.#forget(now)
    const key = keyOf(from, packet.connectionId)
    const stranger = this.#strangers.get(key)
    if (stranger === undefined) return undefined
    const knows = packet.ack === later(stranger.ours, -1) && ahead(packet.sequence, stranger.theirs) > 0
    if (knows || ++stranger.wrongProofs >= WRONG_PROOFS) this.#strangers.delete(key)
    return knows ? stranger : undefined
  }

  /** Whether somebody there is waiting with this id. */
  knows(from: Endpoint, connectionId: number): boolean {
    return this.#strangers.has(keyOf(from, connectionId))
  }

  #forget(now: Millis): void {
    for (const [key, { until }] of this.#strangers) {
      if (until > now) return
      this.#strangers.delete(key)
    }
  }
}

function keyOf(from: Endpoint, connectionId: number): string {
  return `${connectionId} ${endpointText(from)}`
}

function answerTo(packet: Packet, { connectionId, theirs, ours }: Introduction, now: Millis): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const timestampUs = wireMicros(now)
  writeHeader(bytes, {
    type: STATE,
    connectionId,
    timestampUs,
    differenceUs: (timestampUs - packet.timestampUs) >>> 0,
    windowBytes: RECEIVE_WINDOW_BYTES,
    sequence: ours,
    ack: theirs,
  })
  return bytes
}
