// A libp2p transport over one wire: dials its addresses, and hands in who comes through the front door.
// Promise: listens once, on what the wire was given; its addresses are told to nobody (a stranger who asks learns none).

import {
  type Connection as Libp2pConnection,
  type Listener,
  type ListenerEvents,
  type Transport,
  TypedEventEmitter,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { type Connection, SocketError } from '../../base/ports.ts'
import { DIAL_MS } from './deadlines.ts'
import type { FrontDoor } from './front-door.ts'
import { wireEndpoint, wireMultiaddr } from './multiaddrs.ts'
import { SILENT_LOG } from './silent-log.ts'
import type { Wire } from './wire.ts'
import { WireConnection } from './wire-connection.ts'

type DialOptions = Parameters<Transport['dial']>[1]

const LOG = SILENT_LOG.forComponent('wire')

export class WireTransport implements Transport {
  readonly [transportSymbol] = true
  readonly #wire: Wire
  readonly #door: FrontDoor
  /** By address; each is taken in the same turn of a dial. */
  readonly #open = new Map<string, Connection>()
  #local: readonly Endpoint[] = []

  constructor(wire: Wire, door: FrontDoor) {
    this.#wire = wire
    this.#door = door
  }

  get [Symbol.toStringTag](): string {
    return `shoal/${this.#wire.kind}`
  }

  get wire(): Wire {
    return this.#wire
  }

  get kind(): Wire['kind'] {
    return this.#wire.kind
  }

  /** Where it listens. */
  get local(): readonly Endpoint[] {
    return this.#local
  }

  async dial(address: Multiaddr, options: DialOptions): Promise<Libp2pConnection> {
    const to = wireEndpoint(this.#wire.kind, address)
    if (to === undefined) throw new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })
    options.signal.throwIfAborted()
    const open = this.#takeOpen(to)
    const dial = open === undefined ? this.#wire.dial(to, DIAL_MS) : { result: open, cancel() {} }
    const cancel = (): void => dial.cancel()
    options.signal.addEventListener('abort', cancel, { once: true })
    try {
      const connection = await dial.result
      if (connection instanceof SocketError) throw connection
      const stream = new WireConnection(connection, address, 'outbound', LOG)
      connection.resume()
      return await upgraded(stream, () => options.upgrader.upgradeOutbound(stream, options))
    } finally {
      options.signal.removeEventListener('abort', cancel)
    }
  }

  /** An open connection that the next dial to its address takes. @returns takes it back, where it was not taken */
  lend(to: Endpoint, connection: Connection): () => void {
    const key = endpointText(to)
    this.#open.set(key, connection)
    return () => {
      if (this.#open.get(key) !== connection) return
      this.#open.delete(key)
      connection.close()
    }
  }

  #takeOpen(to: Endpoint): Connection | undefined {
    const key = endpointText(to)
    const open = this.#open.get(key)
    this.#open.delete(key)
    return open
  }

  createListener({ upgrader }: { readonly upgrader: Upgrader }): Listener {
    return new WireListener(
      async (ended) => {
        this.#local = await this.#wire.listen((connection) => this.#welcome(connection, upgrader, ended))
      },
      () => this.#wire.close(),
    )
  }

  #welcome(connection: Connection, upgrader: Upgrader, ended: AbortSignal): void {
    const { remote } = connection
    if (ended.aborted || !this.#door.enter(remote.host)) {
      connection.close()
      return
    }
    const stream = new WireConnection(connection, wireMultiaddr(this.#wire.kind, remote), 'inbound', LOG)
    upgraded(stream, () => upgrader.upgradeInbound(stream, { signal: ended }))
      .catch(() => {
        // Whoever it was is no device of this network, or was refused; the stream is closed.
      })
      .finally(() => this.#door.over())
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter((address) => wireEndpoint(this.#wire.kind, address) !== undefined)
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return this.listenFilter(addresses)
  }
}

/** A handshake that fails leaves no socket behind. */
async function upgraded<T>(stream: WireConnection, upgrade: () => Promise<T>): Promise<T> {
  try {
    const result = await upgrade()
    stream.shookHands()
    return result
  } catch (error) {
    stream.abort(error instanceof Error ? error : new SocketError('RESET'))
    throw error
  }
}

class WireListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #open: (ended: AbortSignal) => Promise<void>
  readonly #shut: () => Promise<void>
  readonly #ended = new AbortController()

  constructor(open: (ended: AbortSignal) => Promise<void>, shut: () => Promise<void>) {
    super()
    this.#open = open
    this.#shut = shut
  }

  async listen(): Promise<void> {
    await this.#open(this.#ended.signal)
    this.safeDispatchEvent('listening')
  }

  getAddrs(): Multiaddr[] {
    return []
  }

  updateAnnounceAddrs(): void {}

  async close(): Promise<void> {
    this.#ended.abort(new SocketError('CLOSED'))
    await this.#shut()
    this.safeDispatchEvent('close')
  }
}
