// How a torrent is added: the one shape for .torrent files, magnets, shares and resume.

import type { Endpoint } from '../../base/endpoint.ts'
import type { Infohash } from '../../base/ids.ts'
import type { NodeAddress } from '../../base/node-address.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { FileIdentity } from '../storage/layout.ts'
import type { WebSeedSource } from '../webseed/source.ts'
import type { TakenFiles } from './take-from-disk.ts'

/** Public swarms answer strangers; anything else is one circle's (TRANSFER.md, Realms). */
export type Realm = 'public' | ClosedRealm

/** One circle's, of two persons, or of one thing that was sent from device to device. */
export type ClosedRealm = `circle:${string}` | `person:${string}` | `offer:${string}`

/** Listed: announced under its infohash. Unlisted: found by address or rendezvous key only (TRANSFER.md). */
export type Listing = 'everyone' | 'link'

export interface TorrentOptions {
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
  /** Undefined for a magnet until a peer told it. */
  readonly metainfo: Metainfo | undefined
  /** What to call it while the metadata is unknown. */
  readonly displayName: string
  readonly realm: Realm
  readonly listing: Listing
  /** Absolute. The one it was added for, also after a move: its journal is named by it. */
  readonly saveFolder: string
  /** Where its files were when it last ran, if they were moved since: known before anything is opened. */
  readonly movedTo?: string
  readonly trackers: readonly (readonly { readonly url: string; readonly by: 'hand' | 'torrent' }[])[]
  readonly peers: readonly Endpoint[]
  /** Nodes of the DHT that the .torrent names (BEP 5). */
  readonly nodes?: readonly NodeAddress[]
  /** Servers that have the files or pieces (BEP 19, BEP 17); asked once the files are known. */
  readonly webSeeds?: readonly WebSeedSource[]
  readonly pex: boolean
  readonly lan: boolean
  /** Meets others in the DHT, under its rendezvous key where it is unlisted. Never when it is private. */
  readonly dht: boolean
  readonly maxPeers: number
  /** Asked once the files are known: 0 (not wanted) … 7 per file. */
  readonly priorities: ((metainfo: Metainfo) => readonly number[]) | undefined
  /** Asked once the files are known: those kept locked, by index (Wishes.setWithheld). */
  readonly withheld?: (metainfo: Metainfo) => ReadonlySet<number>
  readonly sequential: boolean
  readonly superSeed: boolean
  readonly preallocate: 'sparse' | 'full'
  /** Suffix of files that are not complete yet; empty for none. */
  readonly partSuffix: string
  /** The files were hashed by us just now: trust them unless they changed since. */
  readonly justHashed: boolean
  /**
   * By file index, what was hashed: opened on demand over a person's file, it keeps no journal, and where the file is another
   * one now it fails instead of being looked at (a stranger must not make us read it).
   */
  readonly onlyAs?: readonly FileIdentity[]
  /** All that was wanted was here when it last ran: until it is opened it stands among the seeds of the queue. */
  readonly wasFinished?: boolean
  /** Files whose content is on this computer already are taken from there (LocalContent). */
  readonly fromDisk?: boolean
  /** The person agreed that existing files of these names are completed in place. */
  readonly agreed: boolean
  /** The person asks for the files anew: what was removed since is fetched again (StorageOptions). */
  readonly refetch?: boolean
  /** Where files are when their names on disk are not the torrent's: absolute paths by file index (shares of odd names). */
  readonly diskPaths: readonly (string | undefined)[] | undefined
  /** Called before a file gets its final name: marks and checks (safety). */
  readonly beforeFinal: ((file: FinalFile) => Promise<void>) | undefined
  readonly events: TorrentEvents
}

export interface FinalFile {
  readonly index: number
  /** Where it lies now. */
  readonly path: string
  /** Its components below the save folder. */
  readonly components: readonly string[]
  readonly lengthBytes: number
}

export interface TorrentEvents {
  stateChanged?(): void
  /** Somebody is connected, and nobody was. */
  peopled?(): void
  /** Files and sizes are known now. */
  metadata?(metainfo: Metainfo): void
  fileCompleted?(file: number, path: string): void
  /** Files were made out of what is on this computer; they are checked next. */
  tookFromDisk?(taken: TakenFiles): void
  /** Every wanted byte is verified, durable and in its final place. Again after more became wanted. */
  finished?(): void
  /** Receiving stopped or goes on; status() tells why. */
  problemChanged?(): void
  /** A peer was banned; `address` is where it was connected from, with the port. Or a web seed, by its host. */
  banned?(address: string, reason: string): void
}
