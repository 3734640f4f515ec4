// A DHT of production nodes (src/protocol/dht) in virtual time: latency, loss, churn, and some that lie.
// One event a datagram and one alarm a node; the same seed gives the same run.

import { type Endpoint, endpointText } from '../../src/base/endpoint.ts'
import type { Millis } from '../../src/base/ids.ts'
import { type Random, randomFraction, randomInt } from '../../src/base/random.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import type { DhtEffect, DhtInput } from '../../src/protocol/dht/api.ts'
import { DhtNode } from '../../src/protocol/dht/dht-node.ts'
import { makeNodeId } from '../../src/protocol/dht/node-id.ts'
import type { World } from './world.ts'

export type Send = (bytes: Uint8Array, to: Endpoint) => void

/** Takes what comes in before the node does. @returns whether the node is not to see it */
export type Liar = (bytes: Uint8Array, from: Endpoint, send: Send) => boolean

export interface SwarmNode {
  readonly endpoint: Endpoint
  readonly node: DhtNode
  lies: Liar | undefined
  alive: boolean
  readonly told: ((effect: DhtEffect) => void)[]
  cancelAlarm: (() => void) | undefined
  alarmAt: number | undefined
}

export interface DhtSwarmOptions {
  readonly world: World
  /** One way, drawn evenly. */
  readonly delayMs: readonly [number, number]
  /** Datagrams lost, 0 … 1. */
  readonly loss: number
}

export interface Found {
  readonly done: Extract<DhtEffect, { kind: 'done' }>
  readonly peers: readonly Endpoint[]
  /** When the first peer came, after the wish; undefined when none did. */
  readonly firstPeerMs: number | undefined
  readonly durationMs: number
}

const PORT = 6881

export class DhtSwarm {
  readonly nodes: SwarmNode[] = []
  readonly #options: DhtSwarmOptions
  readonly #byAddress = new Map<string, SwarmNode>()
  readonly #random: Random
  readonly #digest = new SystemDigest()
  readonly #signatures = new SystemSignatures()
  #nextWish = 1
  datagrams = 0
  bytes = 0
  /** Sees every datagram, for proofs about what is in none. */
  tap: ((bytes: Uint8Array, from: Endpoint, to: Endpoint) => void) | undefined

  constructor(options: DhtSwarmOptions) {
    this.#options = options
    this.#random = options.world.random('dht')
  }

  get now(): Millis {
    return this.#options.world.nowMs as Millis
  }

  /** A node at an address of its own; public-looking, each in a network of its own. */
  add(
    more: { readonly id?: Uint8Array; readonly host?: string; readonly readOnly?: boolean } = {},
  ): SwarmNode {
    const host = more.host ?? this.freshHost()
    const endpoint = { host, port: PORT }
    const { world } = this.#options
    const node = new DhtNode({
      family: 4,
      random: world.random(`node ${host}`),
      digest: this.#digest,
      signatures: this.#signatures,
      now: this.now,
      nodeId: more.id ?? makeNodeId(host, this.#random),
      readOnly: more.readOnly ?? false,
    })
    const member: SwarmNode = {
      endpoint,
      node,
      lies: undefined,
      alive: true,
      told: [],
      cancelAlarm: undefined,
      alarmAt: undefined,
    }
    this.nodes.push(member)
    this.#byAddress.set(endpointText(endpoint), member)
    this.#arm(member)
    return member
  }

  /** An address that nobody has. */
  freshHost(): string {
    for (;;) {
      const draw = (below: number) => randomInt(this.#random, below)
      const host = `${20 + draw(60)}.${draw(256)}.${draw(256)}.${1 + draw(254)}`
      if (!this.#byAddress.has(`${host}:${PORT}`)) return host
    }
  }

  /** Joins through `through`, drawn among the living unless given. */
  join(member: SwarmNode, through: readonly SwarmNode[] = [this.draw(member)]): void {
    this.tell(member, { kind: 'nodes', endpoints: through.map(({ endpoint }) => endpoint) })
  }

  /** A living node other than that one. */
  draw(other?: SwarmNode): SwarmNode {
    for (;;) {
      const member = this.nodes[randomInt(this.#random, this.nodes.length)] as SwarmNode
      if (member !== other) return member
    }
  }

  /** Goes without a word. */
  leave(member: SwarmNode): void {
    if (!member.alive) return
    member.alive = false
    member.cancelAlarm?.()
    member.cancelAlarm = undefined
    const at = this.nodes.indexOf(member)
    const last = this.nodes.pop()
    if (last !== undefined && last !== member) this.nodes[at] = last
    this.#byAddress.delete(endpointText(member.endpoint))
  }

  tell(member: SwarmNode, input: DhtInput): void {
    if (!member.alive) return
    this.#carry(member, member.node.handle(input, this.now))
    this.#arm(member)
  }

  /** Resolves with the end of a wish, and all the peers that came with it. */
  wish(member: SwarmNode, make: (id: number) => DhtInput): Promise<Found> {
    const id = this.#nextWish++
    const peers: Endpoint[] = []
    const beganAt = this.now
    let firstPeerMs: number | undefined
    return new Promise((resolve) => {
      const listen = (effect: DhtEffect): void => {
        if (effect.kind === 'peers' && effect.id === id) {
          firstPeerMs ??= this.now - beganAt
          peers.push(...effect.endpoints)
        }
        if (effect.kind !== 'done' || effect.id !== id) return
        member.told.splice(member.told.indexOf(listen), 1)
        resolve({ done: effect, peers, firstPeerMs, durationMs: this.now - beganAt })
      }
      member.told.push(listen)
      this.tell(member, make(id))
    })
  }

  #carry(member: SwarmNode, effects: readonly DhtEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.send(effect.bytes, member.endpoint, effect.to)
      if (member.told.length > 0) for (const listen of [...member.told]) listen(effect)
    }
  }

  send(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const { world, delayMs, loss } = this.#options
    this.datagrams++
    this.bytes += bytes.length
    this.tap?.(bytes, from, to)
    if (loss > 0 && randomFraction(this.#random) < loss) return
    const member = this.#byAddress.get(endpointText(to))
    if (member === undefined) return
    const [least, most] = delayMs
    world.after(least + randomFraction(this.#random) * (most - least), () => {
      if (!member.alive) return
      const lied = member.lies?.(bytes, from, (answer, back) => this.send(answer, member.endpoint, back))
      if (lied !== true) this.tell(member, { kind: 'datagram', bytes, from })
    })
  }

  #arm(member: SwarmNode): void {
    const at = member.alive ? member.node.deadline() : undefined
    // An alarm that comes too early only finds nothing to do: cheaper than moving it with every datagram.
    if (at !== undefined && member.alarmAt !== undefined && member.alarmAt <= at) return
    member.cancelAlarm?.()
    member.alarmAt = at
    member.cancelAlarm = undefined
    if (at === undefined) return
    member.cancelAlarm = this.#options.world.at(at, () => {
      member.cancelAlarm = undefined
      member.alarmAt = undefined
      this.tell(member, { kind: 'tick' })
    })
  }
}
