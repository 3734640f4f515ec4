// One end of a simulated TCP connection: the promises of the Connection port to its owner, whatever the other end, the
// line or the host does.
// Invariants: `sent` of every write is called before closed(); closed() comes once, last; a dead program hears
// nothing any more.

import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Connection, type ConnectionEvents, LOW_WATER_BYTES, SocketError } from '../../src/base/ports.ts'
import type { SimHost, SimProgram } from './host.ts'
import type { SimNetwork } from './network.ts'
import { Pipe, type Receiver, type Segment, type Sender } from './pipe.ts'

/** As the real adapter: how long a flushing close may take. */
const FLUSH_TIMEOUT_MS = 5000

const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }

export class SimConnection implements Connection, Sender, Receiver {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly transport = 'tcp'
  events: ConnectionEvents = NOBODY
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #program: SimProgram
  readonly #out: Pipe
  readonly #in: Pipe
  /** Taken in and not read yet. */
  #unread: Segment[] = []
  #unreadBytes = 0
  #paused = false
  #reading = false
  #high = false
  #closing = false
  #endReceived = false
  #closed = false
  #cancelFlush: (() => void) | undefined

  private constructor(
    network: SimNetwork,
    host: SimHost,
    local: Endpoint,
    remote: Endpoint,
    out: Pipe,
    into: Pipe,
  ) {
    this.#network = network
    this.#host = host
    this.#program = host.program
    this.local = local
    this.remote = remote
    this.#out = out
    this.#in = into
    host.connections.add(this)
  }

  /** Both ends of a new connection, the caller's first. */
  static pair(
    network: SimNetwork,
    dialler: { readonly host: SimHost; readonly at: Endpoint },
    acceptor: { readonly host: SimHost; readonly at: Endpoint },
  ): [SimConnection, SimConnection] {
    const there = new Pipe(network, dialler.host, acceptor.host)
    const back = new Pipe(network, acceptor.host, dialler.host)
    const near = new SimConnection(network, dialler.host, dialler.at, acceptor.at, there, back)
    const far = new SimConnection(network, acceptor.host, acceptor.at, dialler.at, back, there)
    there.join(near, far)
    back.join(far, near)
    return [near, far]
  }

  // ── The owner's side ──────────────────────────────────────────────────────────────────────────────

  get queuedBytes(): number {
    return this.#out.queuedBytes
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    if (this.#closing || this.#closed) {
      if (sent !== undefined) this.#network.world.after(0, sent)
      return
    }
    this.#out.push(bytes, sent === undefined ? undefined : () => this.#tell(sent))
    if (this.#out.queuedBytes > LOW_WATER_BYTES) this.#high = true
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#network.world.after(0, () => {
      this.#read()
      this.#in.offer()
    })
  }

  close(flush = false): void {
    if (this.#closed || (this.#closing && flush)) return
    // A kernel answers bytes nobody will read with a reset.
    const unread = this.#unread.length > 0
    this.#closing = true
    this.#paused = false
    this.#dropUnread()
    this.#in.offer()
    if (flush) {
      this.#flush()
      return
    }
    this.#network.world.after(0, () => {
      if (!this.#closed) this.#out.abort(unread ? 'reset' : 'fin')
      this.#die(undefined)
    })
  }

  // ── The pipes' side ───────────────────────────────────────────────────────────────────────────────

  get paused(): boolean {
    return this.#paused
  }

  get unreadBytes(): number {
    return this.#unreadBytes
  }

  departed(): void {
    if (this.#closed) return
    if (this.#closing) this.#dieIfDone()
    else if (this.#high && this.#out.queuedBytes <= LOW_WATER_BYTES) {
      this.#high = false
      this.#tell(() => this.events.drain())
    }
  }

  silenced(): void {
    this.#die(new SocketError('TIMEOUT'))
  }

  arrived(segment: Segment): void {
    if (this.#closed) {
      for (const sent of segment.sents) sent()
      return
    }
    if (segment.end === 'reset') {
      this.#die(this.#closing ? undefined : new SocketError('RESET'))
      return
    }
    this.#unread.push(segment)
    this.#unreadBytes += segment.lengthBytes
    this.#read()
  }

  /** The program on this host died: its kernel closes for it. */
  kill(): void {
    this.#out.abort('reset')
    this.#die(undefined)
  }

  /** The host lost power: nobody is told. */
  vanish(): void {
    this.#die(undefined)
  }

  lineChanged(): void {
    this.#out.lineChanged()
    this.#in.lineChanged()
  }

  // ── Reading and ending ────────────────────────────────────────────────────────────────────────────

  #read(): void {
    if (this.#reading) return
    this.#reading = true
    while (this.#unread.length > 0 && !this.#paused && !this.#closed) {
      const segment = this.#unread.shift() as Segment
      this.#unreadBytes -= segment.lengthBytes
      if (segment.end === 'fin') this.#onEnd()
      else this.#hand(segment)
    }
    this.#reading = false
    if (this.#paused) for (const segment of this.#unread) keep(segment)
  }

  #hand(segment: Segment): void {
    const parts = this.#network.cut(segment.parts)
    for (const [i, part] of parts.entries()) {
      if (this.#paused && !this.#closing) {
        // Paused in the middle: the rest is for later.
        const rest = parts.slice(i)
        const lengthBytes = rest.reduce((sum, bytes) => sum + bytes.length, 0)
        this.#unread.unshift({ parts: rest, sents: segment.sents, lengthBytes, end: 'none' })
        this.#unreadBytes += lengthBytes
        return
      }
      if (!this.#closing) this.#tell(() => this.#network.lend(part, (bytes) => this.#give(bytes)))
    }
    for (const sent of segment.sents) sent()
  }

  #give(bytes: Uint8Array): void {
    if (!this.#closing) this.events.data(bytes)
  }

  /** The other side will send no more. There are no half-open connections: send what is queued and close. */
  #onEnd(): void {
    this.#endReceived = true
    if (this.#closing) this.#dieIfDone()
    else {
      this.#closing = true
      this.#flush()
    }
  }

  #flush(): void {
    this.#cancelFlush ??= this.#network.world.after(FLUSH_TIMEOUT_MS, () => {
      this.#out.abort('reset')
      this.#die(undefined)
    })
    this.#out.finish()
    this.#network.world.after(0, () => this.#dieIfDone())
  }

  #dieIfDone(): void {
    if (this.#endReceived && this.#out.ended) this.#die(undefined)
  }

  #dropUnread(): void {
    const dropped = this.#unread
    this.#unread = dropped.filter((segment) => segment.end === 'fin')
    this.#unreadBytes = 0
    for (const segment of dropped) for (const sent of segment.sents) sent()
    if (this.#unread.length > 0) this.#network.world.after(0, () => this.#read())
  }

  #die(error: SocketError | undefined): void {
    if (this.#closed) return
    this.#closing = true
    this.#out.abort('reset')
    this.#out.release()
    this.#closed = true
    for (const segment of this.#unread.splice(0)) for (const sent of segment.sents) sent()
    this.#cancelFlush?.()
    this.#host.connections.delete(this)
    this.#tell(() => this.events.closed(error))
  }

  #tell(what: () => void): void {
    if (!this.#program.ended) what()
  }
}

/** Stays here for longer than the call: the sender gets its memory back. */
function keep(segment: Segment): void {
  if (segment.sents.length === 0) return
  segment.parts = segment.parts.map((part) => new Uint8Array(part))
  const { sents } = segment
  segment.sents = []
  for (const sent of sents) sent()
}
