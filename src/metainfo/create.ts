// Making a torrent: files are hashed by the hasher's threads, a bounded stretch at a time, and the hashes become the
// bytes of a .torrent. Promises: the same files and options give the same bytes; what could not be read back is refused
// before anything is hashed; memory follows the number of pieces (52 bytes each), never the size of files or pieces.

import { type Encodable, encode } from '../base/bencode-encode.ts'
import { toHex } from '../base/bytes.ts'
import { CodedError } from '../base/errors.ts'
import type { PieceIndex } from '../base/ids.ts'
import type { Digest, DiskCode, Hasher } from '../base/ports.ts'
import {
  type CreatePlan,
  type CreateSource,
  choosePieceLength,
  isPieceLength,
  CreatePlan as Plan,
  type PlannedFile,
} from './create-plan.ts'
import { MetainfoError } from './error.ts'
import { NO_HINTS } from './hints.ts'
import { TORRENT_LIMITS } from './limits.ts'
import { HASH_BYTES, Merkle, pieceLayer, rootLayer } from './merkle.ts'
import type { Torrent, TorrentHints, TorrentVersion } from './metainfo.ts'
import { readInfo, readTorrent } from './read.ts'
import { writeTorrent } from './write.ts'

export type CreateCode =
  /** No files, or all of them empty. */
  | 'CREATE_EMPTY'
  | 'CREATE_PIECE_LENGTH'
  /** A file's name would be taken for a pad file by those who read the torrent. */
  | 'CREATE_NAME_RESERVED'
  /** It is shorter than it was. */
  | 'FILE_CHANGED'
  | 'FILE_NOT_FOUND'
  /** `data.why` is the DiskCode. */
  | 'FILE_UNREADABLE'
  | 'FILE_UNWRITABLE'
  /** The torrent file is there already. */
  | 'FILE_EXISTS'
  | 'INTERRUPTED'

export class CreateError extends CodedError<CreateCode> {}

export interface CreateOptions {
  /** Default hybrid: any client can fetch it, and each file has a content id. */
  readonly version?: TorrentVersion
  /** A power of two, 16 KiB … 512 MiB; default by size. */
  readonly pieceLengthBytes?: number | undefined
  /** BEP 27. */
  readonly private?: boolean
  readonly hints?: Partial<TorrentHints>
}

export interface CreateWatch {
  /** After each stretch: payload bytes hashed so far, of all. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void
  /** Asked between stretches. */
  readonly cancelled?: () => boolean
}

export interface CreatePorts {
  readonly hasher: Hasher
  readonly digest: Digest
}

export interface Created {
  readonly bytes: Uint8Array
  /** As anybody reads it. */
  readonly torrent: Torrent
}

/** @throws CreateError, MetainfoError (limits) */
export async function createTorrent(
  source: CreateSource,
  options: CreateOptions,
  ports: CreatePorts,
  watch: CreateWatch = {},
): Promise<Created> {
  const plan = planTorrent(source, options)
  checkReadable(plan, options, ports.digest)
  const hashes = await hashPieces(plan, ports.hasher, watch)
  const bytes = assemble(plan, hashes, options, new Merkle(ports.digest))
  return { bytes, torrent: readTorrent(bytes, ports.digest) }
}

/** @throws CreateError */
export function planTorrent(source: CreateSource, options: CreateOptions): CreatePlan {
  const totalBytes = source.files.reduce((sum, file) => sum + file.lengthBytes, 0)
  if (totalBytes === 0) throw new CreateError('CREATE_EMPTY', { path: source.name })
  const pieceLengthBytes = options.pieceLengthBytes ?? choosePieceLength(totalBytes)
  if (!isPieceLength(pieceLengthBytes)) throw new CreateError('CREATE_PIECE_LENGTH', { pieceLengthBytes })
  return new Plan(source, options.version ?? 'hybrid', pieceLengthBytes)
}

interface PieceHashes {
  /** 20 bytes per piece; empty for v2. */
  readonly sha1: Uint8Array
  /** 32 bytes per piece; empty for v1. */
  readonly roots: Uint8Array
}

const SHA1_BYTES = 20

function emptyHashes(plan: CreatePlan, fill = 0): PieceHashes {
  const { pieceCount } = plan.geometry
  return {
    sha1: new Uint8Array(plan.version === 'v2' ? 0 : SHA1_BYTES * pieceCount).fill(fill),
    roots: new Uint8Array(plan.version === 'v1' ? 0 : HASH_BYTES * pieceCount).fill(fill),
  }
}

