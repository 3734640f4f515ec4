// One uTP connection as a machine: packets, bytes and time in; packets, bytes and endings out, through a sink.
// Promises: over() is called once, last; connected() comes first for a dialled connection; nothing is called after over()
// or abort(). Whoever calls write(), receive(), resume(), finish() or tick() calls flush() at the end of the turn, so that
// what belongs together leaves together.
//
//   dial: connecting ─STATE─► open ─finish()─► closing ─FIN acked and theirs here, or LINGER_MS─► over
//   accept: open            RESET, silence: from anywhere to over

import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import {
  INITIAL_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  LINGER_MS,
  MOST_TIMEOUT_MS,
  RECEIVE_WINDOW_BYTES,
  SILENCE_MS,
} from './limits.ts'
import {
  HEADER_BYTES,
  type Packet,
  type PacketType,
  RESET,
  STATE,
  SYN,
  sackRoom,
  wireMicros,
  writeHeader,
  writeSackHeader,
} from './packet.ts'
import type { PacketMemory } from './packet-memory.ts'
import { Receiver } from './receiver.ts'
import { Sender, type Way } from './sender.ts'
import { later } from './sequence.ts'

/** Why a connection is no more. `done`: we closed it, and it was let end. */
export type Ending = 'done' | 'refused' | 'reset' | 'timeout'

export interface StreamSink {
  /** To be sent; the bytes are the network's from now on. */
  packet(bytes: Uint8Array): void
  /** The next bytes, lent for the call. */
  data(bytes: Uint8Array): void
  connected(): void
  /** They closed: no data comes any more. */
  ended(): void
  /** All we wrote before finish() arrived. */
  finished(): void
  over(ending: Ending): void
}

/** What a stranger's SYN said, once its sender has shown that it hears us. */
export interface Introduction {
  /** The connection id of the SYN. */
  readonly connectionId: number
  /** The number of the SYN. */
  readonly theirs: number
  /** The number in our answer: of our first packet. */
  readonly ours: number
}

export class UtpStream implements Way {
  /** Packets for us carry this id; ours carry sendId. */
  readonly receiveId: number
  readonly sendId: number
  readonly #memory: PacketMemory
  readonly #sink: StreamSink
  #state: 'connecting' | 'open' | 'closing' | 'over'
  /** Until connected, the number of our SYN. */
  readonly #syn: number
  #synAt: Millis | undefined
  #syns = 0
  #deafUntil = 0
  #sender: Sender
  #receiver: Receiver
  #heardAt: Millis
  #sentAt: Millis
  /**
   * Of a dialled connection shorter at first: that we heard them is in a packet that may be lost, and until they have it
   * there is no connection for them.
   */
  #keepAliveMs = KEEP_ALIVE_MS
  #lingerUntil: Millis | undefined
  #endedTold = false
  #finishedTold = false

  private constructor(
    introduction: Introduction | undefined,
    random: Random,
    memory: PacketMemory,
    sink: StreamSink,
    receiveId: number,
    now: Millis,
  ) {
    this.#memory = memory
    this.#sink = sink
    this.#heardAt = now
    this.#sentAt = now
    this.receiveId = receiveId
    if (introduction === undefined) {
      this.#state = 'connecting'
      this.sendId = later(receiveId, 1)
      this.#syn = random.uint32() & 0xffff
      this.#synAt = now
      this.#sender = new Sender(later(this.#syn, 1), 0, memory, this)
      this.#receiver = new Receiver(0, this.#deliver)
    } else {
      this.#state = 'open'
      this.sendId = introduction.connectionId
      this.#syn = 0
      this.#sender = new Sender(introduction.ours, 0, memory, this)
      this.#receiver = new Receiver(later(introduction.theirs, 1), this.#deliver)
    }
  }

  /** flush() sends the SYN. `receiveId` must be free towards that address, and so must the id after it. */
  static dial(
    receiveId: number,
    random: Random,
    memory: PacketMemory,
    sink: StreamSink,
    now: Millis,
  ): UtpStream {
    return new UtpStream(undefined, random, memory, sink, receiveId, now)
  }

