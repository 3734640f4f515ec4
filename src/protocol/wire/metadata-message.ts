// ut_metadata (BEP 9): asking for and giving the info dictionary in pieces of 16 KiB.
// Promise: decoded data is exactly as long as its piece of the size it names. Whether that size is the promised one,
// and whether the whole hashes right, is the torrent's to check.

import { BDict, BencodeError, decodePrefix } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import { MAX_METADATA_BYTES } from './limits.ts'

export const METADATA_PIECE_BYTES = 16_384

export type MetadataMessage =
  | { readonly type: 'request' | 'reject'; readonly piece: number }
  /** `bytes` is a view of the payload. `totalBytes`: the whole info dictionary, as this peer says. */
  | { readonly type: 'data'; readonly piece: number; readonly totalBytes: number; readonly bytes: Uint8Array }

const REQUEST = 0
const DATA = 1
const REJECT = 2

const DICTIONARY_LIMITS = { lengthBytes: 131_072, depth: 4, tokens: 64 }

export function encodeMetadataRequest(piece: number): Uint8Array {
  return encode({ msg_type: REQUEST, piece })
}

export function encodeMetadataReject(piece: number): Uint8Array {
  return encode({ msg_type: REJECT, piece })
}

/** @param bytes the piece: 16 KiB, the last one shorter */
export function encodeMetadataData(piece: number, totalBytes: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== metadataPieceBytes(totalBytes, piece)) {
    throw new WireError('BAD_ARGUMENT', { piece, totalBytes, lengthBytes: bytes.length }, 'local')
  }
  return concatBytes([encode({ msg_type: DATA, piece, total_size: totalBytes }), bytes])
}

/** Length of one piece of metadata, 0 when there is no such piece. */
export function metadataPieceBytes(totalBytes: number, piece: number): number {
  return Math.max(0, Math.min(METADATA_PIECE_BYTES, totalBytes - piece * METADATA_PIECE_BYTES))
}

/**
 * @returns undefined for a message type that we do not know: to be ignored (BEP 9)
 * @throws WireError BAD_METADATA_MESSAGE
 */
export function decodeMetadataMessage(payload: Uint8Array): MetadataMessage | undefined {
  const { dict, end } = dictionaryOf(payload)
  const kind = dict.int('msg_type')
  if (kind === undefined || kind < 0) throw new WireError('BAD_METADATA_MESSAGE', { problem: 'msg_type' })
  if (kind > REJECT) return undefined
  const piece = dict.int('piece')
  if (piece === undefined || piece < 0 || piece * METADATA_PIECE_BYTES >= MAX_METADATA_BYTES) {
    throw new WireError('BAD_METADATA_MESSAGE', { problem: 'piece', piece })
  }
  if (kind === DATA) return dataOf(dict, piece, payload.subarray(end))
  if (end !== payload.length)
    throw new WireError('BAD_METADATA_MESSAGE', { problem: 'trailing bytes', at: end })
  return { type: kind === REQUEST ? 'request' : 'reject', piece }
}

function dataOf(dict: BDict, piece: number, bytes: Uint8Array): MetadataMessage {
  const totalBytes = dict.int('total_size')
  if (totalBytes === undefined || totalBytes < 1 || totalBytes > MAX_METADATA_BYTES) {
    throw new WireError('BAD_METADATA_MESSAGE', { problem: 'total_size', totalBytes })
  }
  const expected = metadataPieceBytes(totalBytes, piece)
  if (expected === 0 || bytes.length !== expected) {
    throw new WireError('BAD_METADATA_MESSAGE', {
      problem: 'length',
      piece,
      lengthBytes: bytes.length,
      expected,
    })
  }
  return { type: 'data', piece, totalBytes, bytes }
}

function dictionaryOf(payload: Uint8Array): { dict: BDict; end: number } {
  try {
    const { value, end } = decodePrefix(payload, DICTIONARY_LIMITS)
    if (value instanceof BDict) return { dict: value, end }
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new WireError('BAD_METADATA_MESSAGE', { bencode: error.code }, 'remote', error)
  }
  throw new WireError('BAD_METADATA_MESSAGE', { problem: 'not a dictionary' })
}
