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
/** One device alone: a connection for each of some torrents that begin together. */
const MOST_OF_ONE = 8

/** @param early what came behind it */
type Shown = (connection: TcpConnection, early: Uint8Array) => void

interface Awaited {
  readonly from: string
  readonly shown: Shown
}

export class TicketDoor {
  readonly #awaited = new Map<string, Awaited>()

  /** @param from the device it is for. @returns takes it back; undefined where there are too many */
  expect(identity: Uint8Array, from: string, shown: Shown): (() => void) | undefined {
    const all = [...this.#awaited.values()]
    if (all.length >= MOST_TICKETS || all.filter((each) => each.from === from).length >= MOST_OF_ONE)
      return undefined
    const name = toHex(identity)
    const timer = setTimeout(() => this.#awaited.delete(name), TICKET_MS)
    timer.unref()
    const end = (): void => {
      clearTimeout(timer)
      this.#awaited.delete(name)
    }
    const once: Shown = (connection, early) => {
      end()
      shown(connection, early)
    }
    this.#awaited.set(name, { from, shown: once })
    return end
  }

  /** The same port, at which tickets are taken. */
  at(tcp: Tcp): Tcp {
    return {
      dial: (to, timeoutMs) => tcp.dial(to, timeoutMs),
      listen: (at, accepted) =>
        tcp.listen(at, (connection) => {
          const looked = this.#awaited.size > 0 && connection instanceof TcpConnection
          accepted(looked ? new Looked(connection, (held) => this.#find(held)) : connection)
        }),
    }
  }

  #find(held: Uint8Array): Shown | 'more' | undefined {
    const text = toHex(held.subarray(0, IDENTITY_BYTES))
    if (held.length >= IDENTITY_BYTES) return this.#awaited.get(text)?.shown
    return [...this.#awaited.keys()].some((name) => name.startsWith(text)) ? 'more' : undefined
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
