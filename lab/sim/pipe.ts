// One direction of a simulated TCP connection: what was written, what is on the way, what has arrived.
//
// Bytes are not copied: large writes travel as views, and their `sent` is called on delivery; small ones are copied and
// joined, as a kernel would. When the sender is gone before delivery, what is on the way is copied then.
// Invariants: bytes arrive once and in order; each write's `sent` is called once; nothing arrives after an end.

import type { SimHost } from './host.ts'
import type { Downlink, Flow, Uplink } from './line.ts'
import type { SimNetwork } from './network.ts'

/** What a paused end takes in before its sender must wait: a usual receive buffer. */
const RECEIVE_BUFFER_BYTES = 262_144

/** Writes up to here are copied: keeping a view alive would cost more. */
const COPIED_BYTES = 1024

/** How long nothing gets through before the sender's kernel gives up (RFC 9293 asks for at least 100 s). */
const SILENCE_TIMEOUT_MS = 120_000

/** After an outage, packets come again when a retransmission timer rings: at least 200 ms (Linux). */
const RETRANSMIT_MS = 200

interface Write {
  readonly bytes: Uint8Array
  at: number
  readonly sent: (() => void) | undefined
}

export interface Segment {
  parts: readonly Uint8Array[]
  sents: readonly (() => void)[]
  readonly lengthBytes: number
  /** An end instead of bytes. */
  readonly end: 'none' | 'fin' | 'reset'
}

/** The two ends of a pipe, as it needs them. */
export interface Sender {
  /** Bytes left the queue. */
  departed(): void
  /** Nothing got through for too long. */
  silenced(): void
}

export interface Receiver {
  readonly paused: boolean
  /** Bytes taken in and not read yet. */
  readonly unreadBytes: number
  /** The receiver calls `sents` once it needs the memory no more. */
  arrived(segment: Segment): void
}

export class Pipe implements Flow {
  readonly uplink: Uplink
  readonly downlink: Downlink
  place: Flow['place'] = 'idle'
  readonly #network: SimNetwork
  readonly #from: SimHost
  readonly #to: SimHost
  #sender!: Sender
  #receiver!: Receiver
  #writes: Write[] = []
  #queuedBytes = 0
  readonly #onTheWay: { segment: Segment; landed: boolean }[] = []
  #onTheWayBytes = 0
  /** Sent and not acknowledged: it arrived, and the word of it came back. */
  #unackedBytes = 0
  #lastArrivalMs = 0
  #offering = false
  #end: Segment['end'] = 'none'
  #endSent = false
  #cancelSilence: (() => void) | undefined

  constructor(network: SimNetwork, from: SimHost, to: SimHost) {
    this.#network = network
    this.#from = from
    this.#to = to
    this.uplink = from.uplink
    this.downlink = to.downlink
  }

