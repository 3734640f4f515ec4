// A large DHT that people come to and leave: torrents are announced every quarter of an hour, and looked for from anywhere.
// Counts how many find what was announced, at what cost; with Sybils beside some torrents, and with malicious nodes.

import { randomFraction, randomInt } from '../../src/base/random.ts'
import { compareDistance, idAt } from '../../src/protocol/dht/node-id.ts'
import { Conspiracy, FittingAddresses, MALICE, sybil } from './dht-liars.ts'
import { DhtSwarm, type Found, type SwarmNode } from './dht-swarm.ts'
import { World } from './world.ts'

const MINUTE_MS = 60_000

/**
 * Session lengths of BitTorrent peers are Weibull's with shapes of 0.34 to 0.59 (Stutzbach and Rejaie, Understanding Churn in
 * Peer-to-Peer Networks, IMC 2006).
 */
const SESSION_SHAPE = 0.5
/** Beginnings of a node that comes. */
const THROUGH = 3
const ANNOUNCE_EVERY_MS = 15 * MINUTE_MS
/** Port that announced peers have, so that invented ones are not taken for them. */
const PEER_PORT = 7_000
/** A node that has just come knows little yet: it looks for something after this. */
const SETTLED_MS = 2 * MINUTE_MS

export type SybilKind = 'none' | 'unfitting ids' | 'one network' | 'fitting ids'

export interface ChurnOptions {
  readonly seed: number
  readonly nodes: number
  readonly growMinutes: number
  readonly runMinutes: number
  readonly medianSessionMinutes: number
  readonly loss: number
  readonly torrents: number
  /** Over the whole run, after all was announced once. */
  readonly lookups: number
  /** Part of the nodes that are malicious, of all kinds alike. */
  readonly malicious: number
  /** Torrents that have eight Sybils beside them, of each kind. */
  readonly sybilTorrents: number
  readonly onProgress?: (text: string) => void
}

export interface LookupFigures {
  readonly lookups: number
  readonly found: number
  readonly asked: number
  readonly hops: number
  readonly medianFirstPeerMs: number
  readonly medianMs: number
  readonly p95Ms: number
}

export interface ChurnFigures {
  readonly lookups: ReadonlyMap<SybilKind, LookupFigures>
  readonly announcedTo: number
  readonly datagramsPerNodeHour: number
  readonly bytesPerNodeHour: number
  readonly tableNodes: number
  readonly came: number
  readonly datagrams: number
}

interface Torrent {
  readonly hash: Uint8Array
  readonly announcer: SwarmNode
  readonly sybils: SybilKind
}

interface Member extends SwarmNode {
  readonly cameAt: number
}

export async function runChurn(options: ChurnOptions): Promise<ChurnFigures> {
  const world = new World(options.seed)
  const scene = new Scene(world, options)
  await scene.grow()
  await scene.announceAll()
  return await scene.look()
}

class Scene {
  readonly #world: World
  readonly #options: ChurnOptions
  readonly #swarm: DhtSwarm
  readonly #random
  readonly #addresses: FittingAddresses | undefined
  readonly #conspiracy: Conspiracy | undefined
  readonly #cameAt = new Map<SwarmNode, number>()
  readonly #torrents: Torrent[] = []
  #came = 0
  #announces = 0
  #announcedTo = 0

  constructor(world: World, options: ChurnOptions) {
    this.#world = world
    this.#options = options
    this.#random = world.random('churn')
    this.#swarm = new DhtSwarm({ world, delayMs: [20, 150], loss: options.loss })
    if (options.malicious === 0 && options.sybilTorrents === 0) return
    this.#addresses = new FittingAddresses(world.random('addresses'))
    this.#conspiracy = new Conspiracy(this.#addresses, world.random('conspiracy'))
  }

  async grow(): Promise<void> {
    const { nodes, growMinutes, onProgress } = this.#options
    const everyMs = (growMinutes * MINUTE_MS) / nodes
    for (let i = 0; i < nodes; i++) this.#world.after(i * everyMs, () => this.#come())
    const steps = 10
    for (let step = 1; step <= steps; step++) {
      await this.#world.runFor((growMinutes * MINUTE_MS) / steps)
      onProgress?.(`${this.#swarm.nodes.length} nodes, ${this.#swarm.datagrams} datagrams`)
    }
  }

