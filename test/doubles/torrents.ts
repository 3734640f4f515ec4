// Torrents made by hand for tests: every key can be replaced or (with undefined) left out, so that one defect stands alone.

import { type Encodable, encode } from '../../src/base/bencode-encode.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { Merkle, pieceLayer, rootLayer } from '../../src/metainfo/merkle.ts'
import { digest } from './digest.ts'

export type Dict = Readonly<Record<string, Encodable | undefined>>

export const PIECE_BYTES = 16_384

const merkle = new Merkle(digest)

/** Bytes that differ from file to file. */
export function contentOf(lengthBytes: number, salt = 0): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, i) => i * 31 + (i >> 8) + salt)
}

export function rootOf(content: Uint8Array): Uint8Array {
  return merkle.root(merkle.leaves(content), 0, rootLayer(content.length))
}

export function layerOf(content: Uint8Array, pieceLengthBytes = PIECE_BYTES): Uint8Array {
  let rows = merkle.leaves(content)
  for (let layer = 0; layer < pieceLayer(pieceLengthBytes); layer++) rows = merkle.parents(rows, layer)
  return rows
}

/** As many made-up SHA-1 hashes as a v1 torrent of this size has. */
export function fakePieces(totalBytes: number, pieceLengthBytes = PIECE_BYTES): Uint8Array {
  return contentOf(20 * Math.ceil(totalBytes / pieceLengthBytes), 7)
}

/** Single file of 425 bytes, `temp`. */
export function infoV1(changes: Dict = {}): Dict {
  return { length: 425, name: 'temp', 'piece length': PIECE_BYTES, pieces: fakePieces(425), ...changes }
}

export interface ListedFile {
  readonly path?: Encodable
  readonly length?: Encodable
  readonly [key: string]: Encodable | undefined
}

/** A folder `temp` with these files. */
export function infoV1Files(files: readonly ListedFile[], changes: Dict = {}): Dict {
  const totalBytes = files.reduce((sum, file) => sum + (typeof file.length === 'number' ? file.length : 0), 0)
  const pieces = changes.pieces ?? fakePieces(totalBytes)
  return infoV1({ length: undefined, files: files as Encodable[], ...changes, pieces })
}

/** The leaf of a v2 file tree. */
export function leaf(content: Uint8Array, changes: Dict = {}): Dict {
  const root = content.length === 0 ? undefined : rootOf(content)
  return { '': { length: content.length, 'pieces root': root, ...changes } }
}

export function infoV2(tree: Encodable, changes: Dict = {}): Dict {
  return { 'file tree': tree, 'meta version': 2, name: 'temp', 'piece length': PIECE_BYTES, ...changes }
}

export function torrent(info: Dict, around: Dict = {}): Uint8Array {
  return encode({ info, ...around })
}

/** `piece layers` of these contents. */
export function layersOf(...contents: readonly Uint8Array[]): Encodable {
  return new Map(contents.map((content) => [rootOf(content), layerOf(content)]))
}

/** One bencoded string, for dictionaries written out by hand. */
export function raw(text: string): string {
  return `${utf8(text).length}:${text}`
}
