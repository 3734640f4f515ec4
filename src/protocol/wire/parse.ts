// The body of one whole message to a value. Its length was checked against its type before (frame.ts).
// Promise: what is returned shares no memory with the input.

import { readUint16, readUint32 } from '../../base/bytes.ts'
import { HASH_BYTES, HASH_RANGE_BYTES } from './limits.ts'
import { type BlockRef, type HashRange, MESSAGE_ID, type Message } from './messages.ts'

export const KEEP_ALIVE: Message = { type: 'keepAlive' }
const CHOKE: Message = { type: 'choke' }
const UNCHOKE: Message = { type: 'unchoke' }
const INTERESTED: Message = { type: 'interested' }
const NOT_INTERESTED: Message = { type: 'notInterested' }
const HAVE_ALL: Message = { type: 'haveAll' }
const HAVE_NONE: Message = { type: 'haveNone' }

/**
 * @param at, bodyBytes where the body lies in `source`: behind the id, for `extended` behind the BEP 10 id
 * @returns undefined for an id that is not read
 */
export function parseBody(
  id: number,
  extendedId: number,
  source: Uint8Array,
  at: number,
  bodyBytes: number,
): Message | undefined {
  switch (id) {
    case MESSAGE_ID.choke:
      return CHOKE
    case MESSAGE_ID.unchoke:
      return UNCHOKE
    case MESSAGE_ID.interested:
      return INTERESTED
    case MESSAGE_ID.notInterested:
      return NOT_INTERESTED
    case MESSAGE_ID.haveAll:
      return HAVE_ALL
    case MESSAGE_ID.haveNone:
      return HAVE_NONE
    case MESSAGE_ID.have:
      return { type: 'have', piece: readUint32(source, at) }
    case MESSAGE_ID.suggest:
      return { type: 'suggest', piece: readUint32(source, at) }
    case MESSAGE_ID.allowedFast:
      return { type: 'allowedFast', piece: readUint32(source, at) }
    case MESSAGE_ID.bitfield:
      return { type: 'bitfield', bytes: copyOf(source, at, bodyBytes) }
    case MESSAGE_ID.request:
      return { type: 'request', ...blockRef(source, at) }
    case MESSAGE_ID.cancel:
      return { type: 'cancel', ...blockRef(source, at) }
    case MESSAGE_ID.reject:
      return { type: 'reject', ...blockRef(source, at) }
    case MESSAGE_ID.port:
      return { type: 'port', port: readUint16(source, at) }
    case MESSAGE_ID.extended:
      return { type: 'extended', id: extendedId, payload: copyOf(source, at, bodyBytes) }
    case MESSAGE_ID.hashRequest:
      return { type: 'hashRequest', ...hashRange(source, at) }
    case MESSAGE_ID.hashReject:
      return { type: 'hashReject', ...hashRange(source, at) }
    case MESSAGE_ID.hashes: {
      const hashes = copyOf(source, at + HASH_RANGE_BYTES, bodyBytes - HASH_RANGE_BYTES)
      return { type: 'hashes', ...hashRange(source, at), hashes }
    }
    default:
      return undefined
  }
}

function blockRef(source: Uint8Array, at: number): BlockRef {
  return {
    piece: readUint32(source, at),
    begin: readUint32(source, at + 4),
    lengthBytes: readUint32(source, at + 8),
  }
}

function hashRange(source: Uint8Array, at: number): HashRange {
  const numbers = at + HASH_BYTES
  return {
    root: copyOf(source, at, HASH_BYTES),
    baseLayer: readUint32(source, numbers),
    index: readUint32(source, numbers + 4),
    length: readUint32(source, numbers + 8),
    proofLayers: readUint32(source, numbers + 12),
  }
}

/** A plain copy. Not slice(): on a Node Buffer, which is a Uint8Array, that makes a view. */
function copyOf(source: Uint8Array, at: number, lengthBytes: number): Uint8Array {
  const copy = new Uint8Array(lengthBytes)
  copy.set(viewOf(source, at, lengthBytes))
  return copy
}

/** A view, plain even on a Node Buffer, where subarray() makes another Buffer and is a little slower (lab/bench/wire.ts). */
export function viewOf(source: Uint8Array, at: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(source.buffer, source.byteOffset + at, lengthBytes)
}
