// What is said to a tracker and what it may answer, the same for HTTP and UDP: requests, replies, limits.
// Invariant: a value of these types made by a parser here is already clamped to the limits below.

import type { Endpoint } from '../../base/endpoint.ts'
import type { PeerId, WireHash } from '../../base/ids.ts'

export type AnnounceEvent = 'started' | 'completed' | 'stopped'

export interface AnnounceRequest {
  readonly hash: WireHash
  readonly peerId: PeerId
  /** Where we listen, 1 … 65535. */
  readonly port: number
  readonly uploadedBytes: number
  readonly downloadedBytes: number
  readonly leftBytes: number
  /** Undefined for one of the regular announces. */
  readonly event: AnnounceEvent | undefined
  /** Peers wished for; 0 when none. */
  readonly numWant: number
  /** 32 random bits, the same for a torrent's whole session and for both address families (BEP 7, BEP 15). */
  readonly key: number
  /** What this tracker gave as `tracker id` before; HTTP only. */
  readonly trackerId: Uint8Array | undefined
}

export interface AnnounceReply {
  /** Seconds until the next regular announce. */
  readonly intervalS: number
  /** Seconds before which we never announce again without an event. */
  readonly minIntervalS: number
  /** In the tracker's order, without duplicates, at most MAX_PEERS_USED. */
  readonly peers: readonly Endpoint[]
  readonly seeds: number | undefined
  readonly leeches: number | undefined
  readonly downloads: number | undefined
  readonly trackerId: Uint8Array | undefined
  /** The tracker's words for a person: hostile text. */
  readonly warning: string | undefined
  /** Our own address as the tracker sees it (BEP 24). */
  readonly externalIp: string | undefined
}

export interface ScrapeEntry {
  readonly seeds: number
  readonly leeches: number
  readonly downloads: number
}

/** The tracker said no. `retryMs`: not before then; 'never' asks us to stay away (BEP 31). */
export interface TrackerRefusal {
  /** Hostile text. */
  readonly reason: string
  readonly retryMs: number | 'never' | undefined
}

/** SAFETY.md: interval ≥ 5 min, so that no answer makes us flood a tracker. */
export const MIN_INTERVAL_S = 5 * 60
/** An interval of months would silence us; six hours is above anything real trackers ask for. */
export const MAX_INTERVAL_S = 6 * 60 * 60
/** What BEP 3 trackers usually say; used when the answer has no usable interval. */
export const DEFAULT_INTERVAL_S = 30 * 60
/** SAFETY.md: peers of one answer that are looked at. */
export const MAX_PEERS_USED = 200
/** Text of a tracker that is kept for a person to read. */
export const MAX_TRACKER_TEXT_BYTES = 300
/** Tracker ids seen in the wild are under 64 bytes; it goes back in every URL. */
export const MAX_TRACKER_ID_BYTES = 256
/** No torrent has more; above it the figure is nonsense and left out. */
export const MAX_SWARM_COUNT = 100_000_000
/** BEP 15: about what fits one datagram; used for HTTP too. */
export const MAX_SCRAPE_HASHES = 74
/** Longest `retry in` that is believed (BEP 31), so that a passing fault does not cost a day and more. */
export const MAX_RETRY_MS = 24 * 60 * 60 * 1000

/** Usable seconds out of whatever the tracker said, or undefined. */
export function clampInterval(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined
  return Math.min(Math.max(seconds, MIN_INTERVAL_S), MAX_INTERVAL_S)
}

/** Both intervals of a reply, in order: min interval never above interval. */
export function intervals(
  interval: number | undefined,
  minInterval: number | undefined,
): { readonly intervalS: number; readonly minIntervalS: number } {
  const intervalS = clampInterval(interval) ?? DEFAULT_INTERVAL_S
  const minIntervalS = Math.min(clampInterval(minInterval) ?? MIN_INTERVAL_S, intervalS)
  return { intervalS, minIntervalS }
}

export function swarmCount(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value > MAX_SWARM_COUNT)
    return undefined
  return value
}

/** The first of each endpoint, at most `limit`. */
export function distinctEndpoints(endpoints: Iterable<Endpoint>, limit: number): Endpoint[] {
  const distinct = new Map<string, Endpoint>()
  for (const endpoint of endpoints) {
    if (distinct.size >= limit) break
    const key = `${endpoint.host} ${endpoint.port}`
    if (!distinct.has(key)) distinct.set(key, endpoint)
  }
  return [...distinct.values()]
}
