// ut_holepunch (BEP 55): a peer that is connected to two others tells each where to find the other.
// Promise: a decoded address is canonical. Whether it can be a peer's, and may be contacted, is judged elsewhere: a relay has to
// answer a rendezvous with what cannot be (NO_SUCH_PEER).

import {
  COMPACT_IPV4_BYTES,
  COMPACT_IPV6_BYTES,
  compactEndpoint,
  formatIp,
  parseIp,
} from '../../base/address.ts'
import { readUint16, readUint32, writeUint32 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { WireError } from './error.ts'

export type HolepunchMessage =
  /** To whoever is connected to both: bring us together. */
  | { readonly type: 'rendezvous'; readonly endpoint: Endpoint }
  /** From it: connect to this endpoint by uTP, now. */
  | { readonly type: 'connect'; readonly endpoint: Endpoint }
  /** From it: a rendezvous with this endpoint cannot be. */
  | { readonly type: 'error'; readonly endpoint: Endpoint; readonly problem: HolepunchProblem }

export type HolepunchProblem =
  /** The endpoint is none. */
  | 'NO_SUCH_PEER'
  | 'NOT_CONNECTED'
  /** The target does not know this extension. */
  | 'NO_SUPPORT'
  /** The endpoint is the asked peer's own. */
  | 'NO_SELF'
  /** A code that BEP 55 does not have. */
  | 'OTHER'

const TYPES = ['rendezvous', 'connect', 'error'] as const
const CODES: readonly (HolepunchProblem | undefined)[] = [
  undefined,
  'NO_SUCH_PEER',
  'NOT_CONNECTED',
  'NO_SUPPORT',
  'NO_SELF',
]
const IPV4 = 0
const IPV6 = 1
/** Message type and address type. */
const HEAD_BYTES = 2
const CODE_BYTES = 4
const PORT_BYTES = 2

/** @throws WireError BAD_ARGUMENT for a problem that has no code */
export function encodeHolepunchMessage(message: HolepunchMessage): Uint8Array {
  const compact = compactEndpoint(message.endpoint)
  const bytes = new Uint8Array(HEAD_BYTES + compact.length + CODE_BYTES)
  bytes[0] = TYPES.indexOf(message.type)
  bytes[1] = compact.length === COMPACT_IPV4_BYTES ? IPV4 : IPV6
  bytes.set(compact, HEAD_BYTES)
  if (message.type === 'error') {
    const code = CODES.indexOf(message.problem)
    if (code < 1) throw new WireError('BAD_ARGUMENT', { problem: message.problem }, 'local')
    writeUint32(bytes, HEAD_BYTES + compact.length, code)
  }
  return bytes
}

/**
 * Messages that are no error may come without the code (libtorrent leaves it out).
 * @returns undefined for a message type or address family that we do not know: to be ignored
 * @throws WireError BAD_HOLEPUNCH
 */
export function decodeHolepunchMessage(payload: Uint8Array): HolepunchMessage | undefined {
  if (payload.length < HEAD_BYTES) throw bad({ lengthBytes: payload.length })
  const type = TYPES[payload[0] as number]
  const family = payload[1]
  if (type === undefined || (family !== IPV4 && family !== IPV6)) return undefined
  const compactBytes = family === IPV4 ? COMPACT_IPV4_BYTES : COMPACT_IPV6_BYTES
  const shortest = HEAD_BYTES + compactBytes
  const coded = payload.length === shortest + CODE_BYTES
  if (!coded && (type === 'error' || payload.length !== shortest)) throw bad({ lengthBytes: payload.length })
  const endpoint = {
    host: canonical(payload.subarray(HEAD_BYTES, shortest - PORT_BYTES)),
    port: readUint16(payload, shortest - PORT_BYTES),
  }
  const code = coded ? readUint32(payload, shortest) : 0
  if (type !== 'error') return { type, endpoint }
  return { type, endpoint, problem: CODES[code] ?? 'OTHER' }
}

/** An IPv4 address inside an IPv6 one becomes plain. */
function canonical(address: Uint8Array): string {
  return formatIp(parseIp(formatIp(address)) ?? address)
}

function bad(data: Readonly<Record<string, string | number>>): WireError {
  return new WireError('BAD_HOLEPUNCH', data)
}
