// What a .torrent file says beside its info dictionary: trackers, web seeds, nodes, comment. Hints are never part of
// the infohash and never a reason to refuse: what is malformed or too much is left out.

import { type BDict, BList, type BValue } from '../base/bencode.ts'
import { fromUtf8Lenient } from '../base/bytes.ts'
import { ADDRESSES_LIMIT, TRACKERS_LIMIT, URL_LIMIT_CHARACTERS, WEB_SEEDS_LIMIT } from './limits.ts'
import type { Metainfo, TorrentHints } from './metainfo.ts'

/** Longer comments are cut: they are only shown. */
const TEXT_LIMIT_CHARACTERS = 4_096

export const NO_HINTS: TorrentHints = {
  trackers: [],
  webSeeds: [],
  httpSeeds: [],
  nodes: [],
  comment: undefined,
  createdBy: undefined,
  creationDate: undefined,
}

export function readHints(top: BDict, metainfo: Pick<Metainfo, 'singleFile'>): TorrentHints {
  const creationDate = top.int('creation date')
  return {
    trackers: trackersOf(top),
    webSeeds: urlsOf(top.get('url-list')).map((url) =>
      metainfo.singleFile || url.endsWith('/') ? url : `${url}/`,
    ),
    httpSeeds: urlsOf(top.get('httpseeds')),
    nodes: nodesOf(top),
    comment: shownText(top.bytes('comment.utf-8') ?? top.bytes('comment')),
    createdBy: shownText(top.bytes('created by.utf-8') ?? top.bytes('created by')),
    creationDate: creationDate !== undefined && creationDate > 0 ? creationDate : undefined,
  }
}

/** BEP 12: a usable `announce-list` replaces `announce`. */
function trackersOf(top: BDict): string[][] {
  const seen = new Set<string>()
  const tiers: string[][] = []
  for (const tier of top.list('announce-list') ?? []) {
    const urls = itemsOf(tier)
      .map((item) => trackerUrl(textFrom(item)))
      .filter((url) => url !== undefined && !seen.has(url) && seen.size < TRACKERS_LIMIT && seen.add(url))
    if (urls.length > 0) tiers.push(urls as string[])
  }
  if (tiers.length > 0) return tiers
  const announce = trackerUrl(textFrom(top.get('announce')))
  return announce === undefined ? [] : [[announce]]
}

/** A URL we could announce to, trimmed, else undefined. Kept as spelled: trackers may compare it. */
export function trackerUrl(text: string | undefined): string | undefined {
  return checkedUrl(text, ['http:', 'https:', 'udp:'])
}

/** An HTTP URL in its normal form (spaces escaped), else undefined. */
export function webSeedUrl(text: string | undefined): string | undefined {
  const url = checkedUrl(text, ['http:', 'https:'])
  return url === undefined ? undefined : new URL(url).href
}

function checkedUrl(text: string | undefined, protocols: readonly string[]): string | undefined {
  const url = text?.trim()
  if (url === undefined || url.length > URL_LIMIT_CHARACTERS || !URL.canParse(url)) return undefined
  const { protocol, hostname } = new URL(url)
  return protocols.includes(protocol) && hostname !== '' ? url : undefined
}

/** BEP 17 and 19: a list, or (as many files have it) one string. */
function urlsOf(value: BValue | undefined): string[] {
  const urls = new Set<string>()
  for (const item of value instanceof Uint8Array ? [value] : itemsOf(value)) {
    const url = webSeedUrl(textFrom(item))
    if (url !== undefined && urls.size < WEB_SEEDS_LIMIT) urls.add(url)
  }
  return [...urls]
}

/** BEP 5: `[["host", port], …]`. */
function nodesOf(top: BDict): { host: string; port: number }[] {
  const nodes: { host: string; port: number }[] = []
  for (const item of top.list('nodes') ?? []) {
    if (!(item instanceof BList) || nodes.length >= ADDRESSES_LIMIT) continue
    const host = textFrom(item.at(0))
    const port = item.at(1)
    if (host === undefined || !/^[\w.:-]{1,253}$/.test(host)) continue
    if (typeof port === 'number' && port >= 1 && port <= 65_535) nodes.push({ host, port })
  }
  return nodes
}

function itemsOf(value: BValue | undefined): BValue[] {
  return value instanceof BList ? [...value] : []
}

function textFrom(value: BValue | undefined): string | undefined {
  return value instanceof Uint8Array && value.length <= 4 * URL_LIMIT_CHARACTERS
    ? fromUtf8Lenient(value)
    : undefined
}

function shownText(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined
    ? undefined
    : fromUtf8Lenient(bytes.subarray(0, 4 * TEXT_LIMIT_CHARACTERS)).slice(0, TEXT_LIMIT_CHARACTERS)
}
