// Whole torrents in memory without sessions, discovery and disk: production swarm, peers, picker, choker, hash exchange
// and poison defence over a store that really hashes. Joined by links after real handshakes.

import { concatBytes, equalBytes } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Millis, type PeerId, type PieceIndex, peerId, wireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { PeerHint } from '../../src/engine/discovery/candidates.ts'
import { PexTable } from '../../src/engine/discovery/pex.ts'
import { ReusedFrames } from '../../src/engine/peer/frame-pool.ts'
import {
  exchangeHandshakes,
  type HandshakeAnswer,
  type HandshakeDone,
  HandshakeError,
  type HandshakeFailure,
} from '../../src/engine/peer/handshaking.ts'
import type { CloseReason } from '../../src/engine/peer/host.ts'
import type { Peer } from '../../src/engine/peer/peer.ts'
import { TrustTable } from '../../src/engine/peer/trust.ts'
import { RateLimiter } from '../../src/engine/session/rate-limiter.ts'
import type { TorrentStorage } from '../../src/engine/storage/torrent-storage.ts'
import { ExpectedPieces } from '../../src/engine/torrent/expected-hashes.ts'
import { HashExchange } from '../../src/engine/torrent/hash-exchange.ts'
import { HashServe } from '../../src/engine/torrent/hash-serve.ts'
import { HashTrees } from '../../src/engine/torrent/hash-trees.ts'
import { Live } from '../../src/engine/torrent/live.ts'
import { MetadataFetch } from '../../src/engine/torrent/metadata-fetch.ts'
import { MetadataServe } from '../../src/engine/torrent/metadata-serve.ts'
import { PoisonDefence } from '../../src/engine/torrent/poison-defence.ts'
import { Punching } from '../../src/engine/torrent/punching.ts'
import type { TorrentServices } from '../../src/engine/torrent/services.ts'
import { type AdoptRefusal, Swarm, type SwarmOwner } from '../../src/engine/torrent/swarm.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import { Merkle, pieceLayer, rootLayer } from '../../src/metainfo/merkle.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { digest } from './digest.ts'
import { type LinkedConnection, type LinkOptions, link } from './linked-connections.ts'
import { MemoryContent, rightBytes } from './memory-content.ts'
import { infoV1, infoV2, leaf, torrent } from './torrents.ts'
import type { VirtualClock } from './virtual-clock.ts'

const merkle = new Merkle(digest)

/** One file of whole pieces, as MemoryContent has them. */
export function metainfoOf(pieces: number, blocksPerPiece: number, version: 'v1' | 'v2'): Metainfo {
  const pieceBytes = blocksPerPiece * BLOCK_BYTES
  const parts = Array.from({ length: pieces }, (_, piece) => rightBytes(piece, 0, pieceBytes))
  const whole = concatBytes(parts)
  const length = { 'piece length': pieceBytes }
  if (version === 'v1') {
    const hashes = concatBytes(parts.map((part) => digest.sha1(part)))
    return readTorrent(torrent(infoV1({ length: whole.length, pieces: hashes, ...length })), digest).metainfo
  }
  const layer = concatBytes(parts.map((part) => merkle.root(merkle.leaves(part), 0, pieceLayer(pieceBytes))))
  const root = merkle.root(merkle.leaves(whole), 0, rootLayer(whole.length))
  const layers = pieces > 1 ? { 'piece layers': new Map([[root, layer]]) } : {}
  return readTorrent(torrent(infoV2({ f: leaf(whole) }, length), layers), digest).metainfo
}

export interface TorrentSceneOptions {
  readonly metainfo: Metainfo
  /** '#' for what is had; undefined when even the metadata is missing. */
  readonly pieces: string | undefined
  readonly blocksPerPiece: number
  readonly maxPeers?: number
  readonly superSeed?: boolean
  readonly pex?: boolean
  readonly upLimit?: number
  readonly downLimit?: number
  /** Our address as others see it, where that is known. */
  readonly outsideHost?: string
}

export class TorrentScene implements SwarmOwner {
  readonly clock: VirtualClock
  readonly name: string
  readonly peerId: PeerId
  readonly endpoint: Endpoint
  readonly metainfo: Metainfo
  readonly trust = new TrustTable()
  readonly swarm: Swarm
  readonly pex: PexTable | undefined
  readonly punching: Punching
  /** Dials through holes that others make. */
  readonly punched: Endpoint[] = []
  /** What was learned of how others see us. */
  readonly outside: string[] = []
  readonly maxPeers: number
  readonly options = { realm: 'public' } as const
  readonly mayUseDht = false
  store: MemoryContent | undefined
  live: Live | undefined
  fetch: MetadataFetch | undefined
  serve: MetadataServe | undefined
  hashes: HashExchange | undefined
  hashServe: HashServe | undefined
  poison: PoisonDefence | undefined
  infoBytes: number | undefined
  readonly bans: string[] = []
  readonly closings: (CloseReason & { readonly of: string })[] = []
  readonly hints: PeerHint[] = []
  readonly wakes: Millis[] = []
  /** Pieces that arrived wrong. */
  readonly wrong: number[] = []
  changes = 0
  readonly #options: TorrentSceneOptions
  readonly #random: SeededRandom

