// Magnet links (BEP 9, 52, 53): reading what people paste, writing what they can pass on.
// Promise: a link that names no torrent is refused with a MagnetError whose `reason` says, in words that complete
// "This is not a link Shoal understands: …", what is wrong. What is only ballast (unknown keys, too many trackers,
// malformed addresses) is left out.

import { BytesError, fromBase32, fromHex } from '../base/bytes.ts'
import { CodedError } from '../base/errors.ts'
import { INFOHASH_V1_BYTES, INFOHASH_V2_BYTES, type Infohash, infohash } from '../base/ids.ts'
import { type ContentId, contentIdText, parseContentId } from './content-id.ts'
import { trackerUrl, webSeedUrl } from './hints.ts'
import { ADDRESSES_LIMIT, TORRENT_LIMITS, TRACKERS_LIMIT, WEB_SEEDS_LIMIT } from './limits.ts'

export interface IndexRange {
  readonly first: number
  /** Inclusive. */
  readonly last: number
}

export interface Magnet {
  /** At least one of the two is there. */
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
  /** `dn`: as somebody wrote it, to be shown only. */
  readonly displayName: string | undefined
  /** `tr`, at most TRACKERS_LIMIT. */
  readonly trackers: readonly string[]
  /** `ws` (BEP 19). */
  readonly webSeeds: readonly string[]
  /** `x.pe` (BEP 9): `host:port`, the host being an address or a name, IPv6 in brackets. */
  readonly peers: readonly string[]
  /** `x.to`: for whom the link is meant. `link` asks to stay unlisted (TRANSFER.md). */
  readonly to: string | undefined
  /** `x.cid`: the content that it is the content torrent of, so that nobody must be asked for its files (content-torrent.ts). */
  readonly content: ContentId | undefined
  /** `so` (BEP 53): indexes of files to select, ascending, not overlapping; undefined for all. */
  readonly select: readonly IndexRange[] | undefined
}

/** `data.reason` completes the sentence about LINK_INVALID. */
export class MagnetError extends CodedError<'LINK_INVALID'> {
  constructor(reason: string) {
    super('LINK_INVALID', { reason })
  }
}

/** A link of twenty long trackers has 10,000 characters; one of 1,000 trackers is still read. */
export const LINK_LIMIT_CHARACTERS = 262_144

/** Longer names are cut: they are only shown. */
const NAME_LIMIT_CHARACTERS = 1_024

const SELECT_LIMIT_RANGES = 10_000

export function isMagnet(text: string): boolean {
  return /^\s*magnet:/i.test(text)
}

