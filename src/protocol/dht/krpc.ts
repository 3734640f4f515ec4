// The messages of the DHT (BEP 5): a query, a reply or an error, one bencoded dictionary in one datagram.
// Promise: parse never throws, and looks at nothing longer, deeper or with more tokens than the limits.

import { compactEndpoint } from '../../base/address.ts'
import { BDict, BencodeError, type BencodeLimits, decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { equalBytes, fromLatin1, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { MAX_DATAGRAM_BYTES, MAX_MESSAGE_DEPTH, MAX_MESSAGE_TOKENS } from './limits.ts'

const LIMITS: BencodeLimits = {
  lengthBytes: MAX_DATAGRAM_BYTES,
  depth: MAX_MESSAGE_DEPTH,
  tokens: MAX_MESSAGE_TOKENS,
}

/** Ours have 4 bytes; others use up to 8 or so. */
const MAX_TRANSACTION_BYTES = 32
/** Method names in use have at most 17. */
const MAX_METHOD_BYTES = 32
/** Of an error: for people who look for faults. */
const MAX_TEXT_BYTES = 200

/** BEP 5 and BEP 44. */
export const KRPC_ERRORS = {
  generic: 201,
  server: 202,
  protocol: 203,
  unknownMethod: 204,
  valueTooBig: 205,
  badSignature: 206,
  saltTooBig: 207,
  casMismatch: 301,
  sequenceTooLow: 302,
} as const

export type Krpc =
  | {
      readonly kind: 'query'
      readonly transaction: Uint8Array
      readonly method: string
      readonly args: BDict
      /** BEP 43. */
      readonly readOnly: boolean
    }
  | {
      readonly kind: 'reply'
      readonly transaction: Uint8Array
      readonly values: BDict
      /** BEP 42: how the sender sees us, 6 or 18 bytes. */
      readonly ip: Uint8Array | undefined
    }
  | {
      readonly kind: 'error'
      readonly transaction: Uint8Array
      readonly code: number
      readonly text: string
      readonly ip: Uint8Array | undefined
    }

/** How every canonical query ends: its last key is `y`. */
const QUERY_TAIL = utf8('1:y1:qe')

/** Cheap, for those who must decide before they parse; a query with keys after `y` is not seen. */
export function looksLikeQuery(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(-QUERY_TAIL.length), QUERY_TAIL)
}

/** Undefined for what is no such message. Byte strings inside are views of `bytes`. */
export function parseKrpc(bytes: Uint8Array): Krpc | undefined {
  const message = dictionaryIn(bytes)
  const transaction = message?.bytes('t')
  if (message === undefined || transaction === undefined || transaction.length > MAX_TRANSACTION_BYTES)
    return undefined
  const kind = message.bytes('y')
  if (kind?.length !== 1) return undefined
  if (kind[0] === QUERY) return queryIn(message, transaction)
  if (kind[0] === REPLY) {
    const values = message.dict('r')
    return values === undefined ? undefined : { kind: 'reply', transaction, values, ip: message.bytes('ip') }
  }
  return kind[0] === ERROR ? errorIn(message, transaction) : undefined
}

const QUERY = 0x71
const REPLY = 0x72
const ERROR = 0x65

function dictionaryIn(bytes: Uint8Array): BDict | undefined {
  try {
    const { value } = decode(bytes, 'canonical', LIMITS)
    return value instanceof BDict ? value : undefined
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    return undefined
  }
}

function queryIn(message: BDict, transaction: Uint8Array): Krpc | undefined {
  const method = message.bytes('q')
  const args = message.dict('a')
  if (method === undefined || method.length > MAX_METHOD_BYTES || args === undefined) return undefined
  const readOnly = message.int('ro') === 1
  return { kind: 'query', transaction, method: fromLatin1(method), args, readOnly }
}

function errorIn(message: BDict, transaction: Uint8Array): Krpc | undefined {
  const error = message.list('e')
  const code = error?.at(0)
  const text = error?.at(1)
  if (typeof code !== 'number') return undefined
  const shown = text instanceof Uint8Array ? fromLatin1(text.subarray(0, MAX_TEXT_BYTES)) : ''
  return { kind: 'error', transaction, code, text: shown, ip: message.bytes('ip') }
}

export interface QueryFields {
  readonly transaction: Uint8Array
  readonly method: string
  readonly args: { readonly [key: string]: Encodable | undefined }
  readonly readOnly: boolean
  /** BEP 20-like: client and version. */
  readonly version: Uint8Array
}

export function encodeQuery({ transaction, method, args, readOnly, version }: QueryFields): Uint8Array {
  return encode({ a: args, q: method, ro: readOnly ? 1 : undefined, t: transaction, v: version, y: 'q' })
}

export function encodeReply(
  transaction: Uint8Array,
  values: { readonly [key: string]: Encodable | undefined },
  to: Endpoint,
  version: Uint8Array,
): Uint8Array {
  return encode({ ip: compactEndpoint(to), r: values, t: transaction, v: version, y: 'r' })
}

export function encodeError(
  transaction: Uint8Array,
  code: number,
  text: string,
  to: Endpoint,
  version: Uint8Array,
): Uint8Array {
  return encode({ e: [code, text], ip: compactEndpoint(to), t: transaction, v: version, y: 'e' })
}
