// The sending half of a connection: bytes become packets as the windows allow, lost ones go again, the end comes last.
// Invariants: no more flies than both windows allow, but for a single packet that finds out whether anything arrives;
// lost packets go before new ones; the FIN follows the last byte.

import { after, earliest, type Millis } from '../../base/ids.ts'
import { Congestion } from './congestion.ts'
import { DelayHistory } from './delay-history.ts'
import { COALESCE_MS, INITIAL_TIMEOUT_MS, MOST_DRIFT_US, TIMEOUTS_UNTIL_SMALL } from './limits.ts'
import { Outbox, type SentPacket } from './outbox.ts'
import { DATA, FIN, HEADER_BYTES, type Packet, type PacketType, STATE, writePadding } from './packet.ts'
import type { PacketMemory } from './packet-memory.ts'
import { PathMtu } from './path-mtu.ts'
import { RoundTrip } from './round-trip.ts'
import { ahead } from './sequence.ts'
import { WriteQueue } from './write-queue.ts'

/** What a sender needs of the connection around it. */
export interface Way {
  /** Fills in a header without extensions. */
  header(into: Uint8Array, type: PacketType, sequence: number, now: Millis): void
  /** From here on the packet is the network's. */
  send(packet: Uint8Array): void
}

/** A reset may answer a packet that was acked meanwhile. */
const RESET_SLACK_PACKETS = 16

export class Sender {
  readonly queue = new WriteQueue()
  readonly congestion = new Congestion()
  readonly mtu = new PathMtu()
  readonly roundTrip = new RoundTrip()
  /** Delays of our packets, as the other side measures them. */
  readonly delays = new DelayHistory()
  readonly #outbox: Outbox
  readonly #memory: PacketMemory
  readonly #way: Way
  #peerWindowBytes: number
  #timeoutAt: Millis | undefined
  #waitingSince: Millis | undefined
  /** A packet that is not full is held back until then. */
  #holdUntil: Millis | undefined
  /** When a closed window is tried. */
  #tryAt: Millis | undefined
  /** When the congestion window was last what held us back. */
  #limitedAt: Millis | undefined
  #leftAt: Millis | undefined
  #finWanted = false
  #finSequence: number | undefined

  constructor(first: number, peerWindowBytes: number, memory: PacketMemory, way: Way) {
    this.#outbox = new Outbox(first)
    this.#peerWindowBytes = peerWindowBytes
    this.#memory = memory
    this.#way = way
  }

  /** The number of the next packet; packets that carry nothing have it too. */
  get next(): number {
    return this.#outbox.next
  }

  get flightBytes(): number {
    return this.#outbox.flightBytes
  }

  /** Since when an answer is due, undefined when nothing is out. */
  get waitingSince(): Millis | undefined {
    return this.#waitingSince
  }

  /** Everything arrived, the end too. */
  get finAcked(): boolean {
    return this.#finSequence !== undefined && this.#outbox.packets === 0
  }

  /** No bytes come after those that are queued. */
  finish(): void {
    this.#finWanted = true
  }

