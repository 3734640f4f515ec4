// Makes and accepts connections for all torrents within one budget, and hands them over after their handshakes.
// Invariant: every place taken in the budget is given back exactly once, when the connection is over.

import type { Endpoint } from '../../base/endpoint.ts'
import type { WireHash } from '../../base/ids.ts'
import { type Connection, type Ports, SocketError } from '../../base/ports.ts'
import {
  exchangeHandshakes,
  type HandshakeAnswer,
  HandshakeError,
  type HandshakeOptions,
} from '../peer/handshaking.ts'
import type { TrustTable } from '../peer/trust.ts'
import type { ClosedRealm } from '../torrent/options.ts'
import type { DialKind } from '../torrent/services.ts'
import type { Torrent } from '../torrent/torrent.ts'
import { type Dialer, discard, race } from '../transport/racing.ts'
import type { ConnectionBudget, Place } from './connection-budget.ts'
import type { Encryption } from './encryption.ts'
import type { ConnectionGate } from './gate.ts'
import type { Realms } from './realms.ts'

/** A peer that does not answer a SYN for this long is taken as gone; most answer within one second. */
export const DIAL_TIMEOUT_MS = 8_000

/**
 * Accepted connections whose handshake is not done. When there are more the oldest goes: an honest peer has said hello
 * within a round trip, so only those that mean to hold places wait for long (at 50 accepts a second, over a second).
 */
const MAX_GREETING = 60

/** What the gate does not allow comes to nothing without a packet. */
const FORBIDDEN = {
  result: Promise.resolve(new SocketError('DENIED')),
  cancel: () => {},
  tookMs: () => undefined,
}

export interface ConnectorOptions {
  readonly ports: Ports
  readonly budget: ConnectionBudget
  readonly trust: TrustTable
  /** The person's rules; undefined allows everybody. */
  readonly gate?: ConnectionGate | undefined
  /** How an address is dialled, the preferred way first. */
  readonly ways: (how: DialKind, to: Endpoint) => readonly Dialer[]
  readonly encryption: Encryption
  /** Something is sent there now. */
  readonly contacting: (to: Endpoint) => void
  /** The torrent that answers to this hash on public listeners (realm `public` only). */
  readonly lookup: (hash: WireHash) => Torrent | undefined
  /** One that is not open and may be, for somebody at `host`; undefined where nothing is opened on demand. */
  readonly onDemand: ((hash: WireHash, host: string) => Promise<Torrent | undefined>) | undefined
  /** Those of closed realms; their streams are authenticated, so nothing is encrypted once more or asked of the gate. */
  readonly realms: () => Pick<Realms, 'dialer' | 'lookup' | 'onDemand'> | undefined
}

