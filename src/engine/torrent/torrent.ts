// One torrent: its states (states.ts, STATE.md) over a swarm of peers, storage and discovery. It coordinates; picker, choker,
// storage and discovery decide. Invariant: peers are connected in `metadata` and `live` only.

import type { Sleeper } from '../../base/deadline-queue.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, earliest, type Millis, type PeerId, type WireHash } from '../../base/ids.ts'
import type { Connection } from '../../base/ports.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { PeerHint } from '../discovery/candidates.ts'
import { Discovery } from '../discovery/discovery.ts'
import { PexTable } from '../discovery/pex.ts'
import type { HandshakeDone } from '../peer/handshaking.ts'
import type { CloseReason } from '../peer/host.ts'
import type { Peer } from '../peer/peer.ts'
import type { MoveResult } from '../storage/mover.ts'
import type { WebSeeds } from '../webseed/web-seeds.ts'
import { priorityTo } from './canonical-priority.ts'
import { Connecting } from './connecting.ts'
import { discoveryFactsOf } from './discovery-facts.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { HashServe } from './hash-serve.ts'
import { Identity } from './identity.ts'
import { Knowledge } from './knowledge.ts'
import type { Live } from './live.ts'
import type { MetadataFetch } from './metadata-fetch.ts'
import type { MetadataServe } from './metadata-serve.ts'
import { ofNoUse } from './of-no-use.ts'
import type { TorrentOptions } from './options.ts'
import type { Punching } from './punching.ts'
import type { TorrentServices } from './services.ts'
import type { TorrentState } from './state.ts'
import { States } from './states.ts'
import type { StateName, TorrentStatus } from './status.ts'
import { statusOf } from './status-of.ts'
import { type AdoptRefusal, SWARM_TICK_MS, Swarm, type SwarmOwner } from './swarm.ts'
import { WhySlow } from './why-slow.ts'
import { Wishes } from './wishes.ts'

export class Torrent implements SwarmOwner, Sleeper {
  readonly options: TorrentOptions
  readonly identity: Identity
  readonly swarm: Swarm
  readonly discovery: Discovery
  readonly connecting: Connecting
  readonly wishes: Wishes
  readonly knowledge = new Knowledge()
  readonly states: States
  readonly whySlow = new WhySlow(this)
  upLimit: number | undefined
  downLimit: number | undefined
  readonly #services: TorrentServices
  readonly #pex: PexTable | undefined
  #maxPeers: number

  constructor(options: TorrentOptions, services: TorrentServices) {
    this.options = options
    this.#maxPeers = options.maxPeers
    this.#services = services
    this.states = new States(this, services)
    this.identity = new Identity(
      options,
      options.realm,
      services.ports.random,
      () => this.mayUseDht,
      services.nameOf,
    )
    this.swarm = new Swarm(this, services, { up: () => this.upLimit, down: () => this.downLimit })
    this.#pex = options.pex ? new PexTable(services.ports.random) : undefined
    this.wishes = new Wishes({
      live: () => this.live,
      peers: this.swarm.peers,
      changed: () => {
        this.states.reopened()
        this.swarmChanged()
      },
      sequential: options.sequential,
      superSeed: options.superSeed,
    })
    if (options.metainfo !== undefined) this.know(options.metainfo)
    this.discovery = new Discovery({
      facts: discoveryFactsOf(this, services),
      ports: services.ports,
      lan: options.lan ? services.lan : undefined,
      dht: options.dht ? services.dht() : undefined,
      nodes: options.nodes ?? [],
      trackers: options.trackers,
      random: services.ports.random,
      priority: (to) => priorityTo(to, services),
      found: (hints) => this.found(hints),
      trackerChanged: () => this.swarm.closeAll({ code: 'TRACKER_CHANGED', blame: 'nobody' }),
      wake: () => this.swarmChanged(),
    })
    this.connecting = new Connecting({
      services,
      candidates: this.discovery.candidates,
      peers: this.swarm.peers,
      maxPeers: () => this.#maxPeers,
      dial: (to, how) => services.dial(this, to, how),
      // Whom a private torrent's tracker did not tell of is nobody of ours (BEP 27).
      mayPunch: () => this.metainfo?.private !== true && services.punches(),
      introductions: () => this.pex?.introductions,
    })
    for (const endpoint of options.peers) this.addPeer(endpoint)
  }

