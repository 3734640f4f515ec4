// Two connected ends of a byte stream in memory, driven by a virtual clock: what one side writes arrives at the other
// after a delay, cut as the test likes. Keeps the promises of the Connection port: bytes are lent for the call only
// (they are overwritten afterwards), `sent` is called once per write and in order, closed() comes once and last.

import { concatBytes } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { after } from '../../src/base/ids.ts'
import {
  type Clock,
  type Connection,
  type ConnectionEvents,
  LOW_WATER_BYTES,
  SocketError,
} from '../../src/base/ports.ts'

const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }

export interface LinkOptions {
  readonly delayMs?: number
  /** How many bytes the next read of the receiver has, at most. */
  readonly cut?: () => number
  readonly ends?: readonly [Endpoint, Endpoint]
}

export class LinkedConnection implements Connection {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly transport = 'tcp'
  events: ConnectionEvents = NOBODY
  other: LinkedConnection | undefined
  /** The network takes nothing of what is written, until unstall(). */
  #stalled = false
  #paused = false
  /** Closing, once what is queued was sent. */
  #flushing = false
  #closed = false
  #high = false
  #carrying = false
  #queue: { bytes: Uint8Array; at: number; readonly sent: (() => void) | undefined }[] = []
  /** How many of the queue were carried; emptied in one go, so that no write costs a shift. */
  #carried = 0
  #queuedBytes = 0
  readonly #clock: Clock
  readonly #delayMs: number
  readonly #cut: () => number

  constructor(clock: Clock, local: Endpoint, remote: Endpoint, options: LinkOptions) {
    this.#clock = clock
    this.local = local
    this.remote = remote
    this.#delayMs = options.delayMs ?? 5
    this.#cut = options.cut ?? (() => Number.POSITIVE_INFINITY)
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  get paused(): boolean {
    return this.#paused
  }

  get closed(): boolean {
    return this.#closed
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    if (this.#closed || this.#flushing) {
      if (sent !== undefined) queueMicrotask(sent)
      return
    }
    this.#queue.push({ bytes, at: 0, sent })
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes > LOW_WATER_BYTES) this.#high = true
    this.#later()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    const { other } = this
    if (other !== undefined) other.#later()
  }

  stall(): void {
    this.#stalled = true
  }

  unstall(): void {
    this.#stalled = false
    this.#later()
  }

  close(flush = false): void {
    if (flush && !this.#closed && this.#carried < this.#queue.length) {
      this.#flushing = true
      return
    }
    // What the network took already arrives, as it does when a socket is destroyed.
    const lastWords = this.#stalled ? [] : this.#queue.slice(this.#carried)
    const bytes = concatBytes(lastWords.map((write) => write.bytes.subarray(write.at)))
    this.#end(undefined)
    const { other } = this
    this.#clock.schedule(after(this.#clock.now(), this.#delayMs), () => {
      if (other === undefined || other.#closed) return
      if (bytes.length > 0 && !other.#paused && !other.#flushing) other.events.data(bytes)
      other.#end(undefined)
    })
  }

  /** Both ends lose the connection at once. */
  reset(): void {
    this.#end(new SocketError('RESET'))
    const { other } = this
    if (other !== undefined) other.#end(new SocketError('RESET'))
  }

  #end(error: SocketError | undefined): void {
    if (this.#closed) return
    this.#closed = true
    const unsent = this.#queue.slice(this.#carried)
    this.#queue = []
    this.#carried = 0
    this.#queuedBytes = 0
    queueMicrotask(() => {
      for (const { sent } of unsent) sent?.()
      this.events.closed(error)
    })
  }

  #later(): void {
    if (this.#carrying || this.#stalled || this.#carried === this.#queue.length) return
    this.#carrying = true
    this.#clock.schedule(after(this.#clock.now(), this.#delayMs), () => {
      this.#carrying = false
      this.#carry()
    })
  }

  #carry(): void {
    const { other } = this
    while (other !== undefined && !this.#closed && !this.#stalled && !other.#paused && !other.#closed) {
      const write = this.#queue[this.#carried]
      if (write === undefined) break
      const end = Math.min(write.bytes.length, write.at + Math.max(1, this.#cut()))
      const lent = write.bytes.slice(write.at, end)
      this.#queuedBytes -= lent.length
      write.at = end
      if (end === write.bytes.length) {
        this.#carried++
        write.sent?.()
      }
      if (lent.length > 0 && !other.#flushing) other.events.data(lent)
      lent.fill(0xdd)
    }
    if (this.#carried === this.#queue.length) {
      this.#queue = []
      this.#carried = 0
    }
    if (this.#flushing) {
      if (this.#queue.length === 0) this.close()
    } else if (this.#high && !this.#closed && this.#queuedBytes <= LOW_WATER_BYTES) {
      this.#high = false
      this.events.drain()
    }
  }
}

/** The two ends, dialling side first. */
export function link(clock: Clock, options: LinkOptions = {}): readonly [LinkedConnection, LinkedConnection] {
  const [near, far] = options.ends ?? [
    { host: '198.51.100.1', port: 40_001 },
    { host: '203.0.113.2', port: 6_881 },
  ]
  const a = new LinkedConnection(clock, near, far, options)
  const b = new LinkedConnection(clock, far, near, options)
  a.other = b
  b.other = a
  return [a, b]
}
