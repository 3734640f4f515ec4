// What a torrent may cost before it is believed (SAFETY.md, Limits). Whichever is reached first refuses it.

import { type BencodeLimits, TORRENT_BENCODE_LIMITS } from '../base/bencode.ts'

export interface TorrentLimits {
  /** Length, depth and tokens of the file. */
  readonly bencode: BencodeLimits
  readonly files: number
  readonly pieces: number
}

export const TORRENT_LIMITS: TorrentLimits = {
  bencode: TORRENT_BENCODE_LIMITS,
  files: 100_000,
  pieces: 2_000_000,
}

/** BEP 52 demands at least 16 KiB, the unit of requests; SAFETY.md says so for every torrent. */
export const MIN_PIECE_BYTES = 16_384

/** 512 MiB: beyond this no client reads on. */
export const MAX_PIECE_BYTES = 536_870_912

/** Trackers used of one torrent (SAFETY.md, Limits); what comes after is not read. */
export const TRACKERS_LIMIT = 20

/** Web seeds of either kind; as many as trackers, for the same reason. */
export const WEB_SEEDS_LIMIT = 20

/** Peers and DHT nodes that a file or link may name. */
export const ADDRESSES_LIMIT = 50

/** Longer addresses are no addresses. */
export const URL_LIMIT_CHARACTERS = 2_048
