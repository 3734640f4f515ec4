// Content ids and content torrents: any file, one swarm (TRANSFER.md; docs/decisions/0002-content-torrent.md).
// This is a protocol: from (root, length) every peer builds the same bytes. Nothing here may ever change.

import { encode } from '../base/bencode-encode.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { type Infohash, infohash } from '../base/ids.ts'
import type { Digest } from '../base/ports.ts'
import { HASH_BYTES, powerOfTwoAbove } from './merkle.ts'

/**
 * A file's name by content. Never the root alone: BEP 52 trees do not separate leaves from nodes, so a 64-byte file
 * can be made with the root of a large one. Empty files have no content id.
 */
export interface ContentId {
  /** 32 bytes. */
  readonly root: Uint8Array
  /** 1 … 2^53 − 1. */
  readonly lengthBytes: number
}

/** `<root in lower-case hex>-<length in decimal>`. */
export function contentIdText(id: ContentId): string {
  return `${toHex(id.root)}-${id.lengthBytes}`
}

/** Undefined for anything but the one text of a content id. */
export function parseContentId(text: string): ContentId | undefined {
  const match = /^([0-9a-f]{64})-([1-9][0-9]{0,15})$/.exec(text)
  if (match === null) return undefined
  const lengthBytes = Number(match[2])
  return Number.isSafeInteger(lengthBytes) ? { root: fromHex(match[1] as string), lengthBytes } : undefined
}

const MIN_PIECE_BYTES = 65_536
const MAX_PIECE_BYTES = 16_777_216
const AIMED_PIECES = 2_048

/** The smallest power of two that is at least length / 2,048, within 64 KiB … 16 MiB. */
export function contentPieceLength(lengthBytes: number): number {
  const least = powerOfTwoAbove(Math.ceil(lengthBytes / AIMED_PIECES))
  return Math.min(MAX_PIECE_BYTES, Math.max(MIN_PIECE_BYTES, least))
}

/** The info dictionary of the content torrent, canonical. */
export function contentInfo(id: ContentId): Uint8Array {
  if (id.root.length !== HASH_BYTES || !Number.isSafeInteger(id.lengthBytes) || id.lengthBytes < 1) {
    throw new TypeError('not a content id')
  }
  const name = toHex(id.root)
  return encode({
    'file tree': { [name]: { '': { length: id.lengthBytes, 'pieces root': id.root } } },
    'meta version': 2,
    name,
    'piece length': contentPieceLength(id.lengthBytes),
  })
}

export function contentInfohash(id: ContentId, digest: Digest): Infohash {
  return infohash(digest.sha256(contentInfo(id)))
}
