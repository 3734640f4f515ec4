// Messages to bytes: one function each, every call a fresh array that the caller may give away.
// Arguments are ours and taken as right (pieces and offsets within 2^32); only what would garble the stream is refused.

import { writeUint16, writeUint32 } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import { HASH_BYTES, HASH_RANGE_BYTES } from './limits.ts'
import { type BlockRef, type HashRange, MESSAGE_ID, type Message } from './messages.ts'

/** Length prefix and id. */
const HEADER_BYTES = 5

export { PIECE_HEADER_BYTES } from './frame.ts'

/** A `request`, `cancel` or `reject` with its prefix. */
export const BLOCK_MESSAGE_BYTES = 17

function frame(id: number, bodyBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes)
  writeUint32(bytes, 0, bodyBytes + 1)
  bytes[4] = id
  return bytes
}

function indexed(id: number, piece: number): Uint8Array {
  const bytes = frame(id, 4)
  writeUint32(bytes, HEADER_BYTES, piece)
  return bytes
}

function blocks(id: number, refs: readonly BlockRef[]): Uint8Array {
  const bytes = new Uint8Array(refs.length * BLOCK_MESSAGE_BYTES)
  let at = 0
  for (const ref of refs) {
    writeUint32(bytes, at, BLOCK_MESSAGE_BYTES - 4)
    bytes[at + 4] = id
    writeUint32(bytes, at + 5, ref.piece)
    writeUint32(bytes, at + 9, ref.begin)
    writeUint32(bytes, at + 13, ref.lengthBytes)
    at += BLOCK_MESSAGE_BYTES
  }
  return bytes
}

function hashRange(id: number, range: HashRange, hashes?: Uint8Array): Uint8Array {
  if (range.root.length !== HASH_BYTES) {
    throw new WireError('BAD_ARGUMENT', { rootBytes: range.root.length }, 'local')
  }
  const bytes = frame(id, HASH_RANGE_BYTES + (hashes?.length ?? 0))
  bytes.set(range.root, HEADER_BYTES)
  const at = HEADER_BYTES + HASH_BYTES
  writeUint32(bytes, at, range.baseLayer)
  writeUint32(bytes, at + 4, range.index)
  writeUint32(bytes, at + 8, range.length)
  writeUint32(bytes, at + 12, range.proofLayers)
  if (hashes !== undefined) bytes.set(hashes, HEADER_BYTES + HASH_RANGE_BYTES)
  return bytes
}

export function encodeKeepAlive(): Uint8Array {
  return new Uint8Array(4)
}

export function encodeChoke(): Uint8Array {
  return frame(MESSAGE_ID.choke, 0)
}

export function encodeUnchoke(): Uint8Array {
  return frame(MESSAGE_ID.unchoke, 0)
}

export function encodeInterested(): Uint8Array {
  return frame(MESSAGE_ID.interested, 0)
}

export function encodeNotInterested(): Uint8Array {
  return frame(MESSAGE_ID.notInterested, 0)
}

export function encodeHaveAll(): Uint8Array {
  return frame(MESSAGE_ID.haveAll, 0)
}

export function encodeHaveNone(): Uint8Array {
  return frame(MESSAGE_ID.haveNone, 0)
}

export function encodeHave(piece: number): Uint8Array {
  return indexed(MESSAGE_ID.have, piece)
}

/** Several `have` in one array, for one write. */
export function encodeHaves(pieces: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(pieces.length * 9)
  let at = 0
  for (const piece of pieces) {
    writeUint32(bytes, at, 5)
    bytes[at + 4] = MESSAGE_ID.have
    writeUint32(bytes, at + 5, piece)
    at += 9
  }
  return bytes
}

export function encodeSuggest(piece: number): Uint8Array {
  return indexed(MESSAGE_ID.suggest, piece)
}

export function encodeAllowedFast(piece: number): Uint8Array {
  return indexed(MESSAGE_ID.allowedFast, piece)
}

