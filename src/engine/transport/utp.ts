// uTP connections (BEP 29) over datagrams that somebody else sends and receives: dials, accepts, and one alarm for all.
// Promises: every connection and every dial ends; nothing is made for a stranger before its address is proved, and
// strangers are sent no more than they send; packets that arrive in one turn are acked in one go.
//
// Two ends that dial each other at once (BEP 55) see each other's SYN while their own is out. Then the SYN with the
// lower id counts on both sides, and the other dial ends as CLOSED with `crossed`: its owner is told of the accepted
// connection instead. So exactly one connection comes of it, where both sides follow this rule, and where only one does, too.

import { canonicalIp } from '../../base/address.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type Clock, type Connection, type Random, SocketError } from '../../base/ports.ts'
import { HalfOpen } from '../../protocol/utp/half-open.ts'
import { RESETS_AT_ONCE, RESETS_PER_SECOND } from '../../protocol/utp/limits.ts'
import {
  HEADER_BYTES,
  looksLikeUtp,
  Packet,
  RESET,
  readPacket,
  SYN,
  wireMicros,
  writeHeader,
} from '../../protocol/utp/packet.ts'
import { PacketMemory } from '../../protocol/utp/packet-memory.ts'
import { PacketRate } from '../../protocol/utp/packet-rate.ts'
import { type Introduction, UtpStream } from '../../protocol/utp/stream.ts'
import { UtpConnection, type UtpDoor } from './utp-connection.ts'
import { UtpLinks } from './utp-links.ts'

/** Connections, those that only see to their last bytes included; far above any budget of the session (SAFETY.md: 200). */
const MOST_CONNECTIONS = 4_096

/** How long a dial waits for the other side's crossing one to succeed before it goes on. */
const GIVE_WAY_MS = 3_000

export interface UtpTransportOptions {
  readonly clock: Clock
  readonly random: Random
  /** Sends from the socket of the endpoint's family. The bytes never change afterwards. */
  readonly send: (bytes: Uint8Array, to: Endpoint) => void
  /** Where that family's socket is bound; undefined when there is none. */
  readonly local: (family: 4 | 6) => Endpoint | undefined
  /** Takes connections that others make; while undefined they are refused. */
  readonly accepted: ((connection: Connection) => void) | undefined
  /** Whoever may not is not answered. */
  readonly mayAccept?: (from: Endpoint) => boolean
}

interface Dial {
  readonly connection: UtpConnection
  readonly settle: (result: Connection | SocketError) => void
  /** A SYN of the other side came that counts instead of ours. */
  crossed: boolean
}

export class UtpTransport implements UtpDoor {
  readonly #options: UtpTransportOptions
  readonly #memory = new PacketMemory()
  readonly #links = new UtpLinks()
  readonly #dials = new Map<UtpConnection, Dial>()
  readonly #halfOpen: HalfOpen
  readonly #resets: PacketRate
  readonly #wakes: DeadlineQueue
  /** The one packet that is being looked at. */
  readonly #packet = new Packet()
  #turn: UtpConnection[] = []
  #cancelTurn: (() => void) | undefined
  #closed = false

  constructor(options: UtpTransportOptions) {
    const now = options.clock.now()
    this.#options = options
    this.#halfOpen = new HalfOpen(options.random, now)
    this.#resets = new PacketRate(RESETS_PER_SECOND, RESETS_AT_ONCE, now)
    this.#wakes = new DeadlineQueue(options.clock)
  }

  /** Dialled, open, and those that only see to their last bytes: with 0 the socket is not needed. */
  get connections(): number {
    return this.#links.size
  }

  // ── Dialling ──────────────────────────────────────────────────────────────────────────────────────

