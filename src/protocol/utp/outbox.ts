// What was sent and is not acked: a ring of packets by sequence number, each flying, arrived (selectively acked) or lost.
// Invariants: `flightBytes` is the payload of those that fly; a packet's memory is never written after it was sent (a
// resend is a new packet); an ack of what was not sent changes nothing.
//
//   acked │ flying, arrived or lost │ free
//         └ #first                  └ #next

import { EMPTY } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { LOSSES_UNTIL_STRICT, OVERTAKEN_BY, WINDOW_PACKETS } from './limits.ts'
import type { Packet } from './packet.ts'
import { ahead, later } from './sequence.ts'

const SLOT_MASK = WINDOW_PACKETS - 1

/** One packet; slots are used again for later ones. */
export class SentPacket {
  sequence = 0
  /** As it was sent last. */
  bytes: Uint8Array = EMPTY
  payloadAt = 0
  payloadBytes = 0
  fin = false
  /** Longer than is known to arrive. */
  probe = false
  state: 'flying' | 'arrived' | 'lost' = 'flying'
  sends = 0
  sentAt = 0 as Millis
  /** Its place among everything ever sent, resends included: what was sent later and arrived has overtaken it. */
  order = 0
}

/** What an ack brought; used again for the next. */
export interface AckResult {
  bytes: number
  packets: number
  /** Of the newest packet acked that was sent once only. */
  roundTripMs: number | undefined
  /** What became of a probe, if one was out. */
  probe: 'arrived' | 'lost' | undefined
  /** A packet that was sent after the last loss that was told is lost. */
  newLoss: boolean
  /** A packet that was taken for lost had only been overtaken: its ack came sooner than the resend can have been. */
  mistaken: boolean
}

export class Outbox {
  flightBytes = 0
  lostPackets = 0
  /** The shortest round trip seen, as the owner measured it. */
  leastRoundTripMs = 0
  readonly result: AckResult = {
    bytes: 0,
    packets: 0,
    roundTripMs: undefined,
    probe: undefined,
    newLoss: false,
    mistaken: false,
  }
  readonly #slots: SentPacket[] = []
  #first: number
  #next: number
  #order = 0
  /** Places of the packets sent last that have arrived, the latest first, and when they were sent. */
  readonly #overtakers = new Array<number>(OVERTAKEN_BY).fill(0)
  readonly #overtakersSentAt = new Array<number>(OVERTAKEN_BY).fill(0)
  /** Overtakers count only when sent so much later: more on ways that mix packets up, as RFC 8985 does. */
  #toleranceMs = 0
  #lossesSinceMistake = 0
  /** Losses of what was sent up to here were told. */
  #toldOrder = 0
  /** No packet before it is lost. */
  #lostFrom = 0
  #repeats = 0

  constructor(first: number) {
    this.#first = first
    this.#next = first
  }

  /** The number that the next new packet gets. */
  get next(): number {
    return this.#next
  }

  /** Packets that are not acked. */
  get packets(): number {
    return ahead(this.#next, this.#first)
  }

  get full(): boolean {
    return this.packets >= WINDOW_PACKETS
  }

  /** The slot of the next packet, to be filled in; it flies from now. */
  add(bytes: Uint8Array, payloadAt: number, now: Millis): SentPacket {
    const slot = this.#next & SLOT_MASK
    const packet = this.#slots[slot] ?? new SentPacket()
    this.#slots[slot] = packet
    packet.sequence = this.#next
    packet.payloadBytes = bytes.length - payloadAt
    packet.fin = false
    packet.probe = false
    packet.sends = 0
    packet.state = 'flying'
    this.#next = later(this.#next, 1)
    this.flightBytes += packet.payloadBytes
    this.#left(packet, bytes, payloadAt, now)
    return packet
  }

  /** A lost packet was sent again, as these bytes. */
  resent(packet: SentPacket, bytes: Uint8Array, payloadAt: number, now: Millis): void {
    packet.state = 'flying'
    packet.probe = false
    this.lostPackets--
    this.flightBytes += packet.payloadBytes
    this.#left(packet, bytes, payloadAt, now)
  }

  #left(packet: SentPacket, bytes: Uint8Array, payloadAt: number, now: Millis): void {
    packet.bytes = bytes
    packet.payloadAt = payloadAt
    packet.sentAt = now
    packet.sends++
    packet.order = ++this.#order
  }

