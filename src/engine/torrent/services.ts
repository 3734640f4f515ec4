// What a torrent needs from the session that holds it: shared, bounded things and a way to dial.

import type { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis, WireHash } from '../../base/ids.ts'
import type { Connection, Ports } from '../../base/ports.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { DhtDiscovery } from '../discovery/dht.ts'
import type { LanDiscovery } from '../discovery/lsd.ts'
import type { Allowance, FramePool } from '../peer/host.ts'
import type { TrustTable } from '../peer/trust.ts'
import type { BufferPool } from '../storage/buffer-pool.ts'
import type { OpenFiles } from '../storage/open-files.ts'
import type { PathClaims } from '../storage/path-claims.ts'
import type { OpeningTurns } from './opening-turns.ts'
import type { TorrentOptions } from './options.ts'
import type { Problem } from './state.ts'
import type { LocalContent } from './take-from-disk.ts'
import type { Torrent } from './torrent.ts'

/** `any`: every way we have. `punch`: only what goes through a NAT that somebody punches from the other side (uTP, BEP 55). */
export type DialKind = 'any' | 'punch'

/** A limit that is shared fairly by whoever asks. */
export interface Sharers {
  asker(): Allowance
  /** Whose limit holds somebody back now: the torrent's own, or that of all. */
  held(now: Millis): 'own' | 'outer' | undefined
}

/** What peers let us know about how we are seen from outside (session/reachability.ts). */
export interface Outside {
  connected(
    peer: Endpoint,
    local: Endpoint,
    transport: Connection['transport'],
    incoming: boolean,
    now: Millis,
  ): void
  /** A peer said where it sees us (`yourip`, BEP 10). */
  seenAs(host: string, by: Endpoint): void
  /** Our address as others see it, where enough of them agree. */
  outside(family: 4 | 6): string | undefined
}

export interface TorrentServices {
  readonly ports: Ports
  readonly wakes: DeadlineQueue
  readonly frames: FramePool
  readonly pool: BufferPool
  readonly openFiles: OpenFiles
  readonly claims: PathClaims
  readonly openings: OpeningTurns
  /** What is on this computer already; undefined where nobody knows. */
  readonly local: LocalContent | undefined
  readonly trust: TrustTable
  readonly lan: LanDiscovery | undefined
  /** Client name and version for extension handshakes. */
  readonly agent: string
  /** Undefined when it is off. */
  dht(): DhtDiscovery | undefined
  /** The port that others are told to connect to; 0 when nobody can. */
  announcedPort(): number
  /** The same for others on the local network, on this side of a router. */
  listenPort(): number
  /** Others may not be able to reach us: a NAT stands before us, as far as is known. */
  mayBeHidden(): boolean
  /** Of the DHT and of uTP; 0 where there is none. */
  udpPort(): number
  /** Whether we can go through a hole that others help to make: uTP is on. */
  punches(): boolean
  readonly outside: Outside
  /** What a hash is called in the torrent's realm; absent where it is what it is (public). */
  readonly nameOf?: (hash: WireHash) => WireHash | undefined
  /** Somebody the person knows comes from there: preferred when slots are scarce. */
  knows(from: Endpoint): boolean
  /**
   * The torrent's own limit (bytes per second, undefined for none) inside the session's.
   * @param weight how many times as much as another torrent it gets when the session's is short; 1 unless given
   */
  limiter(direction: 'up' | 'down', own: () => number | undefined, weight?: number): Sharers
  /** The limit of all torrents together, bytes per second. */
  totalDownLimit(): number | undefined
  /** Whether others can reach us, as far as can be said. */
  reachable(): 'yes' | 'no' | 'unknown'
  /** Connects within the session's budget; the outcome comes back as adopt() or dialFailed(). False: no room now. */
  dial(torrent: Torrent, to: Endpoint, how?: DialKind): boolean
  /** Reads an info dictionary that a peer gave: the metainfo, why it cannot be used, or that it is not this torrent's. */
  readInfo(
    infoBytes: Uint8Array,
    expected: Pick<TorrentOptions, 'infohashV1' | 'infohashV2'>,
  ): Metainfo | Problem | 'not-this'
  /** It has all that is wanted, or failed: its place in the queue may be another's. */
  placeChanged(): void
  /** Metadata (or piece layers) became known: keeps it for the next start. */
  keep(torrent: Torrent, metainfo: Metainfo): void
  /** Where the resume journal of this torrent lies; undefined keeps none. */
  journalPath(torrent: Torrent): string | undefined
}