  dial(
    to: Endpoint,
    timeoutMs: number,
  ): { readonly result: Promise<Connection | SocketError>; cancel(): void } {
    const refusal = this.#refusal(to)
    if (refusal !== undefined) return { result: Promise.resolve(refusal), cancel() {} }
    const { promise, resolve } = Promise.withResolvers<Connection | SocketError>()
    const now = this.now()
    const { random } = this.#options
    const connection = this.#connectionWith(to)
    const stream = UtpStream.dial(this.#freeId(to), random, this.#memory, connection, now)
    const timeout = {
      wake: (): undefined => this.#giveUp(dial, new SocketError('TIMEOUT', { timeoutMs })),
    }
    const dial: Dial = {
      connection,
      crossed: false,
      settle: (result) => {
        if (!this.#dials.delete(connection)) return
        this.#wakes.forget(timeout)
        resolve(result)
      },
    }
    connection.carries(stream)
    this.#links.add(connection)
    this.#dials.set(connection, dial)
    this.#wakes.set(timeout, after(now, timeoutMs))
    this.later(connection)
    return { result: promise, cancel: () => this.#giveUp(dial, new SocketError('CLOSED')) }
  }

  #refusal(to: Endpoint): SocketError | undefined {
    if (this.#closed) return new SocketError('CLOSED')
    if (canonicalIp(to.host) === undefined) return new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })
    if (this.#options.local(familyOf(to)) === undefined) return new SocketError('UNREACHABLE')
    return this.#links.size >= MOST_CONNECTIONS ? new SocketError('OTHER', { errno: 'EMFILE' }) : undefined
  }

  #giveUp(dial: Dial, error: SocketError): undefined {
    const { connection } = dial
    if (!this.#dials.has(connection)) return
    // An answer that comes now is that of an unknown connection: it is reset.
    connection.stream.abort(this.now())
    this.#remove(connection)
    dial.settle(error)
  }

  /** Nobody there uses it with us yet. */
  #freeId(to: Endpoint): number {
    for (;;) {
      const id = this.#options.random.uint32() & 0xffff
      if (this.#links.find(id, to) === undefined && this.#links.find((id + 1) & 0xffff, to) === undefined)
        return id
    }
  }

  #connectionWith(remote: Endpoint): UtpConnection {
    const family = familyOf(remote)
    const nowhere = { host: family === 6 ? '::' : '0.0.0.0', port: 0 }
    return new UtpConnection(this, remote, () => this.#options.local(family) ?? nowhere)
  }

  // ── What arrives ──────────────────────────────────────────────────────────────────────────────────

  /** True when it was a uTP packet, or looked like one: then nobody else needs to look at it. */
  datagram(bytes: Uint8Array, from: Endpoint): boolean {
    if (!looksLikeUtp(bytes)) return false
    const packet = this.#packet
    if (this.#closed || !readPacket(bytes, packet)) return true
    const now = this.now()
    if (packet.type === SYN) this.#syn(packet, from, now)
    else {
      const connection =
        packet.type === RESET
          ? this.#links.findEither(packet.connectionId, from)
          : this.#links.find(packet.connectionId, from)
      if (connection !== undefined) connection.receive(packet, now)
      else if (packet.type !== RESET) this.#stranger(packet, from, now)
    }
    return true
  }

  #syn(packet: Packet, from: Endpoint, now: Millis): void {
    const { accepted, mayAccept, send } = this.#options
    if (mayAccept?.(from) === false) return
    // A late copy of one that was answered and proved.
    if (this.#links.find((packet.connectionId + 1) & 0xffff, from) !== undefined) return
    if (accepted === undefined) {
      this.#refuse(packet, from, now)
      return
    }
    if (this.#oursCounts(packet.connectionId, from, now)) return
    const answer = this.#halfOpen.syn(packet, from, now)
    if (answer !== undefined) send(answer, from)
  }

  /** Their SYN crosses one of ours. @returns whether ours is the one that counts; if theirs does, ours gives way */
  #oursCounts(theirId: number, from: Endpoint, now: Millis): boolean {
    for (const dial of this.#dialsTo(from)) {
      const { connection } = dial
      const ourId = connection.stream.receiveId
      if (ourId < theirId) {
        connection.stream.hasten(now)
        this.later(connection)
        return true
      }
      if (ourId > theirId) {
        connection.stream.giveWay(after(now, GIVE_WAY_MS))
        dial.crossed = true
      }
    }
    return false
  }

  #dialsTo(to: Endpoint): Dial[] {
    if (this.#dials.size === 0) return []
    return [...this.#dials.values()].filter(
      ({ connection: { remote } }) => remote.port === to.port && remote.host === to.host,
    )
  }

  #stranger(packet: Packet, from: Endpoint, now: Millis): void {
    const introduction = this.#halfOpen.prove(packet, from, now)
    if (introduction !== undefined) this.#accept(introduction, packet, from, now)
    else if (!this.#halfOpen.knows(from, packet.connectionId)) this.#refuse(packet, from, now)
  }

  #accept(introduction: Introduction, packet: Packet, from: Endpoint, now: Millis): void {
    const { accepted, random } = this.#options
    if (accepted === undefined || this.#links.size >= MOST_CONNECTIONS) {
      this.#refuse(packet, from, now)
      return
    }
    for (const dial of this.#dialsTo(from))
      if (dial.crossed) this.#giveUp(dial, new SocketError('CLOSED', { crossed: true }))
    const remote = { host: from.host, port: from.port }
    const connection = this.#connectionWith(remote)
    connection.carries(UtpStream.accept(introduction, random, this.#memory, connection, now))
    this.#links.add(connection)
    accepted(connection)
    connection.receive(packet, now)
  }

  /** Tells whoever sent this that there is no such connection: 20 bytes for 20 or more. */
  #refuse(packet: Packet, from: Endpoint, now: Millis): void {
    if (!this.#resets.take(now)) return
    const bytes = new Uint8Array(HEADER_BYTES)
    const timestampUs = wireMicros(now)
    writeHeader(bytes, {
      type: RESET,
      connectionId: packet.connectionId,
      timestampUs,
      differenceUs: (timestampUs - packet.timestampUs) >>> 0,
      windowBytes: 0,
      sequence: 0,
      ack: packet.sequence,
    })
    this.#options.send(bytes, from)
  }

  // ── The connections' door ─────────────────────────────────────────────────────────────────────────

  now(): Millis {
    return this.#options.clock.now()
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.#options.send(bytes, to)
  }

  later(connection: UtpConnection): void {
    this.#turn.push(connection)
    this.#cancelTurn ??= this.#options.clock.schedule(this.now(), () => this.#endTurn())
  }

  #endTurn(): void {
    this.#cancelTurn = undefined
    const turn = this.#turn
    this.#turn = []
    for (const connection of turn) this.#settle(connection)
  }

  #settle(connection: UtpConnection): void {
    connection.settle(this.now())
    if (!this.#links.has(connection)) return
    const deadline = connection.stream.deadline()
    if (deadline !== undefined) this.#wakes.hasten(connection, deadline)
  }

  connected(connection: UtpConnection): void {
    this.#dials.get(connection)?.settle(connection)
  }

  over(connection: UtpConnection, failure: SocketError | undefined): void {
    this.#remove(connection)
    this.#dials.get(connection)?.settle(failure ?? new SocketError('CLOSED'))
  }

  #remove(connection: UtpConnection): void {
    this.#links.remove(connection)
    this.#wakes.forget(connection)
  }

  /** Ends everything: dials as CLOSED, open connections with a reset. What was closed before is said to the other side. */
  close(): void {
    if (this.#closed) return
    this.#endTurn()
    this.#cancelTurn?.()
    this.#closed = true
    for (const dial of [...this.#dials.values()]) this.#giveUp(dial, new SocketError('CLOSED'))
    for (const connection of this.#links.all()) {
      connection.abandon(new SocketError('CLOSED'))
      this.#remove(connection)
    }
  }
}

function familyOf({ host }: Endpoint): 4 | 6 {
  return isIPv6(host) ? 6 : 4
}
