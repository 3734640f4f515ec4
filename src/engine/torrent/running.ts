// The parts of a torrent that exist while its files are open, and the ear for what storage tells: opened, checked, then live.
// Invariant: events of a storage that was closed, or is not live yet, change nothing.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import { type StorageEvents, TorrentStorage } from '../storage/torrent-storage.ts'
import { problemOf, type StorageProblem } from '../storage/trouble.ts'
import type { WebSeeds } from '../webseed/web-seeds.ts'
import type { ExpectedPieces } from './expected-hashes.ts'
import { HashExchange } from './hash-exchange.ts'
import { HashServe } from './hash-serve.ts'
import { HashTrees } from './hash-trees.ts'
import { leavesFromDisk } from './leaves-from-disk.ts'
import { Live } from './live.ts'
import { PoisonDefence } from './poison-defence.ts'
import type { TorrentServices } from './services.ts'
import type { Problem } from './state.ts'
import type { Torrent } from './torrent.ts'
import { V1Reliance } from './v1-reliance.ts'
import { webSeedsOf } from './web-seeds-of.ts'

/** What happened that the torrent itself must act on. */
export interface RunningEvents {
  finished(): void
  /** Something that was here is not any more. */
  incomplete(): void
  problemChanged(): void
  failed(problem: Problem): void
  /** Piece layers became known. */
  learned(): void
}

export class Running implements StorageEvents {
  readonly storage: TorrentStorage
  readonly #torrent: Torrent
  readonly #services: TorrentServices
  readonly #events: RunningEvents
  readonly #expected: ExpectedPieces
  readonly #merkle: Merkle
  readonly #reliance: V1Reliance
  /** What was wanted when it was opened. */
  readonly #opened: readonly unknown[]
  #parts: Parts | undefined
  #closed = false

