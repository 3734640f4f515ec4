// Two uTP transports on a simulated bad way, in virtual time, each with a clock of its own. A test may look at every
// packet, swallow it or put in its own.

import { Path, type PathOptions } from '../../lab/relay/path.ts'
import { SimClock } from '../../lab/sim/clock.ts'
import type { World } from '../../lab/sim/world.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Clock, type Connection, SocketError } from '../../src/base/ports.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { UtpTransport } from '../../src/engine/transport/utp.ts'
import { Packet, readPacket } from '../../src/protocol/utp/packet.ts'

export type Side = 'near' | 'far'

export const ADDRESSES: Readonly<Record<Side, Endpoint>> = {
  near: { host: '198.51.100.1', port: 6881 },
  far: { host: '203.0.113.2', port: 6881 },
}

export interface UtpPairOptions {
  readonly there?: PathOptions
  readonly back?: PathOptions
  readonly clocks?: Readonly<Record<Side, Clock>>
}

export interface Sent {
  readonly side: Side
  readonly packet: Packet
  readonly to: Endpoint
}

/** Lends what it delivers: spoilt afterwards, so that whoever keeps it fails. */
const SPOILT = 0xdd

export class UtpPair {
  readonly world: World
  readonly transports: Readonly<Record<Side, UtpTransport>>
  readonly clocks: Readonly<Record<Side, Clock>>
  /** What each side accepted. */
  readonly accepted: Record<Side, Witness[]> = { near: [], far: [] }
  readonly sentBytes: Record<Side, number> = { near: 0, far: 0 }
  readonly sentPackets: Record<Side, number> = { near: 0, far: 0 }
  /** Asked for every packet that leaves; false swallows it. */
  pass: (sent: Sent) => boolean = () => true
  mayAccept: (from: Endpoint) => boolean = () => true
  readonly #paths: Readonly<Record<Side, Path>>

  constructor(world: World, options: UtpPairOptions = {}) {
    this.world = world
    const program = { ended: false }
    this.clocks = options.clocks ?? {
      near: new SimClock(world, 123_456, program),
      far: new SimClock(world, 7_654_321, program),
    }
    this.#paths = {
      near: new Path(options.there ?? {}, world.random('there')),
      far: new Path(options.back ?? {}, world.random('back')),
    }
    this.transports = { near: this.#transport('near'), far: this.#transport('far') }
  }

  get near(): UtpTransport {
    return this.transports.near
  }

  get far(): UtpTransport {
    return this.transports.far
  }

  #transport(side: Side): UtpTransport {
    return new UtpTransport({
      clock: this.clocks[side],
      random: this.world.random(side),
      send: (bytes, to) => this.#send(side, bytes, to),
      local: () => ADDRESSES[side],
      mayAccept: (from) => this.mayAccept(from),
      accepted: (connection) => this.accepted[side].push(new Witness(connection)),
    })
  }

  #send(side: Side, bytes: Uint8Array, to: Endpoint): void {
    this.sentBytes[side] += bytes.length
    this.sentPackets[side]++
    const packet = new Packet()
    if (!readPacket(bytes, packet)) throw this.world.failure(`${side} sent what is no packet`)
    if (!this.pass({ side, packet, to })) return
    const other = side === 'near' ? 'far' : 'near'
    if (to.host !== ADDRESSES[other].host || to.port !== ADDRESSES[other].port) return
    for (const atMs of this.#paths[side].carry(bytes.length, this.world.nowMs))
      this.world.at(atMs, () => this.inject(other, bytes, ADDRESSES[side]))
  }

  /** Puts a datagram in front of one side. */
  inject(side: Side, bytes: Uint8Array, from: Endpoint): boolean {
    const lent = bytes.slice()
    const taken = this.transports[side].datagram(lent, { ...from })
    lent.fill(SPOILT)
    return taken
  }

  /**
   * A connection that near dialled. @param opening what it says at once: far takes nobody who has not proved its address,
   * and where packets get lost only bytes that must arrive are sent until it has
   */
  async connect(
    opening: (connection: Connection) => void = () => {},
  ): Promise<{ readonly near: Witness; readonly far: Witness }> {
    const dialled = await this.near.dial(ADDRESSES.far, 60_000).result
    if (dialled instanceof SocketError) throw dialled
    const near = new Witness(dialled)
    opening(dialled)
    while (this.accepted.far.length === 0) await this.world.sleep(5)
    return { near, far: this.accepted.far.shift() as Witness }
  }

  close(): void {
    this.near.close()
    this.far.close()
  }
}

/** Sees everything that happens to one end. */
export class Witness {
  readonly connection: Connection
  readonly parts: Uint8Array[] = []
  lengthBytes = 0
  drains = 0
  /** Undefined until closed() came. */
  ending: { readonly error: SocketError | undefined } | undefined

  constructor(connection: Connection) {
    this.connection = connection
    connection.events = {
      data: (bytes) => {
        if (this.ending !== undefined) throw new Error('data after closed()')
        this.parts.push(bytes.slice())
        this.lengthBytes += bytes.length
      },
      drain: () => void this.drains++,
      closed: (error) => {
        if (this.ending !== undefined) throw new Error('closed() twice')
        this.ending = { error }
      },
    }
  }

  get received(): Uint8Array {
    return Buffer.concat(this.parts)
  }
}

export function randomBytes(seed: number, lengthBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(lengthBytes / 4))
  const random = new SeededRandom(seed)
  for (let i = 0; i < words.length; i++) words[i] = random.uint32()
  return new Uint8Array(words.buffer, 0, lengthBytes)
}

/** Writes all of it in parts of many sizes, in one turn. */
export function writeInParts(connection: Connection, bytes: Uint8Array, seed: number): void {
  const random = new SeededRandom(seed)
  for (let at = 0; at < bytes.length; ) {
    const lengthBytes = 1 + randomInt(random, randomInt(random, 3) === 0 ? 50_000 : 500)
    connection.write(bytes.subarray(at, at + lengthBytes))
    at += lengthBytes
  }
}
