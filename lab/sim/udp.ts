// The Udp port of a simulated host. Datagrams cost line time but do not queue; some are lost if the network says so.

import { type Endpoint, endpointText, isIPv6 } from '../../src/base/endpoint.ts'
import { type BindOptions, type DatagramSocket, SocketError, type Udp } from '../../src/base/ports.ts'
import { randomFraction } from '../../src/base/random.ts'
import type { SimHost } from './host.ts'
import type { SimNetwork } from './network.ts'

/** Largest payload of a UDP datagram over IPv4. */
const DATAGRAM_LIMIT_BYTES = 65_507

const FIRST_EPHEMERAL_PORT = 49_152
const EPHEMERAL_PORTS = 16_384

export class SimUdp implements Udp {
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #sockets = new Set<SimDatagramSocket>()
  /** By our port, whom it has sent to: who else sends is not let in where the host is closed. */
  readonly #contacted = new Set<string>()
  #nextPort = 0

  constructor(network: SimNetwork, host: SimHost) {
    this.#network = network
    this.#host = host
  }

  async bind(options: BindOptions): Promise<DatagramSocket> {
    const { at, multicastGroup } = options
    const wildcard = at.host === '::' || at.host === '0.0.0.0'
    if (!wildcard && this.#network.hostAt(at.host, this.#host) !== this.#host) {
      throw new SocketError('UNREACHABLE', { errno: 'EADDRNOTAVAIL' })
    }
    const family = isIPv6(at.host)
    for (const other of this.#sockets) {
      const shared = other.group !== undefined && multicastGroup !== undefined
      if (other.local.port === at.port && isIPv6(other.local.host) === family && !shared) {
        throw new SocketError('IN_USE', { port: at.port })
      }
    }
    const local = { host: at.host, port: at.port === 0 ? this.#freePort() : at.port }
    const socket: SimDatagramSocket = new SimDatagramSocket(local, multicastGroup, {
      send: (bytes, to) => this.#send(socket, bytes, to),
      close: () => this.#sockets.delete(socket),
    })
    this.#sockets.add(socket)
    return socket
  }

  closeAll(): void {
    for (const socket of [...this.#sockets]) socket.close()
  }

  #send(socket: SimDatagramSocket, bytes: Uint8Array, to: Endpoint): void {
    if (bytes.length > DATAGRAM_LIMIT_BYTES || isIPv6(to.host) !== isIPv6(socket.local.host) || to.port === 0)
      return
    if (isMulticast(to.host)) {
      for (const host of this.#network.hosts) {
        const heard = host === this.#host || (host.lan !== undefined && host.lan === this.#host.lan)
        if (heard) this.#carry(bytes, socket, to, host)
      }
      return
    }
    if (this.#host.closed) this.#contacted.add(`${socket.local.port} ${endpointText(to)}`)
    const target = this.#network.hostAt(to.host, this.#host)
    if (target !== undefined) this.#carry(bytes, socket, to, target)
  }

  #carry(bytes: Uint8Array, socket: SimDatagramSocket, to: Endpoint, target: SimHost): void {
    const from = { host: this.#sourceFor(socket.local.host, to.host, target), port: socket.local.port }
    if (from.host === undefined || !this.#host.online) return
    const { world, datagramLoss, datagramDice } = this.#network
    this.#network.tap?.(bytes, from as Endpoint, to)
    if (target !== this.#host && datagramLoss > 0 && randomFraction(datagramDice) < datagramLoss) return
    const delayMs = this.#network.roundTripMs(this.#host, target) / 2
    world.after(delayMs, () => {
      if (target.online) target.udp.#receive(bytes, from as Endpoint, to)
    })
  }

  #receive(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const group = isMulticast(to.host) ? to.host : undefined
    if (this.#host.closed && !this.#contacted.has(`${to.port} ${endpointText(from)}`)) return
    for (const socket of [...this.#sockets]) {
      const { host, port } = socket.local
      if (port !== to.port || isIPv6(host) !== isIPv6(to.host)) continue
      if (
        group !== undefined ? socket.group !== group : host !== '0.0.0.0' && host !== '::' && host !== to.host
      )
        continue
      this.#network.lend(bytes, (lent) => socket.onMessage(lent, from))
    }
  }

  #sourceFor(bound: string, to: string, target: SimHost): string | undefined {
    if (bound !== '0.0.0.0' && bound !== '::') return bound
    if (target === this.#host && !isMulticast(to)) return to
    return this.#host.addresses.find((address) => isIPv6(address) === isIPv6(to))
  }

  #freePort(): number {
    return FIRST_EPHEMERAL_PORT + (this.#nextPort++ % EPHEMERAL_PORTS)
  }
}

class SimDatagramSocket implements DatagramSocket {
  readonly local: Endpoint
  readonly group: string | undefined
  onMessage: (bytes: Uint8Array, from: Endpoint) => void = () => {}
  readonly #way: { send(bytes: Uint8Array, to: Endpoint): void; close(): void }
  #closed = false

  constructor(
    local: Endpoint,
    group: string | undefined,
    way: { send(bytes: Uint8Array, to: Endpoint): void; close(): void },
  ) {
    this.local = local
    this.group = group
    this.#way = way
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (!this.#closed) this.#way.send(bytes, to)
  }

  close(): void {
    this.#closed = true
    this.#way.close()
  }
}

function isMulticast(host: string): boolean {
  if (isIPv6(host)) return host.startsWith('ff')
  const first = Number(host.split('.', 1)[0])
  return first >= 224 && first < 240
}