  constructor(clock: VirtualClock, name: string, options: TorrentSceneOptions) {
    this.clock = clock
    this.name = name
    this.#options = options
    const seed = name.charCodeAt(0)
    this.#random = new SeededRandom(seed)
    this.peerId = peerId(new Uint8Array(20).fill(seed))
    this.endpoint = { host: `203.0.113.${seed}`, port: 6_881 }
    this.metainfo = options.metainfo
    this.maxPeers = options.maxPeers ?? 50
    this.pex = options.pex ? new PexTable(this.#random) : undefined
    const services: Partial<TorrentServices> = {
      ports: { clock, digest } as unknown as TorrentServices['ports'],
      frames: new ReusedFrames(),
      trust: this.trust,
      agent: 'Scene 1',
      announcedPort: () => this.endpoint.port,
      listenPort: () => this.endpoint.port,
      udpPort: () => 0,
      mayBeHidden: () => false,
      knows: () => false,
      placeChanged: () => {},
      totalDownLimit: () => undefined,
      reachable: () => 'unknown',
      punches: () => true,
      dht: () => undefined,
      outside: {
        connected: (peer, _local, _transport, incoming) =>
          this.outside.push(`${incoming ? 'from' : 'to'} ${peer.host}`),
        seenAs: (host, by) => this.outside.push(`${host} says ${by.host}`),
        outside: () => this.#options.outsideHost,
      },
      limiter: (_direction, own) => new RateLimiter(own),
    }
    this.swarm = new Swarm(this, services as TorrentServices, {
      up: () => options.upLimit,
      down: () => options.downLimit,
    })
    this.punching = new Punching({
      peers: this.swarm.peers,
      introductions: () => this.pex?.introductions,
      punch: (to) => this.punched.push(to),
      isOwn: () => false,
    })
    if (options.pieces === undefined) {
      this.fetch = new MetadataFetch({
        complete: (bytes) => {
          if (!equalBytes(bytes, this.metainfo.infoBytes)) return false
          this.goLive('.'.repeat(this.metainfo.geometry.pieceCount))
          return true
        },
        lied: (peer) => {
          this.ban(peer.endpoint, 'METADATA_WRONG')
          peer.close({ code: 'METADATA_WRONG', blame: 'remote' })
        },
      })
    } else this.goLive(options.pieces)
  }

  /** The metadata is known and the files are open. */
  goLive(pieces: string): void {
    const { metainfo } = this
    const { blocksPerPiece, superSeed = false } = this.#options
    const store = new MemoryContent({ pieces, blocksPerPiece })
    const expected = new ExpectedPieces(metainfo)
    const live = new Live({
      metainfo,
      storage: store as unknown as TorrentStorage,
      expected,
      peers: this.swarm.peers,
      random: this.#random,
      sequential: false,
      superSeed,
      priorities: [],
      uploadLimit: () => this.#options.upLimit,
      now: () => this.clock.now(),
    })
    const trees = new HashTrees(metainfo, expected, merkle)
    this.hashes = new HashExchange({
      trees,
      now: () => this.clock.now(),
      learned: () => {},
      lied: (peer) => peer.close({ code: 'HASHES_WRONG', blame: 'remote' }),
    })
    this.hashServe = new HashServe({
      trees,
      have: (piece) => store.have.has(piece),
      leavesFromDisk: async (piece) => merkle.leaves(store.bytesOf(piece)),
    })
    this.poison = new PoisonDefence({
      live,
      hashes: this.hashes,
      peers: this.swarm.peers,
      trust: this.trust,
      blockHashes: async (piece) => merkle.leaves(store.bytesOf(piece)),
      ban: (endpoint, code) => this.ban(endpoint, code),
    })
    store.onPieceHere = (piece) => queueMicrotask(() => this.#judge(piece, expected))
    this.serve = new MetadataServe(metainfo.infoBytes)
    this.infoBytes = metainfo.infoBytes.length
    this.fetch = undefined
    this.store = store
    this.live = live
    this.swarm.contentKnown()
    this.hashes.consider(this.swarm.peers)
  }

  /** As storage does: hashes what came, and tells. */
  #judge(piece: PieceIndex, expected: ExpectedPieces): void {
    const { store, live, poison } = this
    if (store === undefined || live === undefined || poison === undefined) return
    const bytes = store.bytesOf(piece)
    const sha1 = expected.sha1(piece)
    const leaves = sha1 === undefined ? merkle.leaves(bytes) : undefined
    const right =
      sha1 !== undefined
        ? equalBytes(digest.sha1(bytes), sha1)
        : leaves !== undefined && this.#rootOf(leaves, expected, piece)
    if (!right) {
      this.wrong.push(piece)
      poison.failed(piece, leaves)
      return
    }
    store.have.set(piece)
    poison.passed(piece)
    live.verified(piece)
  }

  #rootOf(leaves: Uint8Array, expected: ExpectedPieces, piece: PieceIndex): boolean {
    const root = expected.pieceRoot(piece)
    const found = merkle.root(leaves, 0, pieceLayer(this.metainfo.pieceLengthBytes))
    return root !== undefined && equalBytes(found, root)
  }

