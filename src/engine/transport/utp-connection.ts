// One uTP connection as the Connection port wants it, over the machine in protocol/utp.
// Invariants: `sent` runs once per write, in order, and always before closed(); closed() comes once and nothing after it;
// after close() there is no data and no drain. What lives on in the machine after closed() only sees to it that what was
// sent arrives.

import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { type Connection, type ConnectionEvents, LOW_WATER_BYTES, SocketError } from '../../base/ports.ts'
import type { Packet } from '../../protocol/utp/packet.ts'
import type { Ending, StreamSink, UtpStream } from '../../protocol/utp/stream.ts'

const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }

/** What a connection asks of its transport. */
export interface UtpDoor {
  now(): Millis
  send(bytes: Uint8Array, to: Endpoint): void
  /** settle() is called at the end of the turn, once. */
  later(connection: UtpConnection): void
  /** A dial was answered. */
  connected(connection: UtpConnection): void
  /** Nothing arrives for it any more. */
  over(connection: UtpConnection, failure: SocketError | undefined): void
}

export class UtpConnection implements Connection, StreamSink {
  readonly remote: Endpoint
  readonly transport = 'utp'
  events: ConnectionEvents = NOBODY
  readonly #door: UtpDoor
  readonly #localOf: () => Endpoint
  #streamOrNone: UtpStream | undefined
  #high = false
  /** As the owner wants it. */
  #paused = false
  /** The machine holds back what arrives. */
  #holding = false
  /** close() was called, or the other side closed. */
  #closing = false
  /** closed() is due, or was called. */
  #closed = false
  #told = false
  #failure: SocketError | undefined
  #waiting = false

  constructor(door: UtpDoor, remote: Endpoint, local: () => Endpoint) {
    this.#door = door
    this.remote = remote
    this.#localOf = local
  }

  /** Before anything else. */
  carries(stream: UtpStream): void {
    this.#streamOrNone = stream
  }

  get stream(): UtpStream {
    return this.#streamOrNone as UtpStream
  }

  get local(): Endpoint {
    return this.#localOf()
  }

  // ── The owner's side ──────────────────────────────────────────────────────────────────────────────

  get queuedBytes(): number {
    return this.stream.queuedBytes
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    if (this.#closing || this.#closed) {
      if (sent !== undefined) void Promise.resolve().then(sent)
      return
    }
    this.stream.write(bytes, sent)
    if (this.stream.queuedBytes > LOW_WATER_BYTES) this.#high = true
    this.#later()
  }

  pause(): void {
    if (this.#closing) return
    this.#paused = true
    this.#holding = true
    this.stream.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    // What is held is handed on at the end of the turn: never inside the call.
    this.#later()
  }

  close(flush = false): void {
    if (this.#closed || (this.#closing && flush)) return
    const now = this.#door.now()
    this.#closing = true
    // As TCP: bytes that nobody will read are answered with a reset.
    if (!flush && this.stream.unreadBytes > 0) this.stream.abort(now)
    this.#paused = false
    if (!flush) {
      this.stream.discard()
      this.#closed = true
    }
    this.stream.finish(now)
    this.#later()
  }

  /** The transport closes: nothing is awaited any more. */
  abandon(error: SocketError): void {
    // Whoever was closed in order has said so; a reset now could undo what the other side has not read yet.
    if (this.#told) return
    this.stream.abort(this.#door.now())
    if (!this.#closing) this.#failure ??= error
    this.#closed = true
    this.#finish()
  }

  // ── The transport's side ──────────────────────────────────────────────────────────────────────────

  receive(packet: Packet, now: Millis): void {
    this.stream.receive(packet, now)
    this.#later()
  }

  /** Its time has come. @returns when next */
  wake(now: Millis): Millis | undefined {
    this.stream.tick(now)
    this.settle(now)
    return this.stream.deadline()
  }

  /** The end of a turn: hands on what was held, sends what is due, tells what became of it. */
  settle(now: Millis): void {
    this.#waiting = false
    const { stream } = this
    if (this.#holding && !this.#paused) {
      this.#holding = false
      stream.resume()
    }
    stream.flush(now)
    if (this.#closed) this.#finish()
    else if (this.#high && !this.#closing && stream.queuedBytes <= LOW_WATER_BYTES) {
      this.#high = false
      this.events.drain()
    }
  }

  #later(): void {
    if (this.#waiting) return
    this.#waiting = true
    this.#door.later(this)
  }

  /** Releases every write, then says that it is over. */
  #finish(): void {
    if (this.#told) return
    this.#told = true
    this.#closing = true
    this.stream.discard()
    this.stream.release()
    this.events.closed(this.#failure)
    if (this.stream.isOver) this.#door.over(this, this.#failure)
  }

  // ── The machine's side ────────────────────────────────────────────────────────────────────────────

  packet(bytes: Uint8Array): void {
    this.#door.send(bytes, this.remote)
  }

  data(bytes: Uint8Array): void {
    if (!this.#closing) this.events.data(bytes)
  }

  connected(): void {
    this.#door.connected(this)
  }

  /** BitTorrent has no half-open connections: send what is queued and close. */
  ended(): void {
    if (!this.#closing) this.close(true)
  }

  finished(): void {
    this.#closed = true
    this.#later()
  }

  over(ending: Ending): void {
    if (ending === 'reset' && !this.#closing) this.#failure = new SocketError('RESET')
    if (ending === 'timeout' && !this.#closing) this.#failure = new SocketError('TIMEOUT')
    if (ending === 'refused') this.#failure = new SocketError('REFUSED')
    this.#closed = true
    if (this.#told) this.#door.over(this, this.#failure)
    else this.#later()
  }
}
