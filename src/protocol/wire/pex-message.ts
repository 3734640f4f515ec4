// ut_pex (BEP 11): whom a peer has connected to and lost since its last message.
// Promise: at most MAX_PEX_CONTACTS added and as many dropped come out of a message however long it is, without
// doubles, port 0 or addresses that cannot be a peer's. Whether they may be contacted is for discovery to judge.

import {
  COMPACT_IPV4_BYTES,
  COMPACT_IPV6_BYTES,
  compactEndpoint,
  isPublicHost,
  parseCompactEndpoints,
  scopeOf,
} from '../../base/address.ts'
import { BDict, BencodeError, decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, EMPTY } from '../../base/bytes.ts'
import { type Endpoint, endpointText, isIPv6 } from '../../base/endpoint.ts'
import { WireError } from './error.ts'

/** BEP 11: added v4 and v6 together should not exceed 50, dropped likewise. More is not an offence (the first may), but unused. */
export const MAX_PEX_CONTACTS = 50

/** Bits of `added.f` (BEP 11). */
export const PEX_PREFERS_ENCRYPTION = 0x01
export const PEX_SEED = 0x02
export const PEX_UTP = 0x04
export const PEX_HOLEPUNCH = 0x08
/** The teller dialled it, so it can be reached. */
export const PEX_REACHABLE = 0x10

export interface PexContact {
  readonly endpoint: Endpoint
  /** The PEX_ bits; unknown ones are kept. */
  readonly flags: number
}

export interface PexMessage {
  readonly added: readonly PexContact[]
  readonly dropped: readonly Endpoint[]
}

/** @throws WireError BAD_ARGUMENT for more than MAX_PEX_CONTACTS either way: the sender's queue must wait */
export function encodePexMessage(message: PexMessage): Uint8Array {
  const { added, dropped } = message
  if (added.length > MAX_PEX_CONTACTS || dropped.length > MAX_PEX_CONTACTS) {
    throw new WireError('BAD_ARGUMENT', { added: added.length, dropped: dropped.length }, 'local')
  }
  const added4 = added.filter((contact) => !isIPv6(contact.endpoint.host))
  const added6 = added.filter((contact) => isIPv6(contact.endpoint.host))
  return encode({
    added: compact(added4.map((contact) => contact.endpoint)),
    'added.f': Uint8Array.from(added4, (contact) => contact.flags),
    added6: compact(added6.map((contact) => contact.endpoint)),
    'added6.f': Uint8Array.from(added6, (contact) => contact.flags),
    dropped: compact(dropped.filter((endpoint) => !isIPv6(endpoint.host))),
    dropped6: compact(dropped.filter((endpoint) => isIPv6(endpoint.host))),
  })
}

function compact(endpoints: readonly Endpoint[]): Uint8Array {
  return concatBytes(endpoints.map(compactEndpoint))
}

/** @throws WireError BAD_PEX when it is not a canonical dictionary, or a list has a broken entry */
export function decodePexMessage(payload: Uint8Array): PexMessage {
  const dict = dictionaryOf(payload)
  const added4 = listOf(dict, 'added', COMPACT_IPV4_BYTES)
  const added6 = listOf(dict, 'added6', COMPACT_IPV6_BYTES)
  const dropped4 = listOf(dict, 'dropped', COMPACT_IPV4_BYTES)
  const dropped6 = listOf(dict, 'dropped6', COMPACT_IPV6_BYTES)
  return {
    added: contactsOf(added4, added6, dict.bytes('added.f'), dict.bytes('added6.f')),
    dropped: contactsOf(dropped4, dropped6, undefined, undefined).map((contact) => contact.endpoint),
  }
}

function dictionaryOf(payload: Uint8Array): BDict {
  try {
    const { value } = decode(payload)
    if (value instanceof BDict) return value
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new WireError('BAD_PEX', { bencode: error.code }, 'remote', error)
  }
  throw new WireError('BAD_PEX', { problem: 'not a dictionary' })
}

function listOf(dict: BDict, key: string, entryBytes: number): Uint8Array {
  if (!dict.has(key)) return EMPTY
  const bytes = dict.bytes(key)
  if (bytes === undefined || bytes.length % entryBytes !== 0) throw new WireError('BAD_PEX', { key })
  return bytes
}

/** Shares the cap fairly: neither family can push the other below half of it. */
function contactsOf(
  list4: Uint8Array,
  list6: Uint8Array,
  flags4: Uint8Array | undefined,
  flags6: Uint8Array | undefined,
): PexContact[] {
  const count6 = list6.length / COMPACT_IPV6_BYTES
  const most4 = Math.max(MAX_PEX_CONTACTS / 2, MAX_PEX_CONTACTS - count6)
  const count4 = Math.min(list4.length / COMPACT_IPV4_BYTES, most4)
  const seen = new Set<string>()
  return [
    ...readContacts(list4, COMPACT_IPV4_BYTES, count4, flags4, seen),
    ...readContacts(list6, COMPACT_IPV6_BYTES, Math.min(count6, MAX_PEX_CONTACTS - count4), flags6, seen),
  ]
}

function* readContacts(
  list: Uint8Array,
  entryBytes: 6 | 18,
  count: number,
  flags: Uint8Array | undefined,
  seen: Set<string>,
): Generator<PexContact> {
  for (let i = 0; i < count; i++) {
    // One at a time: entries with port 0 fall out, and flags go by position.
    const entry = list.subarray(i * entryBytes, (i + 1) * entryBytes)
    const [endpoint] = parseCompactEndpoints(entry, entryBytes, 1)
    if (endpoint === undefined || scopeOf(endpoint.host) === 'none') continue
    // BEP 11: ignore further ports of one address; but on private ranges many peers share one (SAFETY.md).
    const identity = isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
    if (seen.has(identity)) continue
    seen.add(identity)
    yield { endpoint, flags: flags?.[i] ?? 0 }
  }
}