  // ── identity ──

  get key(): string {
    return this.identity.key
  }

  get peerId(): PeerId {
    return this.identity.peerId
  }

  /** Its files and sizes became known. */
  know(metainfo: Metainfo): void {
    this.knowledge.know(metainfo)
    this.identity.know(metainfo)
    this.wishes.begin(metainfo, this.options.priorities, this.options.withheld)
  }

  /** Piece layers known by now (v2). */
  get layers(): ReadonlyMap<string, Uint8Array> {
    return this.knowledge.layers
  }

  get metainfo(): Metainfo | undefined {
    return this.knowledge.metainfo
  }

  /** Hashes under which others may connect: one, or both of a hybrid. */
  get wireHashes(): readonly WireHash[] {
    return this.identity.wireHashes
  }

  // ── SwarmOwner ──

  get live(): Live | undefined {
    return this.states.live
  }

  /** None for a private torrent (BEP 27), also when a magnet only turns out to be one. */
  get pex(): PexTable | undefined {
    return this.metainfo?.private === true ? undefined : this.#pex
  }

  get punching(): Punching | undefined {
    return this.connecting.punching
  }

  get mayUseDht(): boolean {
    return this.options.dht && this.metainfo?.private !== true && this.#services.dht() !== undefined
  }

  get fetch(): MetadataFetch | undefined {
    return this.state.name === 'metadata' ? this.state.fetch : undefined
  }

  get hashes(): HashExchange | undefined {
    return this.states.parts?.hashes
  }

  get hashServe(): HashServe | undefined {
    return this.states.parts?.hashServe
  }

  get webSeeds(): WebSeeds | undefined {
    return this.states.parts?.webSeeds
  }

  get serve(): MetadataServe | undefined {
    return this.knowledge.serve
  }

  get infoBytes(): number | undefined {
    return this.metainfo?.infoBytes.length
  }

  get maxPeers(): number {
    return this.#maxPeers
  }

  get state(): TorrentState {
    return this.states.current
  }

  get stateName(): StateName {
    return this.state.name
  }

  get finished(): boolean {
    return this.states.finished
  }

  get hasAllWanted(): boolean {
    return this.live?.done ?? (this.finished || this.options.wasFinished === true)
  }

  /** Limit of all torrents together, bytes per second. */
  get totalDownLimit(): number | undefined {
    return this.#services.totalDownLimit()
  }

  /** Whether others can reach us, as far as can be said. */
  get reachable(): 'yes' | 'no' | 'unknown' {
    return this.#services.reachable()
  }

  swarmChanged(): void {
    this.#services.wakes.hasten(this, this.#services.ports.clock.now())
  }

  wakeAt(at: Millis): void {
    this.#services.wakes.hasten(this, at)
  }

  peerClosed(peer: Peer, reason: CloseReason): void {
    const { dialBack } = peer
    if (reason.blame === 'remote') this.ban(peer.endpoint, reason.code)
    else if (dialBack !== undefined) {
      // Whichever of two seeds leaves: the other does not come after it.
      const left = reason.code === 'CLOSED' || reason.code === 'RESET'
      const code = left && this.live?.complete === true && peer.isSeed ? 'BOTH_SEEDS' : reason.code
      this.discovery.candidates.closed(dialBack, code, this.now)
    }
  }