  /** Whether a reset with this ack can be the answer to something that we sent. */
  believesReset(ack: number): boolean {
    const behind = ahead(this.#outbox.next, ack)
    return behind >= 0 && behind <= this.#outbox.packets + RESET_SLACK_PACKETS
  }

  /** Their base delay fell by this: the clocks drift apart, and our delays seem to grow. A bigger step is a new path. */
  drifted(us: number): void {
    if (us <= MOST_DRIFT_US) this.delays.shift(us)
  }

  /** Takes in what the other side says of our packets. @returns false when it cannot be: nothing of it is to be used */
  heard(packet: Packet, now: Millis): boolean {
    const outbox = this.#outbox
    if (!outbox.believes(packet)) return false
    if (packet.differenceUs !== 0) this.delays.add(packet.differenceUs, now)
    if (outbox.isOld(packet)) return true
    const bare = packet.type === STATE && packet.windowBytes === this.#peerWindowBytes
    const opened = this.#peerWindowBytes === 0 && packet.windowBytes > 0
    this.#peerWindowBytes = packet.windowBytes
    const { bytes, packets, roundTripMs, probe, newLoss, mistaken } = outbox.acknowledge(packet, bare, now)
    if (probe === 'arrived') this.mtu.arrived()
    else if (probe === 'lost') this.mtu.lost()
    if (packets > 0) this.#progressed(bytes, roundTripMs, now)
    if (mistaken) this.congestion.mistaken()
    if (newLoss) this.congestion.lost()
    // What was sent into a closed window to try it was most likely not taken.
    if (opened && packets === 0 && outbox.packets > 0) outbox.loseAll()
    return true
  }

  #progressed(bytes: number, roundTripMs: number | undefined, now: Millis): void {
    if (roundTripMs !== undefined) {
      this.roundTrip.measured(roundTripMs)
      this.#outbox.leastRoundTripMs = this.roundTrip.leastMs
    }
    this.roundTrip.progressed()
    const outstanding = this.#outbox.packets > 0
    this.#timeoutAt = outstanding ? after(now, this.roundTrip.timeoutMs) : undefined
    this.#waitingSince = outstanding ? now : undefined
    const { queueingUs } = this.delays
    let queueingMs = queueingUs === undefined ? undefined : queueingUs / 1000
    // No packet waits longer than its round trip takes, whatever clocks say.
    if (queueingMs !== undefined && roundTripMs !== undefined) queueingMs = Math.min(queueingMs, roundTripMs)
    const recently = Math.max(INITIAL_TIMEOUT_MS, 2 * (this.roundTrip.smoothedMs ?? 0))
    const limited = this.#limitedAt !== undefined && now - this.#limitedAt <= recently
    this.congestion.acked(bytes, queueingMs, limited)
  }

  /** Sends what may be sent. @returns whether a packet left (and carried an ack) */
  flush(now: Millis): boolean {
    this.#rest(now)
    const before = this.#outbox.flightBytes
    const hadFin = this.#finSequence
    const held = this.#holdUntil
    // Set again if that is still what is waited for: what is lost, or a window that is full, waits for acks instead.
    this.#holdUntil = undefined
    const resent = this.#flushLost(now)
    if (this.#outbox.lostPackets === 0) {
      this.#flushQueue(held, now)
      this.#flushFin(now)
    }
    this.#tryLater(now)
    return resent || this.#outbox.flightBytes !== before || this.#finSequence !== hadFin
  }

  /** A window from before a pause would leave in one burst. */
  #rest(now: Millis): void {
    if (this.#leftAt === undefined || this.#outbox.packets > 0 || this.queue.lengthBytes === 0) return
    if (now - this.#leftAt > this.roundTrip.timeoutMs) this.congestion.rested()
  }

  #flushLost(now: Millis): boolean {
    const outbox = this.#outbox
    let any = false
    while (outbox.lostPackets > 0) {
      const lost = outbox.firstLost()
      if (outbox.flightBytes > 0 && outbox.flightBytes + lost.payloadBytes > this.congestion.windowBytes)
        break
      this.#resend(lost, now)
      any = true
    }
    return any
  }

  #flushQueue(held: Millis | undefined, now: Millis): void {
    const outbox = this.#outbox
    const { queue } = this
    while (queue.lengthBytes > 0 && !outbox.full) {
      const fullBytes = this.mtu.packetBytes - HEADER_BYTES
      let lengthBytes = Math.min(fullBytes, queue.lengthBytes)
      const congestionRoom = this.congestion.windowBytes - outbox.flightBytes
      const peerRoom = this.#peerWindowBytes - outbox.flightBytes
      if (lengthBytes > congestionRoom || lengthBytes > peerRoom) {
        if (congestionRoom <= peerRoom) this.#limitedAt = now
        // A narrow window is used when nothing else keeps the acks coming: else small packets would never end.
        if (outbox.flightBytes > 0 || peerRoom <= 0) return
        lengthBytes = Math.min(lengthBytes, peerRoom)
      }
      if (lengthBytes < fullBytes && this.#holdsBack(held, now)) return
      const probeBytes = lengthBytes === fullBytes ? this.mtu.wanted(now) : undefined
      this.#sendNew(lengthBytes, probeBytes, now)
    }
  }