  /** Opens the files; nothing is checked yet and nobody is served. */
  static async open(
    torrent: Torrent,
    metainfo: Metainfo,
    expected: ExpectedPieces,
    services: TorrentServices,
    events: RunningEvents,
  ): Promise<Running | StorageProblem> {
    let running: Running | undefined
    const { options } = torrent
    const opened = await TorrentStorage.open({
      ports: services.ports,
      pool: services.pool,
      openFiles: services.openFiles,
      claims: services.claims,
      metainfo,
      expected,
      saveFolder: torrent.states.homeFolder,
      journalPath: services.journalPath(torrent),
      partSuffix: options.partSuffix,
      preallocate: options.preallocate,
      wanted: torrent.wishes.open,
      withheld: torrent.wishes.withheld,
      trusted: options.justHashed,
      ...(options.onlyAs === undefined ? {} : { onlyAs: options.onlyAs }),
      agreed: options.agreed,
      refetch: options.refetch ?? false,
      ...(options.diskPaths === undefined ? {} : { diskPaths: options.diskPaths }),
      finalize: async (index, path) => {
        const file = metainfo.files[index]
        if (file !== undefined) {
          if (running !== undefined && !(await running.#agreed(file, path))) return 'hold'
          await options.beforeFinal?.({ index, path, components: file.path, lengthBytes: file.lengthBytes })
        }
        return 'ok'
      },
      events: forwarding(() => running),
    })
    if ('refused' in opened) return opened.refused
    running = new Running(torrent, services, metainfo, expected, opened, events)
    return running
  }

  private constructor(
    torrent: Torrent,
    services: TorrentServices,
    metainfo: Metainfo,
    expected: ExpectedPieces,
    storage: TorrentStorage,
    events: RunningEvents,
  ) {
    this.#torrent = torrent
    this.#services = services
    this.#expected = expected
    this.storage = storage
    this.#events = events
    this.#opened = wishesOf(torrent)
    this.#merkle = new Merkle(services.ports.digest)
    const decided = () => {
      this.#parts?.hashes.forgetLayers()
      this.#judgeable()
    }
    const { hasher } = services.ports
    this.#reliance = new V1Reliance({ metainfo, expected, merkle: this.#merkle, hasher, decided }, (piece) =>
      storage.have.has(piece),
    )
  }

  /** The parts that meet peers, made from what storage has by now. */
  goLive(metainfo: Metainfo): Parts {
    const { storage } = this
    const { ports, trust } = this.#services
    const torrent = this.#torrent
    const live = new Live({
      metainfo,
      storage,
      expected: this.#expected,
      peers: torrent.swarm.peers,
      random: ports.random,
      sequential: torrent.wishes.sequential,
      superSeed: torrent.wishes.superSeed,
      priorities: torrent.wishes.priorities,
      withheld: torrent.wishes.withheld,
      uploadLimit: () => torrent.upLimit,
      now: () => ports.clock.now(),
    })
    // Somebody changed them while it was checked.
    if (wishesOf(torrent).some((wish, at) => wish !== this.#opened[at]))
      void storage.setWanted(torrent.wishes.open, torrent.wishes.withheld)
    const { geometry } = metainfo
    const read: typeof storage.read = (...run) => storage.read(...run)
    const trees = new HashTrees(metainfo, this.#expected, this.#merkle)
    const hashServe = new HashServe({
      trees,
      have: (piece) => storage.have.has(piece) && !live.isWithheld(piece),
      leavesFromDisk: (piece) => leavesFromDisk(piece, geometry.payloadOf(piece), read, ports.hasher),
    })
    const hashes = new HashExchange({
      trees,
      now: () => ports.clock.now(),
      lied: (peer) => peer.close({ code: 'HASHES_WRONG', blame: 'remote' }),
      learned: () => {
        this.#events.learned()
        this.#judgeable()
      },
    })
    if (this.#expected.v1Alone) hashes.forgetLayers()
    const webSeeds = webSeedsOf(torrent, this.#services, metainfo, live)
    const poison = new PoisonDefence({
      live,
      hashes,
      webSeeds,
      peers: torrent.swarm.peers,
      trust,
      blockHashes: (piece) => {
        const whole = metainfo.version === 'v1'
        const bytes = whole ? geometry.pieceBytes(piece) : geometry.payloadOf(piece)
        return leavesFromDisk(piece, bytes, (...run) => storage.readJudged(...run), ports.hasher)
      },
      ban: (endpoint, code) => torrent.ban(endpoint, code),
    })
    this.#parts = { live, hashes, hashServe, poison, webSeeds, reliance: this.#reliance, running: this }
    return this.#parts
  }

  /** What waited for hashes can be judged, and asked for. */
  #judgeable(): void {
    this.storage.hashesKnown()
    for (const peer of this.#torrent.swarm.peers) {
      peer.reviewInterest()
      peer.download.fill(this.#services.ports.clock.now())
    }
  }

  /** Before a file gets its final name: both halves of a hybrid must describe what is in it. */
  async #agreed(file: TorrentFile, path: string): Promise<boolean> {
    if (!this.#reliance.unproven.has(file)) return true
    const proven = await this.#reliance.prove(file, path)
    if (this.#closed) return false
    if (proven) this.#events.learned()
    else this.#events.failed({ code: 'HYBRID_DISAGREES', data: { file: file.index } })
    return proven
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#parts?.poison.close()
    const { webSeeds } = this.#parts ?? {}
    webSeeds?.close()
    for (const { name, downloadedBytes } of webSeeds?.status(this.#services.ports.clock.now()) ?? [])
      this.#torrent.swarm.ledger.left(name, '', downloadedBytes, 0)
    await this.storage.close()
  }

  // ── StorageEvents ──

  pieceVerified(piece: PieceIndex): void {
    this.#live((parts) => {
      parts.poison.passed(piece)
      parts.live.verified(piece)
    })
  }

  pieceFailed(piece: PieceIndex, leaves: Uint8Array | undefined): void {
    if (this.#parts !== undefined) this.#live((parts) => parts.poison.failed(piece, leaves))
    else if (!this.#closed) this.storage.resetBlocks(piece, 'all')
  }

  pieceInconsistent(piece: PieceIndex): void {
    if (!this.#closed) this.#events.failed({ code: 'HYBRID_DISAGREES', data: { piece } })
  }

  piecesLost(pieces: readonly PieceIndex[]): void {
    this.#live((parts) => {
      this.#events.incomplete()
      parts.live.lost(pieces)
    })
  }

  blocksLost(piece: PieceIndex, blocks: readonly number[]): void {
    this.#live((parts) => parts.live.blocksLost(piece, blocks))
  }

  memoryAvailable(): void {
    const now = this.#services.ports.clock.now()
    this.#live((parts) => {
      parts.live.memoryAvailable(now)
      parts.webSeeds.fill(now)
    })
  }

  durable(): void {
    // What is durable matters to storage's own journal; peers were told when pieces were verified.
  }

  fileCompleted(file: number, path: string): void {
    if (!this.#closed) this.#torrent.options.events.fileCompleted?.(file, path)
  }

  finished(): void {
    if (this.#closed) return
    if (this.#reliance.unproven.size === 0) this.#events.finished()
    else void this.#finishProven()
  }

  /** Files that had their final names before they could be proven: found on disk, or renamed just before a crash. */
  async #finishProven(): Promise<void> {
    try {
      for (const file of [...this.#reliance.unproven]) {
        const path = this.storage.path(file.index)
        if (path !== undefined && this.storage.isWanted(file.index) && !(await this.#agreed(file, path)))
          return
      }
      if (!this.#closed) this.#events.finished()
    } catch (error) {
      const { code, ...data } = problemOf(error)
      if (!this.#closed) this.#events.failed({ code, data })
    }
  }

  trouble(problem: StorageProblem): void {
    this.#live((parts) => {
      parts.live.trouble(problem)
      parts.webSeeds.stop()
      this.#events.problemChanged()
    })
  }

  recovered(): void {
    this.#live((parts) => {
      parts.live.recovered(this.#services.ports.clock.now())
      this.#events.problemChanged()
    })
  }

  deadlineChanged(at: Millis): void {
    if (!this.#closed) this.#torrent.wakeAt(at)
  }

  #live(use: (parts: Parts) => void): void {
    if (!this.#closed && this.#parts !== undefined) use(this.#parts)
  }
}

/** Replaced whenever one changes. */
function wishesOf({ wishes }: Torrent): readonly unknown[] {
  return [wishes.priorities, wishes.withheld]
}

/** What exists in the live state only. */
export interface Parts {
  readonly live: Live
  readonly hashes: HashExchange
  readonly hashServe: HashServe
  readonly poison: PoisonDefence
  readonly webSeeds: WebSeeds
  readonly reliance: V1Reliance
  readonly running: Running
}

/** Storage is opened before there is somebody to listen; what it tells until then is found in its state afterwards. */
function forwarding(to: () => Running | undefined): StorageEvents {
  return {
    pieceVerified: (piece) => to()?.pieceVerified(piece),
    pieceFailed: (piece, leaves) => to()?.pieceFailed(piece, leaves),
    pieceInconsistent: (piece) => to()?.pieceInconsistent(piece),
    piecesLost: (pieces) => to()?.piecesLost(pieces),
    blocksLost: (piece, blocks) => to()?.blocksLost(piece, blocks),
    memoryAvailable: () => to()?.memoryAvailable(),
    durable: () => to()?.durable(),
    fileCompleted: (file, path) => to()?.fileCompleted(file, path),
    finished: () => to()?.finished(),
    trouble: (problem) => to()?.trouble(problem),
    recovered: () => to()?.recovered(),
    deadlineChanged: (at) => to()?.deadlineChanged(at),
  }
}
