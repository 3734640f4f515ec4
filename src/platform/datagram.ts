// node:dgram sockets as both kinds of UDP socket here want them.
// Promises: no name is ever resolved; a datagram that cannot be sent is lost without an error.

import dgram from 'node:dgram'
import { type Endpoint, isIPv6 } from '../base/endpoint.ts'

/** A socket that never asks the resolver: dgram would for every address it is given, literal or not. */
export function createSocket(host: string, reuseAddr: boolean): dgram.Socket {
  return dgram.createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    reuseAddr,
    // Both families bind the same port, each to a socket of its own (BEP 32).
    ipv6Only: isIPv6(host),
    lookup: (address, _options, done) => done(null, address, isIPv6(address) ? 6 : 4),
  })
}

export function sendOn(socket: dgram.Socket, bytes: Uint8Array, to: Endpoint): void {
  try {
    socket.send(bytes, to.port, to.host, LOST)
  } catch {
    // Port 0, or a datagram the system refuses at once: lost like any other.
  }
}

/** Failed sends end here; without a callback they would be 'error' events. */
const LOST = (): void => {}
