// This device among the others: one authenticated link to each device, with one stream of frames and streams of bytes beside
// it; calls, carries and punches as its gate allows. It joins the parts and decides little.

import type { Connection, Libp2p, PeerId, Stream, Upgrader } from '@libp2p/interface'
import type { BDict } from '../../base/bencode.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import type { Link, LinkWay } from '../service.ts'
import { BYTES_PROTOCOL, ByteStream, offerBytes, readHeader, takeBytes } from './byte-stream.ts'
import { Caller } from './caller.ts'
import { hostOf } from './connection-facts.ts'
import { DIAL_MS, HANDSHAKE_MS, STREAM_MS, STREAMS_PER_PROTOCOL } from './deadlines.ts'
import { FrontDoor } from './front-door.ts'
import { Gatekeeper, type NodeGate } from './gatekeeper.ts'
import { createNode } from './libp2p-node.ts'
import { LineTable, type LineTableEvents, linkOf, PEOPLE_PROTOCOL } from './line-table.ts'
import { wireMultiaddr } from './multiaddrs.ts'
import { deviceOf, peerIdOf } from './peer-key.ts'
import type { PeopleLine } from './people-line.ts'
import { answerPunch, PUNCH_PROTOCOL } from './punch.ts'
import { Puncher } from './puncher.ts'
import { RELAY_PROTOCOL, RELAYED_PROTOCOL, Relay } from './relay.ts'
import { RELAY_DAY_BYTES, RELAY_FILE_DAY_BYTES, RelayAccounts } from './relay-account.ts'
import { RelayTransport } from './relay-transport.ts'
import type { Wire } from './wire.ts'
import { WireTransport } from './wire-transport.ts'

export interface NodeEvents extends LineTableEvents {
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
  /** Carried for others, of each circle a day; for labs. */
  readonly relayDayBytes?: number
}

export type DialOutcome = 'linked' | 'refused' | 'failed'

/** Devices that are named as relays of ours. */
const MOST_RELAYS = 3

export class CommunityNode {
  readonly device: DeviceId
  readonly #libp2p: Libp2p
  readonly #transports: readonly WireTransport[]
  readonly #door: FrontDoor
  readonly #gate: NodeGate
  readonly #events: NodeEvents
  readonly #lines: LineTable
  readonly #caller: Caller
  readonly #relay: Relay
  readonly #carried: RelayTransport
  readonly #puncher: Puncher
  /** Bytes of files over relayed links, both ways, by device. */
  readonly #fileBytes: RelayAccounts
  #closed = false

  static async start(options: NodeOptions): Promise<CommunityNode> {
    const door = new FrontDoor(options.now)
    const transports = options.wires.map((wire) => new WireTransport(wire, door))
    const gatekeeper = new Gatekeeper(options.gate, door)
    const routes = {
      direct: (device: DeviceId): Connection | undefined => node?.direct(device),
      mayBeCarried: (relay: DeviceId, from: DeviceId): boolean =>
        options.gate.knows(relay) && options.gate.knows(from) && options.gate.mayLink(from),
    }
    let carried: RelayTransport | undefined
    let node: CommunityNode | undefined
    const relayed = (upgrader: Upgrader): RelayTransport => {
      carried = new RelayTransport(upgrader, routes)
      return carried
    }
    const libp2p = await createNode(options.seed, transports, gatekeeper, relayed, options.now)
    node = new CommunityNode(options, libp2p, transports, door, carried as unknown as RelayTransport)
    gatekeeper.connections = () => libp2p.getConnections()
    try {
      await node.#begin()
    } catch (error) {
      await Promise.all(options.wires.map((wire) => wire.close()))
      throw error
    }
    return node
  }

