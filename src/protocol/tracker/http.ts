// What an HTTP tracker answers to an announce or a scrape (BEP 3, 7, 23, 24, 31, 48), read from hostile bytes.
// Promise: never throws; anything that is not a usable answer is `undefined`, and the caller says "bad answer".

import { canonicalIp, formatIp, parseCompactEndpoints } from '../../base/address.ts'
import { type BencodeLimits, decode } from '../../base/bencode.ts'
import { BDict, BencodeError } from '../../base/bencode-value.ts'
import { fromLatin1, fromUtf8Lenient } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { INFOHASH_V1_BYTES, type WireHash, wireHashFromBytes } from '../../base/ids.ts'
import {
  type AnnounceReply,
  distinctEndpoints,
  intervals,
  MAX_PEERS_USED,
  MAX_RETRY_MS,
  MAX_SCRAPE_HASHES,
  MAX_TRACKER_ID_BYTES,
  MAX_TRACKER_TEXT_BYTES,
  type ScrapeEntry,
  swarmCount,
  type TrackerRefusal,
} from './announce.ts'

/** SAFETY.md: 256 KiB on the wire, 1 MiB unpacked. */
export const MAX_HTTP_ANSWER_BYTES = 256 * 1024
export const MAX_HTTP_UNPACKED_BYTES = 1024 * 1024

/** Depth: answer, peers, peer; tokens: 1 MiB of peers as dictionaries stays below a quarter second of decoding. */
const ANSWER_LIMITS: BencodeLimits = { lengthBytes: MAX_HTTP_UNPACKED_BYTES, depth: 6, tokens: 100_000 }

/** BEP 7: textual addresses are at most 45 characters; more is a name or nonsense. */
const MAX_IP_TEXT_BYTES = 45

export type HttpAnnounceAnswer =
  | { readonly kind: 'reply'; readonly reply: AnnounceReply }
  | { readonly kind: 'refusal'; readonly refusal: TrackerRefusal }

export type HttpScrapeAnswer =
  | { readonly kind: 'entries'; readonly entries: ReadonlyMap<WireHash, ScrapeEntry> }
  | { readonly kind: 'refusal'; readonly refusal: TrackerRefusal }

/** Undefined when the body is no bencoded dictionary, or one with neither peers nor an interval. */
export function parseAnnounceAnswer(body: Uint8Array): HttpAnnounceAnswer | undefined {
  const answer = dictionary(body)
  if (answer === undefined) return undefined
  const refusal = refusalOf(answer)
  if (refusal !== undefined) return { kind: 'refusal', refusal }
  if (!answer.has('peers') && !answer.has('peers6') && answer.int('interval') === undefined) return undefined
  const warning = answer.bytes('warning message')
  const reply: AnnounceReply = {
    ...intervals(answer.int('interval'), answer.int('min interval')),
    peers: distinctEndpoints(peersOf(answer), MAX_PEERS_USED),
    seeds: swarmCount(answer.int('complete')),
    leeches: swarmCount(answer.int('incomplete')),
    downloads: swarmCount(answer.int('downloaded')),
    trackerId: trackerIdOf(answer),
    warning: warning === undefined ? undefined : shortText(warning),
    externalIp: externalIpOf(answer),
  }
  return { kind: 'reply', reply }
}

/** Only entries for hashes that were asked about, so a scrape cannot fill our memory. */
export function parseScrapeAnswer(
  body: Uint8Array,
  asked: readonly WireHash[],
): HttpScrapeAnswer | undefined {
  const answer = dictionary(body)
  if (answer === undefined) return undefined
  const refusal = refusalOf(answer)
  if (refusal !== undefined) return { kind: 'refusal', refusal }
  const files = answer.dict('files')
  if (files === undefined) return undefined
  const wanted = new Set(asked.slice(0, MAX_SCRAPE_HASHES))
  const entries = new Map<WireHash, ScrapeEntry>()
  for (const file of files.entries()) {
    if (file.key.length !== INFOHASH_V1_BYTES || !(file.value instanceof BDict)) continue
    const hash = wireHashFromBytes(files.keyBytes(file))
    if (!wanted.has(hash)) continue
    entries.set(hash, {
      seeds: swarmCount(file.value.int('complete')) ?? 0,
      leeches: swarmCount(file.value.int('incomplete')) ?? 0,
      downloads: swarmCount(file.value.int('downloaded')) ?? 0,
    })
  }
  return { kind: 'entries', entries }
}

