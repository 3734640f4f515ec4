// Content ids of files on disk, through the hasher's threads: short files many at a time, a long one slice by slice with
// what was reached kept, so that it is never begun anew. Reads only.
// Promise: an answer is the content id of exactly the bytes that the file had while it was the file of this identity.

import type { FileSpan, Hasher, HashResult, SpanFailure } from '../../base/ports.ts'
import { type ContentId, contentPieceLength } from '../../metainfo/content-id.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import {
  blocksOf,
  HASH_BYTES,
  hashesInLayer,
  type Merkle,
  pieceLayer,
  powerOfTwoAbove,
  rootLayer,
} from '../../metainfo/merkle.ts'
import type { FileIdentity } from '../file-record.ts'
import { type FileLook, lookAtFile } from './file-look.ts'

/** Up to here a file is one job of one thread, and its piece layer is made again when somebody asks for the file. */
export const WHOLE_BYTES = 67_108_864
/** How much of a long file is read between two looks at whether it still may be: some 50 ms, on slow disks a second. */
const SLICE_BYTES = 134_217_728
/** As long as others want the machine. */
const SMALL_SLICE_BYTES = 16_777_216
/** What is hashed twice at most when the computer fails; a checkpoint is a row of some KiB. */
const CHECKPOINT_BYTES = 1_073_741_824

export interface HashedFile {
  readonly path: string
  readonly identity: FileIdentity
}

export type HashedContent =
  | { readonly kind: 'content'; readonly content: ContentId; readonly layer?: Uint8Array }
  /** It is another file now, or became one while it was read. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'stopped' }

/** What a long file asks on its way. */
export interface LongRead {
  /** The layer that was reached before, if any. */
  readonly reached: Uint8Array | undefined
  /** Called before each slice: how much of the machine others want (0 … 1), or that it is to end here. */
  turn(readBytes: number): Promise<number | 'stop'>
  /** Worth keeping. */
  reach(layer: Uint8Array): void
}

/** Files of at most WHOLE_BYTES, together. */
export async function hashShort(hasher: Hasher, files: readonly HashedFile[]): Promise<HashedContent[]> {
  const before = await Promise.all(files.map(({ path, identity }) => lookAtFile(path, identity)))
  const read = files.filter((_, index) => before[index]?.kind === 'same')
  const results = read.length === 0 ? [] : await hasher.files(read.map(wholeFile))
  const hashed = new Map(read.map((file, index) => [file, results[index] as HashResult | SpanFailure]))
  const after = await Promise.all(
    files.map((file) => (hashed.has(file) ? lookAtFile(file.path, file.identity) : undefined)),
  )
  return files.map((file, index) => {
    const result = hashed.get(file)
    if (result === undefined) return notThis(before[index] as FileLook)
    if (!isSameMoment(before[index], after[index])) return { kind: 'changed' }
    if ('failed' in result) return notRead(result.failed)
    const root = result.root as Uint8Array
    return { kind: 'content', content: { root, lengthBytes: file.identity.lengthBytes } }
  })
}

/** A file of more than WHOLE_BYTES. */
export async function hashLong(
  hasher: Hasher,
  merkle: Merkle,
  { path, identity }: HashedFile,
  long: LongRead,
): Promise<HashedContent> {
  const { lengthBytes } = identity
  const pieceBytes = contentPieceLength(lengthBytes)
  const layerRows = hashesInLayer(lengthBytes, pieceLayer(pieceBytes))
  const layer = new Uint8Array(layerRows * HASH_BYTES)
  const reached = long.reached ?? new Uint8Array(0)
  let piece = reached.length < layer.length ? reached.length / HASH_BYTES : 0
  layer.set(reached.subarray(0, piece * HASH_BYTES))
  const before = await lookAtFile(path, identity)
  if (before.kind !== 'same') return notThis(before)

  let keptAt = piece
  for (let readBytes = 0; piece < layerRows; ) {
    const wanted = await long.turn(readBytes)
    if (wanted === 'stop') {
      if (piece > keptAt) long.reach(layer.slice(0, piece * HASH_BYTES))
      return { kind: 'stopped' }
    }
    const count = Math.ceil((wanted > 0 ? SMALL_SLICE_BYTES : SLICE_BYTES) / pieceBytes)
    const end = Math.min(layerRows, piece + count)
    const spans = Array.from({ length: end - piece }, (_, i) =>
      pieceOf(path, lengthBytes, pieceBytes, piece + i),
    )
    for (const result of await hasher.files(spans)) {
      if ('failed' in result) return notRead(result.failed)
      layer.set(result.root as Uint8Array, piece * HASH_BYTES)
      piece++
    }
    // Before anything is kept: it is the same file still.
    if (!isSameMoment(before, await lookAtFile(path, identity))) return { kind: 'changed' }
    readBytes = spans.length * pieceBytes
    if ((piece - keptAt) * pieceBytes >= CHECKPOINT_BYTES && piece < layerRows) {
      long.reach(layer.slice(0, piece * HASH_BYTES))
      keptAt = piece
    }
  }
  const root = merkle.root(layer, pieceLayer(pieceBytes), rootLayer(lengthBytes))
  return { kind: 'content', content: { root, lengthBytes }, layer }
}

/** The piece layer of a file's content torrent, made again by reading all of it; undefined when it is another file. */
export async function readLayer(
  hasher: Hasher,
  merkle: Merkle,
  path: string,
  identity: FileIdentity,
): Promise<{ readonly content: ContentId; readonly layer: Uint8Array } | undefined> {
  const unhurried = { reached: undefined, turn: async () => 0, reach: () => {} }
  const hashed = await hashLong(hasher, merkle, { path, identity }, unhurried)
  return hashed.kind === 'content' && hashed.layer !== undefined
    ? { content: hashed.content, layer: hashed.layer }
    : undefined
}

function wholeFile({ path, identity: { lengthBytes } }: HashedFile) {
  const leaves = powerOfTwoAbove(blocksOf(lengthBytes))
  return { spans: [span(path, 0, lengthBytes)], want: { sha1: false, merkle: { leaves, lengthBytes } } }
}

function pieceOf(path: string, fileBytes: number, pieceBytes: number, piece: number) {
  const offset = piece * pieceBytes
  const lengthBytes = Math.min(pieceBytes, fileBytes - offset)
  // A piece of a file of several pieces is a whole subtree, its last one too (BEP 52).
  const leaves = fileBytes > pieceBytes ? pieceBytes / BLOCK_BYTES : powerOfTwoAbove(blocksOf(fileBytes))
  return { spans: [span(path, offset, lengthBytes)], want: { sha1: false, merkle: { leaves, lengthBytes } } }
}

function span(path: string, offset: number, lengthBytes: number): FileSpan {
  return { path, offset, lengthBytes }
}

function isSameMoment(before: FileLook | undefined, after: FileLook | undefined): boolean {
  return before?.kind === 'same' && after?.kind === 'same' && before.moment === after.moment
}

function notThis(look: FileLook): HashedContent {
  return look.kind === 'failed' ? notRead(look.code) : { kind: 'changed' }
}

/** What is gone or shorter than it was is another file; what cannot be read is in trouble. */
function notRead(code: string): HashedContent {
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'SHORT' || code === 'EISDIR' || code === 'ELOOP'
    ? { kind: 'changed' }
    : { kind: 'failed', code }
}
