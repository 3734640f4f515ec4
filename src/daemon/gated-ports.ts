// The person's own rules (IP filters) at the ports that no connection goes through: web requests and datagrams.
// Promise: nothing is sent to, and nothing heard from, an address that the gate does not allow; connections are the
// connector's to ask about.

import type { Endpoint } from '../base/endpoint.ts'
import type { BindOptions, DatagramSocket, Http, Udp } from '../base/ports.ts'
import type { ConnectionGate } from '../engine/session/gate.ts'

export function gatedHttp(http: Http, gate: ConnectionGate): Http {
  return {
    get: (request, family) =>
      http.get(
        { ...request, mayConnect: (host, hop) => request.mayConnect(host, hop) && gate.allows(host) },
        family,
      ),
    open: (opening, sink) =>
      http.open(
        { ...opening, mayConnect: (host, hop) => opening.mayConnect(host, hop) && gate.allows(host) },
        sink,
      ),
  }
}

export function gatedUdp(udp: Udp, gate: ConnectionGate): Udp {
  return { bind: async (options: BindOptions) => new GatedDatagrams(await udp.bind(options), gate) }
}

class GatedDatagrams implements DatagramSocket {
  readonly #socket: DatagramSocket
  readonly #gate: ConnectionGate
  onMessage: (bytes: Uint8Array, from: Endpoint) => void = () => {}

  constructor(socket: DatagramSocket, gate: ConnectionGate) {
    this.#socket = socket
    this.#gate = gate
    socket.onMessage = (bytes, from) => {
      if (gate.allows(from.host)) this.onMessage(bytes, from)
    }
  }

  get local(): Endpoint {
    return this.#socket.local
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#gate.allows(to.host)) this.#socket.send(bytes, to)
  }

  close(): void {
    this.#socket.close()
  }
}
