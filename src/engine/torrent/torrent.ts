// One torrent: a small state union (STATE.md) over a swarm of peers, storage and discovery. It coordinates; picker, choker,
// storage and discovery decide. Invariant: storage is open exactly in `checking` and `live`; peers are connected in
// `metadata` and `live` only.

import type { Sleeper } from '../../base/deadline-queue.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, earliest, type Millis, type PeerId, type WireHash } from '../../base/ids.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { PeerHint } from '../discovery/candidates.ts'
import { Discovery } from '../discovery/discovery.ts'
import { PexTable } from '../discovery/pex.ts'
import type { HandshakeDone } from '../peer/handshaking.ts'
import type { CloseReason } from '../peer/host.ts'
import type { Peer } from '../peer/peer.ts'
import type { WebSeeds } from '../webseed/web-seeds.ts'
import { priorityTo } from './canonical-priority.ts'
import { Connecting } from './connecting.ts'
import { discoveryFactsOf } from './discovery-facts.ts'
import { ExpectedPieces } from './expected-hashes.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { HashServe } from './hash-serve.ts'
import { Identity } from './identity.ts'
import type { Live } from './live.ts'
import { MetadataFetch } from './metadata-fetch.ts'
import { MetadataServe } from './metadata-serve.ts'
import type { TorrentOptions } from './options.ts'
import type { Punching } from './punching.ts'
import { type Parts, Running } from './running.ts'
import type { TorrentServices } from './services.ts'
import type { Problem, TorrentState } from './state.ts'
import type { StateName, TorrentStatus } from './status.ts'
import { statusOf } from './status-of.ts'
import { type AdoptRefusal, SWARM_TICK_MS, Swarm, type SwarmOwner } from './swarm.ts'
import { Wishes } from './wishes.ts'

export class Torrent implements SwarmOwner, Sleeper {
  readonly options: TorrentOptions
  readonly identity: Identity
  readonly swarm: Swarm
  readonly discovery: Discovery
  readonly connecting: Connecting
  readonly wishes: Wishes
  upLimit: number | undefined
  downLimit: number | undefined
  readonly #services: TorrentServices
  readonly #pex: PexTable | undefined
  #state: TorrentState = { name: 'paused' }
  #metainfo: Metainfo | undefined
  #expected: ExpectedPieces | undefined
  #serve: MetadataServe | undefined
  /** Changes with every state change: an answer to slow work that belongs to an earlier state is dropped. */
  #generation = 0
  #finished = false
  #checkedBytes = 0
  #doneAtRest = 0
  #closing: Promise<void> | undefined

  constructor(options: TorrentOptions, services: TorrentServices) {
    this.options = options
    this.#services = services
    this.identity = new Identity(options, options.realm, services.ports.random, () => this.mayUseDht)
    this.swarm = new Swarm(this, services, { up: () => this.upLimit, down: () => this.downLimit })
    this.#pex = options.pex ? new PexTable(services.ports.random) : undefined
    this.wishes = new Wishes({
      live: () => this.live,
      peers: this.swarm.peers,
      changed: () => {
        this.#finished = false
        this.swarmChanged()
      },
      sequential: options.sequential,
    })
    if (options.metainfo !== undefined) this.#know(options.metainfo)
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
      maxPeers: options.maxPeers,
      dial: (to, how) => services.dial(this, to, how),
      // Whom a private torrent's tracker did not tell of is nobody of ours (BEP 27).
      mayPunch: () => this.#metainfo?.private !== true && services.punches(),
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

  /** Piece layers known by now (v2). */
  get layers(): ReadonlyMap<string, Uint8Array> {
    return this.#expected?.layers ?? new Map()
  }

  get metainfo(): Metainfo | undefined {
    return this.#metainfo
  }

  /** Hashes under which others may connect: one, or both of a hybrid. */
  get wireHashes(): readonly WireHash[] {
    return this.identity.wireHashes
  }

  // ── SwarmOwner ──

  get #parts(): Parts | undefined {
    return this.#state.name === 'live' ? this.#state.parts : undefined
  }

  get live(): Live | undefined {
    return this.#parts?.live
  }

  /** None for a private torrent (BEP 27), also when a magnet only turns out to be one. */
  get pex(): PexTable | undefined {
    return this.#metainfo?.private === true ? undefined : this.#pex
  }