  /** The packet that proved the address must be given to receive() next: it says what window they offer. */
  static accept(
    introduction: Introduction,
    random: Random,
    memory: PacketMemory,
    sink: StreamSink,
    now: Millis,
  ): UtpStream {
    const receiveId = later(introduction.connectionId, 1)
    return new UtpStream(introduction, random, memory, sink, receiveId, now)
  }

  get connecting(): boolean {
    return this.#state === 'connecting'
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** Written and in no packet yet. */
  get queuedBytes(): number {
    return this.#sender.queue.lengthBytes
  }

  /** Arrived and not read, because paused. */
  get unreadBytes(): number {
    return this.#receiver.inbox.heldBytes
  }

  /** For measurements. */
  get sender(): Pick<Sender, 'congestion' | 'mtu' | 'roundTrip' | 'delays' | 'flightBytes'> {
    return this.#sender
  }

  write(bytes: Uint8Array, sent: (() => void) | undefined): void {
    this.#sender.queue.push(bytes, sent)
  }

  pause(): void {
    this.#receiver.pause()
  }

  resume(): void {
    this.#receiver.resume()
    this.#tell()
  }

  /** What is queued is forgotten, and told as sent by the next flush() or release(). */
  discard(): void {
    this.#sender.queue.clear()
  }

  /** Tells of what was sent or discarded. */
  release(): void {
    this.#sender.queue.settle()
  }

  /** No more is written: what is queued is sent, then the end. */
  finish(now: Millis): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#lingerUntil = after(now, LINGER_MS)
    this.#sender.finish()
  }