/** Copies `bitfield`, which must be ceil(pieces / 8) bytes with zero spare bits. */
export function encodeBitfield(bitfield: Uint8Array): Uint8Array {
  const bytes = frame(MESSAGE_ID.bitfield, bitfield.length)
  bytes.set(bitfield, HEADER_BYTES)
  return bytes
}

export function encodeRequest(piece: number, begin: number, lengthBytes: number): Uint8Array {
  return blocks(MESSAGE_ID.request, [{ piece, begin, lengthBytes }])
}

export function encodeCancel(piece: number, begin: number, lengthBytes: number): Uint8Array {
  return blocks(MESSAGE_ID.cancel, [{ piece, begin, lengthBytes }])
}

export function encodeReject(piece: number, begin: number, lengthBytes: number): Uint8Array {
  return blocks(MESSAGE_ID.reject, [{ piece, begin, lengthBytes }])
}

/** Several requests in one array, in order. */
export function encodeRequests(refs: readonly BlockRef[]): Uint8Array {
  return blocks(MESSAGE_ID.request, refs)
}

export function encodeCancels(refs: readonly BlockRef[]): Uint8Array {
  return blocks(MESSAGE_ID.cancel, refs)
}

export function encodeRejects(refs: readonly BlockRef[]): Uint8Array {
  return blocks(MESSAGE_ID.reject, refs)
}

/** Writes the 13 bytes that precede `lengthBytes` bytes of block into `into` from `at`. */
export function pieceHeader(
  into: Uint8Array,
  at: number,
  piece: number,
  begin: number,
  lengthBytes: number,
): void {
  writeUint32(into, at, lengthBytes + 9)
  into[at + 4] = MESSAGE_ID.piece
  writeUint32(into, at + 5, piece)
  writeUint32(into, at + 9, begin)
}

export function encodePort(port: number): Uint8Array {
  const bytes = frame(MESSAGE_ID.port, 2)
  writeUint16(bytes, HEADER_BYTES, port)
  return bytes
}

/** @param id 0 for our extension handshake, else the id that the *receiver* gave the extension (1 … 255). */
export function encodeExtended(id: number, payload: Uint8Array): Uint8Array {
  if (!Number.isInteger(id) || id < 0 || id > 255) throw new WireError('BAD_ARGUMENT', { id }, 'local')
  const bytes = frame(MESSAGE_ID.extended, 1 + payload.length)
  bytes[HEADER_BYTES] = id
  bytes.set(payload, HEADER_BYTES + 1)
  return bytes
}

export function encodeHashRequest(range: HashRange): Uint8Array {
  return hashRange(MESSAGE_ID.hashRequest, range)
}

export function encodeHashReject(range: HashRange): Uint8Array {
  return hashRange(MESSAGE_ID.hashReject, range)
}

/** @param hashes n × 32 bytes: the base layer's run, then the uncles towards the root. */
export function encodeHashes(range: HashRange, hashes: Uint8Array): Uint8Array {
  if (hashes.length % HASH_BYTES !== 0)
    throw new WireError('BAD_ARGUMENT', { hashes: hashes.length }, 'local')
  return hashRange(MESSAGE_ID.hashes, range, hashes)
}

/** Any message at all; for code that holds it as a value. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case 'keepAlive':
      return encodeKeepAlive()
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'notInterested':
    case 'haveAll':
    case 'haveNone':
      return frame(MESSAGE_ID[message.type], 0)
    case 'have':
    case 'suggest':
    case 'allowedFast':
      return indexed(MESSAGE_ID[message.type], message.piece)
    case 'bitfield':
      return encodeBitfield(message.bytes)
    case 'request':
    case 'cancel':
    case 'reject':
      return blocks(MESSAGE_ID[message.type], [message])
    case 'port':
      return encodePort(message.port)
    case 'extended':
      return encodeExtended(message.id, message.payload)
    case 'hashRequest':
    case 'hashReject':
      return hashRange(MESSAGE_ID[message.type], message)
    case 'hashes':
      return encodeHashes(message, message.hashes)
  }
}