  get drawn(): string {
    return this.store?.drawn ?? 'no metadata'
  }

  /** Who is connected, by the letter of their ids. */
  get connected(): string {
    return [...this.swarm.peers]
      .map((peer) => String.fromCharCode(Number.parseInt(peer.id.slice(0, 2), 16)))
      .sort()
      .join('')
  }

  peer(letter: string): Peer | undefined {
    return [...this.swarm.peers].find(
      (peer) => peer.id === peerId(new Uint8Array(20).fill(letter.charCodeAt(0))),
    )
  }

  answer(): HandshakeAnswer {
    const { infohashV1, infohashV2 } = this.metainfo
    const hash = wireHash((infohashV2 ?? infohashV1) as NonNullable<typeof infohashV1>)
    const flags = { extended: true, fast: true, v2: infohashV2 !== undefined, dht: false }
    const v2Hash = infohashV2 === undefined ? undefined : hash
    return { handshake: { hash, peerId: this.peerId, flags }, accepts: [hash], v2Hash, ourId: this.peerId }
  }

  ban(endpoint: Endpoint, code: string): void {
    this.trust.ban(endpoint)
    this.bans.push(`${endpoint.host} ${code}`)
    for (const peer of [...this.swarm.peers])
      if (this.trust.banned(peer.endpoint)) peer.close({ code: 'BANNED', blame: 'local' })
  }

  tick(): void {
    const now = this.clock.now()
    this.live?.tick(now)
    this.fetch?.tick(now)
    this.fetch?.consider(this.swarm.peers, now)
    this.hashes?.tick(now)
    this.swarm.tick(now)
  }

  // ── SwarmOwner ──

  swarmChanged(): void {
    this.changes++
  }

  found(hints: readonly PeerHint[]): void {
    this.hints.push(...hints)
  }

  peerClosed(peer: Peer, reason: CloseReason): void {
    this.closings.push({ ...reason, of: String.fromCharCode(Number.parseInt(peer.id.slice(0, 2), 16)) })
    if (reason.blame === 'remote') this.ban(peer.endpoint, reason.code)
  }

  wakeAt(at: Millis): void {
    this.wakes.push(at)
  }
}

export type Outcome = AdoptRefusal | HandshakeFailure | undefined

export interface Meeting {
  /** Why each side did not take the connection; undefined if it did. */
  readonly refusals: readonly [Outcome, Outcome]
  readonly connections: readonly [LinkedConnection, LinkedConnection]
  /** How often each side was told that the connection is over. */
  readonly overs: readonly [() => number, () => number]
}

/** One torrent dials another: handshakes, then both decide whether to take the connection. */
export async function dial(
  from: TorrentScene,
  to: TorrentScene,
  options: LinkOptions = {},
  port = 40_000,
): Promise<Meeting> {
  const ends = [{ host: from.endpoint.host, port }, to.endpoint] as const
  const connections = link(from.clock, { ends, ...options })
  const counts = [0, 0]
  const [near, far] = connections
  const side = async (
    scene: TorrentScene,
    connection: LinkedConnection,
    incoming: boolean,
  ): Promise<Outcome> => {
    const index = incoming ? 1 : 0
    let done: HandshakeDone
    try {
      done = await exchangeHandshakes({
        connection,
        clock: scene.clock,
        opening: incoming ? undefined : scene.answer(),
        lookup: () => scene.answer(),
      })
    } catch (error) {
      if (error instanceof HandshakeError) return error.code
      throw error
    }
    const refusal = scene.swarm.adopt(done, incoming, 'test', () => {
      counts[index] = (counts[index] as number) + 1
    })
    if (refusal !== undefined) {
      connection.events = { data() {}, drain() {}, closed() {} }
      connection.close()
    }
    return refusal
  }
  const refusals = await Promise.all([side(from, near, false), side(to, far, true)])
  return { refusals, connections, overs: [() => counts[0] as number, () => counts[1] as number] }
}

/** Dials and lets the handshakes pass. */
export async function joined(
  from: TorrentScene,
  to: TorrentScene,
  options: LinkOptions = {},
  port = 40_000,
): Promise<Meeting> {
  const meeting = dial(from, to, options, port)
  await from.clock.advance(100)
  return meeting
}

/** Moves time on, with a tick of each torrent every second. */
export async function live(scenes: readonly TorrentScene[], seconds: number): Promise<void> {
  const [first] = scenes
  if (first === undefined) return
  for (let i = 0; i < seconds; i++) {
    await first.clock.advance(1_000)
    for (const scene of scenes) scene.tick()
  }
  await first.clock.advance(200)
}
