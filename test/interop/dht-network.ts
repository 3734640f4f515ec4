// A private DHT in one namespace: nodes of ours by the hundred, each a machine on a UDP socket and address of its own, with
// the least that carries its effects. libtorrent and transmission join it like any other.

import { DeadlineQueue, type Sleeper } from '../../src/base/deadline-queue.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { Millis } from '../../src/base/ids.ts'
import type { DatagramSocket } from '../../src/base/ports.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import type { DhtEffect, DhtInput } from '../../src/protocol/dht/api.ts'
import { DhtNode } from '../../src/protocol/dht/dht-node.ts'
import { PEER_PORT } from './libtorrent.ts'

/** Nodes that begin at once: the others of a batch are there to be found. */
const BATCH = 20
/** Where each begins. */
const THROUGH = 3

export interface Wished {
  readonly done: Extract<DhtEffect, { kind: 'done' }>
  readonly peers: readonly Endpoint[]
}

export class DhtNetwork {
  readonly members: NetworkNode[] = []
  readonly #clock = new SystemClock()
  readonly #wakes = new DeadlineQueue(this.#clock)

  /** The i-th of them, from 0. */
  static addressOf(i: number): Endpoint {
    return { host: `10.64.${16 + (i >> 7)}.${1 + (i & 127)}`, port: PEER_PORT }
  }

  /** Starts so many nodes, a batch at a time, through those that are there. */
  async grow(count: number): Promise<void> {
    while (this.members.length < count) {
      const batch: NetworkNode[] = []
      for (let i = 0; i < BATCH && this.members.length + batch.length < count; i++) {
        const node = new NetworkNode(this.#clock, this.#wakes)
        await node.open(DhtNetwork.addressOf(this.members.length + batch.length))
        batch.push(node)
      }
      this.members.push(...batch)
      for (const [i, node] of batch.entries()) {
        const known = this.members.length - batch.length
        const through = Array.from({ length: THROUGH }, (_, j) =>
          known === 0 ? 0 : (7 * i + 13 * j) % known,
        )
        const endpoints = through.map((index) => DhtNetwork.addressOf(index))
        node.tell({ kind: 'nodes', endpoints: endpoints.filter(({ host }) => host !== node.endpoint.host) })
      }
      await this.settled(batch)
    }
  }

  /** Until none of them looks for anything of its own. */
  async settled(nodes: readonly NetworkNode[] = this.members): Promise<void> {
    while (nodes.some((node) => node.isBusy)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#clock.schedule((this.#clock.now() + 20) as Millis, resolve)
      await promise
    }
  }

  member(i: number): NetworkNode {
    return this.members[i % this.members.length] as NetworkNode
  }

  close(): void {
    for (const member of this.members) member.close()
  }
}

export class NetworkNode implements Sleeper {
  readonly #clock: SystemClock
  readonly #wakes: DeadlineQueue
  readonly node: DhtNode
  readonly #hearing = new Set<(effect: DhtEffect) => void>()
  #socket: DatagramSocket | undefined
  #endpoint: Endpoint = { host: '0.0.0.0', port: 0 }
  #lastWish = 0

  constructor(clock: SystemClock, wakes: DeadlineQueue) {
    this.#clock = clock
    this.#wakes = wakes
    this.node = new DhtNode({
      family: 4,
      random: new SystemRandom(),
      digest: new SystemDigest(),
      signatures: new SystemSignatures(),
      now: clock.now(),
    })
  }

  get endpoint(): Endpoint {
    return this.#endpoint
  }

  get isBusy(): boolean {
    return this.node.stats(this.#clock.now()).lookups > 0
  }

  async open(at: Endpoint): Promise<void> {
    this.#endpoint = at
    this.#socket = await new NodeUdp().bind({ at })
    this.#socket.onMessage = (bytes, from) => this.tell({ kind: 'datagram', bytes, from })
  }

  tell(input: DhtInput): void {
    for (const effect of this.node.handle(input, this.#clock.now())) {
      if (effect.kind === 'send') this.#socket?.send(effect.bytes, effect.to)
      for (const hear of this.#hearing) hear(effect)
    }
    this.#wakes.set(this, this.node.deadline())
  }

  wake(): undefined {
    this.tell({ kind: 'tick' })
  }

  /** Resolves with the end of a wish, and the peers that came with it. */
  wish(make: (id: number) => DhtInput): Promise<Wished> {
    this.#lastWish++
    const id = this.#lastWish
    const peers: Endpoint[] = []
    return new Promise((resolve) => {
      const hear = (effect: DhtEffect): void => {
        if (effect.kind === 'peers' && effect.id === id) peers.push(...effect.endpoints)
        if (effect.kind !== 'done' || effect.id !== id) return
        this.#hearing.delete(hear)
        resolve({ done: effect, peers })
      }
      this.#hearing.add(hear)
      this.tell(make(id))
    })
  }

  findPeers(hash: Uint8Array, announcePort?: number): Promise<Wished> {
    return this.wish((id) => ({
      kind: 'find-peers',
      id,
      hash,
      announce:
        announcePort === undefined ? undefined : { port: announcePort, impliedPort: false, seed: true },
      scrape: false,
      noSeeds: false,
    }))
  }

  close(): void {
    this.#wakes.forget(this)
    this.#socket?.close()
  }
}
