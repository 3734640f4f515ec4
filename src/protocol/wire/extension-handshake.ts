// The BEP 10 handshake: which extension messages a peer reads and by which ids, and what it says about itself.
// Promise: whatever a peer sends, a decoded handshake has at most MAX_EXTENSIONS names, canonical addresses, numbers
// within their range and a client name that is short and safe to show. Values out of range count as not said.

import { canonicalIp, formatIp, parseIp } from '../../base/address.ts'
import { type BDict, BencodeError, BDict as Dict, decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { fromUtf8Lenient } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import { MAX_METADATA_BYTES } from './limits.ts'

/** More names than any client has; ids have one byte anyway. The map is additive, so this bounds it over time too. */
export const MAX_EXTENSIONS = 64

/** Longest extension name that is remembered; the known ones have at most 16 bytes. */
export const MAX_EXTENSION_NAME_BYTES = 64

/** Characters of the client's name that are kept; the longest in use have about 40. */
export const MAX_CLIENT_NAME_LENGTH = 64

/** Above any real queue; keeps a bold claim out of our arithmetic. */
export const MAX_REQUEST_QUEUE = 65_535

export interface ExtensionHandshake {
  /** Name → id to send that message by (1 … 255). In what we send, 0 switches an extension off. */
  readonly ids: ReadonlyMap<string, number>
  /** `v`: client name and version; control and invisible characters are shown as U+FFFD. */
  readonly client?: string
  /** `reqq`: requests that may be outstanding at that peer. */
  readonly requestQueue?: number
  /** `metadata_size`: length of the info dictionary (BEP 9), 1 … MAX_METADATA_BYTES. */
  readonly metadataBytes?: number
  /** `upload_only`: will not download any more (BEP 21). */
  readonly uploadOnly?: boolean
  /** `p`: the port it listens on. */
  readonly port?: number
  /** `yourip`: the address that it sees us at. A hint, not to be trusted. */
  readonly yourAddress?: string
  /** `ipv4` and `ipv6`: other addresses of the sender. */
  readonly ipv4?: string
  readonly ipv6?: string
}

export function encodeExtensionHandshake(handshake: ExtensionHandshake): Uint8Array {
  return encode({
    m: new Map<string, Encodable>(handshake.ids),
    v: handshake.client,
    reqq: handshake.requestQueue,
    metadata_size: handshake.metadataBytes,
    upload_only: handshake.uploadOnly === undefined ? undefined : Number(handshake.uploadOnly),
    p: handshake.port,
    yourip: addressBytes(handshake.yourAddress),
    ipv4: addressBytes(handshake.ipv4),
    ipv6: addressBytes(handshake.ipv6),
  })
}

function addressBytes(host: string | undefined): Uint8Array | undefined {
  if (host === undefined) return undefined
  const bytes = parseIp(host)
  if (bytes === undefined) throw new WireError('BAD_ARGUMENT', { host }, 'local')
  return bytes
}

/**
 * @param before what this peer said earlier on the connection: `m` is additive (BEP 10), other keys replace.
 * @throws WireError BAD_EXTENSION_HANDSHAKE when it is not one canonical dictionary, or `m` is not one
 */
export function decodeExtensionHandshake(
  payload: Uint8Array,
  before?: ExtensionHandshake,
): ExtensionHandshake {
  const dict = dictionaryOf(payload)
  const port = inRange(dict.int('p'), 1, 65_535)
  const requestQueue = inRange(dict.int('reqq'), 1, Number.MAX_SAFE_INTEGER)
  const metadataBytes = inRange(dict.int('metadata_size'), 1, MAX_METADATA_BYTES)
  const uploadOnly = dict.int('upload_only')
  const client = dict.bytes('v')
  const yourAddress = addressOf(dict.bytes('yourip'))
  const ipv4 = addressOf(dict.bytes('ipv4'), 4)
  const ipv6 = addressOf(dict.bytes('ipv6'), 16)
  return {
    ...before,
    ids: idsOf(dict, before?.ids),
    ...(client === undefined ? {} : { client: shownClient(client) }),
    ...(requestQueue === undefined ? {} : { requestQueue: Math.min(requestQueue, MAX_REQUEST_QUEUE) }),
    ...(metadataBytes === undefined ? {} : { metadataBytes }),
    ...(uploadOnly === undefined ? {} : { uploadOnly: uploadOnly !== 0 }),
    ...(port === undefined ? {} : { port }),
    ...(yourAddress === undefined ? {} : { yourAddress }),
    ...(ipv4 === undefined ? {} : { ipv4 }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
  }
}

function dictionaryOf(payload: Uint8Array): BDict {
  try {
    const { value } = decode(payload)
    if (value instanceof Dict) return value
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new WireError('BAD_EXTENSION_HANDSHAKE', { bencode: error.code }, 'remote', error)
  }
  throw new WireError('BAD_EXTENSION_HANDSHAKE', { problem: 'not a dictionary' })
}

const NAME = /^[\x21-\x7e]+$/

/** Names in order of arrival; those beyond the cap, or with an id that is no byte, are not remembered. */
function idsOf(dict: BDict, before: ReadonlyMap<string, number> | undefined): ReadonlyMap<string, number> {
  const ids = new Map(before)
  if (!dict.has('m')) return ids
  const said = dict.dict('m')
  if (said === undefined) throw new WireError('BAD_EXTENSION_HANDSHAKE', { problem: 'm is not a dictionary' })
  for (const { key, value } of said.entries()) {
    if (key.length > MAX_EXTENSION_NAME_BYTES || !NAME.test(key)) continue
    if (value === 0) ids.delete(key)
    else if (typeof value === 'number' && value >= 1 && value <= 255) {
      if (ids.has(key) || ids.size < MAX_EXTENSIONS) ids.set(key, value)
    }
  }
  return ids
}

function inRange(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined
}

/** Canonical text (an IPv4 address inside an IPv6 one becomes plain), or undefined for other lengths. */
function addressOf(bytes: Uint8Array | undefined, expectedBytes?: 4 | 16): string | undefined {
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 16)) return undefined
  if (expectedBytes !== undefined && bytes.length !== expectedBytes) return undefined
  return canonicalIp(formatIp(bytes))
}

/** Control, format (bidi, zero-width), line and paragraph separators, private use, surrogates, unassigned. */
const UNSHOWABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

function shownClient(bytes: Uint8Array): string {
  // Four bytes a character at most, so nothing is decoded that would not be kept.
  const text = fromUtf8Lenient(bytes.subarray(0, 4 * MAX_CLIENT_NAME_LENGTH))
  return Array.from(text.replace(UNSHOWABLE, '\ufffd')).slice(0, MAX_CLIENT_NAME_LENGTH).join('').trim()
}
