// One UDP socket through a SOCKS5 relay (RFC 1928, section 7): the association, its renewal, and names as destinations.
// Invariant: datagrams go to the relay and come from it alone (the socket is connected to it); the association lives as
// long as its TCP connection, and is asked for again when that ends.

import type dgram from 'node:dgram'
import type net from 'node:net'
import { canonicalIp } from '../../base/address.ts'
import { type Endpoint, endpointText, isIPv6 } from '../../base/endpoint.ts'
import { isPublicName } from '../../base/host-name.ts'
import type { DatagramSocket } from '../../base/ports.ts'
import { createSocket } from '../datagram.ts'
import { encodeRelayed, parseRelayed } from './socks.ts'

export interface Association {
  /** The relay works while this is open. */
  readonly control: net.Socket
  /** Literal. */
  readonly relay: Endpoint
}

export interface RelayedOptions {
  /** Undefined when the proxy gives none now. */
  readonly associate: () => Promise<Association | undefined>
}

/** Datagrams sent before the relay is there: a first question (UDP trackers repeat theirs after 15 s). */
const MAX_WAITING = 32
/** Between two attempts to get a relay. */
const AGAIN_MS = 1_000
/** Names that answers may come for; one for each tracker and router that is asked at the same time. */
const MAX_NAMES = 64

export class RelayedDatagrams implements DatagramSocket {
  readonly local: Endpoint
  onMessage: (bytes: Uint8Array, from: Endpoint) => void = () => {}
  readonly #options: RelayedOptions
  /** Destinations that were given by name; the relay answers with addresses. */
  readonly #names = new Map<string, Endpoint>()
  #waiting: Uint8Array[] = []
  #socket: dgram.Socket | undefined
  #control: net.Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(local: Endpoint, options: RelayedOptions) {
    this.local = local
    this.#options = options
    void this.#associate()
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed || to.port < 1 || to.port > 65535) return
    if (canonicalIp(to.host) === undefined) {
      if (!isPublicName(to.host)) return
      this.#remember(to)
    } else if (isIPv6(to.host) !== isIPv6(this.local.host)) return
    const relayed = encodeRelayed(bytes, to)
    if (this.#socket !== undefined) this.#socket.send(relayed, LOST)
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(relayed)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#waiting = []
    this.#drop()
  }

  async #associate(): Promise<void> {
    const got = await this.#options.associate()
    const socket = got === undefined || this.#closed ? undefined : await connectedTo(got.relay)
    if (got === undefined || socket === undefined || this.#closed) {
      got?.control.destroy()
      socket?.close()
      if (!this.#closed) this.#later()
      return
    }
    const over = (): void => {
      if (this.#control !== got.control) return
      this.#drop()
      this.#later()
    }
    this.#control = got.control
    this.#socket = socket
    got.control.on('close', over)
    got.control.on('end', over)
    // Nothing more is said on it; reading shows its end.
    got.control.resume()
    socket.on('error', over)
    socket.on('message', (datagram) => this.#heard(datagram))
    for (const relayed of this.#waiting) socket.send(relayed, LOST)
    this.#waiting = []
  }

  #heard(datagram: Uint8Array): void {
    if (this.#closed) return
    const relayed = parseRelayed(new Uint8Array(datagram.buffer, datagram.byteOffset, datagram.byteLength))
    if (relayed === undefined) return
    const { bytes, from } = relayed
    // Which name this address belongs to only the proxy knows: whoever asked knows its answer by what is in it.
    for (const name of [...this.#names.values()]) if (name.port === from.port) this.onMessage(bytes, name)
    this.onMessage(bytes, from)
  }

  #remember(name: Endpoint): void {
    const key = endpointText(name)
    this.#names.delete(key)
    this.#names.set(key, name)
    if (this.#names.size > MAX_NAMES) this.#names.delete(this.#names.keys().next().value as string)
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#associate(), AGAIN_MS)
    this.#timer.unref()
  }

  #drop(): void {
    const [socket, control] = [this.#socket, this.#control]
    this.#socket = undefined
    this.#control = undefined
    socket?.close()
    control?.destroy()
  }
}

const LOST = (): void => {}

/** Hears and speaks to this address only; undefined where there is no way to it. */
function connectedTo(relay: Endpoint): Promise<dgram.Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(relay.host, false)
    const failed = (): void => {
      socket.close()
      resolve(undefined)
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      resolve(socket)
    })
    socket.connect(relay.port, relay.host)
  })
}
