// This device among the others: one authenticated link to each device, with one stream of frames and streams of bytes beside
// it. libp2p, set far below its defaults and with nothing that was not chosen here.
// Invariants: `linked` comes once for a device, and `unlinked` before it may come again; the device with the lower key opens
// the people stream, so that two that call each other at once end with one; a direct way replaces a relayed one.

import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { BDict } from '../../base/bencode.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import type { Link, LinkWay } from '../service.ts'
import { BYTES_PROTOCOL, ByteStream, offerBytes, readHeader, takeBytes } from './byte-stream.ts'
import { hostOf, wayOf } from './connection-facts.ts'
import { DIAL_ALL_MS, DIAL_MS, HANDSHAKE_MS, STREAM_MS, STREAMS_PER_PROTOCOL } from './deadlines.ts'
import { FrontDoor } from './front-door.ts'
import { Gatekeeper, type NodeGate } from './gatekeeper.ts'
import { createNode } from './libp2p-node.ts'
import { deviceMultiaddr, wireMultiaddr } from './multiaddrs.ts'
import { deviceOf, peerIdOf } from './peer-key.ts'
import { PeopleLine } from './people-line.ts'
import type { Wire } from './wire.ts'
import { WireTransport } from './wire-transport.ts'

export const PEOPLE_PROTOCOL = '/shoal/people/1'

export interface NodeEvents {
  linked(link: Link): void
  /** The bytes are yours. */
  received(device: DeviceId, bytes: Uint8Array): void
  drained(device: DeviceId): void
  unlinked(device: DeviceId): void
  /** Another device opens a stream of bytes. False: it is not wanted. Its events are set in this call. */
  opened(device: DeviceId, header: BDict, stream: ByteStream): boolean
}

export interface NodeOptions {
  /** Ed25519 seed of the device key. */
  readonly seed: Uint8Array
  readonly now: () => Millis
  readonly wires: readonly Wire[]
  readonly gate: NodeGate
  readonly events: NodeEvents
}

export type DialOutcome = 'linked' | 'refused' | 'failed'

export class CommunityNode {
  readonly device: DeviceId
  readonly #libp2p: Libp2p
  readonly #transports: readonly WireTransport[]
  readonly #door: FrontDoor
  readonly #gate: NodeGate
  readonly #events: NodeEvents
  readonly #lines = new Map<DeviceId, PeopleLine>()
  /** Dials that wait for the people stream. */
  readonly #awaited = new Map<DeviceId, Set<(linked: boolean) => void>>()
  readonly #opening = new Map<DeviceId, Promise<void>>()
  #closed = false

  static async start(options: NodeOptions): Promise<CommunityNode> {
    const door = new FrontDoor(options.now)
    const transports = options.wires.map((wire) => new WireTransport(wire, door))
    const gate = new Gatekeeper(options.gate, door)
    const libp2p = await createNode(options.seed, transports, gate)
    const node = new CommunityNode(options, libp2p, transports, door)
    gate.connections = () => libp2p.getConnections()
    await node.#begin()
    return node
  }

  private constructor(
    options: NodeOptions,
    libp2p: Libp2p,
    transports: readonly WireTransport[],
    door: FrontDoor,
  ) {
    this.device = deviceOf(libp2p.peerId) as DeviceId
    this.#libp2p = libp2p
    this.#transports = transports
    this.#door = door
    this.#gate = options.gate
    this.#events = options.events
  }

