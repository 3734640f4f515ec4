// The receiving half of a connection: payload in order to the owner, and when and what to ack.
// Invariants: whatever tells of a gap, a repetition or the end is acked in the same turn, everything else after two
// packets or ACK_DELAY_MS; one ack serves all packets of a turn.

import { after, type Millis } from '../../base/ids.ts'
import { DelayHistory } from './delay-history.ts'
import { Inbox } from './inbox.ts'
import { ACK_DELAY_MS, MOST_PACKET_BYTES } from './limits.ts'
import { DATA, FIN, type Packet, wireMicros } from './packet.ts'

export class Receiver {
  readonly inbox: Inbox
  /** Delays of their packets by our clock. */
  readonly #delays = new DelayHistory()
  readonly #deliver: (bytes: Uint8Array) => void
  /** How long their last packet took: we tell them. */
  #differenceUs = 0
  #owed = 0
  #urgent = false
  #ackBy: Millis | undefined
  /** The window as they know it. */
  #toldWindowBytes = Number.POSITIVE_INFINITY

  /** `next`: the number of the first packet with payload. */
  constructor(next: number, deliver: (bytes: Uint8Array) => void) {
    this.inbox = new Inbox(next)
    this.#deliver = deliver
  }

  get differenceUs(): number {
    return this.#differenceUs
  }

  /** Notes when the packet was sent. @returns by how many µs the clocks seem to have drifted apart */
  clocked(packet: Packet, now: Millis): number {
    if (packet.timestampUs === 0) return 0
    this.#differenceUs = (wireMicros(now) - packet.timestampUs) >>> 0
    return this.#delays.add(this.#differenceUs, now)
  }

  /** DATA or FIN; others carry nothing. */
  take(packet: Packet): void {
    if (packet.type !== DATA && packet.type !== FIN) return
    const { inbox } = this
    const arrival =
      packet.type === FIN
        ? inbox.fin(packet.sequence, this.#deliver)
        : inbox.data(packet.sequence, packet.payload(), this.#deliver)
    if (arrival === 'order' && packet.type === DATA && !inbox.hasGap) this.#owed++
    else this.#urgent = true
  }

  pause(): void {
    this.inbox.paused = true
  }

  /** Hands on what was held; a window that was all but shut is told to be open. */
  resume(): void {
    this.inbox.paused = false
    this.inbox.resume(this.#deliver)
    const told = this.#toldWindowBytes
    if (told < MOST_PACKET_BYTES && this.inbox.windowBytes > told) this.#urgent = true
    else if (this.inbox.windowBytes >= 2 * told) this.#urgent = true
  }

  /** Whether an ack is to be sent now; asked at the end of a turn. */
  wantsAck(now: Millis): boolean {
    if (this.#urgent || this.#owed >= 2) return true
    if (this.#owed === 0) return false
    this.#ackBy ??= after(now, ACK_DELAY_MS)
    return this.#ackBy <= now
  }

  /** A gap is told by a mask, which only an ack of its own carries. */
  get wantsMask(): boolean {
    return this.#urgent && this.inbox.hasGap
  }

  /** A packet with our ack and window left. */
  acked(): void {
    this.#owed = 0
    this.#urgent = false
    this.#ackBy = undefined
    this.#toldWindowBytes = this.inbox.windowBytes
  }

  deadline(): Millis | undefined {
    return this.#ackBy
  }
}
