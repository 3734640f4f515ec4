// The Tcp port of a program on a simulated host: dialling, listening, port numbers.

import { canonicalIp } from '../../src/base/address.ts'
import { type Endpoint, isIPv6 } from '../../src/base/endpoint.ts'
import { type Connection, type Listener, SocketError, type Tcp } from '../../src/base/ports.ts'
import { SimConnection } from './connection.ts'
import type { SimHost, SimProgram } from './host.ts'
import type { SimNetwork } from './network.ts'

const FIRST_EPHEMERAL_PORT = 49_152
const EPHEMERAL_PORTS = 16_384

interface Listening {
  readonly at: Endpoint
  readonly accepted: (connection: Connection) => void
}

export class SimTcp implements Tcp {
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #program: SimProgram
  readonly #listening = new Map<number, Listening>()
  #nextPort = 0

  constructor(network: SimNetwork, host: SimHost, program: SimProgram) {
    this.#network = network
    this.#host = host
    this.#program = program
  }

  dial(
    to: Endpoint,
    timeoutMs: number,
  ): { readonly result: Promise<Connection | SocketError>; cancel(): void } {
    // As the real adapter: nothing here resolves a name.
    if (canonicalIp(to.host) === undefined) {
      return { result: Promise.resolve(new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })), cancel() {} }
    }
    const { world } = this.#network
    const { promise, resolve } = Promise.withResolvers<Connection | SocketError>()
    let settled = false
    const settle = (result: Connection | SocketError): void => {
      if (settled) return
      settled = true
      cancelTimeout()
      if (!this.#program.ended) resolve(result)
    }
    const cancelTimeout = world.after(timeoutMs, () => settle(new SocketError('TIMEOUT', { timeoutMs })))
    const from = this.#sourceFor(to.host)
    const target = this.#network.hostAt(to.host, this.#host)
    if (from === undefined) world.after(0, () => settle(new SocketError('UNREACHABLE')))
    // Nobody at that address, or nobody who lets us in: nobody answers either.
    else if (target !== undefined && (!target.closed || target === this.#host)) {
      const roundTripMs = this.#network.roundTripMs(this.#host, target)
      world.after(roundTripMs, () => {
        if (settled || !this.#host.online || !target.online) return
        const listening = target.tcp.#listenerFor(to)
        if (listening === undefined) return settle(new SocketError('REFUSED'))
        const local = { host: from, port: this.#freePort() }
        const [near, far] = SimConnection.pair(
          this.#network,
          { host: this.#host, at: local },
          { host: target, at: { host: to.host, port: to.port } },
        )
        const listener = target.program
        settle(near)
        // The third packet of the handshake; nothing the dialler writes can be faster.
        world.after(roundTripMs / 2, () => {
          if (!listener.ended) listening.accepted(far)
        })
        return
      })
    }
    return { result: promise, cancel: () => settle(new SocketError('CLOSED')) }
  }

  async listen(at: Endpoint, accepted: (connection: Connection) => void): Promise<Listener> {
    const port = at.port === 0 ? this.#freePort() : at.port
    if (this.#listening.has(port)) throw new SocketError('IN_USE', { port })
    const wildcard =
      at.host === '::' || at.host === '0.0.0.0' || this.#network.hostAt(at.host, this.#host) === this.#host
    if (!wildcard) throw new SocketError('UNREACHABLE', { errno: 'EADDRNOTAVAIL' })
    const listening = { at: { host: at.host, port }, accepted }
    this.#listening.set(port, listening)
    return {
      local: listening.at,
      close: async () => {
        if (this.#listening.get(port) === listening) this.#listening.delete(port)
      },
    }
  }

  closeAll(): void {
    this.#listening.clear()
  }

  #listenerFor(to: Endpoint): Listening | undefined {
    const listening = this.#listening.get(to.port)
    if (listening === undefined) return undefined
    const { host } = listening.at
    const hears = host === '::' || host === to.host || (host === '0.0.0.0' && !isIPv6(to.host))
    return hears ? listening : undefined
  }

  /** Our address that packets to `host` come from. */
  #sourceFor(host: string): string | undefined {
    if (this.#network.hostAt(host, this.#host) === this.#host) return host
    return this.#host.addresses.find((address) => isIPv6(address) === isIPv6(host))
  }

  #freePort(): number {
    for (;;) {
      const port = FIRST_EPHEMERAL_PORT + (this.#nextPort++ % EPHEMERAL_PORTS)
      if (!this.#listening.has(port)) return port
    }
  }
}