  private constructor(
    options: NodeOptions,
    libp2p: Libp2p,
    transports: readonly WireTransport[],
    door: FrontDoor,
    carried: RelayTransport,
  ) {
    const { gate, events, now, relayDayBytes = RELAY_DAY_BYTES } = options
    const seconds = (): number => Math.floor(Date.now() / 1_000)
    this.device = deviceOf(libp2p.peerId) as DeviceId
    this.#libp2p = libp2p
    this.#transports = transports
    this.#door = door
    this.#carried = carried
    this.#gate = gate
    this.#events = events
    this.#lines = new LineTable(this.device, (device) => gate.mayLink(device), events)
    this.#caller = new Caller(libp2p, transports, this.#lines)
    this.#relay = new Relay(new RelayAccounts(relayDayBytes, now, seconds), {
      mayRelay: (from, to) => gate.mayRelay?.(from, to),
      direct: (device) => this.direct(device),
      now,
    })
    this.#fileBytes = new RelayAccounts(RELAY_FILE_DAY_BYTES, now, seconds)
    this.#puncher = new Puncher(options.wires, this.#lines, this.#caller)
    this.#lines.onLine = (line) => {
      this.#caller.linked(line)
      this.#puncher.linked(line)
    }
  }

  async #begin(): Promise<void> {
    const handle = async (
      protocol: string,
      most: number,
      handler: (stream: Stream, connection: Connection) => void | Promise<void>,
    ): Promise<void> => {
      const limits = { maxInboundStreams: most, maxOutboundStreams: most }
      await this.#libp2p.handle(protocol, handler, limits)
    }
    await handle(PEOPLE_PROTOCOL, 1, (stream, connection) => this.#lines.arrived(stream, connection))
    await handle(BYTES_PROTOCOL, STREAMS_PER_PROTOCOL, this.#asLinked(this.#bytesArrived))
    await handle(RELAY_PROTOCOL, STREAMS_PER_PROTOCOL, this.#asLinked(this.#relayAsked))
    await handle(RELAYED_PROTOCOL, STREAMS_PER_PROTOCOL, this.#asLinked(this.#brought))
    await handle(PUNCH_PROTOCOL, 1, this.#asLinked(this.#punchAsked))
    this.#libp2p.addEventListener('connection:open', ({ detail }) => this.#lines.connected(detail))
    // libp2p would remember everybody who ever called.
    this.#libp2p.addEventListener('peer:disconnect', ({ detail }) => void this.#forget(detail))
    await this.#libp2p.start()
  }

  // ── What others ask ───────────────────────────────────────────────────────────────────────────────

  /** Where it listens, by wire. */
  listening(kind: Wire['kind']): readonly Endpoint[] {
    return this.#transports.find((transport) => transport.kind === kind)?.local ?? []
  }

  links(): readonly Link[] {
    return this.#lines.all().map(linkOf)
  }

  way(device: DeviceId): LinkWay | undefined {
    return this.#lines.get(device)?.way
  }

  /** Where the other end of a link is seen; undefined through a relay. */
  remoteHost(device: DeviceId): string | undefined {
    const line = this.#lines.get(device)
    return line === undefined ? undefined : hostOf(line.connection)
  }

  /** Whom others may ask to be carried to us: members that we are linked to directly. */
  relays(): readonly DeviceId[] {
    const direct = this.#lines
      .all()
      .filter(({ way, device }) => way !== 'relayed' && this.#gate.knows(device))
    return direct.slice(0, MOST_RELAYS).map(({ device }) => device)
  }

  /** Pairs that are carried now. */
  get carrying(): number {
    return this.#relay.pairs
  }

  /** Where our datagrams are seen outside, as the devices that we called tell. */
  outside(): Promise<readonly DeviceAddress[]> {
    return this.#puncher.outside()
  }

  /** As it was told last. */
  get seenOutside(): readonly DeviceAddress[] {
    return this.#puncher.seenOutside
  }

  /** Resolves when the people stream is up. */
  async dial(device: DeviceId, addresses: readonly DeviceAddress[]): Promise<DialOutcome> {
    if (this.#closed || device === this.device) return 'failed'
    if (this.#lines.get(device) !== undefined) return 'linked'
    if (!this.#gate.mayLink(device)) return 'refused'
    return (await this.#caller.call(device, addresses)) ? 'linked' : 'failed'
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
      stream = await line.connection.newStream(BYTES_PROTOCOL, { signal: deadline })
      const taken = await offerBytes(stream, header, deadline)
      return taken === undefined ? undefined : this.#byteStream(line, stream, taken.early)
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
    this.#puncher.close()
    for (const line of this.#lines.all()) line.end()
    await this.#libp2p.stop()
  }

  // ── What the parts ask ────────────────────────────────────────────────────────────────────────────

  direct(device: DeviceId): Connection | undefined {
    const line = this.#lines.get(device)
    return line === undefined || line.way === 'relayed' ? undefined : line.connection
  }

  // ── Streams that come ─────────────────────────────────────────────────────────────────────────────

  /** Only of who has a link; who sends what is no header is hung up on. */
  #asLinked(handler: (line: PeopleLine, stream: Stream) => Promise<void>) {
    return async (stream: Stream, connection: Connection): Promise<void> => {
      const device = deviceOf(connection.remotePeer)
      const line = device === undefined ? undefined : this.#lines.get(device)
      if (line === undefined) {
        stream.abort(new Error('no link'))
        return
      }
      try {
        await handler(line, stream)
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error('no header'))
        if (error instanceof RecordError) this.hangUp(line.device, true)
        else throw error
      }
    }
  }

  #bytesArrived = async (line: PeopleLine, stream: Stream): Promise<void> => {
    const read = await readHeader(stream, AbortSignal.timeout(STREAM_MS))
    if (read === undefined) {
      stream.abort(new Error('no header'))
      return
    }
    const bytes = this.#byteStream(line, stream, read.early)
    if (this.#events.opened(line.device, read.header, bytes)) takeBytes(stream)
    else bytes.abort()
  }

  #byteStream({ device, way }: PeopleLine, stream: Stream, early: Uint8Array): ByteStream {
    if (way !== 'relayed') return new ByteStream(device, way, stream, early)
    const spend = (lengthBytes: number): boolean => this.#fileBytes.take(device, lengthBytes) !== undefined
    return new ByteStream(device, way, stream, early, spend)
  }

  #relayAsked = ({ device }: PeopleLine, stream: Stream): Promise<void> => this.#relay.asked(device, stream)

  #brought = ({ device }: PeopleLine, stream: Stream): Promise<void> => this.#carried.brought(device, stream)

  #punchAsked = async ({ device, way }: PeopleLine, stream: Stream): Promise<void> => {
    if (way !== 'relayed') {
      stream.abort(new Error('no need'))
      return
    }
    const theirs = await answerPunch(stream, () => this.#puncher.outside())
    await this.#caller.punch(device, theirs)
  }

  async #forget(peer: PeerId): Promise<void> {
    if (this.#libp2p.getConnections(peer).length === 0) await this.#libp2p.peerStore.delete(peer)
  }
}