  join(sender: Sender, receiver: Receiver): void {
    this.#sender = sender
    this.#receiver = receiver
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** The end is on the way: nothing more can be written. */
  get ended(): boolean {
    return this.#endSent
  }

  push(bytes: Uint8Array, sent: (() => void) | undefined): void {
    if (bytes.length === 0) {
      if (sent !== undefined) this.#network.world.after(0, sent)
      return
    }
    const kept = bytes.length <= COPIED_BYTES ? new Uint8Array(bytes) : bytes
    this.#writes.push({ bytes: kept, at: 0, sent })
    this.#queuedBytes += kept.length
    this.offer()
  }

  /** An orderly end after everything written. */
  finish(): void {
    if (this.#end === 'none') this.#end = 'fin'
    this.#endIfEmpty()
  }

  /** Drops what is queued, releasing it, and ends at once. */
  abort(end: 'fin' | 'reset'): void {
    const sents = this.#writes.flatMap((write) => (write.sent === undefined ? [] : [write.sent]))
    this.#writes = []
    this.#queuedBytes = 0
    if (!this.#endSent) {
      this.#end = end
      this.#endIfEmpty()
    }
    for (const sent of sents) sent()
  }

  /** The sender is about to be gone: its memory is its own again, what is on the way is copied. */
  release(): void {
    const released: (() => void)[] = []
    for (const { segment } of this.#onTheWay) {
      if (segment.sents.length === 0 && segment.lengthBytes <= COPIED_BYTES) continue
      segment.parts = segment.parts.map((part) => new Uint8Array(part))
      released.push(...segment.sents)
      segment.sents = []
    }
    for (const sent of released) sent()
  }

  /** Something changed: there may be bytes that can go. Looked at after this event, so that the writes of a turn go together. */
  offer(): void {
    this.#watch()
    if (this.#offering) return
    this.#offering = true
    this.uplink.offerSoon(this)
  }

  /** The turn is over. */
  offered(): void {
    this.#offering = false
    if (this.sendableBytes() > 0) this.uplink.offer(this)
  }

  /** A host went away or came back. */
  lineChanged(): void {
    if (!this.#from.online || !this.#to.online) {
      this.#watch()
      return
    }
    this.#cancelSilence?.()
    this.#cancelSilence = undefined
    if (this.#onTheWay[0]?.landed === true) this.#network.world.after(RETRANSMIT_MS, () => this.#land())
    this.offer()
  }

  // ── Flow ──────────────────────────────────────────────────────────────────────────────────────────

  sendableBytes(): number {
    if (this.#endSent || !this.#from.online) return 0
    const receiver = this.#receiver
    const stuck = receiver.paused || !this.#to.online
    if (stuck && receiver.unreadBytes + this.#onTheWayBytes >= RECEIVE_BUFFER_BYTES) return 0
    return Math.max(0, Math.min(this.#queuedBytes, this.#network.windowBytes - this.#unackedBytes))
  }

  depart(lengthBytes: number, throughMs: number): void {
    const parts: Uint8Array[] = []
    const sents: (() => void)[] = []
    let left = lengthBytes
    let gone = 0
    for (const write of this.#writes) {
      const length = Math.min(left, write.bytes.length - write.at)
      if (length > 0) parts.push(write.bytes.subarray(write.at, write.at + length))
      write.at += length
      left -= length
      if (write.at < write.bytes.length) break
      gone++
      if (write.sent !== undefined) sents.push(write.sent)
    }
    if (gone > 0) this.#writes.splice(0, gone)
    this.#queuedBytes -= lengthBytes
    this.#launch({ parts: joinSmall(parts), sents, lengthBytes, end: 'none' }, throughMs)
  }

  departed(): void {
    this.#endIfEmpty()
    this.#sender.departed()
  }

  // ── On the way ────────────────────────────────────────────────────────────────────────────────────

  #endIfEmpty(): void {
    if (this.#end === 'none' || this.#endSent || this.#writes.length > 0) return
    this.#endSent = true
    // Without power nothing is sent any more, not even an end.
    if (this.#from.vanished) return
    this.#launch({ parts: [], sents: [], lengthBytes: 0, end: this.#end }, this.#network.world.nowMs)
  }

  #launch(segment: Segment, throughMs: number): void {
    const latencyMs = this.#network.roundTripMs(this.#from, this.#to) / 2
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, throughMs + latencyMs)
    const entry = { segment, landed: false }
    this.#onTheWay.push(entry)
    this.#onTheWayBytes += segment.lengthBytes
    this.#unackedBytes += segment.lengthBytes
    this.#network.world.at(this.#lastArrivalMs, () => {
      entry.landed = true
      this.#land()
    })
    if (this.#network.windowBytes === Number.POSITIVE_INFINITY) return
    this.#network.world.at(this.#lastArrivalMs + latencyMs, () => {
      this.#unackedBytes -= segment.lengthBytes
      this.offer()
    })
  }

  /** Everything that is at the door, in order. What comes while the receiver is cut off waits for the line to come back. */
  #land(): void {
    while (this.#onTheWay[0]?.landed === true) {
      if (!this.#to.online) {
        this.#watch()
        return
      }
      const { segment } = this.#onTheWay.shift() as { segment: Segment }
      this.#onTheWayBytes -= segment.lengthBytes
      this.#receiver.arrived(segment)
    }
  }

  #watch(): void {
    if (this.#cancelSilence !== undefined || (this.#from.online && this.#to.online)) return
    if (this.#queuedBytes === 0 && this.#onTheWay.length === 0) return
    this.#cancelSilence = this.#network.world.after(SILENCE_TIMEOUT_MS, () => {
      this.#cancelSilence = undefined
      this.#sender.silenced()
    })
  }
}

/** Neighbouring small parts as one: a receiver sees several short messages in one read. */
function joinSmall(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length < 2) return parts
  const joined: Uint8Array[] = []
  let run: Uint8Array[] = []
  let runBytes = 0
  const close = (): void => {
    if (run.length === 1) joined.push(run[0] as Uint8Array)
    else if (run.length > 1) {
      const whole = new Uint8Array(runBytes)
      let at = 0
      for (const part of run) {
        whole.set(part, at)
        at += part.length
      }
      joined.push(whole)
    }
    run = []
    runBytes = 0
  }
  for (const part of parts) {
    if (part.length > COPIED_BYTES) {
      close()
      joined.push(part)
    } else {
      run.push(part)
      runBytes += part.length
    }
  }
  close()
  return joined
}
