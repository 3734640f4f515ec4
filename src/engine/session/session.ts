// All torrents of one client, by (infohash, realm): one listener, one connection budget, one memory pool, one alarm.
// It coordinates and shares out; what happens inside a torrent is the torrent's.

import { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import { type Infohash, type Millis, type WireHash, wireHash } from '../../base/ids.ts'
import { DiskError, type Ports } from '../../base/ports.ts'
import { MetainfoError } from '../../metainfo/error.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { readInfo } from '../../metainfo/read.ts'
import { LanDiscovery } from '../discovery/lsd.ts'
import { ReusedFrames } from '../peer/frame-pool.ts'
import type { Allowance } from '../peer/host.ts'
import { TrustTable } from '../peer/trust.ts'
import { BufferPool } from '../storage/buffer-pool.ts'
import { OpenFiles } from '../storage/open-files.ts'
import { PathClaims } from '../storage/path-claims.ts'
import { OpeningTurns } from '../torrent/opening-turns.ts'
import type { ClosedRealm, Realm, TorrentOptions } from '../torrent/options.ts'
import type { TorrentServices } from '../torrent/services.ts'
import type { Problem } from '../torrent/state.ts'
import { Torrent } from '../torrent/torrent.ts'
import { ConnectionBudget } from './connection-budget.ts'
import { Connector } from './connector.ts'
import { ContentAnnouncer } from './content-announcer.ts'
import { ContentTorrents } from './content-torrents.ts'
import { Encryption } from './encryption.ts'
import { PublicTorrents } from './public-torrents.ts'
import type { QueueLimits } from './queue-policy.ts'
import { RateLimiter } from './rate-limiter.ts'
import { Reach } from './reach.ts'
import { Realms } from './realms.ts'
import { ResumeStore } from './resume-store.ts'
import type { SessionOptions } from './session-options.ts'
import { TorrentQueue } from './torrent-queue.ts'

export class SessionError extends CodedError<'TORRENT_ALREADY_ADDED' | 'NO_INFOHASH' | 'NOT_IN_REALM'> {}

export class Session {
  readonly #ports: Ports
  readonly #options: SessionOptions
  readonly #store: ResumeStore
  readonly #wakes: DeadlineQueue
  readonly #trust = new TrustTable()
  readonly #openFiles: OpenFiles
  readonly #pool: BufferPool
  readonly #lan: LanDiscovery | undefined
  readonly #connector: Connector
  readonly #reach: Reach
  readonly #services: TorrentServices
  readonly #queue: TorrentQueue<Torrent>
  readonly #budget: ConnectionBudget
  readonly #torrents = new Set<Torrent>()
  readonly #public: PublicTorrents
  readonly #frames = new ReusedFrames()
  /** Opened for whoever asks, over what is offered to everyone; undefined where nothing is. */
  readonly content: ContentTorrents | undefined
  readonly #announcer: ContentAnnouncer | undefined
  /** Undefined where nobody can say anything of closed realms. */
  readonly realms: Realms | undefined
  readonly #up = new RateLimiter(() => this.upLimit)
  upLimit: number | undefined
  downLimit: number | undefined
  /** Where people whom the person knows are seen: they go first among those who want something. */
  known: ReadonlySet<string> = new Set()

  private constructor(ports: Ports, options: SessionOptions) {
    this.#ports = ports
    this.#options = options
    this.upLimit = options.upLimit
    this.downLimit = options.downLimit
    this.#store = new ResumeStore(ports.disk, ports.digest, options.stateFolder)
    this.#wakes = new DeadlineQueue(ports.clock)
    this.#openFiles = new OpenFiles(ports.disk, () => ports.clock.now(), options.maxOpenFiles)
    this.#pool = new BufferPool(options.bufferBytes)
    this.#lan = options.lan
      ? new LanDiscovery({ udp: ports.udp, clock: ports.clock, random: ports.random, wakes: this.#wakes })
      : undefined
    this.#public = new PublicTorrents(ports.digest)
    this.#budget = new ConnectionBudget({
      // Torrents bound themselves (maxPeers): only they know who should make room for a newcomer.
      maxPerTorrent: Number.POSITIVE_INFINITY,
      ...options.connectionLimits,
      maxConnections: options.maxConnections,
    })
    this.#connector = new Connector({
      ports,
      budget: this.#budget,
      trust: this.#trust,
      gate: options.gate,
      ways: (how, to) => this.#reach.ways(how, to),
      encryption: new Encryption({
        mode: options.encryption,
        ports,
        frames: this.#frames,
        find: (tag, host) => this.#public.find(tag) ?? this.content?.byTag(tag, host),
      }),
      contacting: (to) => this.#reach.reachability.dialled(to, ports.clock.now()),
      lookup: (hash) => this.#public.get(hash),
      realms: () => this.realms,
      onDemand:
        options.content === undefined
          ? undefined
          : async (hash, host) => this.#public.get(hash) ?? (await this.content?.open(hash, host)),
    })
    this.#reach = new Reach(ports, options, this.#wakes, (connection) => this.#connector.accepted(connection))
    this.#services = this.#makeServices()
    this.realms =
      options.realms &&
      new Realms({
        ways: options.realms,
        ports,
        wakes: this.#wakes,
        services: this.#services,
        own: this.#torrents,
        accept: (realm, connection) => this.#connector.acceptedIn(realm, connection),
      })
    const { content: source } = options
    if (source !== undefined) {
      const now = () => ports.clock.now()
      this.content = new ContentTorrents({
        source,
        ports,
        wakes: this.#wakes,
        make: (wish) => new Torrent(wish, this.#services),
        opened: (torrent) => this.#public.add(torrent),
        closed: (torrent) => this.#public.remove(torrent),
        own: (hash) => this.#own(hash),
      })
      this.#announcer = new ContentAnnouncer({
        source,
        wakes: this.#wakes,
        dht: () => this.#reach.dht,
        now,
        hasOwn: (hash) => this.#own(hash) !== undefined,
      })
    }
    this.#queue = new TorrentQueue(queueLimits(options), this.#wakes, () => ports.clock.now())
  }

  /** Opens state and listener. @throws SocketError when the port cannot be had, DiskError for the state folder */
  static async open(ports: Ports, options: SessionOptions): Promise<Session> {
    const session = new Session(ports, options)
    await session.#store.open()
    session.#reach.moved = () => {
      for (const torrent of session.#torrents) torrent.discovery.moved(session.now)
    }
    await session.#reach.open()
    await session.#lan?.start()
    session.#announcer?.start()
    return session
  }

  get listenPort(): number {
    return this.#reach.listenPort
  }

  /** Undefined when nobody can connect to us. */
  get listensAt(): Endpoint | undefined {
    return this.#reach.listensAt
  }

  /** Ports, the DHT, and what is known of our address outside. */
  get reach(): Reach {
    return this.#reach
  }

  get torrents(): ReadonlySet<Torrent> {
    return this.#torrents
  }

  find(hash: Infohash, realm: Realm = 'public'): Torrent | undefined {
    if (realm === 'public') return this.#own(wireHash(hash))
    for (const torrent of this.#torrents) {
      if (torrent.options.realm === realm && torrent.identity.ownHashes.includes(wireHash(hash)))
        return torrent
    }
    return undefined
  }

  /** Not one that strangers had opened. */
  #own(hash: WireHash): Torrent | undefined {
    const found = this.#public.get(hash)
    return found !== undefined && this.#torrents.has(found) ? found : undefined
  }

  /** What an earlier run kept about this torrent: metadata learned from peers. */
  kept(hash: Infohash): Promise<Metainfo | undefined> {
    return this.#store.read(hash).then((torrent) => torrent?.metainfo)
  }

  /** Where the journal of such a torrent may lie: by each hash it is known by. */
  journalPaths(options: Pick<TorrentOptions, 'infohashV1' | 'infohashV2' | 'saveFolder'>): string[] {
    const hashes = [options.infohashV1, options.infohashV2].filter((hash) => hash !== undefined)
    return hashes.map((hash) => this.#store.journalPath(hash, options.saveFolder))
  }

  /**
   * Adds it at the end of the queue; it starts when it is wanted (default) and has a place.
   * @throws SessionError when it is here already in this realm
   */
  add(options: TorrentOptions, how: { readonly wanted?: boolean; readonly forced?: boolean } = {}): Torrent {
    const hashes = [options.infohashV1, options.infohashV2].filter((hash) => hash !== undefined)
    if (hashes.length === 0) throw new SessionError('NO_INFOHASH')
    for (const hash of hashes) {
      if (this.find(hash, options.realm) !== undefined)
        throw new SessionError('TORRENT_ALREADY_ADDED', { infohash: hash })
    }
    const torrent =
      options.realm === 'public' ? this.#opened(options, hashes) : this.#enclosed(options.realm, options)
    this.#torrents.add(torrent)
    this.#public.add(torrent)
    this.#queue.add(torrent, how)
    return torrent
  }

  #opened(options: TorrentOptions, hashes: readonly Infohash[]): Torrent {
    for (const hash of hashes) this.content?.yield(wireHash(hash))
    return new Torrent(options, this.#services)
  }

  /** @throws SessionError NOT_IN_REALM */
  #enclosed(realm: ClosedRealm, options: TorrentOptions): Torrent {
    const torrent = this.realms?.enclose(realm, options)
    if (torrent === undefined) throw new SessionError('NOT_IN_REALM', { realm })
    return torrent
  }

  /** How many may get and give at once, from now on. */
  setQueueLimits(limits: Pick<SessionOptions, 'maxActiveDownloads' | 'maxActiveSeeds'>): void {
    this.#queue.setLimits(queueLimits(limits))
  }

  /** Open connections, and how many there may be. Lowering the limit closes none: no new ones are made until there is room. */
  get connections(): { readonly now: number; readonly most: number } {
    return { now: this.#budget.size, most: this.#budget.limits.maxConnections }
  }

  setMaxConnections(count: number): void {
    this.#budget.limits = { ...this.#budget.limits, maxConnections: count }
  }

  /** Stops until resume(): everybody is disconnected, files are closed. */
  async pause(torrent: Torrent): Promise<void> {
    this.#queue.setWanted(torrent, false)
    await torrent.pause()
  }

  /** Runs again, or waits for its place in the queue. */
  resume(torrent: Torrent): void {
    if (torrent.stateName === 'failed') torrent.start()
    this.#queue.setWanted(torrent, true)
  }

  /** Order, limits, and who waits for a place. */
  get queue(): TorrentQueue<Torrent> {
    return this.#queue
  }

  /** Stops it; with `data` also deletes what it wrote. */
  async remove(torrent: Torrent, what: { readonly data: boolean }): Promise<void> {
    this.#public.remove(torrent)
    this.#torrents.delete(torrent)
    this.#queue.remove(torrent)
    if (what.data) await torrent.deleteData()
    await torrent.pause()
    this.#wakes.forget(torrent)
  }

  /** Stops everything in order: peers told, trackers told, bytes durable, files closed. */
  async close(): Promise<void> {
    await this.#reach.stopListening()
    this.#announcer?.close()
    for (const torrent of this.#torrents) this.#queue.remove(torrent)
    await Promise.all([
      this.content?.close(),
      this.realms?.close(),
      ...[...this.#torrents].map((torrent) => torrent.pause()),
    ])
    for (const torrent of this.#torrents) this.#wakes.forget(torrent)
    this.#connector.close()
    this.#lan?.close()
    await this.#reach.close()
    await this.#openFiles.closeAll()
    await this.#store.settled()
  }

  /** Something else is offered to everyone now: what is not any more has nobody connected when this resolves. */
  async offersChanged(): Promise<void> {
    this.#announcer?.offersChanged()
    await this.content?.offersChanged()
  }

  /** Takes a ban back, of all torrents. */
  pardon(endpoint: Endpoint): void {
    this.#trust.forget(endpoint)
    for (const torrent of this.#torrents) torrent.discovery.candidates.pardon(endpoint)
  }

  /** A part of the upload limit for something that is given beside the torrents; one for each that asks. */
  uploading(): Allowance {
    return this.#up.asker()
  }

  #makeServices(): TorrentServices {
    const up = this.#up
    const down = new RateLimiter(() => this.downLimit)
    return {
      ports: this.#ports,
      wakes: this.#wakes,
      frames: this.#frames,
      pool: this.#pool,
      openFiles: this.#openFiles,
      claims: new PathClaims(),
      openings: new OpeningTurns(),
      local: this.#options.local,
      trust: this.#trust,
      lan: this.#lan,
      agent: this.#options.agent,
      dht: () => this.#reach.dht,
      announcedPort: () => this.#reach.announcedPort,
      listenPort: () => this.#reach.listenPort,
      udpPort: () => this.#reach.udpPort,
      mayBeHidden: () => this.#reach.mayBeHidden,
      punches: () => this.#reach.punches,
      outside: this.#reach.reachability,
      knows: ({ host }) => this.known.has(host),
      limiter: (direction, own, weight) =>
        new RateLimiter(own, (direction === 'up' ? up : down).asker(weight)),
      totalDownLimit: () => this.downLimit,
      reachable: () => this.#reach.judge().answer,
      dial: (torrent, to, how) => this.#connector.dial(torrent, to, how),
      readInfo: (infoBytes, expected) => this.#readInfo(infoBytes, expected),
      placeChanged: () => this.#queue.apply(),
      keep: (torrent, metainfo) => {
        this.#public.add(torrent)
        void this.#keep(torrent, metainfo)
      },
      journalPath: (torrent) => {
        if (torrent.options.onlyAs !== undefined) return undefined
        // By the metadata's hashes, not the link's: a link may name one half of a hybrid only.
        const { infohashV1, infohashV2 } = torrent.metainfo ?? torrent.options
        return this.#store.journalPath((infohashV2 ?? infohashV1) as Infohash, torrent.states.homeFolder)
      },
    }
  }

  async #keep(torrent: Torrent, metainfo: Metainfo): Promise<void> {
    try {
      await this.#store.keep(metainfo, torrent.layers)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#options.warn?.({ code: 'METADATA_NOT_KEPT', name: metainfo.name, why: error.code })
    }
  }

  #readInfo(
    infoBytes: Uint8Array,
    expected: Pick<TorrentOptions, 'infohashV1' | 'infohashV2'>,
  ): Metainfo | Problem | 'not-this' {
    try {
      return readInfo(infoBytes, this.#ports.digest, expected, { names: this.#ports.disk.nameRules })
    } catch (error) {
      if (!(error instanceof MetainfoError)) throw error
      return error.code === 'WRONG_INFOHASH' ? 'not-this' : { code: error.code, data: { ...error.data } }
    }
  }

  /** For tests and the simulator: the moment this session lives in. */
  get now(): Millis {
    return this.#ports.clock.now()
  }
}

/** All together: every getting and giving one, stalled ones included. */
function queueLimits(options: Pick<SessionOptions, 'maxActiveDownloads' | 'maxActiveSeeds'>): QueueLimits {
  const { maxActiveDownloads, maxActiveSeeds } = options
  return {
    maxDownloads: maxActiveDownloads,
    maxSeeds: maxActiveSeeds,
    maxActive: maxActiveDownloads + maxActiveSeeds,
  }
}