  async #begin(): Promise<void> {
    const limits = {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
      runOnLimitedConnection: true,
    }
    const libp2p = this.#libp2p
    await libp2p.handle(PEOPLE_PROTOCOL, (stream, connection) => this.#arrived(stream, connection), limits)
    await libp2p.handle(BYTES_PROTOCOL, (stream, connection) => this.#bytesArrived(stream, connection), {
      ...limits,
      maxInboundStreams: STREAMS_PER_PROTOCOL,
      maxOutboundStreams: STREAMS_PER_PROTOCOL,
    })
    libp2p.addEventListener('connection:open', ({ detail }) => this.#connected(detail))
    // libp2p would remember everybody who ever called.
    libp2p.addEventListener('peer:disconnect', ({ detail }) => void this.#forget(detail))
    await libp2p.start()
  }

  // ── What others ask ───────────────────────────────────────────────────────────────────────────────

  /** Where it listens, by wire. */
  listening(kind: Wire['kind']): readonly Endpoint[] {
    return this.#transports.find((transport) => transport.kind === kind)?.local ?? []
  }

  links(): readonly Link[] {
    return [...this.#lines.values()].map(linkOf)
  }

  way(device: DeviceId): LinkWay | undefined {
    return this.#lines.get(device)?.way
  }

  /** Where the other end of a link is seen; undefined through a relay. */
  remoteHost(device: DeviceId): string | undefined {
    const line = this.#lines.get(device)
    return line === undefined ? undefined : hostOf(line.connection)
  }

  /** Resolves when the people stream is up. */
  async dial(device: DeviceId, addresses: readonly DeviceAddress[]): Promise<DialOutcome> {
    if (this.#closed || device === this.device) return 'failed'
    if (this.#lines.has(device)) return 'linked'
    if (!this.#gate.mayLink(device)) return 'refused'
    const targets = addresses.flatMap((address) => deviceMultiaddr(device, address) ?? [])
    if (targets.length === 0) return 'failed'
    const linked = this.#awaitLink(device)
    try {
      const connection = await this.#libp2p.dial(targets, { signal: AbortSignal.timeout(DIAL_ALL_MS) })
      connection.addEventListener('close', linked.lost)
      if (connection.status !== 'open') linked.lost()
      return (await linked.result) ? 'linked' : 'failed'
    } catch {
      // Not there, not that device, or it does not want us: which of them is not for us to know.
      return this.#lines.has(device) ? 'linked' : 'failed'
    } finally {
      linked.forget()
    }
  }

  /** Links with whoever is there: somebody near who may be seen by all. */
  async meet(by: 'tcp' | 'utp', at: Endpoint): Promise<DeviceId | undefined> {
    try {
      const connection = await this.#libp2p.dial(wireMultiaddr(by, at), {
        signal: AbortSignal.timeout(DIAL_MS + HANDSHAKE_MS),
      })
      return deviceOf(connection.remotePeer)
    } catch {
      // Gone, or not one of us.
      return undefined
    }
  }

  send(device: DeviceId, bytes: Uint8Array): boolean {
    return this.#lines.get(device)?.send(bytes) ?? false
  }

  hold(device: DeviceId, held: boolean): void {
    this.#lines.get(device)?.hold(held)
  }

  /** `blame`: it is not let in again for a while, nor is its address if it was a stranger's. */
  hangUp(device: DeviceId, blame: boolean): void {
    const line = this.#lines.get(device)
    if (blame) {
      const host = line === undefined || this.#gate.knows(device) ? undefined : hostOf(line.connection)
      this.#door.exclude(device, host)
    }
    line?.end()
    for (const connection of this.#libp2p.getConnections(peerIdOf(device))) {
      connection.abort(new Error('hung up'))
    }
  }

  /** A stream of bytes; undefined where there is no link, or it is not wanted there. */
  async openBytes(
    device: DeviceId,
    header: { readonly [key: string]: Encodable },
  ): Promise<ByteStream | undefined> {
    const line = this.#lines.get(device)
    if (line === undefined) return undefined
    const deadline = AbortSignal.timeout(STREAM_MS)
    let stream: Stream | undefined
    try {
      stream = await line.connection.newStream(BYTES_PROTOCOL, {
        signal: deadline,
        runOnLimitedConnection: true,
      })
      const taken = await offerBytes(stream, header, deadline)
      return taken === undefined ? undefined : new ByteStream(device, line.way, stream, taken.early)
    } catch (error) {
      stream?.abort(new Error('not taken'))
      if (error instanceof RangeError) throw error
      // The link went, or the other side has too many already.
      return undefined
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const line of this.#lines.values()) line.end()
    await this.#libp2p.stop()
  }

  // ── Connections and people streams ────────────────────────────────────────────────────────────────

  #connected(connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === undefined) return
    if (this.device < device) this.#openInTurn(device, connection)
    else setTimeout(() => this.#dropUnused(device, connection), STREAM_MS).unref()
  }

  /** One after another for a device: two connections that come at once must not both be opened on. */
  #openInTurn(device: DeviceId, connection: Connection): void {
    const before = this.#opening.get(device) ?? Promise.resolve()
    const turn = before.then(() => this.#openLine(device, connection))
    this.#opening.set(device, turn)
    void turn.then(() => {
      if (this.#opening.get(device) === turn) this.#opening.delete(device)
    })
  }

  /** The lower key opens it, where it is of use. */
  async #openLine(device: DeviceId, connection: Connection): Promise<void> {
    if (!this.#isBetter(device, connection)) {
      this.#dropUnused(device, connection)
      return
    }
    try {
      const stream = await connection.newStream(PEOPLE_PROTOCOL, {
        signal: AbortSignal.timeout(STREAM_MS),
        runOnLimitedConnection: true,
      })
      if (this.#isBetter(device, connection)) this.#take(device, connection, stream)
      else this.#dropUnused(device, connection)
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('no people stream'))
    }
  }

  #arrived(stream: Stream, connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === undefined || this.device < device || !this.#gate.mayLink(device)) {
      stream.abort(new Error('not wanted'))
      return
    }
    this.#take(device, connection, stream)
  }

  #isBetter(device: DeviceId, connection: Connection): boolean {
    const line = this.#lines.get(device)
    return line === undefined || (line.way === 'relayed' && wayOf(connection) !== 'relayed')
  }

  #take(device: DeviceId, connection: Connection, stream: Stream): void {
    const before = this.#lines.get(device)
    if (before !== undefined) {
      this.#lines.delete(device)
      this.#events.unlinked(device)
      before.end()
      if (before.connection !== connection) before.connection.abort(new Error('replaced'))
    }
    const line = new PeopleLine(device, wayOf(connection), connection, stream, {
      received: (of, bytes) => {
        if (this.#lines.get(device) === of) this.#events.received(device, bytes)
      },
      drained: (of) => {
        if (this.#lines.get(device) === of) this.#events.drained(device)
      },
      ended: (of) => this.#ended(of),
    })
    this.#lines.set(device, line)
    this.#events.linked(linkOf(line))
    for (const tell of this.#awaited.get(device) ?? []) tell(true)
  }

  #ended(line: PeopleLine): void {
    if (this.#lines.get(line.device) !== line) return
    this.#lines.delete(line.device)
    this.#events.unlinked(line.device)
    line.connection.abort(new Error('no people stream'))
  }

  /** A connection on which nothing came to be, or that is one too many. */
  #dropUnused(device: DeviceId, connection: Connection): void {
    if (connection.status !== 'open' || this.#lines.get(device)?.connection === connection) return
    connection.abort(new Error('not used'))
  }

  #awaitLink(device: DeviceId): { readonly result: Promise<boolean>; lost(): void; forget(): void } {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiting = this.#awaited.get(device) ?? new Set()
    this.#awaited.set(device, waiting.add(resolve))
    let timer = setTimeout(() => resolve(false), DIAL_ALL_MS + STREAM_MS)
    const forget = (): void => {
      clearTimeout(timer)
      waiting.delete(resolve)
      if (waiting.size === 0) this.#awaited.delete(device)
    }
    // It was refused, or was one of two that crossed: then the people stream comes on the other.
    const lost = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => resolve(this.#lines.has(device)), CROSSING_MS)
    }
    return { result: promise, lost, forget }
  }

  async #bytesArrived(stream: Stream, connection: Connection): Promise<void> {
    const device = deviceOf(connection.remotePeer)
    const line = device === undefined ? undefined : this.#lines.get(device)
    if (device === undefined || line === undefined) {
      stream.abort(new Error('no link'))
      return
    }
    try {
      const read = await readHeader(stream, AbortSignal.timeout(STREAM_MS))
      if (read === undefined) {
        stream.abort(new Error('no header'))
        return
      }
      const bytes = new ByteStream(device, wayOf(connection), stream, read.early)
      if (this.#events.opened(device, read.header, bytes)) takeBytes(stream)
      else bytes.abort()
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error('no header'))
      if (error instanceof RecordError) this.hangUp(device, true)
      else throw error
    }
  }

  async #forget(peer: PeerId): Promise<void> {
    if (this.#libp2p.getConnections(peer).length === 0) await this.#libp2p.peerStore.delete(peer)
  }
}

/** Two connections of one pair that crossed: how long after the one the other may tell what it is. */
const CROSSING_MS = 1_000

function linkOf({ device, way, outgoing }: PeopleLine): Link {
  return { device, way, outgoing }
}