export class Connector {
  readonly #options: ConnectorOptions
  readonly #open = new Set<Connection>()
  readonly #dials = new Set<() => void>()
  /** Accepted and not greeted, oldest first. */
  readonly #greeting = new Set<Connection>()
  #closed = false

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** False when the budget has no place now, or the person's rules forbid it. @param how `punch`: only by what goes through a NAT (uTP) */
  dial(torrent: Torrent, to: Endpoint, how: DialKind = 'any'): boolean {
    if (this.#closed) return false
    const { budget, ports } = this.#options
    // Behind a NAT that moves ports a peer is not where it says to listen, where we may be dialling it just now.
    // Nobody there would know what we are talking about.
    if (torrent.wireHashes.length === 0) return false
    const place = budget.tryDial(torrent.key, to, ports.clock.now(), how === 'punch', torrent.mayGainFrom(to))
    if (typeof place === 'string') return false
    void this.#dial(torrent, to, place, how)
    return true
  }

  async #dial(torrent: Torrent, to: Endpoint, place: Place, how: DialKind): Promise<void> {
    const { ports, budget, encryption } = this.#options
    const attempt = this.#attempt(torrent, to, how)
    this.#dials.add(attempt.cancel)
    const dialled = await attempt.result
    const connectedInMs = attempt.tookMs()
    this.#dials.delete(attempt.cancel)
    budget.connected(place)
    if (dialled instanceof SocketError) {
      budget.closed(place)
      // A dial of theirs that crossed ours: they are here by that one (uTP).
      torrent.dialFailed(to, dialled.data.crossed === true ? 'CROSSED' : dialled.code)
      return
    }
    const opening = torrent.identity.answer()
    const open = torrent.options.realm === 'public'
    const connection = open ? encryption.outgoing(dialled, to, opening.handshake.hash) : dialled
    this.#track(connection)
    await this.#shakeHands(
      { connection, clock: ports.clock, opening, lookup: () => undefined, connectedInMs },
      place,
      () => torrent,
      (reason) => torrent.dialFailed(to, open ? encryption.failed(connection, to, reason) : reason),
    )
  }

  #attempt({ options: { realm } }: Torrent, to: Endpoint, how: DialKind) {
    const { ports, ways, gate, realms } = this.#options
    if (realm !== 'public') {
      const dialer = realms()?.dialer(realm)
      return dialer === undefined ? FORBIDDEN : race([dialer], to, DIAL_TIMEOUT_MS, ports.clock)
    }
    if (gate?.allows(to.host) === false) return FORBIDDEN
    this.#options.contacting(to)
    return race(ways(how, to), to, DIAL_TIMEOUT_MS, ports.clock)
  }

  /** A stream of a closed realm: only what is in it is answered. */
  acceptedIn(realm: ClosedRealm, connection: Connection): void {
    const { budget, ports, trust, realms } = this.#options
    const place = trust.banned(connection.remote)
      ? 'BANNED'
      : budget.tryAccept(connection.remote, ports.clock.now())
    if (this.#closed || typeof place === 'string') {
      discard(connection)
      return
    }
    const lookup = (name: WireHash) => realms()?.lookup(realm, name)
    this.#track(connection)
    this.#greet(connection)
    void this.#shakeHands(
      {
        connection,
        clock: ports.clock,
        opening: undefined,
        lookup: (remote) =>
          lookup(remote.hash)?.identity.answer(remote) ??
          realms()
            ?.onDemand(realm, remote.hash, connection.remote.host)
            ?.then((torrent) => torrent?.identity.answer(remote)),
      },
      place,
      lookup,
      undefined,
    )
  }

  accepted(accepted: Connection): void {
    const { budget, ports, trust, encryption, gate } = this.#options
    const unwelcome = gate?.allows(accepted.remote.host) === false || trust.banned(accepted.remote)
    const place = unwelcome ? 'BANNED' : budget.tryAccept(accepted.remote, ports.clock.now())
    if (this.#closed || typeof place === 'string') {
      discard(accepted)
      return
    }
    const connection = encryption.incoming(accepted)
    const lookup = (hash: WireHash) => this.#lookup(connection, hash)
    this.#track(connection)
    this.#greet(connection)
    void this.#shakeHands(
      {
        connection,
        clock: ports.clock,
        opening: undefined,
        lookup: (remote) =>
          lookup(remote.hash)?.identity.answer(remote) ?? this.#onDemand(connection, remote),
      },
      place,
      lookup,
      undefined,
    )
  }

  async #shakeHands(
    options: HandshakeOptions,
    place: Place,
    torrentOf: (hash: WireHash) => Torrent | undefined,
    failed: ((reason: string) => void) | undefined,
  ): Promise<void> {
    const { connection } = options
    const { budget } = this.#options
    const release = () => {
      this.#open.delete(connection)
      this.#greeting.delete(connection)
      budget.closed(place)
    }
    let done: Awaited<ReturnType<typeof exchangeHandshakes>>
    try {
      done = await exchangeHandshakes(options)
    } catch (error) {
      release()
      if (!(error instanceof HandshakeError)) throw error
      failed?.(error.code)
      return
    }
    this.#greeting.delete(connection)
    const torrent = torrentOf(done.answer.handshake.hash) ?? torrentOf(done.remote.hash)
    const incoming = failed === undefined
    const refusal =
      torrent === undefined || !budget.belongs(place, torrent.key)
        ? 'FULL'
        : torrent.adopt(done, incoming, incoming ? 'incoming' : 'dialled', release)
    if (refusal !== undefined) {
      release()
      discard(connection)
    } else if (torrent !== undefined) budget.yields(place, () => torrent.makesRoom(connection))
  }

  /** Never another one than an encrypted handshake was about. */
  #onDemand(
    connection: Connection,
    remote: { readonly hash: WireHash; readonly v2: boolean },
  ): Promise<HandshakeAnswer | undefined> | undefined {
    const { encryption, onDemand, lookup } = this.#options
    const proved = encryption.provedTorrent(connection) ?? remote.hash
    if (onDemand === undefined || proved !== remote.hash || lookup(remote.hash) !== undefined)
      return undefined
    return onDemand(remote.hash, connection.remote.host).then((torrent) => torrent?.identity.answer(remote))
  }

  #lookup(connection: Connection, hash: WireHash): Torrent | undefined {
    const { encryption, lookup } = this.#options
    const torrent = lookup(hash)
    const proved = encryption.provedTorrent(connection)
    return proved === undefined || lookup(proved) === torrent ? torrent : undefined
  }

  #greet(connection: Connection): void {
    this.#greeting.add(connection)
    if (this.#greeting.size <= MAX_GREETING) return
    for (const oldest of this.#greeting) {
      oldest.close()
      this.#greeting.delete(oldest)
      return
    }
  }

  #track(connection: Connection): void {
    this.#open.add(connection)
  }

  /** Ends everything that is not yet, or no longer, a torrent's. */
  close(): void {
    this.#closed = true
    for (const cancel of [...this.#dials]) cancel()
    for (const connection of [...this.#open]) connection.close()
  }
}
