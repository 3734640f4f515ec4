// The wires of the network of people on this computer: TCP and uTP through the one way out, at one port number. Behind a
// proxy nobody can call in, and uTP needs one that passes datagrams on.

import type { Endpoint } from '../../base/endpoint.ts'
import {
  type Clock,
  type Connection,
  type Random,
  SocketError,
  type Tcp,
  type Udp,
} from '../../base/ports.ts'
import type { Wire } from '../../community/network/wire.ts'
import { SharedDatagrams } from '../../engine/transport/datagrams.ts'
import { UtpTransport } from '../../engine/transport/utp.ts'
import { SeenAsker } from './seen-asker.ts'

export interface WiresOptions {
  readonly tcp: Tcp
  readonly udp: Udp
  readonly clock: Clock
  readonly random: Random
  /** Port 0: any, the same for both. */
  readonly at: Endpoint
}

/** Another port is tried this often when what the system gave for TCP is taken for UDP. */
const TRIES = 5

/** Both at one port. @throws SocketError IN_USE, DENIED */
export async function openWires(options: WiresOptions): Promise<readonly Wire[]> {
  for (let tries = 1; ; tries++) {
    const datagrams = await openDatagrams(options)
    const port = datagrams?.port ?? options.at.port
    const tcp = new TcpWire(options.tcp, { host: options.at.host, port })
    try {
      await tcp.open()
      return datagrams === undefined ? [tcp] : [tcp, new UtpWire(datagrams, options)]
    } catch (error) {
      datagrams?.close()
      if (!(error instanceof SocketError) || error.code !== 'IN_USE') throw error
      if (options.at.port !== 0 || tries >= TRIES) throw error
    }
  }
}

/** Undefined where nothing passes datagrams on: then there is no uTP. */
async function openDatagrams({ udp, at }: WiresOptions): Promise<SharedDatagrams | undefined> {
  try {
    return await SharedDatagrams.open(udp, at)
  } catch (error) {
    if (!(error instanceof SocketError) || error.code === 'IN_USE') throw error
    return undefined
  }
}

class TcpWire implements Wire {
  readonly kind = 'tcp'
  readonly #tcp: Tcp
  readonly #at: Endpoint
  #accepted: ((connection: Connection) => void) | undefined
  #listener: Awaited<ReturnType<Tcp['listen']>> | undefined

  constructor(tcp: Tcp, at: Endpoint) {
    this.#tcp = tcp
    this.#at = at
  }

  async open(): Promise<void> {
    try {
      this.#listener = await this.#tcp.listen(this.#at, (connection) => {
        if (this.#accepted === undefined) connection.close()
        else this.#accepted(connection)
      })
    } catch (error) {
      // Behind a proxy: calling out is all there is.
      if (!(error instanceof SocketError) || error.code !== 'DENIED') throw error
    }
  }

  dial(to: Endpoint, timeoutMs: number): ReturnType<Wire['dial']> {
    return this.#tcp.dial(to, timeoutMs)
  }

  async listen(accepted: (connection: Connection) => void): Promise<readonly Endpoint[]> {
    this.#accepted = accepted
    return this.#listener === undefined ? [] : [this.#listener.local]
  }

  async close(): Promise<void> {
    this.#accepted = undefined
    await this.#listener?.close()
  }
}

class UtpWire implements Wire {
  readonly kind = 'utp'
  readonly #datagrams: SharedDatagrams
  readonly #utp: UtpTransport
  readonly #asker: SeenAsker
  #accepted: ((connection: Connection) => void) | undefined

  constructor(datagrams: SharedDatagrams, { clock, random }: WiresOptions) {
    this.#datagrams = datagrams
    const send = (bytes: Uint8Array, to: Endpoint): void => datagrams.send(bytes, to)
    this.#utp = new UtpTransport({
      clock,
      random,
      send,
      local: (family) => datagrams.local(family),
      accepted: (connection) => {
        if (this.#accepted === undefined) connection.close()
        else this.#accepted(connection)
      },
    })
    this.#asker = new SeenAsker({ clock, random, send })
    datagrams.utp = this.#utp
    // Dictionaries have the other first byte; there is no DHT at this port.
    datagrams.dht = this.#asker
  }

  dial(to: Endpoint, timeoutMs: number): ReturnType<Wire['dial']> {
    return this.#utp.dial(to, timeoutMs)
  }

  async listen(accepted: (connection: Connection) => void): Promise<readonly Endpoint[]> {
    this.#accepted = accepted
    return this.#datagrams.families.flatMap((family) => this.#datagrams.local(family) ?? [])
  }

  seen = (through: Endpoint, timeoutMs: number): Promise<Endpoint | undefined> =>
    this.#asker.ask(through, timeoutMs)

  async close(): Promise<void> {
    this.#accepted = undefined
    this.#utp.close()
    this.#asker.close()
    this.#datagrams.close()
  }
}
