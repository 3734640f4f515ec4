// One TCP connection: a Connection over a node:net socket.
// Invariants: `queuedBytes` is the sum of the writes whose `sent` was not called; `sent` runs once per write, in order,
// and always before closed(); closed() comes once and nothing after it; after close() there is no data and no drain.
//
// While paused nothing is read, so an end or a reset by the other side is seen only by a write or after resume().

import type { Socket } from 'node:net'
import type { Endpoint } from '../base/endpoint.ts'
import { type Connection, type ConnectionEvents, LOW_WATER_BYTES, type SocketError } from '../base/ports.ts'
import { socketError } from './socket-errors.ts'

/** How long a flushing close may take before the socket is torn down. */
export const FLUSH_TIMEOUT_MS = 5000

interface Write {
  readonly lengthBytes: number
  readonly sent: (() => void) | undefined
}

/** Events of a connection whose owner has not set any: there is nobody to tell. */
const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }

export class TcpConnection implements Connection {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly transport: 'tcp' | 'stream' | 'tls'
  events: ConnectionEvents = NOBODY
  readonly #socket: Socket
  /** Oldest first from `#head`; emptied in one go, so that no write costs a shift. */
  #writes: Write[] = []
  #head = 0
  #queuedBytes = 0
  #high = false
  #corked = false
  #closing = false
  #closed = false
  #failure: SocketError | undefined
  #flushTimer: NodeJS.Timeout | undefined

  /** `socket` must be connected and have an 'error' listener of its own or get none before this. */
  constructor(
    socket: Socket,
    local: Endpoint,
    remote: Endpoint,
    transport: 'tcp' | 'stream' | 'tls' = 'tcp',
  ) {
    this.#socket = socket
    this.transport = transport
    this.local = local
    this.remote = remote
    socket.on('error', (cause) => {
      this.#failure ??= socketError(cause)
    })
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Bytes from the socket; the memory is only lent to us. */
  receive(bytes: Uint8Array): void {
    if (!this.#closing) this.events.data(bytes)
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    if (this.#closing || this.#closed) {
      if (sent !== undefined) queueMicrotask(sent)
      return
    }
    this.#writes.push({ lengthBytes: bytes.length, sent })
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes > LOW_WATER_BYTES) this.#high = true
    if (!this.#corked) {
      // All writes of this turn leave in one writev once its callbacks are done.
      this.#corked = true
      this.#socket.cork()
      process.nextTick(this.#uncork)
    }
    this.#socket.write(bytes, this.#onSent)
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#socket.uncork()
  }

  readonly #onSent = (error?: Error | null): void => {
    // A failed write is accounted for in #onClose, when the kernel is certain to have let go of the memory.
    if (error !== undefined && error !== null) return
    if (this.#closed) return
    const { sent, lengthBytes } = this.#writes[this.#head] as Write
    this.#writes[this.#head++] = SENT
    if (this.#head === this.#writes.length) {
      this.#writes = []
      this.#head = 0
    }
    this.#queuedBytes -= lengthBytes
    sent?.()
    if (this.#high && !this.#closing && this.#queuedBytes <= LOW_WATER_BYTES) {
      this.#high = false
      this.events.drain()
    }
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#closing) this.#socket.resume()
  }

  close(flush = false): void {
    if (this.#closed) return
    if (!flush) {
      this.#closing = true
      this.#socket.destroy()
      return
    }
    if (this.#closing) return
    this.#closing = true
    // What still comes in is read and dropped: closing with unread bytes would reset the connection and could
    // destroy, at the other side, what we just sent.
    this.#flushTimer = setTimeout(() => this.#socket.destroy(), FLUSH_TIMEOUT_MS)
    this.#socket.end()
    this.#socket.resume()
  }

  /**
   * Gives its socket up, paused, to whoever wraps it; for its owner it is over, without a closed().
   * @returns undefined where it is over already, or was written to
   */
  release(): Socket | undefined {
    if (this.#closing || this.#closed || this.#queuedBytes > 0) return undefined
    this.#closing = true
    this.#closed = true
    this.#socket.off('end', this.#onEnd)
    this.#socket.off('close', this.#onClose)
    this.#socket.pause()
    return this.#socket
  }

  /** The other side will send no more. BitTorrent has no half-open connections: send what is queued and close. */
  readonly #onEnd = (): void => {
    if (!this.#closing) this.close(true)
  }

  readonly #onClose = (): void => {
    clearTimeout(this.#flushTimer)
    const asked = this.#closing
    this.#closing = true
    this.#closed = true
    const unsent = this.#writes
    const head = this.#head
    this.#writes = []
    this.#head = 0
    this.#queuedBytes = 0
    for (let i = head; i < unsent.length; i++) (unsent[i] as Write).sent?.()
    this.events.closed(asked ? undefined : this.#failure)
  }
}

const SENT: Write = { lengthBytes: 0, sent: undefined }