  /** Few bytes wait a little for more, while what is out will bring an ack. */
  #holdsBack(until: Millis | undefined, now: Millis): boolean {
    if (this.#outbox.flightBytes === 0 || this.#finWanted) return false
    if (until !== undefined && until <= now) return false
    this.#holdUntil = until ?? after(now, COALESCE_MS)
    return true
  }

  #sendNew(lengthBytes: number, probeBytes: number | undefined, now: Millis): void {
    const plainBytes = HEADER_BYTES + lengthBytes
    const bytes = this.#memory.take(probeBytes ?? plainBytes)
    this.#way.header(bytes, DATA, this.#outbox.next, now)
    const payloadAt = probeBytes === undefined ? HEADER_BYTES : writePadding(bytes, probeBytes - plainBytes)
    this.queue.take(bytes, payloadAt, lengthBytes)
    const packet = this.#outbox.add(bytes, payloadAt, now)
    if (probeBytes !== undefined) {
      packet.probe = true
      this.mtu.probe(probeBytes)
    }
    this.#left(bytes, now)
  }

  #flushFin(now: Millis): void {
    if (!this.#finWanted || this.#finSequence !== undefined) return
    if (this.queue.lengthBytes > 0 || this.#outbox.full) return
    const bytes = this.#memory.take(HEADER_BYTES)
    this.#finSequence = this.#outbox.next
    this.#way.header(bytes, FIN, this.#finSequence, now)
    this.#outbox.add(bytes, HEADER_BYTES, now).fin = true
    this.#left(bytes, now)
  }

  #resend(lost: SentPacket, now: Millis): void {
    const bytes = this.#memory.take(HEADER_BYTES + lost.payloadBytes)
    this.#way.header(bytes, lost.fin ? FIN : DATA, lost.sequence, now)
    bytes.set(lost.bytes.subarray(lost.payloadAt), HEADER_BYTES)
    this.#outbox.resent(lost, bytes, HEADER_BYTES, now)
    this.#left(bytes, now)
  }

  #left(bytes: Uint8Array, now: Millis): void {
    this.#timeoutAt ??= after(now, this.roundTrip.timeoutMs)
    this.#waitingSince ??= now
    this.#leftAt = now
    this.#way.send(bytes)
  }

  /** A window that is closed is tried now and then: the word that it opened may be lost. */
  #tryLater(now: Millis): void {
    const shut = this.queue.lengthBytes > 0 && this.#outbox.packets === 0 && this.#peerWindowBytes === 0
    if (shut) this.#tryAt ??= after(now, Math.max(INITIAL_TIMEOUT_MS, this.roundTrip.timeoutMs))
    else this.#tryAt = undefined
  }

  tick(now: Millis): void {
    if (this.#tryAt !== undefined && this.#tryAt <= now) {
      this.#tryAt = undefined
      this.#sendNew(1, undefined, now)
    }
    if (this.#timeoutAt !== undefined && this.#timeoutAt <= now) this.#timedOut(now)
  }

  #timedOut(now: Millis): void {
    this.roundTrip.backOff()
    if (this.#outbox.loseAll()) this.mtu.lost()
    // Into a closed window packets are sent only to try it.
    if (this.#peerWindowBytes > 0) {
      this.congestion.timedOut()
      if (this.roundTrip.timeoutsInRow >= TIMEOUTS_UNTIL_SMALL) this.mtu.shrink()
    }
    this.#timeoutAt = after(now, this.roundTrip.timeoutMs)
  }

  deadline(): Millis | undefined {
    return earliest(this.#timeoutAt, this.#holdUntil, this.#tryAt)
  }
}
