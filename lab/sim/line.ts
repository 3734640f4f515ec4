// The two directions of a host's line to the network: who may send next, and when it arrives.
//
// Traffic moves in segments of at most 10 ms of the slower line. Flows of one uplink take turns; one that was silent goes
// first (as with fq_codel), so that a request never waits behind everybody's blocks. A segment departs when the
// sender's uplink is free and the receiver's downlink has hardly anything waiting: what really would queue in routers
// waits at the sender, so both lines are full, shares are fair and delay stays the distance.
// Invariant: no line ever carries more than its rate, measured over more than a segment.

import type { World } from './world.ts'

/** A segment lasts at most this long on the slower line: delay behind others stays near what packets would give. */
const SEGMENT_MS = 10
const SEGMENT_LEAST_BYTES = 1460
/** What a kernel reads at once, about; fast lines need no more events than this. */
const SEGMENT_MOST_BYTES = 65_536

/** Small segments leave together until this much: one event for a HAVE to everybody. */
const SPARSE_BATCH_BYTES = 4096

/** At most this much goes past a full downlink: single packets (requests, haves) are not held back. */
const SPARSE_BYTES = 1460

/** One direction of one connection, as the lines see it. */
export interface Flow {
  readonly downlink: Downlink
  /** Where it stands; kept by the lines. */
  place: 'idle' | 'queued' | 'waiting'
  readonly uplink: Uplink
  /** Bytes it could send now; 0 takes it out of the queues until Uplink.offer. */
  sendableBytes(): number
  /** Takes that many bytes out; they are on the line from now and through both lines at `throughMs`. */
  depart(lengthBytes: number, throughMs: number): void
  /** What was taken last is off the line. */
  departed(): void
  /** The turn of the last offerSoon is over. */
  offered(): void
}

export class Uplink {
  readonly #world: World
  readonly #bytesPerMs: number
  readonly segmentBytes: number
  #fresh: Flow[] = []
  #turns: Flow[] = []
  #soon: Flow[] = []
  #busy = false
  sentBytes = 0

  constructor(world: World, bytesPerSecond: number) {
    this.#world = world
    this.#bytesPerMs = bytesPerSecond / 1000
    this.segmentBytes = segmentOf(this.#bytesPerMs)
  }

  /** The flow may have something to send once this turn is over: one event for all flows of a turn. */
  offerSoon(flow: Flow): void {
    this.#soon.push(flow)
    if (this.#soon.length > 1) return
    this.#world.after(0, () => {
      const flows = this.#soon
      this.#soon = []
      for (const each of flows) each.offered()
      this.#pump()
    })
  }

  /** The flow has something to send; pump() sends it. */
  offer(flow: Flow): void {
    if (flow.place !== 'idle') return
    flow.place = 'queued'
    this.#fresh.push(flow)
  }

  /** A flow that waited for its receiver may try again. */
  retry(flow: Flow): void {
    if (flow.place !== 'waiting') return
    flow.place = 'queued'
    this.#turns.unshift(flow)
    this.#pump()
  }

  #pump(): void {
    if (this.#busy) return
    const departed: Flow[] = []
    let freeMs = this.#world.nowMs
    for (let room = SPARSE_BATCH_BYTES; room > 0; ) {
      const flow = this.#fresh.shift() ?? this.#turns.shift()
      if (flow === undefined) break
      const sendableBytes = flow.sendableBytes()
      if (sendableBytes === 0) {
        flow.place = 'idle'
        continue
      }
      const sparse = sendableBytes <= SPARSE_BYTES
      if (!sparse && flow.downlink.full) {
        flow.place = 'waiting'
        flow.downlink.wait(flow)
        continue
      }
      const lengthBytes = Math.min(this.segmentBytes, flow.downlink.segmentBytes, sendableBytes)
      freeMs += lengthBytes / this.#bytesPerMs
      flow.depart(lengthBytes, Math.max(freeMs, flow.downlink.book(lengthBytes)))
      this.sentBytes += lengthBytes
      departed.push(flow)
      // Only who sends little is fresh again at once: who sends blocks waits for its turn even when momentarily empty.
      if (sparse) flow.place = 'idle'
      else this.#turns.push(flow)
      room -= sparse ? lengthBytes : SPARSE_BATCH_BYTES
    }
    if (departed.length === 0) return
    this.#busy = true
    this.#world.at(freeMs, () => {
      this.#busy = false
      for (const flow of departed) flow.departed()
      this.#pump()
    })
  }
}

export class Downlink {
  readonly #world: World
  readonly #bytesPerMs: number
  readonly segmentBytes: number
  readonly #waiting: Flow[] = []
  #bookedUntilMs = 0
  #waking = false
  receivedBytes = 0

  constructor(world: World, bytesPerSecond: number) {
    this.#world = world
    this.#bytesPerMs = bytesPerSecond / 1000
    this.segmentBytes = segmentOf(this.#bytesPerMs)
  }

  /** More than one segment is already under way to it. */
  get full(): boolean {
    return this.#roomAtMs > this.#world.nowMs
  }

  /** Compared and waited for as one number: another way round, rounding can leave a wait that never ends. */
  get #roomAtMs(): number {
    return this.#bookedUntilMs - this.segmentBytes / this.#bytesPerMs
  }

  /** @returns when that many more bytes are through */
  book(lengthBytes: number): number {
    this.receivedBytes += lengthBytes
    this.#bookedUntilMs = Math.max(this.#bookedUntilMs, this.#world.nowMs) + lengthBytes / this.#bytesPerMs
    return this.#bookedUntilMs
  }

  wait(flow: Flow): void {
    this.#waiting.push(flow)
    this.#arm()
  }

  #arm(): void {
    if (this.#waking || this.#waiting.length === 0) return
    this.#waking = true
    this.#world.at(this.#roomAtMs, () => {
      this.#waking = false
      // Whoever's uplink is busy takes its turn there; the next one in line may use the downlink meanwhile.
      while (!this.full) {
        const flow = this.#waiting.shift()
        if (flow === undefined) return
        flow.uplink.retry(flow)
      }
      this.#arm()
    })
  }
}

function segmentOf(bytesPerMs: number): number {
  return Math.round(Math.max(SEGMENT_LEAST_BYTES, Math.min(SEGMENT_MOST_BYTES, bytesPerMs * SEGMENT_MS)))
}
