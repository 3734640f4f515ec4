// A node as others tell of it: id and address; and the compact lists of them (BEP 5, BEP 32).

import { compactEndpoint, mayContact, parseCompactEndpoints, parseIp } from '../../base/address.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { NODE_ID_BYTES } from './node-id.ts'

export interface Contact {
  /** 20 bytes; never changed. */
  readonly id: Uint8Array
  readonly endpoint: Endpoint
  /** The endpoint as it is sent, where it was made before. */
  readonly compact?: Uint8Array
}

export type Family = 4 | 6

const COMPACT_BYTES = { 4: NODE_ID_BYTES + 6, 6: NODE_ID_BYTES + 18 } as const

/** Of one node in a list. */
export function compactBytes(family: Family): number {
  return COMPACT_BYTES[family]
}

/** `nodes` for IPv4, `nodes6` for IPv6 (BEP 32). */
export function nodesKey(family: Family): 'nodes' | 'nodes6' {
  return family === 4 ? 'nodes' : 'nodes6'
}

export function compactContacts(contacts: readonly Contact[], family: Family): Uint8Array {
  const size = COMPACT_BYTES[family]
  const bytes = new Uint8Array(contacts.length * size)
  for (const [i, { id, endpoint, compact }] of contacts.entries()) {
    bytes.set(id, i * size)
    bytes.set(compact ?? compactEndpoint(endpoint), i * size + NODE_ID_BYTES)
  }
  return bytes
}

/** 6 or 18 bytes; undefined without a port, and for IPv4 in the clothes of IPv6 (::ffff:a.b.c.d), which no socket is at. */
export function endpointIn(compact: Uint8Array): Endpoint | undefined {
  const [endpoint] = parseCompactEndpoints(compact, compact.length === 6 ? 6 : 18, 1)
  if (endpoint === undefined || compact.length === 6) return endpoint
  return parseIp(endpoint.host)?.length === 16 ? endpoint : undefined
}

/** At most `limit`; a trailing fragment and entries without a port are left out. Ids are copies. */
export function parseContacts(bytes: Uint8Array, family: Family, limit: number): Contact[] {
  const size = COMPACT_BYTES[family]
  const contacts: Contact[] = []
  for (let at = 0; at + size <= bytes.length && contacts.length < limit; at += size) {
    const address = bytes.subarray(at + NODE_ID_BYTES, at + size)
    const endpoint = endpointIn(address)
    if (endpoint !== undefined) contacts.push({ id: bytes.slice(at, at + NODE_ID_BYTES), endpoint })
  }
  return contacts
}

/** Contacts taken from one answer: K, and some for generous nodes; a liar's are no more. */
const MAX_CONTACTS = 16

/** Those of an answer that may be asked: of that family, no narrower in scope than who tells, and not barred. */
export function contactsIn(
  values: BDict,
  family: Family,
  from: Endpoint,
  allows: ((host: string) => boolean) | undefined,
): Contact[] {
  const bytes = values.bytes(nodesKey(family))
  if (bytes === undefined) return []
  return parseContacts(bytes, family, MAX_CONTACTS).filter(
    ({ endpoint: { host } }) =>
      isIPv6(host) === (family === 6) && mayContact(host, from.host) && allows?.(host) !== false,
  )
}