  /** A session begins; when it is over, somebody else comes. */
  #come(): void {
    const swarm = this.#swarm
    const first = swarm.nodes.length === 0
    const member = swarm.add()
    this.#cameAt.set(member, this.#world.nowMs)
    this.#came++
    if (!first) swarm.join(member, this.#someone())
    const { malicious } = this.#options
    if (randomFraction(this.#random) < malicious)
      this.#conspiracy?.turn(member, MALICE[this.#came % MALICE.length] as (typeof MALICE)[number])
    this.#world.after(this.#sessionMs(), () => {
      this.#conspiracy?.leave(member)
      this.#cameAt.delete(member)
      swarm.leave(member)
      this.#come()
    })
  }

  #someone(): SwarmNode[] {
    return Array.from({ length: THROUGH }, () => this.#swarm.draw())
  }

  #sessionMs(): number {
    const scaleMinutes = this.#options.medianSessionMinutes / Math.log(2) ** (1 / SESSION_SHAPE)
    return scaleMinutes * MINUTE_MS * (-Math.log(1 - randomFraction(this.#random))) ** (1 / SESSION_SHAPE)
  }

  /** Each torrent by a node of its own that stays, at a time of its own, and again every quarter of an hour. */
  async announceAll(): Promise<void> {
    const { torrents, sybilTorrents } = this.#options
    const kinds: SybilKind[] = ['unfitting ids', 'one network', 'fitting ids']
    const sybils = kinds.flatMap((kind) => Array.from({ length: sybilTorrents }, () => kind))
    const count = torrents + sybils.length
    for (let i = 0; i < count; i++) {
      const announcer = this.#swarm.add()
      this.#swarm.join(announcer, this.#someone())
      const hash = this.#random.bytes(20)
      // Each in a region of its own: by chance, some would stand beside the Sybils of another too.
      hash[0] = Math.floor((256 * (i + randomFraction(this.#random) / 2)) / count)
      const torrent = { hash, announcer, sybils: sybils[i] ?? 'none' }
      if (torrent.sybils !== 'none') this.#besiege(torrent.hash, torrent.sybils)
      this.#torrents.push(torrent)
      const firstMs = SETTLED_MS + randomFraction(this.#random) * (ANNOUNCE_EVERY_MS - SETTLED_MS)
      this.#world.after(firstMs, () => this.#announce(torrent))
    }
    await this.#world.runFor(ANNOUNCE_EVERY_MS + MINUTE_MS)
    this.#options.onProgress?.(`announced, to ${(this.#announcedTo / this.#announces).toFixed(2)} nodes each`)
  }

  #announce(torrent: Torrent): void {
    const wish = this.#swarm.wish(torrent.announcer, (id) => ({
      kind: 'find-peers',
      id,
      hash: torrent.hash,
      announce: { port: PEER_PORT, impliedPort: false, seed: true },
      scrape: false,
      noSeeds: false,
    }))
    void wish.then(({ done }) => {
      this.#announces++
      if (done.result.kind === 'peers') this.#announcedTo += done.result.announcedTo
    })
    this.#world.after(ANNOUNCE_EVERY_MS, () => this.#announce(torrent))
  }

  /** Eight beside a target, closer than chance, who make themselves known to the nodes around it every minute. */
  #besiege(hash: Uint8Array, kind: SybilKind): void {
    const swarm = this.#swarm
    const closest = Math.ceil(Math.log2(this.#options.nodes))
    const sybils: SwarmNode[] = []
    const network = swarm.freshHost().replace(/\.\d+$/, '')
    for (let i = 0; sybils.length < 8 && i < 200; i++) {
      // Beyond 21 bits every id fits where its beginning does.
      const made = kind === 'fitting ids' ? this.#addresses?.beside(hash, closest + 8 + (i % 8)) : undefined
      const id = made?.id ?? idAt(hash, closest + 8 + (i % 8), this.#random)
      const host = made?.host ?? (kind === 'one network' ? `${network}.${1 + i}` : swarm.freshHost())
      if (kind === 'fitting ids' && made === undefined) continue
      const member = swarm.add({ id, host })
      member.lies = sybil(id, () => sybils.map(({ node, endpoint }) => ({ id: node.nodeId, endpoint })))
      sybils.push(member)
    }
    const knock = (): void => {
      const near = swarm.nodes.filter(({ lies }) => lies === undefined)
      near.sort((a, b) => compareDistance(hash, a.node.nodeId, b.node.nodeId))
      for (const { endpoint } of near.slice(0, 30))
        for (const member of sybils) swarm.tell(member, { kind: 'nodes', endpoints: [endpoint] })
      this.#world.after(5 * MINUTE_MS, knock)
    }
    knock()
  }

  async look(): Promise<ChurnFigures> {
    const { lookups, runMinutes, onProgress } = this.#options
    const found = new Map<SybilKind, { readonly success: boolean; readonly found: Found }[]>()
    const before = { datagrams: this.#swarm.datagrams, bytes: this.#swarm.bytes }
    for (let i = 0; i < lookups; i++) {
      this.#world.after((i * runMinutes * MINUTE_MS) / lookups, () => {
        const torrent = this.#torrents[i % this.#torrents.length] as Torrent
        void this.#find(torrent).then((result) => {
          const list = found.get(torrent.sybils) ?? []
          found.set(torrent.sybils, list)
          list.push(result)
        })
      })
    }
    const steps = 10
    for (let step = 1; step <= steps; step++) {
      await this.#world.runFor((runMinutes * MINUTE_MS) / steps)
      onProgress?.(`${step} of ${steps}, ${this.#swarm.datagrams} datagrams`)
    }
    const hours = (runMinutes / 60) * this.#swarm.nodes.length
    const { datagrams, bytes, nodes } = this.#swarm
    await this.#world.runFor(MINUTE_MS)
    return {
      lookups: new Map([...found].map(([kind, results]) => [kind, figuresOf(results)])),
      announcedTo: this.#announcedTo / this.#announces,
      datagramsPerNodeHour: (datagrams - before.datagrams) / hours,
      bytesPerNodeHour: (bytes - before.bytes) / hours,
      tableNodes: nodes.reduce((sum, { node }) => sum + node.stats(this.#swarm.now).nodes, 0) / nodes.length,
      came: this.#came,
      datagrams,
    }
  }

  async #find({ hash, announcer }: Torrent): Promise<{ readonly success: boolean; readonly found: Found }> {
    const found = await this.#swarm.wish(this.#seeker(), (id) => ({
      kind: 'find-peers',
      id,
      hash,
      announce: undefined,
      scrape: false,
      noSeeds: false,
    }))
    const { host } = announcer.endpoint
    return { success: found.peers.some((peer) => peer.host === host && peer.port === PEER_PORT), found }
  }

  /** Somebody honest who has been here for a while. */
  #seeker(): SwarmNode {
    for (;;) {
      const member = this.#swarm.nodes[randomInt(this.#random, this.#swarm.nodes.length)] as Member
      const cameAt = this.#cameAt.get(member)
      if (member.lies === undefined && cameAt !== undefined && cameAt + SETTLED_MS <= this.#world.nowMs)
        return member
    }
  }
}

function figuresOf(results: readonly { readonly success: boolean; readonly found: Found }[]): LookupFigures {
  const mean = (of: (found: Found) => number) =>
    results.reduce((sum, { found }) => sum + of(found), 0) / results.length
  const ranked = (values: number[], part: number) =>
    values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? Number.NaN
  const durations = results.map(({ found }) => found.durationMs)
  return {
    lookups: results.length,
    found: results.filter(({ success }) => success).length,
    asked: mean(({ done }) => done.figures.asked),
    hops: mean(({ done }) => done.figures.hops),
    medianFirstPeerMs: ranked(
      results.flatMap(({ found }) => found.firstPeerMs ?? []),
      0.5,
    ),
    medianMs: ranked(durations, 0.5),
    p95Ms: ranked(durations, 0.95),
  }
}
