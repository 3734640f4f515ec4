// A simulated computer: addresses, a line, a clock, and the ports a program on it is given.
// Invariant: once killed, nothing of the world reaches that program again, also when another was started in its place.

import type { Disk, Hasher, Ports } from '../../src/base/ports.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
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
  /** Lets in only answers to what was sent (RFC 4787: address and port-dependent filtering), and no TCP that others begin. */
  readonly closed?: boolean
}

/** One run of a program, from its start to its end. Whatever was promised to an ended one is never told. */
export interface SimProgram {
  readonly ended: boolean
}

interface Started {
  readonly program: { ended: boolean }
  readonly clock: SimClock
  readonly tcp: SimTcp
  readonly udp: SimUdp
}

export class SimHost {
  readonly name: string
  readonly addresses: readonly string[]
  readonly lan: string | undefined
  readonly closed: boolean
  readonly network: SimNetwork
  readonly uplink: Uplink
  readonly downlink: Downlink
  readonly connections = new Set<SimConnection>()
  #starts = 0
  #started: Started
  #online = true

  constructor(network: SimNetwork, name: string, options: HostOptions) {
    this.network = network
    this.name = name
    this.addresses = options.addresses
    this.lan = options.lan
    this.closed = options.closed ?? false
    this.uplink = new Uplink(network.world, options.uploadRate ?? Number.POSITIVE_INFINITY)
    this.downlink = new Downlink(network.world, options.downloadRate ?? Number.POSITIVE_INFINITY)
    this.#started = this.#start()
  }

  get program(): SimProgram {
    return this.#started.program
  }

  get clock(): SimClock {
    return this.#started.clock
  }

  get tcp(): SimTcp {
    return this.#started.tcp
  }

  get udp(): SimUdp {
    return this.#started.udp
  }

  get alive(): boolean {
    return !this.#started.program.ended
  }

  get online(): boolean {
    return this.#online
  }

  /** Without power: not even its system answers. */
  get vanished(): boolean {
    return !this.alive && !this.#online
  }

  /** All ports of the program that runs here now. `hasher`: default is one that hashes really, at 1 GB/s per core. */
  ports(disk: Disk, hasher?: Hasher): Ports {
    const { program, clock, tcp, udp } = this.#started
    const { world } = this.network
    return {
      clock,
      random: world.random(`program ${this.#starts} on ${this.name}`),
      digest: new SystemDigest(),
      signatures: new SystemSignatures(),
      hasher: hasher ?? new SimHasher(world, disk, { alive: () => !program.ended }),
      disk,
      tcp,
      udp,
      http: new SimHttp(this.network, this),
      names: new SimNames(this.network, this),
    }
  }

  /** The program dies on the spot (kill -9); the system closes its sockets. */
  kill(): void {
    this.#end()
    for (const connection of [...this.connections]) connection.kill()
  }

  /** The computer loses power: others notice by silence only. */
  vanish(): void {
    this.#end()
    this.#online = false
    for (const connection of [...this.connections]) {
      connection.lineChanged()
      connection.vanish()
    }
  }

  /** A new program where one was killed. */
  restart(): void {
    if (this.alive) throw new TypeError(`${this.name} runs`)
    this.#started = this.#start()
    this.setOnline(true)
  }

  /** Plugs the line out or in. What is on its way to an unplugged host comes after it is back. */
  setOnline(online: boolean): void {
    this.#online = online
    for (const connection of this.connections) connection.lineChanged()
  }

  #start(): Started {
    const program = { ended: false }
    // A program must not take a clock's zero, another's, or that of its last run for its own.
    const offsetMs = this.network.world.random(`clock ${++this.#starts} of ${this.name}`).uint32() % 1_000_000
    return {
      program,
      clock: new SimClock(this.network.world, offsetMs, program),
      tcp: new SimTcp(this.network, this, program),
      udp: new SimUdp(this.network, this),
    }
  }

  #end(): void {
    this.#started.program.ended = true
    this.tcp.closeAll()
    this.udp.closeAll()
  }
}
