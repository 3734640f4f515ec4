// A network of datagrams in memory: hosts with one or more addresses, ports, multicast groups. Delivery is immediate and
// in order, and a test may look at, change or swallow what passes.

import type { Endpoint } from '../../src/base/endpoint.ts'
import { isIPv6 } from '../../src/base/endpoint.ts'
import { type BindOptions, type DatagramSocket, SocketError, type Udp } from '../../src/base/ports.ts'

export interface Datagram {
  readonly bytes: Uint8Array
  readonly from: Endpoint
  readonly to: Endpoint
}

interface Bound {
  readonly host: string
  readonly port: number
  readonly group: string | undefined
  readonly socket: DatagramSocket
}

export class DatagramLan {
  /** Everything that was sent, in order. */
  readonly sent: Datagram[] = []
  readonly #bound = new Set<Bound>()
  #nextPort = 40_000

  /** The Udp port of a host with these addresses (one per family at most). */
  host(...addresses: readonly string[]): Udp {
    return { bind: async (options) => this.#bind(addresses, options) }
  }

  get openSockets(): number {
    return this.#bound.size
  }

  #bind(addresses: readonly string[], options: BindOptions): DatagramSocket {
    const wanted = options.at.host
    const host = addresses.find((address) => isIPv6(address) === isIPv6(wanted))
    if (host === undefined) throw new SocketError('UNREACHABLE', { host: wanted })
    const port = options.at.port === 0 ? this.#nextPort++ : options.at.port
    const socket: DatagramSocket = {
      local: { host, port },
      send: (bytes, to) => this.send({ bytes: bytes.slice(), from: { host, port }, to }),
      onMessage: () => {},
      close: () => {
        for (const bound of this.#bound) if (bound.socket === socket) this.#bound.delete(bound)
      },
    }
    this.#bound.add({ host, port, group: options.multicastGroup, socket })
    return socket
  }

  /** Also for tests that forge a sender. */
  send(datagram: Datagram): void {
    this.sent.push(datagram)
    const { bytes, from, to } = datagram
    for (const { host, port, group, socket } of [...this.#bound]) {
      if (port === to.port && (host === to.host || group === to.host)) socket.onMessage(bytes, from)
    }
  }
}