/** Bytes asked of the hasher at once per core, and at least: large enough to keep it busy, small enough to show progress. */
const STRETCH_BYTES_PER_CORE = 16_777_216
const STRETCH_BYTES = 67_108_864

/** Two, so that the hasher has work while the results of one are taken in. */
const STRETCHES_AT_ONCE = 2

async function hashPieces(plan: CreatePlan, hasher: Hasher, watch: CreateWatch): Promise<PieceHashes> {
  const { geometry } = plan
  const hashes = emptyHashes(plan)
  const stretchBytes = Math.max(STRETCH_BYTES, hasher.parallelism * STRETCH_BYTES_PER_CORE)
  const stretchPieces = Math.max(hasher.parallelism, Math.ceil(stretchBytes / plan.pieceLengthBytes))
  let next = 0
  let doneBytes = 0
  const work = async (): Promise<void> => {
    while (next < geometry.pieceCount) {
      if (watch.cancelled?.() === true) throw new CreateError('INTERRUPTED')
      const first = next
      next = Math.min(geometry.pieceCount, first + stretchPieces)
      const hashedBytes = await hashStretch(plan, hasher, first, next, hashes)
      doneBytes += hashedBytes
      watch.progress?.(doneBytes, geometry.payloadBytes)
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: STRETCHES_AT_ONCE }, work))
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
  return hashes
}

/** @returns payload bytes hashed. */
async function hashStretch(
  plan: CreatePlan,
  hasher: Hasher,
  first: number,
  end: number,
  into: PieceHashes,
): Promise<number> {
  const pieces = Array.from({ length: end - first }, (_, i) => (first + i) as PieceIndex)
  const results = await hasher.files(pieces.map((piece) => plan.job(piece)))
  let payloadBytes = 0
  for (const [i, piece] of pieces.entries()) {
    const result = results[i]
    if (result === undefined || 'failed' in result) throw failure(plan, piece, result?.failed ?? 'OTHER')
    if (result.sha1 !== undefined) into.sha1.set(result.sha1, piece * SHA1_BYTES)
    if (result.root !== undefined) into.roots.set(result.root, piece * HASH_BYTES)
    payloadBytes += plan.geometry.payloadOf(piece)
  }
  return payloadBytes
}

function failure(plan: CreatePlan, piece: PieceIndex, code: DiskCode | 'SHORT'): CreateError {
  const paths = plan.job(piece).spans.map((span) => span.path)
  const path = paths.find((one) => one !== undefined)
  return code === 'SHORT' || code === 'ENOENT'
    ? new CreateError('FILE_CHANGED', { path })
    : new CreateError('FILE_UNREADABLE', { path, why: code })
}

/** Tries the result with made-up hashes: whatever a reader would refuse is known before hours of hashing. */
function checkReadable(plan: CreatePlan, options: CreateOptions, digest: Digest): void {
  const { files, pieces, bencode } = TORRENT_LIMITS
  const count = plan.files.filter((file) => !file.pad).length
  if (count > files) throw new MetainfoError('TOO_MANY_FILES', { files: count, limit: files })
  const { pieceCount } = plan.geometry
  if (pieceCount > pieces) throw new MetainfoError('TOO_MANY_PIECES', { pieces: pieceCount, limit: pieces })
  const trial = assemble(plan, emptyHashes(plan, 1), options, undefined)
  if (trial.length > bencode.lengthBytes) {
    throw new MetainfoError('TOO_LARGE', { lengthBytes: trial.length, limit: bencode.lengthBytes })
  }
  const read = readTrial(infoOf(plan, emptyHashes(plan, 1), options, undefined).info, count, digest)
  const expected = plan.files.filter((file) => !file.pad)
  const found = read.files.filter((file) => !file.pad)
  const lost = expected.find((file, i) => found[i]?.lengthBytes !== file.lengthBytes)
  if (lost !== undefined) throw new CreateError('CREATE_NAME_RESERVED', { path: lost.source?.path })
}

