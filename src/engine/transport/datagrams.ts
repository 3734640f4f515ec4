// The UDP port of a session, one socket per address family, shared by whoever speaks over it: the DHT and uTP.
// Promise: a datagram goes to the one protocol that its first byte names, or to nobody; nothing is kept of it here.

import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { type DatagramSocket, SocketError, type Udp } from '../../base/ports.ts'

/** Bencoded dictionaries (BEP 5) begin with it. A uTP header of version 1 never does: its low half byte is the version. */
const DICTIONARY = 0x64
const UTP_VERSION = 1
/** ST_SYN, the last type (BEP 29). */
const UTP_LAST_TYPE = 4

export interface DatagramUser {
  /** `bytes` are lent for the call. */
  datagram(bytes: Uint8Array, from: Endpoint): unknown
}

export class SharedDatagrams {
  readonly #sockets = new Map<4 | 6, DatagramSocket>()
  dht: DatagramUser | undefined
  utp: DatagramUser | undefined

  /**
   * Opens the families that `at` stands for: both for '::', of which one may be missing where the computer has it not.
   * Both get the same port. @throws SocketError IN_USE, DENIED
   */
  static async open(udp: Udp, at: Endpoint): Promise<SharedDatagrams> {
    const shared = new SharedDatagrams()
    const hosts = at.host === '::' ? ['0.0.0.0', '::'] : [at.host]
    let port = at.port
    let failure: SocketError | undefined
    for (const host of hosts) {
      try {
        const socket = await udp.bind({ at: { host, port } })
        shared.#take(socket)
        port = socket.local.port
      } catch (error) {
        if (!(error instanceof SocketError)) throw error
        failure = error
        if (error.code === 'IN_USE' || error.code === 'DENIED') break
      }
    }
    const refused = failure?.code === 'IN_USE' || failure?.code === 'DENIED'
    if (failure !== undefined && (refused || shared.#sockets.size === 0)) {
      shared.close()
      throw failure
    }
    return shared
  }

  #take(socket: DatagramSocket): void {
    this.#sockets.set(isIPv6(socket.local.host) ? 6 : 4, socket)
    socket.onMessage = (bytes, from) => this.#heard(bytes, from)
  }

  get families(): readonly (4 | 6)[] {
    return [...this.#sockets.keys()]
  }

  /** Where a family's socket is bound; undefined where there is none. */
  local(family: 4 | 6): Endpoint | undefined {
    return this.#sockets.get(family)?.local
  }

  get port(): number {
    for (const { local } of this.#sockets.values()) return local.port
    return 0
  }

  /** Lost where the computer has not that family. `bytes` must never change afterwards. */
  send(bytes: Uint8Array, to: Endpoint): void {
    this.#sockets.get(isIPv6(to.host) ? 6 : 4)?.send(bytes, to)
  }

  #heard(bytes: Uint8Array, from: Endpoint): void {
    const first = bytes[0]
    if (first === undefined || from.port === 0) return
    if (first === DICTIONARY) this.dht?.datagram(bytes, from)
    else if ((first & 0x0f) === UTP_VERSION && first >> 4 <= UTP_LAST_TYPE) this.utp?.datagram(bytes, from)
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }
}
