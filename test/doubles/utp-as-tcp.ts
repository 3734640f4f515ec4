// uTP behind the Tcp port, so that the contract of TCP can be asked of it: a transport over two UDP sockets (one a
// family) for dialling, and one for each port listened on.

import { type Endpoint, isIPv6 } from '../../src/base/endpoint.ts'
import {
  type Clock,
  type Connection,
  type DatagramSocket,
  type Listener,
  type Random,
  SocketError,
  type Tcp,
  type Udp,
} from '../../src/base/ports.ts'
import { UtpTransport } from '../../src/engine/transport/utp.ts'

export interface UtpGround {
  readonly udp: Udp
  readonly clock: Clock
  readonly random: Random
  /** Own addresses, one a family. */
  readonly hosts: readonly string[]
}

/** Sockets of both families on one port, and the transport over them. */
export class UtpPort {
  readonly transport: UtpTransport
  readonly sockets: readonly DatagramSocket[]
  accepted: ((connection: Connection) => void) | undefined
  mayAccept: (from: Endpoint) => boolean = () => true

  private constructor(ground: UtpGround, sockets: readonly DatagramSocket[]) {
    const port = this
    this.sockets = sockets
    const socketOf = (family: 4 | 6): DatagramSocket | undefined =>
      sockets.find(({ local }) => isIPv6(local.host) === (family === 6))
    this.transport = new UtpTransport({
      clock: ground.clock,
      random: ground.random,
      send: (bytes, to) => socketOf(isIPv6(to.host) ? 6 : 4)?.send(bytes, to),
      local: (family) => socketOf(family)?.local,
      get accepted() {
        return port.accepted
      },
      mayAccept: (from) => port.mayAccept(from),
    })
    for (const socket of sockets) {
      socket.onMessage = (bytes, from) => void this.transport.datagram(bytes, from)
    }
  }

  static async open(ground: UtpGround, port: number): Promise<UtpPort> {
    const sockets: DatagramSocket[] = []
    try {
      for (const host of ground.hosts) {
        const at = { host, port: sockets[0]?.local.port ?? port }
        sockets.push(await ground.udp.bind({ at }))
      }
    } catch (error) {
      for (const socket of sockets) socket.close()
      throw error
    }
    return new UtpPort(ground, sockets)
  }

  get local(): Endpoint {
    return (this.sockets[0] as DatagramSocket).local
  }

  close(): void {
    this.transport.close()
    for (const socket of this.sockets) socket.close()
  }
}

export class UtpAsTcp implements Tcp {
  readonly #ground: UtpGround
  readonly #dialling: UtpPort
  readonly #listening = new Map<number, UtpPort>()

  private constructor(ground: UtpGround, dialling: UtpPort) {
    this.#ground = ground
    this.#dialling = dialling
  }

  static async open(ground: UtpGround): Promise<UtpAsTcp> {
    return new UtpAsTcp(ground, await UtpPort.open(ground, 0))
  }

  dial(
    to: Endpoint,
    timeoutMs: number,
  ): { readonly result: Promise<Connection | SocketError>; cancel(): void } {
    return this.#dialling.transport.dial(to, timeoutMs)
  }

  async listen(at: Endpoint, accepted: (connection: Connection) => void): Promise<Listener> {
    const known = this.#listening.get(at.port)
    if (known?.accepted !== undefined) throw new SocketError('IN_USE', { port: at.port })
    const port = known ?? (await UtpPort.open(this.#ground, at.port))
    port.accepted = accepted
    this.#listening.set(port.local.port, port)
    // The sockets stay: connections that were accepted live on them.
    const close = async (): Promise<void> => {
      if (port.accepted === accepted) port.accepted = undefined
    }
    return { local: port.local, close }
  }

  close(): void {
    for (const port of [this.#dialling, ...this.#listening.values()]) port.close()
  }
}
