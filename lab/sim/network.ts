// The simulated network: hosts by address, the distance between them, and how memory is lent to receivers.

import { canonicalIp, scopeOf } from '../../src/base/address.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import { type HostOptions, SimHost } from './host.ts'
import { SimWeb } from './web.ts'
import type { World } from './world.ts'

export interface NetworkOptions {
  /** Default 50 ms between any two hosts. */
  readonly roundTripMs?: number | ((a: SimHost, b: SimHost) => number)
  /** TCP has at most this much under way in one direction of a connection; default any amount. */
  readonly windowBytes?: number
  /** Share of datagrams lost, 0 … 1; default none. */
  readonly datagramLoss?: number
  /**
   * Received bytes are lent as a copy that is spoilt after the call, and cut at random places, so that a program
   * that keeps lent memory or counts on message boundaries fails. Default true; off for big swarms (costs two copies).
   */
  readonly strict?: boolean
}

const DEFAULT_ROUND_TRIP_MS = 50

/** Between two programs on one computer. */
const LOCAL_ROUND_TRIP_MS = 0.1

/** One part in this many is cut in two when strict. */
const CUT_ONE_IN = 4

const SPOILT = 0xdd

export class SimNetwork {
  readonly world: World
  readonly web: SimWeb
  readonly windowBytes: number
  readonly datagramLoss: number
  readonly datagramDice: SeededRandom
  /** Sees every datagram that leaves a host, for proofs about what is in none. */
  tap: ((bytes: Uint8Array, from: Endpoint, to: Endpoint) => void) | undefined
  readonly #hosts: SimHost[] = []
  readonly #byAddress = new Map<string, SimHost>()
  readonly #roundTrip: (a: SimHost, b: SimHost) => number
  readonly #cuts: SeededRandom
  readonly #scratch: Uint8Array | undefined

  constructor(world: World, options: NetworkOptions = {}) {
    this.world = world
    const { roundTripMs = DEFAULT_ROUND_TRIP_MS } = options
    this.#roundTrip = typeof roundTripMs === 'number' ? () => roundTripMs : roundTripMs
    this.windowBytes = options.windowBytes ?? Number.POSITIVE_INFINITY
    this.datagramLoss = options.datagramLoss ?? 0
    this.datagramDice = world.random('datagram loss')
    this.#cuts = world.random('cuts of the byte stream')
    this.#scratch = (options.strict ?? true) ? new Uint8Array(65_536) : undefined
    this.web = new SimWeb(this)
  }

  get hosts(): readonly SimHost[] {
    return this.#hosts
  }

  addHost(name: string, options: HostOptions): SimHost {
    const host = new SimHost(this, name, options)
    for (const address of host.addresses) {
      if (canonicalIp(address) !== address)
        throw new TypeError(`${name}: ${address} is not a canonical address`)
      if (this.#byAddress.has(address)) throw new TypeError(`${name}: ${address} belongs to another host`)
      this.#byAddress.set(address, host)
    }
    this.#hosts.push(host)
    return host
  }

  /** Who answers at `address`, as seen from `from`. */
  hostAt(address: string, from: SimHost): SimHost | undefined {
    return scopeOf(address) === 'loopback' ? from : this.#byAddress.get(address)
  }

  roundTripMs(a: SimHost, b: SimHost): number {
    return a === b ? LOCAL_ROUND_TRIP_MS : this.#roundTrip(a, b)
  }

  /** Where one read of a stream ends and the next begins: a few parts are cut in two when strict. */
  cut(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    if (this.#scratch === undefined) return parts
    return parts.flatMap((part) => {
      const at = randomInt(this.#cuts, CUT_ONE_IN) === 0 ? randomInt(this.#cuts, part.length) : 0
      return at === 0 ? [part] : [part.subarray(0, at), part.subarray(at)]
    })
  }

  /** Hands received bytes to `take`, which may use them during the call only. */
  lend(bytes: Uint8Array, take: (bytes: Uint8Array) => void): void {
    if (this.#scratch === undefined) {
      take(bytes)
      return
    }
    const fits = bytes.length <= this.#scratch.length
    const lent = fits ? this.#scratch.subarray(0, bytes.length) : new Uint8Array(bytes.length)
    lent.set(bytes)
    take(lent)
    lent.fill(SPOILT)
  }
}