  ban(endpoint: Endpoint, reason: string): void {
    this.#services.trust.ban(endpoint)
    this.discovery.candidates.ban(endpoint)
    this.options.events.banned?.(endpointText(endpoint), reason)
    for (const peer of [...this.swarm.peers]) {
      if (this.#services.trust.banned(peer.endpoint)) peer.close({ code: 'BANNED', blame: 'local' })
    }
  }

  // ── commands ──

  start(): void {
    this.states.start()
  }

  /** Disconnects everybody, makes what is here durable, closes files. */
  pause(): Promise<void> {
    return this.states.pause()
  }

  /** Looks at everything on disk anew, and then runs. */
  recheck(): Promise<void> {
    return this.states.recheck()
  }

  /** Deletes what was written for this torrent; the torrent is paused afterwards. */
  deleteData(): Promise<void> {
    return this.states.deleteData()
  }

  /** Takes all files to another folder, in every state but `checking`; goes on where an earlier attempt stopped. */
  move(folder: string, onProgress?: (bytes: number) => void): Promise<MoveResult> {
    return this.states.move(folder, onProgress)
  }

  /** @param components below the save folder, made safe by metainfo/paths.ts */
  renameFile(file: number, components: readonly string[]): Promise<MoveResult> {
    return this.states.withFiles((storage) => storage.renameFile(file, components))
  }

  setMaxPeers(count: number): void {
    this.#maxPeers = count
    this.swarm.makeFit()
    this.swarmChanged()
  }

  /** Asks for peers now: trackers as soon as each permits, the DHT, the local network. */
  reannounce(): void {
    this.discovery.again(this.now)
    this.swarmChanged()
  }

  /** By hand, so without the rule of scope. */
  addPeer(endpoint: Endpoint): void {
    this.found([{ endpoint, source: 'hand', teller: 'hand' }])
  }

  /** Payload moving either way now. */
  bytesPerSecond(now: Millis): number {
    return this.swarm.downRate.rate(now) + this.swarm.upRate.rate(now)
  }

  status(): TorrentStatus {
    return statusOf(this, this.now)
  }

  // ── connections ──

  adopt(
    done: HandshakeDone,
    incoming: boolean,
    source: string,
    over: () => void,
  ): AdoptRefusal | 'NOT_RUNNING' | undefined {
    const running = this.state.name === 'live' || this.state.name === 'metadata'
    const { remote } = done.connection
    const from = !incoming && this.connecting.isPunched(remote) ? 'punched' : source
    const refusal = running ? this.swarm.adopt(done, incoming, from, over) : 'NOT_RUNNING'
    if (!incoming) this.connecting.answered(remote, refusal, this.now)
    if (refusal === undefined && this.swarm.peers.size === 1) this.options.events.peopled?.()
    return refusal
  }

  /** Whether something may come of a dial: not where two parted who had everything, as long as we have it. */
  mayGainFrom(to: Endpoint): boolean {
    return this.live?.complete !== true || !this.discovery.candidates.partedAsSeeds(to)
  }

  /** Another connection of its address lacks a place: ends this one if nobody has any use for it. @returns whether it did */
  makesRoom(connection: Connection): boolean {
    const peer = [...this.swarm.peers].find((one) => one.connection === connection)
    const code = peer === undefined ? undefined : ofNoUse(peer, this.live?.complete, this.now)
    if (code === undefined) return false
    peer?.close({ code, blame: 'nobody' })
    return true
  }

  dialFailed(to: Endpoint, reason: string): void {
    this.connecting.failed(to, reason, this.now)
    this.swarmChanged()
  }

  // ── time ──

  wake(now: Millis): Millis | undefined {
    const { state } = this
    if (state.name === 'paused' || state.name === 'failed') return undefined
    this.discovery.tick(now)
    if (state.name === 'metadata') {
      state.fetch.tick(now)
      state.fetch.consider(this.swarm.peers, now)
    }
    if (state.name === 'live') {
      state.parts.live.tick(now)
      state.parts.hashes.tick(now)
      state.parts.webSeeds.tick(now)
      state.parts.reliance.tick(this.swarm.peers, now)
    }
    if (state.name !== 'checking') {
      this.swarm.tick(now)
      this.connecting.tick(this.wantsPeers, now)
    }
    if (this.swarm.peers.size > 0) this.whySlow.at(now)
    return this.#nextWake(now)
  }

  #nextWake(now: Millis): Millis | undefined {
    const busy = this.swarm.peers.size > 0 || this.connecting.underWay > 0
    return earliest(
      busy ? after(now, SWARM_TICK_MS) : undefined,
      this.discovery.deadline(),
      this.wantsPeers ? this.discovery.candidates.deadline(now) : undefined,
      this.live?.store.deadline(),
      this.webSeeds?.deadline(now),
    )
  }

  get wantsPeers(): boolean {
    if (this.state.name === 'metadata') return true
    // Seeds dial too: a leecher behind a router can only be reached from here.
    return this.state.name === 'live' && this.swarm.peers.size < this.maxPeers
  }

  // ── discovery ──

  found(hints: readonly PeerHint[]): number {
    const added = this.discovery.candidates.add(hints, this.now)
    if (added > 0) this.swarmChanged()
    return added
  }

  get now(): Millis {
    return this.#services.ports.clock.now()
  }
}