/** @throws MagnetError */
export function parseMagnet(link: string): Magnet {
  // A link that was wrapped on its way (mail, terminal) has line ends in it; none belongs there.
  const text = link.replace(/[\r\n]\s*/g, '').trim()
  if (text.length > LINK_LIMIT_CHARACTERS) throw new MagnetError(`it has ${text.length} characters`)
  if (!/^magnet:/i.test(text)) throw new MagnetError('it does not begin with magnet:?')
  const values = valuesOf(text.replace(/^magnet:\/*\??/i, ''))
  const hashes = hashesOf(values.get('xt') ?? [])
  return {
    ...hashes,
    displayName: values
      .get('dn')
      ?.find((name) => name !== '')
      ?.slice(0, NAME_LIMIT_CHARACTERS)
      .toWellFormed(),
    trackers: unique((values.get('tr') ?? []).map(trackerUrl), TRACKERS_LIMIT),
    webSeeds: unique((values.get('ws') ?? []).map(webSeedUrl), WEB_SEEDS_LIMIT),
    peers: unique((values.get('x.pe') ?? []).map(peerAddress), ADDRESSES_LIMIT),
    to: values.get('x.to')?.find((audience) => /^[\w.-]{1,64}$/.test(audience)),
    content: contentIn(values.get('x.cid')),
    select: selectionOf(values.get('so')),
  }
}

/** What is no content id is refused: the rest of such a link would lead to a file of another name. @throws MagnetError */
function contentIn(values: readonly string[] | undefined): ContentId | undefined {
  const [text, other] = new Set(values)
  const content = text === undefined ? undefined : parseContentId(text)
  if (text !== undefined && (content === undefined || other !== undefined))
    throw new MagnetError('its content id (x.cid) is none')
  return content
}

/** Values by lower-case key; `xt.1` and `tr.2` count as `xt` and `tr`. Links copied out of HTML have `&amp;`. */
function valuesOf(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const part of query.replace(/&amp;/gi, '&').replace(/#.*$/s, '').split('&')) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const key = part
      .slice(0, equals)
      .toLowerCase()
      .replace(/^(xt|tr|ws|dn)\.\d+$/, '$1')
    const value = unescaped(
      key === 'dn' ? part.slice(equals + 1).replaceAll('+', ' ') : part.slice(equals + 1),
    )
    const known = values.get(key)
    if (known === undefined) values.set(key, [value])
    else known.push(value)
  }
  return values
}

/** Percent escapes that are none stay as they are. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
  }
}

function hashesOf(topics: readonly string[]): Pick<Magnet, 'infohashV1' | 'infohashV2'> {
  if (topics.length === 0) throw new MagnetError('it has no hash (xt=urn:btih: or xt=urn:btmh:)')
  const v1 = new Set<Infohash>()
  const v2 = new Set<Infohash>()
  for (const topic of topics) {
    const [, kind = '', hash = ''] = /^urn:(btih|btmh):(.*)$/is.exec(topic) ?? []
    if (kind.toLowerCase() === 'btih') v1.add(parseBtih(hash))
    else if (kind.toLowerCase() === 'btmh') v2.add(parseBtmh(hash))
  }
  if (v1.size === 0 && v2.size === 0)
    throw new MagnetError('it is not for BitTorrent (no urn:btih: or urn:btmh: in it)')
  if (v1.size > 1 || v2.size > 1) throw new MagnetError('it has hashes of different torrents')
  return { infohashV1: [...v1][0], infohashV2: [...v2][0] }
}

const HEX_V1 = 2 * INFOHASH_V1_BYTES
const BASE32_V1 = 32
/** Multihash code and length of SHA-256. */
const SHA256_MULTIHASH = '1220'
const HEX_V2 = SHA256_MULTIHASH.length + 2 * INFOHASH_V2_BYTES

/** BEP 9: 40 hex digits, or 32 digits of base32. */
function parseBtih(text: string): Infohash {
  if (text.length !== HEX_V1 && text.length !== BASE32_V1) {
    throw new MagnetError(`the hash has ${text.length} characters, ${HEX_V1} were expected`)
  }
  try {
    return infohash(text.length === HEX_V1 ? fromHex(text) : fromBase32(text))
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
    throw new MagnetError('the hash has characters that do not belong into it')
  }
}

/** BEP 52: a multihash, of which SHA-256 is the only kind. */
function parseBtmh(text: string): Infohash {
  if (!/^[0-9a-f]*$/i.test(text)) throw new MagnetError('the hash has characters that do not belong into it')
  if (text.length >= SHA256_MULTIHASH.length && !text.startsWith(SHA256_MULTIHASH)) {
    throw new MagnetError('its hash is of a kind that is not known (1220 was expected at its beginning)')
  }
  if (text.length !== HEX_V2)
    throw new MagnetError(`the hash has ${text.length} characters, ${HEX_V2} were expected`)
  return infohash(fromHex(text.slice(SHA256_MULTIHASH.length)))
}

function unique(values: readonly (string | undefined)[], limit: number): string[] {
  const kept = new Set<string>()
  for (const value of values) if (value !== undefined && kept.size < limit) kept.add(value)
  return [...kept]
}

/** `host:port` with a port of 1 … 65535, else undefined. Resolving and scope are for whoever contacts it. */
function peerAddress(text: string): string | undefined {
  const match = /^(?:\[[0-9a-f:.]{2,45}(?:%[\w.-]{1,32})?\]|[a-z0-9][a-z0-9.-]{0,252}):([0-9]{1,5})$/i.exec(
    text,
  )
  const port = Number(match?.[1])
  return match !== null && port >= 1 && port <= 65_535 ? text.toLowerCase() : undefined
}

/** `0,2,4,6-8`. What is malformed must not become "everything". */
function selectionOf(values: readonly string[] | undefined): IndexRange[] | undefined {
  const parts = (values ?? []).flatMap((value) => value.split(',')).filter((part) => part !== '')
  if (parts.length === 0) return undefined
  if (parts.length > SELECT_LIMIT_RANGES) throw new MagnetError(`it selects ${parts.length} ranges of files`)
  const ranges = parts.map((part) => {
    const match = /^([0-9]{1,7})(?:-([0-9]{1,7}))?$/.exec(part)
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    if (match === null || last < first || last >= TORRENT_LIMITS.files) {
      throw new MagnetError('its list of files (so=) is not one')
    }
    return { first, last }
  })
  return merged(ranges)
}

function merged(ranges: readonly IndexRange[]): IndexRange[] {
  const result: IndexRange[] = []
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1)
    if (before === undefined || range.first > before.last + 1) result.push(range)
    else result[result.length - 1] = { first: before.first, last: Math.max(before.last, range.last) }
  }
  return result
}

export type MagnetParts = Pick<Magnet, 'infohashV1' | 'infohashV2'> & Partial<Magnet>

/** The link for these parts, keys always in the same order. */
export function formatMagnet(parts: MagnetParts): string {
  const { infohashV1, infohashV2, displayName, trackers, webSeeds, peers, to, content, select } = parts
  const pairs: string[] = []
  if (infohashV1 !== undefined) pairs.push(`xt=urn:btih:${infohashV1}`)
  if (infohashV2 !== undefined) pairs.push(`xt=urn:btmh:${SHA256_MULTIHASH}${infohashV2}`)
  if (displayName !== undefined) pairs.push(`dn=${encodeURIComponent(displayName.toWellFormed())}`)
  // `xl` is what other clients read.
  if (content !== undefined) pairs.push(`xl=${content.lengthBytes}`, `x.cid=${contentIdText(content)}`)
  for (const tracker of trackers ?? []) pairs.push(`tr=${encodeURIComponent(tracker)}`)
  for (const url of webSeeds ?? []) pairs.push(`ws=${encodeURIComponent(url)}`)
  for (const peer of peers ?? []) pairs.push(`x.pe=${escapeAddress(peer)}`)
  if (select !== undefined) {
    pairs.push(
      `so=${select.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(',')}`,
    )
  }
  if (to !== undefined) pairs.push(`x.to=${encodeURIComponent(to)}`)
  return `magnet:?${pairs.join('&')}`
}

/** Colons and brackets of addresses may stand in a query (RFC 3986 allows colons; clients read brackets), and read better. */
function escapeAddress(peer: string): string {
  return encodeURIComponent(peer).replaceAll('%3A', ':').replaceAll('%5B', '[').replaceAll('%5D', ']')
}
