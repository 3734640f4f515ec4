// One UDP socket on one interface. When the interface was away and came back as another one, the socket is made anew on
// the same port, so that whoever holds it need not know.
// Promise: while the interface is away nothing is sent, and what is sent is lost, as datagrams are.

import type dgram from 'node:dgram'
import { canonicalIp } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import type { DatagramSocket } from '../../base/ports.ts'
import { createSocket, sendOn } from '../datagram.ts'
import { socketError } from '../socket-errors.ts'
import type { BoundExit } from './bound-exit.ts'

type Maker = Pick<BoundExit, 'descriptor' | 'onRenewed'>

/** @throws SocketError */
export async function bindDatagrams(exit: Maker, at: Endpoint): Promise<DatagramSocket> {
  const socket = await made(exit, at)
  return new BoundDatagrams(exit, at, socket)
}

class BoundDatagrams implements DatagramSocket {
  readonly local: Endpoint
  onMessage: (bytes: Uint8Array, from: Endpoint) => void = () => {}
  readonly #exit: Maker
  readonly #forget: () => void
  #socket: dgram.Socket | undefined
  #closed = false

  constructor(exit: Maker, at: Endpoint, socket: dgram.Socket) {
    this.#exit = exit
    this.local = { host: canonicalHost(socket.address().address), port: socket.address().port }
    this.#forget = exit.onRenewed(() => void this.#again({ host: at.host, port: this.local.port }))
    this.#use(socket)
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed || this.#socket === undefined) return
    if (canonicalIp(to.host) === undefined || isIPv6(to.host) !== isIPv6(this.local.host)) return
    sendOn(this.#socket, bytes, to)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#forget()
    this.#socket?.close()
    this.#socket = undefined
  }

  #use(socket: dgram.Socket): void {
    this.#socket = socket
    // The interface went away: the exit says when there is one again.
    socket.on('error', () => {})
    socket.on('message', (data, from) => {
      if (this.#closed) return
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      this.onMessage(bytes, { host: canonicalHost(from.address), port: from.port })
    })
  }

  async #again(at: Endpoint): Promise<void> {
    this.#socket?.close()
    this.#socket = undefined
    try {
      const socket = await made(this.#exit, at)
      if (this.#closed) socket.close()
      else this.#use(socket)
    } catch {
      // Gone again already, or its port taken: the next renewal tries once more.
    }
  }
}

async function made(exit: Maker, at: Endpoint): Promise<dgram.Socket> {
  const fd = exit.descriptor('datagram', at)
  const { promise, resolve, reject } = Promise.withResolvers<dgram.Socket>()
  const socket = createSocket(at.host, false)
  socket.once('error', (cause) => reject(socketError(cause)))
  socket.bind({ fd, exclusive: true }, () => {
    socket.removeAllListeners('error')
    resolve(socket)
  })
  return promise
}

/** IPv4-mapped as IPv4, zones (fe80::1%eth0) dropped. */
function canonicalHost(address: string): string {
  const plain = address.split('%', 1)[0] as string
  return canonicalIp(plain) ?? plain
}