  get punching(): Punching | undefined {
    return this.connecting.punching
  }

  get mayUseDht(): boolean {
    return this.options.dht && this.#metainfo?.private !== true && this.#services.dht() !== undefined
  }

  get fetch(): MetadataFetch | undefined {
    return this.#state.name === 'metadata' ? this.#state.fetch : undefined
  }

  get hashes(): HashExchange | undefined {
    return this.#parts?.hashes
  }

  get hashServe(): HashServe | undefined {
    return this.#parts?.hashServe
  }

  get webSeeds(): WebSeeds | undefined {
    return this.#parts?.webSeeds
  }

  get serve(): MetadataServe | undefined {
    return this.#serve
  }

  get infoBytes(): number | undefined {
    return this.#metainfo?.infoBytes.length
  }

  get maxPeers(): number {
    return this.options.maxPeers
  }

  get state(): TorrentState {
    return this.#state
  }

  get stateName(): StateName {
    return this.#state.name
  }

  get finished(): boolean {
    return this.#finished
  }

  get hasAllWanted(): boolean {
    return this.live?.done ?? (this.#finished || this.options.wasFinished === true)
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
    else if (dialBack !== undefined) this.discovery.candidates.closed(dialBack, reason.code, this.#now())
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

  /** From paused or failed: opens its files, or asks peers for the list of them. */
  start(): void {
    if (this.#state.name !== 'paused' && this.#state.name !== 'failed') return
    if (this.#metainfo !== undefined) {
      void this.#open(this.#metainfo, 'pending')
      return
    }
    this.#fetchMetadata()
    this.discovery.start(this.#now())
    this.swarmChanged()
  }

  /** Disconnects everybody, makes what is here durable, closes files. */
  async pause(): Promise<void> {
    await this.#leave({ name: 'paused' })
  }

  /** Deletes what was written for this torrent; the torrent is paused afterwards. */
  async deleteData(): Promise<void> {
    const { live } = this
    // Before the memory of what is arriving goes back to all.
    this.webSeeds?.close()
    this.swarm.closeAll({ code: 'STOPPED', blame: 'local' })
    if (live !== undefined) await live.store.delete()
    await this.pause()
  }

  async recheck(): Promise<void> {
    const metainfo = this.#metainfo
    if (metainfo === undefined) return
    await this.#leave({ name: 'paused' })
    void this.#open(metainfo, 'all')
  }

  /** By hand, so without the rule of scope. */
  addPeer(endpoint: Endpoint): void {
    this.found([{ endpoint, source: 'hand', teller: 'hand' }])
  }

  /** Hashed from disk to find out what is here, in whole pieces, since it was added. */
  get checkedBytes(): number {
    return this.#checkedBytes
  }

  /** Verified bytes of wanted files when it was last live: what is here while files are closed. */
  get doneAtRest(): number {
    return this.#doneAtRest
  }

  /** Payload moving either way now. */
  bytesPerSecond(now: Millis): number {
    return this.swarm.downRate.rate(now) + this.swarm.upRate.rate(now)
  }

  status(): TorrentStatus {
    return statusOf(this, this.#now())
  }

  // ── connections ──

  adopt(
    done: HandshakeDone,
    incoming: boolean,
    source: string,
    over: () => void,
  ): AdoptRefusal | 'NOT_RUNNING' | undefined {
    const running = this.#state.name === 'live' || this.#state.name === 'metadata'
    const { remote } = done.connection
    const from = !incoming && this.connecting.isPunched(remote) ? 'punched' : source
    const refusal = running ? this.swarm.adopt(done, incoming, from, over) : 'NOT_RUNNING'
    if (!incoming) this.connecting.answered(remote, refusal, this.#now())
    return refusal
  }

  dialFailed(to: Endpoint, reason: string): void {
    this.connecting.failed(to, reason, this.#now())
    this.swarmChanged()
  }

  // ── time ──

  wake(now: Millis): Millis | undefined {
    const state = this.#state
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
    if (this.#state.name === 'metadata') return true
    // Seeds dial too: a leecher behind a router can only be reached from here.
    return this.#state.name === 'live' && this.swarm.peers.size < this.maxPeers
  }

  // ── states ──

  #become(state: TorrentState): number {
    this.#state = state
    this.#generation++
    this.options.events.stateChanged?.()
    this.swarmChanged()
    return this.#generation
  }

  async #leave(to: TorrentState): Promise<void> {
    const from = this.#state
    if (from.name === 'live') this.#doneAtRest = from.parts.live.doneBytes
    this.#become(to)
    this.swarm.closeAll({ code: 'STOPPED', blame: 'local' })
    const running =
      from.name === 'live' ? from.parts.running : from.name === 'checking' ? from.running : undefined
    const closing = Promise.all([this.discovery.stop(), this.#closing, running?.close()])
    this.#closing = closing.then(() => undefined)
    await closing
  }

  #fail(problem: Problem): void {
    void this.#leave({ name: 'failed', problem })
    this.#services.placeChanged()
  }

  #fetchMetadata(): void {
    const fetch = new MetadataFetch({
      complete: (infoBytes) => this.#metadataArrived(infoBytes),
      lied: (peer) => {
        this.ban(peer.endpoint, 'METADATA_WRONG')
        peer.close({ code: 'METADATA_WRONG', blame: 'remote' })
      },
    })
    this.#become({ name: 'metadata', fetch })
  }

  #metadataArrived(infoBytes: Uint8Array): boolean {
    const metainfo = this.#services.readInfo(infoBytes, this.options)
    if (metainfo === 'not-this') return false
    if ('code' in metainfo) {
      this.#fail(metainfo)
      return true
    }
    this.#know(metainfo)
    this.discovery.reviewDht()
    this.#services.keep(this, metainfo)
    this.options.events.metadata?.(metainfo)
    if (this.#state.name === 'metadata') void this.#open(metainfo, 'pending')
    return true
  }

  #know(metainfo: Metainfo): void {
    this.#metainfo = metainfo
    this.identity.know(metainfo)
    this.#expected = new ExpectedPieces(metainfo)
    this.#serve = new MetadataServe(metainfo.infoBytes)
    this.wishes.begin(metainfo, this.options.priorities)
  }

  async #open(metainfo: Metainfo, scope: 'pending' | 'all'): Promise<void> {
    const checking: TorrentState = {
      name: 'checking',
      doneBytes: 0,
      totalBytes: metainfo.geometry.payloadBytes,
      running: undefined,
    }
    const generation = this.#become(checking)
    await this.#closing
    const opened = await Running.open(this, metainfo, this.#expected as ExpectedPieces, this.#services, {
      finished: () => this.#finish(),
      incomplete: () => {
        this.#finished = false
      },
      problemChanged: () => this.options.events.problemChanged?.(),
      failed: (problem) => this.#fail(problem),
      learned: () => {
        // Once for all files: a torrent of thousands would be written thousands of times.
        if (this.#expected?.allKnown === true) this.#services.keep(this, metainfo)
      },
    })
    if (!(opened instanceof Running)) {
      if (generation === this.#generation) this.#fail({ code: opened.code, data: { ...opened } })
      return
    }
    if (generation !== this.#generation) {
      await opened.close()
      return
    }
    checking.running = opened
    if (scope === 'all' || opened.storage.needsCheck) {
      const before = this.#checkedBytes
      await opened.storage.check(scope, (donePieces, pieces) => {
        checking.doneBytes = donePieces * metainfo.pieceLengthBytes
        checking.totalBytes = pieces * metainfo.pieceLengthBytes
        this.#checkedBytes = before + checking.doneBytes
      })
    }
    if (generation !== this.#generation) return
    this.#become({ name: 'live', parts: opened.goLive(metainfo) })
    // Not while checking: whoever came would be sent away, and trackers would hear of a seed that has nothing.
    this.discovery.start(this.#now())
    this.swarm.contentKnown()
    this.hashes?.consider(this.swarm.peers)
  }

  #finish(): void {
    this.#finished = true
    this.#services.placeChanged()
    // Trackers count downloads: who came as a seed has made none.
    if (this.swarm.takenBytes > 0) this.discovery.completed(this.#now())
    for (const peer of this.swarm.peers) peer.sendExtensionHandshake()
    this.options.events.finished?.()
  }

  // ── discovery ──

  found(hints: readonly PeerHint[]): number {
    const added = this.discovery.candidates.add(hints, this.#now())
    if (added > 0) this.swarmChanged()
    return added
  }

  #now(): Millis {
    return this.#services.ports.clock.now()
  }
}
