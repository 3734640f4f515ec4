// Finding peers in the mainline DHT for a whole session: one node per address family, all torrents together.
// Promises: at most MAX_LOOKUPS lookups at once; each key is looked for and announced when its torrent starts, soon again
// while nobody is found, and every quarter of an hour otherwise; a key that its torrent does not say any more
// (it turned out private, it was stopped) is looked for no longer.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, hashBytes, type Millis, type WireHash } from '../../base/ids.ts'
import { type NodeAddress, parseNodeAddress } from '../../base/node-address.ts'
import type { Clock, Digest, Names, Random, Signatures } from '../../base/ports.ts'
import { randomFraction } from '../../base/random.ts'
import type { DhtInput, DhtStats } from '../../protocol/dht/api.ts'
import type { Contact, Family } from '../../protocol/dht/contact.ts'
import { DhtNode } from '../../protocol/dht/dht-node.ts'
import type { PeerHint } from './candidates.ts'
import { type DhtDone, DhtDriver } from './dht-driver.ts'
import type { AnnouncedPort, DhtMember } from './dht-member.ts'

/** Lookups under way, all torrents and both families together: some 60 questions each within a few seconds. */
const MAX_LOOKUPS = 8

export type { AnnouncedPort, DhtMember } from './dht-member.ts'

/** BEP 5 has nodes forget an announce after a while; everybody repeats it about this often. */
const INTERVAL_MS = 15 * 60_000
/** While nobody is found or nobody took the announce: first wait, doubling up to the interval. */
const EARLY_MS = 10_000
/** Someone with enough addresses in stock needs no further ones before the interval is over. */
const WANTING_MS = 5 * 60_000
/**
 * Who may be hidden behind a router and has nobody: whoever looks for it meanwhile can only be met from both sides at once,
 * so it must hear of them soon. A router forgets a datagram's way back after two minutes (RFC 4787, REQ-5).
 */
const HIDDEN_MS = 2 * 60_000
/** Public routers are asked when nobody else answered by then, and again this often while the table is almost empty. */
const ROUTERS_AFTER_MS = 3_000
const ROUTERS_AGAIN_MS = 60_000
/** Addresses that a name of a node may stand for. */
const MAX_ADDRESSES = 8

/** Of our nodes, 20 bytes each. Two living nodes of one id push each other out: only for whoever has them alone. */
export type DhtIds = ReadonlyMap<Family, Uint8Array>

export interface DhtDiscoveryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly signatures: Signatures
  readonly names: Names
  readonly wakes: DeadlineQueue
  readonly families: readonly Family[]
  readonly send: (bytes: Uint8Array, to: Endpoint) => void
  readonly announced: () => AnnouncedPort
  /** Typed by the person: names or addresses. */
  readonly nodes: readonly string[]
  /** Public nodes that know others. */
  readonly routers: readonly string[]
  /** Of an earlier run, by family; a fresh one where there is none. */
  readonly ids?: DhtIds | undefined
  /** BEP 43: nobody can reach us, so nobody should try. */
  readonly readOnly: boolean
  readonly allows?: (host: string) => boolean
  readonly externalAddress: (host: string) => void
}

interface Key {
  readonly member: DhtMember
  readonly hash: WireHash
  dueAt: Millis
  endedAt: Millis | undefined
  /** Lookups in a row that found nobody, told nobody, or began among so few nodes that all may be one liar’s. */
  vain: number
  /** Cancels what is under way, by family. */
  readonly running: Map<Family, () => void>
  /** The lookup under way found somebody new. */
  found: boolean
  announced: boolean
}

export class DhtDiscovery implements Sleeper {
  readonly #options: DhtDiscoveryOptions
  readonly #drivers = new Map<Family, DhtDriver>()
  readonly #members = new Set<DhtMember>()
  readonly #keys = new Map<DhtMember, Map<WireHash, Key>>()
  #lookups = 0
  #routersAt: Millis | undefined
  #closed = false

  constructor(options: DhtDiscoveryOptions) {
    this.#options = options
    for (const family of options.families) this.#drivers.set(family, this.#drive(family))
  }