  /** The first lost packet, which must exist (lostPackets > 0). */
  firstLost(): SentPacket {
    if (ahead(this.#lostFrom, this.#first) < 0) this.#lostFrom = this.#first
    for (;;) {
      const packet = this.#slots[this.#lostFrom & SLOT_MASK] as SentPacket
      if (packet.state === 'lost') return packet
      this.#lostFrom = later(this.#lostFrom, 1)
    }
  }

  /** The oldest packet that is not acked. */
  oldest(): SentPacket | undefined {
    return this.packets === 0 ? undefined : (this.#slots[this.#first & SLOT_MASK] as SentPacket)
  }

  /** Whether the ack and the mask speak of packets only that were sent, and not long ago. */
  believes(packet: Packet): boolean {
    const acked = ahead(packet.ack, this.#first) + 1
    if (acked > this.packets || acked < -WINDOW_PACKETS) return false
    for (let bit = packet.sackBytes * 8 - 1; bit >= 0; bit--)
      if (packet.sacked(bit)) return ahead(later(packet.ack, 2 + bit), this.#next) < 0
    return true
  }

  /** Whether this ack is older than one that came before it. */
  isOld(packet: Packet): boolean {
    return ahead(packet.ack, this.#first) < -1
  }

  /** Takes in a believable ack that is not old. `bare`: it came without data, so that a repeated one means something. */
  acknowledge(packet: Packet, bare: boolean, now: Millis): AckResult {
    const { result } = this
    result.bytes = 0
    result.packets = 0
    result.roundTripMs = undefined
    result.probe = undefined
    result.newLoss = false
    result.mistaken = false
    const acked = ahead(packet.ack, this.#first) + 1
    for (let i = 0; i < acked; i++) {
      const slot = this.#slots[this.#first & SLOT_MASK] as SentPacket
      this.#arrive(slot, now)
      slot.bytes = EMPTY
      this.#first = later(this.#first, 1)
    }
    if (acked > 0) this.#repeats = 0
    if (packet.sackBytes > 0) this.#acknowledgeMask(packet, now)
    else if (acked === 0 && bare && this.packets > 0) this.#repeated()
    this.#learn()
    return result
  }

  #acknowledgeMask(packet: Packet, now: Millis): void {
    let end = this.#first
    for (let bit = 0; bit < packet.sackBytes * 8; bit++) {
      if (!packet.sacked(bit)) continue
      const sequence = later(packet.ack, 2 + bit)
      if (ahead(sequence, this.#first) < 0) continue
      this.#arrive(this.#slots[sequence & SLOT_MASK] as SentPacket, now)
      end = sequence
    }
    const overtaken = this.#overtakers[OVERTAKEN_BY - 1] as number
    const before = (this.#overtakersSentAt[OVERTAKEN_BY - 1] as number) - this.#toleranceMs
    for (let sequence = this.#first; sequence !== end; sequence = later(sequence, 1)) {
      const slot = this.#slots[sequence & SLOT_MASK] as SentPacket
      if (slot.state === 'flying' && slot.order < overtaken && slot.sentAt <= before) this.#lose(slot)
    }
  }

  /** Mistakes make it wait longer for stragglers, a while without them less. */
  #learn(): void {
    if (this.result.mistaken) {
      this.#lossesSinceMistake = 0
      this.#toleranceMs = Math.min(this.leastRoundTripMs, this.#toleranceMs + this.leastRoundTripMs / 4)
    } else if (this.result.newLoss && ++this.#lossesSinceMistake >= LOSSES_UNTIL_STRICT) this.#toleranceMs = 0
  }

  /** The same ack again: without a mask, only their number tells that packets arrive behind a gap. */
  #repeated(): void {
    if (++this.#repeats < OVERTAKEN_BY) return
    this.#repeats = 0
    const oldest = this.oldest() as SentPacket
    if (oldest.state === 'flying') this.#lose(oldest)
  }

  #arrive(slot: SentPacket, now: Millis): void {
    if (slot.state === 'arrived') return
    const { result } = this
    if (slot.state === 'flying') this.flightBytes -= slot.payloadBytes
    else this.lostPackets--
    if (slot.state === 'lost' || (slot.sends > 1 && now - slot.sentAt < this.leastRoundTripMs))
      result.mistaken = true
    slot.state = 'arrived'
    result.bytes += slot.payloadBytes
    result.packets++
    if (slot.sends === 1) result.roundTripMs = now - slot.sentAt
    if (slot.probe) result.probe = 'arrived'
    this.#overtake(slot.order, slot.sentAt)
  }

  #overtake(order: number, sentAt: number): void {
    const overtakers = this.#overtakers
    const times = this.#overtakersSentAt
    for (let i = 0; i < OVERTAKEN_BY; i++) {
      if (order <= (overtakers[i] as number)) continue
      for (let j = OVERTAKEN_BY - 1; j > i; j--) {
        overtakers[j] = overtakers[j - 1] as number
        times[j] = times[j - 1] as number
      }
      overtakers[i] = order
      times[i] = sentAt
      return
    }
  }

  #lose(slot: SentPacket): void {
    slot.state = 'lost'
    if (this.lostPackets === 0 || ahead(slot.sequence, this.#lostFrom) < 0) this.#lostFrom = slot.sequence
    this.flightBytes -= slot.payloadBytes
    this.lostPackets++
    if (slot.probe) {
      this.result.probe = 'lost'
      // If it arrives after all, another probe may be out by then.
      slot.probe = false
    } else if (slot.order > this.#toldOrder) {
      // Everything sent until now was sent without knowing: its losses are this one.
      this.#toldOrder = this.#order
      this.result.newLoss = true
    }
  }

  /** Whatever flies is taken for lost. @returns whether a probe was among it */
  loseAll(): boolean {
    let probe = false
    for (let sequence = this.#first; sequence !== this.#next; sequence = later(sequence, 1)) {
      const slot = this.#slots[sequence & SLOT_MASK] as SentPacket
      if (slot.state !== 'flying') continue
      if (slot.probe) probe = true
      this.#lose(slot)
    }
    this.#toldOrder = this.#order
    this.#repeats = 0
    return probe
  }
}
