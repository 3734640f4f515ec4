// A bad way for real programs on one machine, where the kernel has no netem: UDP packets that come to its port go on to one
// target, and back, as two Paths decide. Whoever talks to the target talks to the relay instead; each of them is seen by
// the target with a port of its own.
//   node lab/relay/relay.ts '{"listen":{"host":"0.0.0.0","port":6881},"target":{...},"there":{"lossOneIn":33},"seed":1}'
// Says {"event":"listening"}; when its input ends, what it carried, and ends.

import dgram from 'node:dgram'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { endpointText, isIPv6 } from '../../src/base/endpoint.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { Path, type PathOptions } from './path.ts'

export interface RelayOrder {
  readonly listen: Endpoint
  readonly target: Endpoint
  readonly there: PathOptions
  readonly back: PathOptions
  readonly seed: number
}

export type RelayLine =
  | { readonly event: 'listening'; readonly port: number }
  | { readonly event: 'carried'; readonly there: Carried; readonly back: Carried }

export interface Carried {
  readonly packets: number
  readonly lost: number
}

/** A lab has a few clients; who comes later is not served. */
const MOST_CLIENTS = 64

/** What one burst of a client may fill: the bad way is ours, not the socket's buffer. */
const BUFFER_BYTES = 4_194_304

class Relay {
  readonly #order: RelayOrder
  readonly #there: Path
  readonly #back: Path
  readonly #front: dgram.Socket
  /** One socket towards the target for each who talks to us. */
  readonly #clients = new Map<string, dgram.Socket>()

  constructor(order: RelayOrder) {
    this.#order = order
    this.#there = new Path(order.there, new SeededRandom(order.seed))
    this.#back = new Path(order.back, new SeededRandom(order.seed + 1))
    this.#front = open(order.listen.host)
    this.#front.on('message', (bytes, { address: host, port }) => this.#onward(bytes, { host, port }))
    this.#front.bind(order.listen.port, order.listen.host, () =>
      say({ event: 'listening', port: this.#front.address().port }),
    )
  }

  #onward(bytes: Uint8Array, from: Endpoint): void {
    const key = endpointText(from)
    let socket = this.#clients.get(key)
    if (socket === undefined) {
      if (this.#clients.size >= MOST_CLIENTS) return
      socket = open(this.#order.target.host)
      socket.on('message', (answer) => carry(this.#back, answer, this.#front, from))
      this.#clients.set(key, socket)
    }
    carry(this.#there, bytes, socket, this.#order.target)
  }

  end(): void {
    say({ event: 'carried', there: carriedBy(this.#there), back: carriedBy(this.#back) })
    process.exit(0)
  }
}

function open(host: string): dgram.Socket {
  const family = isIPv6(host) ? 6 : 4
  return dgram.createSocket({
    type: `udp${family}`,
    recvBufferSize: BUFFER_BYTES,
    lookup: (address, _options, done) => done(null, address, family),
  })
}

function carry(path: Path, bytes: Uint8Array, by: dgram.Socket, to: Endpoint): void {
  const now = performance.now()
  for (const atMs of path.carry(bytes.length, now)) {
    if (atMs <= now) by.send(bytes, to.port, to.host, lost)
    else setTimeout(() => by.send(bytes, to.port, to.host, lost), atMs - now)
  }
}

/** What cannot be sent is lost, as packets are. */
function lost(): void {}

function carriedBy({ packets, lost: lostPackets }: Path): Carried {
  return { packets, lost: lostPackets }
}

function say(line: RelayLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const relay = new Relay(JSON.parse(process.argv[2] ?? '{}') as RelayOrder)
process.stdin.resume().on('end', () => relay.end())
