// A simulated computer: addresses, a line, a clock, and the ports a program on it is given.
// Invariant: once killed, nothing of the world reaches its program again.

import type { Disk, Hasher, Ports } from '../../src/base/ports.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SimClock } from './clock.ts'
import type { SimConnection } from './connection.ts'
import { SimHasher } from './hasher.ts'
import { Downlink, Uplink } from './line.ts'
import type { SimNetwork } from './network.ts'
import { SimTcp } from './tcp.ts'
import { SimUdp } from './udp.ts'
import { SimHttp, SimNames } from './web.ts'

export interface HostOptions {
  /** One or more literal addresses, of both families if wanted. */
  readonly addresses: readonly string[]
  /** Bytes per second; default unlimited. */
  readonly uploadRate?: number
  readonly downloadRate?: number
  /** Hosts of one LAN hear each other's multicast. */
  readonly lan?: string
}

export class SimHost {
  readonly name: string
  readonly addresses: readonly string[]
  readonly lan: string | undefined
  readonly network: SimNetwork
  readonly uplink: Uplink
  readonly downlink: Downlink
  readonly clock: SimClock
  readonly tcp: SimTcp
  readonly udp: SimUdp
  readonly connections = new Set<SimConnection>()
  #alive = true
  #online = true

  constructor(network: SimNetwork, name: string, options: HostOptions) {
    this.network = network
    this.name = name
    this.addresses = options.addresses
    this.lan = options.lan
    this.uplink = new Uplink(network.world, options.uploadRate ?? Number.POSITIVE_INFINITY)
    this.downlink = new Downlink(network.world, options.downloadRate ?? Number.POSITIVE_INFINITY)
    // Programs must not take a clock's zero, or another host's, for theirs.
    const offsetMs = network.world.random(`clock of ${name}`).uint32() % 1_000_000
    this.clock = new SimClock(network.world, offsetMs, () => this.#alive)
    this.tcp = new SimTcp(network, this)
    this.udp = new SimUdp(network, this)
  }

  get alive(): boolean {
    return this.#alive
  }

  get online(): boolean {
    return this.#online
  }

  get vanished(): boolean {
    return !this.#alive && !this.#online
  }

  /** All ports of a program here. `hasher`: default is one that hashes really, at 1 GB/s of virtual time per core. */
  ports(
    disk: Disk,
    hasher: Hasher = new SimHasher(this.network.world, disk, { alive: () => this.#alive }),
  ): Ports {
    return {
      clock: this.clock,
      random: this.network.world.random(`program on ${this.name}`),
      digest: new SystemDigest(),
      hasher,
      disk,
      tcp: this.tcp,
      udp: this.udp,
      http: new SimHttp(this.network, this),
      names: new SimNames(this.network, this),
    }
  }

  /** The program dies on the spot (kill -9); the system closes its sockets. */
  kill(): void {
    this.#alive = false
    this.tcp.closeAll()
    this.udp.closeAll()
    for (const connection of [...this.connections]) connection.kill()
  }

  /** The computer loses power: others notice by silence only. */
  vanish(): void {
    this.#alive = false
    this.#online = false
    this.tcp.closeAll()
    this.udp.closeAll()
    for (const connection of [...this.connections]) {
      connection.lineChanged()
      connection.vanish()
    }
  }

  /** A new program starts where one was killed. */
  restart(): void {
    this.#alive = true
    this.setOnline(true)
  }

  /** Plugs the line out or in. What is on its way to an unplugged host comes after it is back. */
  setOnline(online: boolean): void {
    this.#online = online
    for (const connection of this.connections) connection.lineChanged()
  }
}
