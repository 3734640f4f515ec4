// Which length each message type may have, judged from the first bytes of its header.
// Promise: a header is refused at the earliest byte that proves it unlawful, before anything of the body is kept.

import { readUint32 } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import { HASH_BYTES, HASH_RANGE_BYTES, MAX_FRAME_BYTES, type WireLimits } from './limits.ts'
import { MESSAGE_ID } from './messages.ts'

export const PREFIX_BYTES = 4
/** Prefix and id. */
export const SHORT_HEADER_BYTES = 5
/** Prefix, id, BEP 10 id. */
export const EXTENDED_HEADER_BYTES = 6
/** Prefix, id, piece, begin: the longest header. */
export const PIECE_HEADER_BYTES = 13

/**
 * How many header bytes the message at `at` has, as far as the `available` first ones tell: a result of at most
 * `available` is final and the lengths are lawful; a larger one says how many to bring before asking again.
 * @param bitfieldBytes exact length of a bitfield, or undefined while the piece count is unknown
 * @throws WireError MESSAGE_TOO_LONG, MESSAGE_LENGTH
 */
export function headerBytes(
  source: Uint8Array,
  at: number,
  available: number,
  limits: WireLimits,
  bitfieldBytes: number | undefined,
): number {
  if (available < PREFIX_BYTES) return PREFIX_BYTES
  const frameBytes = readUint32(source, at)
  if (frameBytes === 0) return PREFIX_BYTES
  if (frameBytes > MAX_FRAME_BYTES)
    throw new WireError('MESSAGE_TOO_LONG', { frameBytes, limit: MAX_FRAME_BYTES })
  if (available < SHORT_HEADER_BYTES) return SHORT_HEADER_BYTES
  const id = source[at + PREFIX_BYTES] as number
  const bodyBytes = frameBytes - 1
  if (id === MESSAGE_ID.piece) {
    if (bodyBytes < 8) throw new WireError('MESSAGE_LENGTH', { id, bodyBytes })
    atMost(id, bodyBytes - 8, limits.blockBytes)
    return PIECE_HEADER_BYTES
  }
  if (id === MESSAGE_ID.extended) {
    if (bodyBytes < 1) throw new WireError('MESSAGE_LENGTH', { id, bodyBytes })
    atMost(id, bodyBytes - 1, Math.max(limits.extensionMessageBytes, limits.extensionHandshakeBytes))
    if (available < EXTENDED_HEADER_BYTES) return EXTENDED_HEADER_BYTES
    const handshake = source[at + SHORT_HEADER_BYTES] === 0
    atMost(id, bodyBytes - 1, handshake ? limits.extensionHandshakeBytes : limits.extensionMessageBytes)
    return EXTENDED_HEADER_BYTES
  }
  checkBody(id, bodyBytes, limits, bitfieldBytes)
  return SHORT_HEADER_BYTES
}

function checkBody(
  id: number,
  bodyBytes: number,
  limits: WireLimits,
  bitfieldBytes: number | undefined,
): void {
  switch (id) {
    case MESSAGE_ID.choke:
    case MESSAGE_ID.unchoke:
    case MESSAGE_ID.interested:
    case MESSAGE_ID.notInterested:
    case MESSAGE_ID.haveAll:
    case MESSAGE_ID.haveNone:
      exactly(id, bodyBytes, 0)
      break
    case MESSAGE_ID.have:
    case MESSAGE_ID.suggest:
    case MESSAGE_ID.allowedFast:
      exactly(id, bodyBytes, 4)
      break
    case MESSAGE_ID.request:
    case MESSAGE_ID.cancel:
    case MESSAGE_ID.reject:
      exactly(id, bodyBytes, 12)
      break
    case MESSAGE_ID.port:
      exactly(id, bodyBytes, 2)
      break
    case MESSAGE_ID.hashRequest:
    case MESSAGE_ID.hashReject:
      exactly(id, bodyBytes, HASH_RANGE_BYTES)
      break
    case MESSAGE_ID.bitfield:
      if (bitfieldBytes !== undefined) exactly(id, bodyBytes, bitfieldBytes)
      else atMost(id, bodyBytes, limits.bitfieldBytes)
      break
    case MESSAGE_ID.hashes:
      atMost(id, bodyBytes, limits.hashesBytes)
      if (bodyBytes < HASH_RANGE_BYTES || (bodyBytes - HASH_RANGE_BYTES) % HASH_BYTES !== 0) {
        throw new WireError('MESSAGE_LENGTH', { id, bodyBytes })
      }
      break
    default:
      atMost(id, bodyBytes, limits.unknownMessageBytes)
  }
}

/** Whether messages of this id are read at all; others are skipped (BEP 3 leaves the ids open). */
export function isKnown(id: number): boolean {
  return (
    id <= MESSAGE_ID.port ||
    (id >= MESSAGE_ID.suggest && id <= MESSAGE_ID.allowedFast) ||
    (id >= MESSAGE_ID.extended && id <= MESSAGE_ID.hashReject)
  )
}

function exactly(id: number, bodyBytes: number, expected: number): void {
  if (bodyBytes !== expected) throw new WireError('MESSAGE_LENGTH', { id, bodyBytes, expected })
}

function atMost(id: number, lengthBytes: number, limit: number): void {
  if (lengthBytes > limit) throw new WireError('MESSAGE_TOO_LONG', { id, lengthBytes, limit })
}
