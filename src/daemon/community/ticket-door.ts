// The engine's own listener, with an eye on who shows a ticket: 16 bytes that were agreed on over an authenticated link come first, then
// TLS with the ticket's key. To the engine everybody else is what they were: the same bytes, in the same places and limits.
// Promises: a ticket is good once and for TICKET_MS; whoever shows none, or one that is over, is answered as by an engine without
// tickets, since nothing of them is handled here; without tickets nobody is looked at.

import { concatBytes, EMPTY, toHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Connection, ConnectionEvents, Tcp } from '../../base/ports.ts'
import { TcpConnection } from '../../platform/tcp-connection.ts'
import { IDENTITY_BYTES, TICKET_MS } from './direct-ticket.ts'

/** Of one whose owner has not set any, or that is another's. */
const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }
/** At once, of all devices: each is there for seconds. */
const MOST_TICKETS = 64

/** @param early what came behind it */
type Shown = (connection: TcpConnection, early: Uint8Array) => void

export class TicketDoor {
  readonly #shown = new Map<string, Shown>()

  /** Undefined where there are too many. @returns takes it back */
  expect(identity: Uint8Array, shown: Shown): (() => void) | undefined {
    if (this.#shown.size >= MOST_TICKETS) return undefined
    const name = toHex(identity)
    const timer = setTimeout(() => this.#shown.delete(name), TICKET_MS)
    timer.unref()
    const end = (): void => {
      clearTimeout(timer)
      this.#shown.delete(name)
    }
    this.#shown.set(name, (connection, early) => {
      end()
      shown(connection, early)
    })
    return end
  }

  /** The same port, at which tickets are taken. */
  at(tcp: Tcp): Tcp {
    return {
      dial: (to, timeoutMs) => tcp.dial(to, timeoutMs),
      listen: (at, accepted) =>
        tcp.listen(at, (connection) => {
          const looked = this.#shown.size > 0 && connection instanceof TcpConnection
          accepted(looked ? new Looked(connection, (held) => this.#find(held)) : connection)
        }),
    }
  }

  #find(held: Uint8Array): Shown | 'more' | undefined {
    const text = toHex(held.subarray(0, IDENTITY_BYTES))
    if (held.length >= IDENTITY_BYTES) return this.#shown.get(text)
    return [...this.#shown.keys()].some((name) => name.startsWith(text)) ? 'more' : undefined
  }
}

/** One whose first bytes are looked at; the engine has it meanwhile, and for good where they are no ticket's. */
class Looked implements Connection {
  readonly #inner: TcpConnection
  readonly #find: (held: Uint8Array) => Shown | 'more' | undefined
  #events: ConnectionEvents = NOBODY
  #held: Uint8Array | undefined = EMPTY
  #gone = false

  constructor(inner: TcpConnection, find: (held: Uint8Array) => Shown | 'more' | undefined) {
    this.#inner = inner
    this.#find = find
    inner.events = {
      data: (bytes) => this.#look(bytes),
      drain: () => this.#events.drain(),
      closed: (error) => this.#events.closed(error),
    }
  }

  #look(bytes: Uint8Array): void {
    const held = concatBytes([this.#held ?? EMPTY, bytes])
    this.#held = held
    const found = this.#find(held)
    if (found === 'more') return
    this.#held = undefined
    if (found === undefined) {
      this.#inner.events = this.#events
      this.#events.data(held)
      return
    }
    this.#gone = true
    this.#inner.events = NOBODY
    found(this.#inner, held.subarray(IDENTITY_BYTES))
    this.#events.closed(undefined)
  }

  get events(): ConnectionEvents {
    return this.#events
  }

  set events(events: ConnectionEvents) {
    this.#events = events
    if (this.#held === undefined && !this.#gone) this.#inner.events = events
  }

  get remote(): Endpoint {
    return this.#inner.remote
  }

  get local(): Endpoint {
    return this.#inner.local
  }

  get transport(): Connection['transport'] {
    return this.#inner.transport
  }

  get queuedBytes(): number {
    return this.#gone ? 0 : this.#inner.queuedBytes
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    if (!this.#gone) this.#inner.write(bytes, sent)
    else if (sent !== undefined) queueMicrotask(sent)
  }

  pause(): void {
    if (!this.#gone) this.#inner.pause()
  }

  resume(): void {
    if (!this.#gone) this.#inner.resume()
  }

  close(flush?: boolean): void {
    if (!this.#gone) this.#inner.close(flush)
  }
}
