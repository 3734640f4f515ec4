// A libp2p transport through another member: /p2p/<relay>/p2p-circuit/p2p/<device>, over a link that we have to the relay.

import {
  type Connection,
  type Listener,
  type Stream,
  type Transport,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../ids.ts'
import { keyBytes } from '../ids.ts'
import { offerBytes, readHeader, takeBytes } from './byte-stream.ts'
import { STREAM_MS } from './deadlines.ts'
import { relayedMultiaddr, relayIn } from './multiaddrs.ts'
import { deviceIn, RELAY_PROTOCOL } from './relay.ts'
import { RelayedConnection } from './relayed-connection.ts'

export interface RelayRoutes {
  /** A direct link to who may carry us. */
  direct(device: DeviceId): Connection | undefined
  /** Whether a call of `from` that `relay` brings is to be taken. */
  mayBeCarried(relay: DeviceId, from: DeviceId): boolean
}

export class RelayTransport implements Transport {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = 'shoal/relay'
  readonly #upgrader: Upgrader
  readonly #routes: RelayRoutes

  constructor(upgrader: Upgrader, routes: RelayRoutes) {
    this.#upgrader = upgrader
    this.#routes = routes
  }

  async dial(address: Multiaddr, options: Parameters<Transport['dial']>[1]): Promise<Connection> {
    const route = relayIn(address)
    const relay = route === undefined ? undefined : this.#routes.direct(route.through)
    if (route === undefined || relay === undefined) throw new Error('no link to that relay')
    const stream = await relay.newStream(RELAY_PROTOCOL, { signal: options.signal })
    const taken = await offerBytes(stream, { d: keyBytes(route.to) }, options.signal)
    if (taken === undefined) throw new Error('not carried')
    const connection = new RelayedConnection(stream, taken.early, address, 'outbound')
    try {
      return await options.upgrader.upgradeOutbound(connection, options)
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('no handshake'))
      throw error
    }
  }

  /** A member brings somebody. @throws RecordError for what is no request */
  async brought(relay: DeviceId, stream: Stream): Promise<void> {
    const read = await readHeader(stream, AbortSignal.timeout(STREAM_MS))
    const from = read === undefined ? undefined : deviceIn(read.header)
    if (read === undefined || from === undefined || !this.#routes.mayBeCarried(relay, from)) {
      stream.abort(new Error('not wanted'))
      return
    }
    const connection = new RelayedConnection(stream, read.early, relayedMultiaddr(relay, from), 'inbound')
    takeBytes(stream)
    try {
      const signal = this.#upgrader.createInboundAbortSignal(new AbortController().signal)
      await this.#upgrader.upgradeInbound(connection, { signal })
    } catch (error) {
      // It is not who the relay said, or gave up.
      connection.abort(error instanceof Error ? error : new Error('no handshake'))
    }
  }

  /** Nothing is listened to: who is linked can be reached. */
  createListener(): Listener {
    throw new Error('a relay needs no listener')
  }

  listenFilter(): Multiaddr[] {
    return []
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter((address) => relayIn(address) !== undefined)
  }
}
