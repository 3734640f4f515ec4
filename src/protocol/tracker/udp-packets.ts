// The packets of the UDP tracker protocol (BEP 15) and its one option (BEP 41): bytes and values, no state.
// Replies are never trusted for more than their length says; a packet that is too short is undefined.

import { parseCompactEndpoints } from '../../base/address.ts'
import {
  concatBytes,
  fromHex,
  fromUtf8Lenient,
  readUint32,
  utf8,
  writeUint16,
  writeUint32,
} from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import {
  type AnnounceEvent,
  type AnnounceReply,
  type AnnounceRequest,
  distinctEndpoints,
  intervals,
  MAX_PEERS_USED,
  MAX_SCRAPE_HASHES,
  MAX_TRACKER_TEXT_BYTES,
  type ScrapeEntry,
  swarmCount,
} from './announce.ts'

export const UDP_CONNECT = 0
export const UDP_ANNOUNCE = 1
export const UDP_SCRAPE = 2
export const UDP_ERROR = 3

/** BEP 15: the constant that opens a connect request, 0x41727101980. */
const PROTOCOL_ID_HIGH = 0x417
const PROTOCOL_ID_LOW = 0x27101980
const HEADER_BYTES = 8
const CONNECTION_ID_BYTES = 8
const ANNOUNCE_REQUEST_BYTES = 98
const ANNOUNCE_REPLY_BYTES = 20
const SCRAPE_ENTRY_BYTES = 12
const EVENT_NUMBERS: Readonly<Record<AnnounceEvent, number>> = { completed: 1, started: 2, stopped: 3 }
/** BEP 41 option types. */
const OPTION_URL_DATA = 2
const MAX_OPTION_BYTES = 255
/** Keeps an announce below 1,400 bytes, so that it is not fragmented; longer paths are left out. */
const MAX_URL_DATA_BYTES = 1200

export interface UdpHeader {
  readonly action: number
  readonly transactionId: number
}

export function udpHeader(packet: Uint8Array): UdpHeader | undefined {
  if (packet.length < HEADER_BYTES) return undefined
  return { action: readUint32(packet, 0), transactionId: readUint32(packet, 4) }
}

export function encodeConnect(transactionId: number): Uint8Array {
  const packet = new Uint8Array(16)
  writeUint32(packet, 0, PROTOCOL_ID_HIGH)
  writeUint32(packet, 4, PROTOCOL_ID_LOW)
  writeUint32(packet, 8, UDP_CONNECT)
  writeUint32(packet, 12, transactionId)
  return packet
}

/** `urlData`: path and query of the tracker's URL (BEP 41), empty for none. */
export function encodeAnnounce(
  connectionId: Uint8Array,
  transactionId: number,
  request: AnnounceRequest,
  urlData: string,
): Uint8Array {
  const packet = new Uint8Array(ANNOUNCE_REQUEST_BYTES)
  packet.set(connectionId)
  writeUint32(packet, 8, UDP_ANNOUNCE)
  writeUint32(packet, 12, transactionId)
  packet.set(fromHex(request.hash), 16)
  packet.set(fromHex(request.peerId), 36)
  writeUint64(packet, 56, request.downloadedBytes)
  writeUint64(packet, 64, request.leftBytes)
  writeUint64(packet, 72, request.uploadedBytes)
  writeUint32(packet, 80, request.event === undefined ? 0 : EVENT_NUMBERS[request.event])
  writeUint32(packet, 88, request.key)
  writeUint32(packet, 92, request.numWant)
  writeUint16(packet, 96, request.port)
  return concatBytes([packet, ...urlOptions(utf8(urlData))])
}

function urlOptions(data: Uint8Array): Uint8Array[] {
  const options: Uint8Array[] = []
  if (data.length > MAX_URL_DATA_BYTES) return options
  for (let at = 0; at < data.length; at += MAX_OPTION_BYTES) {
    const part = data.subarray(at, at + MAX_OPTION_BYTES)
    options.push(Uint8Array.of(OPTION_URL_DATA, part.length), part)
  }
  return options
}

/** At most MAX_SCRAPE_HASHES hashes. */
export function encodeScrape(
  connectionId: Uint8Array,
  transactionId: number,
  hashes: readonly WireHash[],
): Uint8Array {
  const head = new Uint8Array(16)
  head.set(connectionId)
  writeUint32(head, 8, UDP_SCRAPE)
  writeUint32(head, 12, transactionId)
  return concatBytes([head, ...hashes.slice(0, MAX_SCRAPE_HASHES).map((hash) => fromHex(hash))])
}

function writeUint64(packet: Uint8Array, at: number, value: number): void {
  const whole = Math.min(Math.max(0, Math.trunc(value)), Number.MAX_SAFE_INTEGER)
  writeUint32(packet, at, Math.floor(whole / 0x1_0000_0000))
  writeUint32(packet, at + 4, whole % 0x1_0000_0000)
}

/** The 8 bytes of the connection id (a copy). */
export function decodeConnectReply(packet: Uint8Array): Uint8Array | undefined {
  if (packet.length < HEADER_BYTES + CONNECTION_ID_BYTES) return undefined
  return packet.slice(HEADER_BYTES, HEADER_BYTES + CONNECTION_ID_BYTES)
}

/** `family` is that of the socket the packet came through: it alone decides the size of an entry (BEP 15). */
export function decodeAnnounceReply(packet: Uint8Array, family: 4 | 6): AnnounceReply | undefined {
  if (packet.length < ANNOUNCE_REPLY_BYTES) return undefined
  const compact = packet.subarray(ANNOUNCE_REPLY_BYTES)
  const peers = parseCompactEndpoints(compact, family === 4 ? 6 : 18, MAX_PEERS_USED)
  return {
    ...intervals(readUint32(packet, 8), undefined),
    peers: distinctEndpoints(peers, MAX_PEERS_USED),
    seeds: swarmCount(readUint32(packet, 16)),
    leeches: swarmCount(readUint32(packet, 12)),
    downloads: undefined,
    trackerId: undefined,
    warning: undefined,
    externalIp: undefined,
  }
}

/** One entry per hash asked for, in order; undefined when the packet holds fewer. */
export function decodeScrapeReply(
  packet: Uint8Array,
  hashes: readonly WireHash[],
): Map<WireHash, ScrapeEntry> | undefined {
  const entries = new Map<WireHash, ScrapeEntry>()
  for (const [i, hash] of hashes.slice(0, MAX_SCRAPE_HASHES).entries()) {
    const at = HEADER_BYTES + i * SCRAPE_ENTRY_BYTES
    if (packet.length < at + SCRAPE_ENTRY_BYTES) return undefined
    const seeds = swarmCount(readUint32(packet, at)) ?? 0
    const downloads = swarmCount(readUint32(packet, at + 4)) ?? 0
    const leeches = swarmCount(readUint32(packet, at + 8)) ?? 0
    entries.set(hash, { seeds, leeches, downloads })
  }
  return entries
}

export function decodeErrorReply(packet: Uint8Array): string {
  return fromUtf8Lenient(packet.subarray(HEADER_BYTES, HEADER_BYTES + MAX_TRACKER_TEXT_BYTES))
}
