// Branded identities: infohashes, peer ids, piece indexes, moments. A value of these types was validated once.

import { EMPTY, fromHex, toHex } from './bytes.ts'
import { CodedError } from './errors.ts'

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export class IdError extends CodedError<'BAD_INFOHASH' | 'BAD_PEER_ID'> {}

/** 40 (v1, SHA-1) or 64 (v2, SHA-256) lower-case hex digits of the hash over the raw info value (BEP 3, 52). */
export type Infohash = Brand<string, 'Infohash'>

/** The 20 bytes that travel in handshakes and announces, as 40 hex digits: v1 whole, v2 truncated (BEP 52). */
export type WireHash = Brand<string, 'WireHash'>

/** 20 bytes (BEP 3, BEP 20), as 40 hex digits. */
export type PeerId = Brand<string, 'PeerId'>

/** 0 … piece count − 1 of one torrent; made only by its geometry. */
export type PieceIndex = Brand<number, 'PieceIndex'>

/** Milliseconds of a monotonic clock with an arbitrary start. Differences are durations in ms (plain numbers). */
export type Millis = Brand<number, 'Millis'>

export const INFOHASH_V1_BYTES = 20
export const INFOHASH_V2_BYTES = 32
export const PEER_ID_BYTES = 20

export function infohash(bytes: Uint8Array): Infohash {
  if (bytes.length !== INFOHASH_V1_BYTES && bytes.length !== INFOHASH_V2_BYTES) {
    throw new IdError('BAD_INFOHASH', { length: bytes.length })
  }
  return toHex(bytes) as Infohash
}

export function wireHash(hash: Infohash): WireHash {
  return hash.slice(0, 2 * INFOHASH_V1_BYTES) as string as WireHash
}

export function wireHashFromBytes(bytes: Uint8Array): WireHash {
  if (bytes.length !== INFOHASH_V1_BYTES) throw new IdError('BAD_INFOHASH', { length: bytes.length })
  return toHex(bytes) as WireHash
}

export function hashBytes(hash: Infohash | WireHash): Uint8Array {
  return fromHex(hash)
}

export function peerId(bytes: Uint8Array): PeerId {
  if (bytes.length !== PEER_ID_BYTES) throw new IdError('BAD_PEER_ID', { length: bytes.length })
  return toHex(bytes) as PeerId
}

export function peerIdBytes(id: PeerId): Uint8Array {
  return id.length === 0 ? EMPTY : fromHex(id)
}

/** The first of these moments, undefined standing for never. */
export function earliest(...moments: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined
  for (const moment of moments)
    if (moment !== undefined && (first === undefined || moment < first)) first = moment
  return first
}

/** The moment `durationMs` after `moment`. */
export function after(moment: Millis, durationMs: number): Millis {
  return (moment + durationMs) as Millis
}