  /** Ends it at once, the other side with an error. over() is not called. */
  abort(now: Millis): void {
    if (this.#state === 'over') return
    if (this.#state !== 'connecting') this.#sendReset(now)
    this.#state = 'over'
  }

  #sendReset(now: Millis): void {
    const bytes = this.#memory.take(HEADER_BYTES)
    this.header(bytes, RESET, this.#sender.next, now)
    this.#sink.packet(bytes)
  }

  // ── What arrives ──────────────────────────────────────────────────────────────────────────────────

  /** A packet from the right address with our id (a RESET: with either id). */
  receive(packet: Packet, now: Millis): void {
    switch (this.#state) {
      case 'connecting':
        this.#answered(packet, now)
        break
      case 'over':
        break
      default:
        if (packet.type === RESET) this.#reset(packet)
        else if (packet.type !== SYN) this.#heard(packet, now)
    }
  }

  #answered(packet: Packet, now: Millis): void {
    // Whoever does not know the number of our SYN did not hear it.
    if (packet.ack !== this.#syn || now < this.#deafUntil) return
    if (packet.type === RESET) this.#end('refused')
    if (packet.type !== STATE) return
    this.#state = 'open'
    this.#synAt = undefined
    this.#heardAt = now
    this.#keepAliveMs = INITIAL_TIMEOUT_MS
    // The answer has the number of their first packet: it is not used up by it.
    this.#receiver = new Receiver(packet.sequence, this.#deliver)
    this.#receiver.clocked(packet, now)
    this.#sender = new Sender(later(this.#syn, 1), packet.windowBytes, this.#memory, this)
    if (this.#syns === 1) this.#sender.roundTrip.measured(now - this.#sentAt)
    this.#sink.connected()
    // Shows them that we hear them.
    if (!this.isOver) this.#sendAck(now)
  }

  #reset(packet: Packet): void {
    if (this.#sender.believesReset(packet.ack)) this.#end(this.#state === 'closing' ? 'done' : 'reset')
  }

  #heard(packet: Packet, now: Millis): void {
    if (!this.#sender.heard(packet, now)) return
    this.#heardAt = now
    this.#keepAliveMs = KEEP_ALIVE_MS
    const drift = this.#receiver.clocked(packet, now)
    if (drift > 0) this.#sender.drifted(drift)
    this.#receiver.take(packet)
    this.#tell()
  }

  readonly #deliver = (bytes: Uint8Array): void => {
    if (this.#state !== 'over') this.#sink.data(bytes)
  }

  /** Tells of what has become true. */
  #tell(): void {
    if (!this.#endedTold && this.#state !== 'over' && this.#receiver.inbox.ended) {
      this.#endedTold = true
      this.#sink.ended()
    }
    if (!this.#finishedTold && this.#state === 'closing' && this.#sender.finAcked) {
      this.#finishedTold = true
      this.#sink.finished()
    }
  }

  // ── What leaves ───────────────────────────────────────────────────────────────────────────────────

  /** Sends what is due and allowed now. */
  flush(now: Millis): void {
    if (this.#state === 'connecting') this.#flushSyn(now)
    else if (this.#state !== 'over') this.#flushOpen(now)
    this.release()
  }

  #flushSyn(now: Millis): void {
    if (this.#synAt === undefined || this.#synAt > now) return
    const bytes = this.#memory.take(HEADER_BYTES)
    this.header(bytes, SYN, this.#syn, now)
    this.#synAt = after(now, Math.min(MOST_TIMEOUT_MS, INITIAL_TIMEOUT_MS * 2 ** this.#syns))
    this.#syns++
    this.#sentAt = now
    this.#sink.packet(bytes)
  }

  #flushOpen(now: Millis): void {
    const masked = this.#receiver.wantsMask
    if (masked) this.#sendAck(now)
    if (this.#sender.flush(now)) this.#receiver.acked()
    else if (!masked && this.#receiver.wantsAck(now)) this.#sendAck(now)
    if (this.#finishedTold && this.#endedTold) this.#end('done')
  }

  #sendAck(now: Millis): void {
    const { inbox } = this.#receiver
    const { sackBytes } = inbox
    const bytes = this.#memory.take(HEADER_BYTES + sackRoom(sackBytes))
    this.header(bytes, STATE, this.#sender.next, now)
    if (sackBytes > 0) inbox.writeSack(bytes, writeSackHeader(bytes, sackBytes), sackBytes)
    this.#receiver.acked()
    this.send(bytes)
  }

  /** The SYN goes out again with the next flush(): the other side just showed that its way to us is open. */
  hasten(now: Millis): void {
    if (this.#state === 'connecting') this.#synAt = now
  }

  /** Until then no SYN goes out and no answer is heard: the other side's own SYN is to win. */
  giveWay(until: Millis): void {
    if (this.#state !== 'connecting') return
    this.#deafUntil = until
    this.#synAt = until
  }

  header(into: Uint8Array, type: PacketType, sequence: number, now: Millis): void {
    const connecting = this.#state === 'connecting'
    const timestampUs = wireMicros(now)
    writeHeader(into, {
      type,
      connectionId: type === SYN ? this.receiveId : this.sendId,
      // Zero means that there is no clock.
      timestampUs: timestampUs === 0 ? 1 : timestampUs,
      differenceUs: this.#receiver.differenceUs,
      windowBytes: connecting ? RECEIVE_WINDOW_BYTES : this.#receiver.inbox.windowBytes,
      sequence,
      ack: connecting ? 0 : this.#receiver.inbox.ack,
    })
    this.#sentAt = now
  }

  send(packet: Uint8Array): void {
    this.#sink.packet(packet)
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────

  deadline(): Millis | undefined {
    switch (this.#state) {
      case 'connecting':
        return this.#synAt
      case 'over':
        return undefined
      default:
        return earliest(
          this.#sender.deadline(),
          this.#receiver.deadline(),
          this.#lingerUntil,
          this.#silentAt(),
          after(this.#sentAt, this.#keepAliveMs),
        )
    }
  }

  tick(now: Millis): void {
    if (this.#state === 'connecting' || this.#state === 'over') return
    const silentAt = this.#silentAt()
    if (silentAt !== undefined && silentAt <= now) {
      this.#end(this.#state === 'closing' ? 'done' : 'timeout')
      return
    }
    if (this.#lingerUntil !== undefined && this.#lingerUntil <= now) {
      if (!this.#finishedTold) this.#sendReset(now)
      this.#end('done')
      return
    }
    this.#sender.tick(now)
    if (after(this.#sentAt, this.#keepAliveMs) <= now) {
      this.#keepAliveMs = Math.min(KEEP_ALIVE_MS, 2 * this.#keepAliveMs)
      this.#sendAck(now)
    }
  }

  #silentAt(): Millis | undefined {
    const { waitingSince } = this.#sender
    if (waitingSince === undefined) return undefined
    return after(Math.max(waitingSince, this.#heardAt) as Millis, SILENCE_MS)
  }

  #end(ending: Ending): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink.over(ending)
  }
}