function readTrial(info: Uint8Array, files: number, digest: Digest) {
  try {
    return readInfo(info, digest)
  } catch (error) {
    // There is content: all of it must have been taken for padding.
    if (error instanceof MetainfoError && error.code === 'NO_CONTENT')
      throw new CreateError('CREATE_NAME_RESERVED')
    // The only way for our own bencode to be refused is a limit: depth of folders, or tokens, which follow the files.
    if (!(error instanceof MetainfoError) || error.code !== 'NOT_BENCODED') throw error
    if (error.data.reason === 'TOO_DEEP') throw new MetainfoError('PATH_TOO_DEEP', {}, error)
    throw new MetainfoError('TOO_MANY_FILES', { files }, error)
  }
}

function assemble(
  plan: CreatePlan,
  hashes: PieceHashes,
  options: CreateOptions,
  merkle: Merkle | undefined,
): Uint8Array {
  const { info, layers } = infoOf(plan, hashes, options, merkle)
  return writeTorrent({
    infoBytes: info,
    pieceLayers: layers,
    hints: { ...NO_HINTS, ...options.hints },
    version: plan.version,
  })
}

interface InfoParts {
  readonly info: Uint8Array
  readonly layers: ReadonlyMap<string, Uint8Array>
}

/** @param merkle undefined for a trial, in which every root is made up. */
function infoOf(
  plan: CreatePlan,
  hashes: PieceHashes,
  options: CreateOptions,
  merkle: Merkle | undefined,
): InfoParts {
  const { version, files, singleFile } = plan
  const layers = new Map<string, Uint8Array>()
  const info: Record<string, Encodable | undefined> = {
    name: plan.name,
    'piece length': plan.pieceLengthBytes,
    private: options.private === true ? 1 : undefined,
  }
  if (version !== 'v2') {
    info.pieces = hashes.sha1
    if (singleFile) info.length = files[0]?.lengthBytes
    else info.files = listed(files)
  }
  if (version !== 'v1') {
    info['meta version'] = 2
    info['file tree'] = treeOf(plan, (file, index) => rootOf(plan, file, index, hashes.roots, layers, merkle))
  }
  return { info: encode(info), layers }
}

/** Pads are named by their length, as BEP 47 asks; those of equal length are told apart, since rtorrent refuses twins. */
function listed(files: readonly PlannedFile[]): Encodable[] {
  const pads = new Map<number, number>()
  return files.map(({ source, lengthBytes }) => {
    if (source !== undefined) return { length: lengthBytes, path: source.components }
    const count = (pads.get(lengthBytes) ?? 0) + 1
    pads.set(lengthBytes, count)
    const name = count === 1 ? String(lengthBytes) : `${lengthBytes}-${count}`
    return { attr: 'p', length: lengthBytes, path: ['.pad', name] }
  })
}

type Tree = Map<string, Encodable>

function treeOf(plan: CreatePlan, root: (file: PlannedFile, index: number) => Uint8Array | undefined): Tree {
  const tree: Tree = new Map()
  for (const [index, file] of plan.files.entries()) {
    if (file.source === undefined) continue
    let folder = tree
    for (const component of plan.singleFile ? [plan.name] : file.source.components) {
      const inside = (folder.get(component) as Tree | undefined) ?? new Map<string, Encodable>()
      folder.set(component, inside)
      folder = inside
    }
    folder.set('', { length: file.lengthBytes, 'pieces root': root(file, index) })
  }
  return tree
}

/** The file's root; its layer goes into `layers` when it has more than one piece. */
function rootOf(
  plan: CreatePlan,
  file: PlannedFile,
  index: number,
  roots: Uint8Array,
  layers: Map<string, Uint8Array>,
  merkle: Merkle | undefined,
): Uint8Array | undefined {
  const range = plan.geometry.piecesOf(index)
  if (range === undefined) return undefined
  const layer = roots.subarray(range.first * HASH_BYTES, (range.last + 1) * HASH_BYTES)
  if (layer.length === HASH_BYTES) return layer
  const root =
    merkle?.root(layer, pieceLayer(plan.pieceLengthBytes), rootLayer(file.lengthBytes)) ?? madeUp(index)
  layers.set(toHex(root), layer)
  return root
}

/** Different for every file, so that a trial has as many layers as the result can have. */
function madeUp(index: number): Uint8Array {
  const root = new Uint8Array(HASH_BYTES).fill(1)
  root.set([index >>> 24, index >>> 16, index >>> 8, index])
  return root
}