function dictionary(body: Uint8Array): BDict | undefined {
  try {
    const { value } = decode(body, 'torrent', ANSWER_LIMITS)
    return value instanceof BDict ? value : undefined
  } catch (error) {
    if (error instanceof BencodeError) return undefined
    throw error
  }
}

function refusalOf(answer: BDict): TrackerRefusal | undefined {
  const reason = answer.bytes('failure reason')
  if (reason === undefined) return undefined
  return { reason: shortText(reason), retryMs: retryOf(answer) }
}

/** BEP 31: minutes as an integer, or as text in its own example, or `never`. */
function retryOf(answer: BDict): number | 'never' | undefined {
  const text = answer.text('retry in')
  if (text === 'never') return 'never'
  const minutes =
    answer.int('retry in') ?? (text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0)
  return minutes > 0 ? Math.min(minutes * 60_000, MAX_RETRY_MS) : undefined
}

function shortText(bytes: Uint8Array): string {
  return fromUtf8Lenient(bytes.subarray(0, MAX_TRACKER_TEXT_BYTES))
}

function trackerIdOf(answer: BDict): Uint8Array | undefined {
  const id = answer.bytes('tracker id')
  return id === undefined || id.length === 0 || id.length > MAX_TRACKER_ID_BYTES ? undefined : id.slice()
}

function externalIpOf(answer: BDict): string | undefined {
  const bytes = answer.bytes('external ip')
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 16)) return undefined
  return canonicalIp(formatIp(bytes))
}

/** IPv4 and IPv6 by turns, so that a long list of one family does not crowd out the other. */
function* peersOf(answer: BDict): Iterable<Endpoint> {
  const four = listOf(answer, 'peers', 6)
  const six = listOf(answer, 'peers6', 18)
  for (let i = 0; i < Math.max(four.length, six.length); i++) {
    const first = four[i]
    const second = six[i]
    if (first !== undefined) yield first
    if (second !== undefined) yield second
  }
}

function listOf(answer: BDict, key: 'peers' | 'peers6', entryBytes: 6 | 18): Endpoint[] {
  const compact = answer.bytes(key)
  if (compact !== undefined) return parseCompactEndpoints(compact, entryBytes, MAX_PEERS_USED).map(canonical)
  const endpoints: Endpoint[] = []
  for (const peer of answer.list(key) ?? []) {
    if (endpoints.length >= MAX_PEERS_USED) break
    const endpoint = peer instanceof BDict ? endpointOf(peer) : undefined
    if (endpoint !== undefined) endpoints.push(endpoint)
  }
  return endpoints
}

/** An IPv4 address written as a mapped IPv6 one is the same peer. */
function canonical(endpoint: Endpoint): Endpoint {
  return { host: canonicalIp(endpoint.host) ?? endpoint.host, port: endpoint.port }
}

/** BEP 3 allows names here; they are left out, since resolving what strangers name is a way to attack others. */
function endpointOf(peer: BDict): Endpoint | undefined {
  const ip = peer.bytes('ip')
  const port = peer.int('port')
  if (ip === undefined || ip.length > MAX_IP_TEXT_BYTES) return undefined
  if (port === undefined || port < 1 || port > 65535) return undefined
  const host = canonicalIp(fromLatin1(ip))
  return host === undefined ? undefined : { host, port }
}
