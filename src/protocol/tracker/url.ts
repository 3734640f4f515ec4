// Tracker URLs: which ones we use at all, and the ones derived from them. Hostile input: they come from torrents.
// Invariant: a TrackerUrl has a scheme we speak, a host, a port, no fragment, and is at most 2,048 characters.

import { fromHex } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import { type AnnounceRequest, MAX_SCRAPE_HASHES } from './announce.ts'

export type TrackerScheme = 'http' | 'https' | 'udp'

export interface TrackerUrl {
  /** Canonical; equal trackers are equal strings. */
  readonly text: string
  readonly scheme: TrackerScheme
  /** Name or literal address, without brackets. */
  readonly host: string
  readonly port: number
  readonly path: string
  /** With its question mark, or empty. */
  readonly query: string
}

/** Longer ones are not trackers; servers refuse request lines of 8 KiB and more. */
export const MAX_TRACKER_URL_CHARACTERS = 2048

const DEFAULT_PORTS: Readonly<Record<TrackerScheme, number | undefined>> = {
  http: 80,
  https: 443,
  udp: undefined,
}

/** Undefined for what cannot be a tracker of ours: other schemes, no host, udp without a port, too long, not a URL. */
export function parseTrackerUrl(text: string): TrackerUrl | undefined {
  const trimmed = text.trim()
  if (trimmed.length > MAX_TRACKER_URL_CHARACTERS || !URL.canParse(trimmed)) return undefined
  const url = new URL(trimmed)
  const scheme = schemeOf(url.protocol)
  if (scheme === undefined || url.hostname === '') return undefined
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port)
  if (port === undefined || port === 0) return undefined
  url.hash = ''
  return {
    text: url.href.replace(/#$/, ''),
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, '').toLowerCase(),
    port,
    path: url.pathname,
    query: url.search,
  }
}

function schemeOf(protocol: string): TrackerScheme | undefined {
  if (protocol === 'http:') return 'http'
  if (protocol === 'https:') return 'https'
  return protocol === 'udp:' ? 'udp' : undefined
}

/** The URL of one announce: the tracker's own query is kept, ours follows (BEP 3, 7, 23). */
export function announceUrl(tracker: TrackerUrl, request: AnnounceRequest): string {
  const parameters = [
    `info_hash=${percentEncoded(fromHex(request.hash))}`,
    `peer_id=${percentEncoded(fromHex(request.peerId))}`,
    `port=${request.port}`,
    `uploaded=${count(request.uploadedBytes)}`,
    `downloaded=${count(request.downloadedBytes)}`,
    `left=${count(request.leftBytes)}`,
    'compact=1',
    `numwant=${request.numWant}`,
    `key=${request.key.toString(16).padStart(8, '0').toUpperCase()}`,
  ]
  if (request.event !== undefined) parameters.push(`event=${request.event}`)
  if (request.trackerId !== undefined) parameters.push(`trackerid=${percentEncoded(request.trackerId)}`)
  return withQuery(tracker.text, parameters)
}

function count(value: number): string {
  return String(Math.max(0, Math.trunc(value)))
}

/**
 * The scrape URL of a tracker, or undefined when it has none: BEP 48 replaces `announce` in the path; the last
 * component must begin with it, as all clients read that rule.
 */
export function scrapeUrl(tracker: TrackerUrl, hashes: readonly WireHash[]): string | undefined {
  const path = tracker.path.replace(/\/announce([^/]*)$/, '/scrape$1')
  if (path === tracker.path || tracker.scheme === 'udp') return undefined
  const url = new URL(tracker.text)
  url.pathname = path
  const asked = hashes.slice(0, MAX_SCRAPE_HASHES)
  return withQuery(
    url.href,
    asked.map((hash) => `info_hash=${percentEncoded(fromHex(hash))}`),
  )
}

function withQuery(url: string, parameters: readonly string[]): string {
  const added = parameters.join('&')
  if (!url.includes('?')) return `${url}?${added}`
  return url.endsWith('?') || url.endsWith('&') ? url + added : `${url}&${added}`
}

const UNRESERVED = /[0-9A-Za-z._~-]/

/** Every byte outside RFC 3986's unreserved set as %XX. */
export function percentEncoded(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    text += UNRESERVED.test(character) ? character : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`
  }
  return text
}
