// The Udp port on node:dgram: plain sockets of one family each, and multicast sockets for LSD (BEP 14).
// Promises: no name is ever resolved; after bind nothing here throws or emits an unhandled error (a datagram that cannot
// be sent is lost); addresses are canonical.

import type dgram from 'node:dgram'
import net from 'node:net'
import { canonicalIp } from '../base/address.ts'
import { type Endpoint, isIPv6 } from '../base/endpoint.ts'
import { type BindOptions, type DatagramSocket, SocketError, type Udp } from '../base/ports.ts'
import { createSocket, sendOn } from './datagram.ts'
import { bindDatagrams } from './exit/bound-datagrams.ts'
import { DIRECT, type Exit } from './exit/exit.ts'
import { MulticastInterfaces } from './multicast.ts'
import { socketError } from './socket-errors.ts'

/**
 * What may wait for us to read it. Linux's own 208 KiB are full with 90 packets of uTP; a peer that was told of a window
 * of 1 MiB may send it in one go.
 */
const RECEIVE_BUFFER_BYTES = 2_097_152

export class NodeUdp implements Udp {
  readonly #exit: Exit

  constructor(exit: Exit = DIRECT) {
    this.#exit = exit
  }

  async bind(options: BindOptions): Promise<DatagramSocket> {
    if (net.isIP(options.at.host) === 0) throw new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })
    const exit = this.#exit
    if (exit.kind !== 'direct') {
      // Multicast goes to the networks around, by each of their interfaces: that is what such an exit forbids.
      if (options.multicastGroup !== undefined) throw new SocketError('DENIED', { errno: 'NO_MULTICAST' })
      return exit.kind === 'proxy' ? exit.bind(options.at) : bindDatagrams(exit, options.at)
    }
    try {
      const socket = await bound(options.at, options.multicastGroup !== undefined)
      if (options.multicastGroup === undefined) return new UdpSocket(socket, undefined)
      return new UdpSocket(socket, new MulticastInterfaces(socket, options.multicastGroup))
    } catch (cause) {
      throw socketError(cause)
    }
  }
}

class UdpSocket implements DatagramSocket {
  readonly local: Endpoint
  onMessage: (bytes: Uint8Array, from: Endpoint) => void = () => {}
  readonly #socket: dgram.Socket
  readonly #multicast: MulticastInterfaces | undefined
  #closed = false
  /** The address heard last as the system and as we write it: uTP's datagrams come from one peer many times in a row. */
  #heard = { address: '', host: '' }

  constructor(socket: dgram.Socket, multicast: MulticastInterfaces | undefined) {
    const { address, port } = socket.address()
    this.local = { host: canonicalHost(address), port }
    this.#socket = socket
    this.#multicast = multicast
    socket.on('message', (data, from) => {
      if (this.#closed) return
      // A plain view: a Buffer's slice() is no copy, and the pure folders expect that of a Uint8Array.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      this.onMessage(bytes, { host: this.#hostOf(from.address), port: from.port })
    })
  }

  #hostOf(address: string): string {
    if (address !== this.#heard.address) this.#heard = { address, host: canonicalHost(address) }
    return this.#heard.host
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed || isIPv6(to.host) !== isIPv6(this.local.host) || net.isIP(to.host) === 0) return
    if (this.#multicast?.group === to.host) this.#multicast.send(bytes, to.port)
    else sendOn(this.#socket, bytes, to)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#multicast?.close()
    this.#socket.close()
  }
}

function bound(at: Endpoint, reuseAddr: boolean): Promise<dgram.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<dgram.Socket>()
  const socket = createSocket(at.host, reuseAddr)
  socket.on('error', reject)
  socket.bind({ address: at.host, port: at.port, exclusive: true }, () => {
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
    } catch {
      // This system allows less: it keeps its own size, and a burst may lose some.
    }
    resolve(socket)
  })
  return promise
}

/** IPv4-mapped as IPv4, zones (fe80::1%eth0) dropped. */
function canonicalHost(address: string): string {
  const plain = address.split('%', 1)[0] as string
  return canonicalIp(plain) ?? plain
}
