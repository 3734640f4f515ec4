// What a torrent tells about itself: counted facts in a plain object, made on demand, for command line, API and tests.

import type { Infohash, Millis } from '../../base/ids.ts'
import type { Connection } from '../../base/ports.ts'
import type { Encryption } from '../peer/encrypting.ts'
import type { WebSeedStatus } from '../webseed/web-seeds.ts'
import type { Bottleneck } from './bottleneck.ts'

export type StateName = 'metadata' | 'checking' | 'live' | 'paused' | 'failed'

export interface PeerStatus {
  readonly address: string
  readonly client: string
  readonly source: string
  readonly transport: Connection['transport']
  /** 0 … 1 of the pieces. */
  readonly progress: number
  readonly incoming: boolean
  readonly encryption: Encryption
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  readonly snubbed: boolean
  readonly seed: boolean
  readonly downBytesPerSecond: number
  readonly upBytesPerSecond: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly outstanding: number
}

export interface TorrentStatus {
  readonly state: StateName
  /** Code and facts of a failure or of trouble that pauses receiving (disk full, …). */
  readonly problem: { readonly code: string; readonly data: Readonly<Record<string, unknown>> } | undefined
  readonly name: string
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
  /** 0 … 1 while checking or getting metadata. */
  readonly preparing: number
  readonly totalBytes: number
  readonly wantedBytes: number
  /** Verified bytes of wanted files. */
  readonly doneBytes: number
  readonly complete: boolean
  /** Every wanted byte is durable and in its final place. */
  readonly finished: boolean
  readonly downBytesPerSecond: number
  readonly upBytesPerSecond: number
  /** Payload since this run began. */
  readonly takenBytes: number
  readonly givenBytes: number
  readonly wastedBytes: number
  /** Hashed from disk in this run to find out what is here, in whole pieces; 0 when the journal could be believed. */
  readonly checkedBytes: number
  readonly peers: number
  /** Connected peers that have something, and web seeds that are or could be asked. */
  readonly sources: number
  readonly webSeeds: readonly WebSeedStatus[]
  readonly seeds: number
  readonly leeches: number
  /** Peers that are receiving from us now. */
  readonly receivers: number
  /** Different addresses that took payload since it was added; at TAKERS_COUNTED it is that many or more. */
  readonly takers: number
  /** When somebody who has all of it was last connected; undefined for never. */
  readonly seedSeenAt: Millis | undefined
  /** When payload last moved, either way. */
  readonly payloadAt: Millis | undefined
  /** Whole copies at peers, with the fraction of the next; whole ones that left within half an hour are counted. */
  readonly copiesElsewhere: number
  readonly bottleneck: Bottleneck
}