  #drive(family: Family): DhtDriver {
    const { clock, random, digest, signatures, wakes, send, readOnly, allows } = this.#options
    const other: Family = family === 4 ? 6 : 4
    const nodeId = this.#options.ids?.get(family)
    const node = new DhtNode({
      family,
      random,
      digest,
      signatures,
      now: clock.now(),
      readOnly,
      sibling: () => this.#drivers.get(other)?.node,
      ...(allows === undefined ? {} : { allows }),
      ...(nodeId === undefined ? {} : { nodeId }),
    })
    return new DhtDriver({
      node,
      clock,
      wakes,
      send,
      externalAddress: (host) => this.#options.externalAddress(host),
      otherFamily: (contacts) => this.#tellHungry(other, contacts),
      heard: () => this.#heard(),
    })
  }

  /** Nodes of the other family are worth a question only where there are too few of them. */
  #tellHungry(family: Family, contacts: readonly Contact[]): void {
    const driver = this.#drivers.get(family)
    if (driver?.node.isHungry === true) driver.tell({ kind: 'contacts', contacts })
  }

  /** @param saved nodes of an earlier run */
  start(saved: readonly Endpoint[]): void {
    const { clock, nodes, routers } = this.#options
    this.#begin(saved)
    for (const text of nodes) void this.addNodeAt(parseNodeAddress(text))
    if (routers.length > 0) this.#routersAt = after(clock.now(), ROUTERS_AFTER_MS)
    this.#arm()
  }

  #begin(endpoints: readonly Endpoint[]): void {
    for (const driver of this.#drivers.values()) driver.tell({ kind: 'nodes', endpoints })
  }

  /** A peer said that a node is there (BEP 5, `port`). */
  addNode(endpoint: Endpoint): void {
    this.#begin([endpoint])
  }

  /** A node by its name or address: typed, or named by a torrent. */
  async addNodeAt(address: NodeAddress | undefined): Promise<void> {
    if (address === undefined) return
    const hosts = await this.#options.names.resolve(address.host)
    if (this.#closed) return
    this.#begin(hosts.slice(0, MAX_ADDRESSES).map((host) => ({ host, port: address.port })))
  }

  /** As they are now: a node takes another id where others see it under another address (BEP 42). */
  get ids(): DhtIds {
    return new Map([...this.#drivers].map(([family, { node }]) => [family, node.nodeId]))
  }

  get nodeCount(): number {
    let count = 0
    for (const { node } of this.#drivers.values()) count += node.size
    return count
  }

  stats(): ReadonlyMap<Family, DhtStats> {
    const now = this.#options.clock.now()
    return new Map([...this.#drivers].map(([family, { node }]) => [family, node.stats(now)]))
  }

  /** A datagram of the DHT; `family` is that of the socket it came in by. */
  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.#drivers.get(from.host.includes(':') ? 6 : 4)?.datagram(bytes, from)
  }

  /** For items, samples and tests: a wish of its own to the node of a family. @returns what cancels it */
  wish(
    family: Family,
    make: (id: number) => DhtInput,
    done: (done: DhtDone) => void,
  ): (() => void) | undefined {
    return this.#drivers.get(family)?.wish(make, { done })
  }

  /** Another address or network: what others said about us is void. */
  networkChanged(): void {
    for (const driver of this.#drivers.values()) driver.tell({ kind: 'network-changed' })
  }

  /** What is announced changed (another port): everybody is told anew, soon. */
  announceAgain(): void {
    const now = this.#options.clock.now()
    for (const keys of this.#keys.values()) for (const key of keys.values()) key.dueAt = now
    this.#arm()
  }

  /** The person asks for this torrent's peers: looked for now, or EARLY_MS after it was looked for last. */
  again(member: DhtMember, now: Millis): void {
    for (const key of this.#keys.get(member)?.values() ?? []) {
      const soon = key.endedAt === undefined ? now : after(key.endedAt, EARLY_MS)
      if (key.dueAt > soon) key.dueAt = Math.max(now, soon) as Millis
    }
    this.#arm()
  }

  /** Looks for this torrent's peers and announces it until the returned function is called. */
  join(member: DhtMember): () => void {
    this.#members.add(member)
    this.#keys.set(member, new Map())
    this.#arm()
    return () => {
      this.#members.delete(member)
      for (const key of this.#keys.get(member)?.values() ?? []) this.#forget(key)
      this.#keys.delete(member)
      this.#arm()
    }
  }

  /** Read again: a torrent learned its hashes, became private, or finished. */
  review(): void {
    this.#arm()
  }

  /** @returns nodes for the next start */
  close(): readonly Endpoint[] {
    this.#closed = true
    const now = this.#options.clock.now()
    const saved = [...this.#drivers.values()].flatMap(({ node }) => node.saved(now).nodes)
    for (const driver of this.#drivers.values()) driver.close()
    this.#options.wakes.forget(this)
    this.#members.clear()
    this.#keys.clear()
    return saved
  }

  // ── When ──

  wake(now: Millis): Millis | undefined {
    this.#readKeys(now)
    if (this.nodeCount > 0) this.#lookUpDue(now)
    this.#askRouters(now)
    return this.#deadline(now)
  }

  #arm(): void {
    if (this.#closed) return
    const { wakes, clock } = this.#options
    const now = clock.now()
    this.#readKeys(now)
    wakes.set(this, this.#deadline(now))
  }

  /** Somebody answered: with the first node in the table, those who waited for one may begin. */
  #heard(): void {
    if (this.nodeCount > 0 && this.#waitingForNodes) this.#arm()
  }

  get #waitingForNodes(): boolean {
    if (this.#lookups >= MAX_LOOKUPS) return false
    const now = this.#options.clock.now()
    for (const keys of this.#keys.values())
      for (const { dueAt, running } of keys.values()) if (dueAt <= now && running.size === 0) return true
    return false
  }

  #deadline(now: Millis): Millis | undefined {
    let first = this.#routersAt
    if (this.nodeCount === 0 || this.#lookups >= MAX_LOOKUPS) return first
    for (const keys of this.#keys.values()) {
      for (const { dueAt, running } of keys.values()) {
        if (running.size > 0) continue
        const at = (dueAt > now ? dueAt : now) as Millis
        if (first === undefined || at < first) first = at
      }
    }
    return first
  }

  /** Follows what the torrents say: new keys are due at once, those not said any more are let go. */
  #readKeys(now: Millis): void {
    for (const member of this.#members) {
      const known = this.#keys.get(member)
      if (known === undefined) continue
      const said = new Set(member.keys())
      for (const [hash, key] of known) {
        if (said.has(hash)) continue
        this.#forget(key)
        known.delete(hash)
      }
      for (const hash of said) {
        if (known.has(hash)) continue
        known.set(hash, {
          member,
          hash,
          dueAt: now,
          endedAt: undefined,
          vain: 0,
          running: new Map(),
          found: false,
          announced: false,
        })
      }
    }
  }

  #forget(key: Key): void {
    for (const cancel of key.running.values()) cancel()
    this.#lookups -= key.running.size
    key.running.clear()
  }

  #askRouters(now: Millis): void {
    if (this.#routersAt === undefined || now < this.#routersAt) return
    const hungry = [...this.#drivers.values()].some(({ node }) => node.isHungry)
    // Asked again while it helps: a computer that wakes without a network has lost all its nodes.
    this.#routersAt = after(now, ROUTERS_AGAIN_MS)
    if (!hungry || this.nodeCount > 0) return
    for (const text of this.#options.routers) void this.addNodeAt(parseNodeAddress(text))
  }

  // ── Lookups ──

  #lookUpDue(now: Millis): void {
    const due: Key[] = []
    for (const keys of this.#keys.values())
      for (const key of keys.values()) if (key.dueAt <= now && key.running.size === 0) due.push(key)
    due.sort((a, b) => a.dueAt - b.dueAt)
    for (const key of due) {
      if (this.#lookups >= MAX_LOOKUPS) return
      this.#lookUp(key)
    }
  }

  #lookUp(key: Key): void {
    key.found = false
    key.announced = false
    for (const [family, driver] of this.#drivers) {
      if (driver.node.size === 0) continue
      this.#lookups++
      // It may end before wish() returns: where nobody is left to ask.
      let ended = false
      const isEarly = driver.node.isHungry
      const cancel = driver.wish((id) => this.#question(id, key), {
        peers: (endpoints, from) => this.#found(key, endpoints, from),
        done: (done) => {
          ended = true
          this.#ended(key, family, done, isEarly)
        },
      })
      if (!ended) key.running.set(family, cancel)
    }
  }

  #question(id: number, { hash, member }: Key): DhtInput {
    const { port, implied } = this.#options.announced()
    const seed = member.seed()
    return {
      kind: 'find-peers',
      id,
      hash: hashBytes(hash),
      announce: port === 0 ? undefined : { port, impliedPort: implied, seed },
      scrape: false,
      noSeeds: seed,
    }
  }

  #found(key: Key, endpoints: readonly Endpoint[], from: Endpoint): void {
    const hints = endpoints.map((endpoint): PeerHint => ({ endpoint, source: 'dht', teller: from.host }))
    // Not counting those we know, ourselves among them.
    if (key.member.found(hints) > 0) key.found = true
  }

  #ended(key: Key, family: Family, { result }: DhtDone, isEarly: boolean): void {
    key.running.delete(family)
    this.#lookups--
    if (result.kind === 'peers' && result.announcedTo > 0 && !isEarly) key.announced = true
    if (key.running.size === 0) {
      const told = key.announced || this.#options.announced().port === 0
      key.vain = key.found && told ? 0 : key.vain + 1
      key.endedAt = this.#options.clock.now()
      key.dueAt = after(key.endedAt, this.#waitMs(key, told))
    }
    this.#arm()
  }

  #waitMs({ vain, member }: Key, told: boolean): number {
    if (member.isStranded()) return this.#jittered(Math.min(HIDDEN_MS, EARLY_MS * 2 ** Math.max(0, vain - 1)))
    const wanting = member.wantsPeers() || !told
    if (vain === 0) return this.#jittered(wanting ? WANTING_MS : INTERVAL_MS)
    return this.#jittered(wanting ? Math.min(INTERVAL_MS, EARLY_MS * 2 ** (vain - 1)) : INTERVAL_MS)
  }

  /** 0.9 to 1 times, so that torrents started together do not keep step. */
  #jittered(durationMs: number): number {
    return Math.round(durationMs * (0.9 + randomFraction(this.#options.random) / 10))
  }
}
