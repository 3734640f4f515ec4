// The one way in: bytes of a .torrent file, or of an info dictionary fetched after a magnet or kept for resuming,
// become a Metainfo or are refused with a MetainfoError. Promise: the same info bytes give the same Metainfo through
// every door, and infohashes are those of the raw bytes.

import { BDict, BencodeError, type BValue, decode } from '../base/bencode.ts'
import { textOf } from '../base/bencode-value.ts'
import { compareBytes, toHex } from '../base/bytes.ts'
import { type Infohash, infohash } from '../base/ids.ts'
import type { Digest } from '../base/ports.ts'
import { MetainfoError } from './error.ts'
import { Geometry } from './geometry.ts'
import { readHints } from './hints.ts'
import { MAX_PIECE_BYTES, MIN_PIECE_BYTES, TORRENT_LIMITS, type TorrentLimits } from './limits.ts'
import { HASH_BYTES, isPowerOfTwo, Merkle } from './merkle.ts'
import type { Metainfo, Torrent, TorrentFile, TorrentVersion } from './metainfo.ts'
import { PATH_LIMIT_BYTES, SafePaths, spelledPath } from './paths.ts'
import { type RawFile, readFileList, readFileTree } from './raw-files.ts'
import type { TorrentHashes } from './rendezvous.ts'
import { isBlankName, type NameRules, safeName } from './safe-name.ts'

export interface ReadOptions {
  readonly limits?: TorrentLimits
  /** What names the file system refuses; default `posix`. */
  readonly names?: NameRules
}

export interface InfoOptions extends ReadOptions {
  /** Piece layers known already, by lower-case hex root; verified like those of a file. */
  readonly pieceLayers?: ReadonlyMap<string, Uint8Array>
}

const NO_HASHES: TorrentHashes = { infohashV1: undefined, infohashV2: undefined }

/** A .torrent file. Copies what it keeps. @throws MetainfoError */
export function readTorrent(bytes: Uint8Array, digest: Digest, options: ReadOptions = {}): Torrent {
  const { bencode } = options.limits ?? TORRENT_LIMITS
  if (bytes.length > bencode.lengthBytes) {
    throw new MetainfoError('TOO_LARGE', { lengthBytes: bytes.length, limit: bencode.lengthBytes })
  }
  const top = parse(copied(bytes), options).value
  if (!(top instanceof BDict)) throw new MetainfoError('NOT_A_TORRENT')
  const info = top.dict('info')
  const infoBytes = top.raw('info')
  if (info === undefined || infoBytes === undefined) throw new MetainfoError('NO_INFO')
  const layers = info.has('meta version') ? layersOf(top) : new Map<string, Uint8Array>()
  const metainfo = build(info, infoBytes, digest, { ...options, pieceLayers: layers })
  return { metainfo, hints: readHints(top, metainfo) }
}

/**
 * An info dictionary alone (BEP 9, resume data). Copies what it keeps.
 * @param expected the infohashes it was asked for by: each one given must be its own.
 * @throws MetainfoError; WRONG_INFOHASH before anything else is looked at.
 */
export function readInfo(
  infoBytes: Uint8Array,
  digest: Digest,
  expected: TorrentHashes = NO_HASHES,
  options: InfoOptions = {},
): Metainfo {
  checkHashes(infoBytes, digest, expected)
  const bytes = copied(infoBytes)
  const { value, end } = parse(bytes, options)
  if (end !== bytes.length) throw new MetainfoError('NOT_BENCODED', { reason: 'TRAILING_BYTES', at: end })
  if (!(value instanceof BDict)) throw new MetainfoError('NO_INFO')
  const metainfo = build(value, bytes, digest, options)
  for (const half of ['infohashV1', 'infohashV2'] as const) {
    if (expected[half] !== undefined && metainfo[half] === undefined)
      throw new MetainfoError('OTHER_VERSION', { version: metainfo.version })
  }
  return metainfo
}

/** Not slice(): that of a Node Buffer, which may come in here, gives a view. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

function parse(bytes: Uint8Array, options: ReadOptions): { readonly value: BValue; readonly end: number } {
  try {
    return decode(bytes, 'torrent', (options.limits ?? TORRENT_LIMITS).bencode)
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new MetainfoError('NOT_BENCODED', { ...error.data, reason: error.code }, error)
  }
}

function build(info: BDict, infoBytes: Uint8Array, digest: Digest, options: InfoOptions): Metainfo {
  const limits = options.limits ?? TORRENT_LIMITS
  const version = versionOf(info)
  const hashV1 = version === 'v2' ? undefined : infohash(digest.sha1(infoBytes))
  const hashV2 = version === 'v1' ? undefined : infohash(digest.sha256(infoBytes))
  const pieceLengthBytes = pieceLengthOf(info, version)
  const rawName = nameOf(info, version)
  const listed = version === 'v2' ? undefined : readFileList(info, limits.files, version === 'hybrid')
  const tree = version === 'v1' ? undefined : readFileTree(info, limits.files)
  const singleFile =
    listed === undefined ? tree?.length === 1 && tree[0]?.path.length === 1 : !info.has('files')
  const raw = listed === undefined ? (tree as RawFile[]) : withRoots(listed, tree, rawName)
  checkSomething(raw)
  const sizes = raw.map(({ lengthBytes, pad }) => ({ lengthBytes, pad }))
  const geometry = new Geometry(sizes, pieceLengthBytes, listed === undefined ? 'files' : 'packed')
  if (geometry.pieceCount > limits.pieces) {
    throw new MetainfoError('TOO_MANY_PIECES', { pieces: geometry.pieceCount, limit: limits.pieces })
  }
  if (tree !== undefined && listed !== undefined) checkAlignment(geometry, pieceLengthBytes)
  const name = displayName(rawName, hashV1 ?? (hashV2 as Infohash), options.names)
  return {
    version,
    infohashV1: hashV1,
    infohashV2: hashV2,
    infoBytes,
    name,
    singleFile,
    private: (info.int('private') ?? 0) !== 0,
    pieceLengthBytes,
    files: placeFiles(raw, name, rawName, singleFile, options.names),
    geometry,
    piecesV1: listed === undefined ? undefined : piecesOf(info, geometry.pieceCount),
    pieceLayers: checkLayers(options.pieceLayers, raw, pieceLengthBytes, new Merkle(digest)),
  }
}

/** BEP 52: the version is judged before anything else. */
function versionOf(info: BDict): TorrentVersion {
  if (!info.has('meta version')) return 'v1'
  const metaVersion = info.int('meta version')
  if (metaVersion !== 2) throw new MetainfoError('UNSUPPORTED_VERSION', { metaVersion })
  return ['pieces', 'files', 'length'].some((key) => info.has(key)) ? 'hybrid' : 'v2'
}

function checkHashes(bytes: Uint8Array, digest: Digest, { infohashV1, infohashV2 }: TorrentHashes): void {
  const rightV1 = infohashV1 === undefined || infohash(digest.sha1(bytes)) === infohashV1
  const rightV2 = infohashV2 === undefined || infohash(digest.sha256(bytes)) === infohashV2
  if (!rightV1 || !rightV2) throw new MetainfoError('WRONG_INFOHASH')
}

function pieceLengthOf(info: BDict, version: TorrentVersion): number {
  const pieceLengthBytes = info.int('piece length')
  const inRange =
    pieceLengthBytes !== undefined &&
    pieceLengthBytes >= MIN_PIECE_BYTES &&
    pieceLengthBytes <= MAX_PIECE_BYTES
  if (!inRange || (version !== 'v1' && !isPowerOfTwo(pieceLengthBytes))) {
    throw new MetainfoError('BAD_PIECE_LENGTH', { pieceLengthBytes })
  }
  return pieceLengthBytes
}

function nameOf(info: BDict, version: TorrentVersion): Uint8Array {
  const preferred = version === 'v1' ? info.bytes('name.utf-8') : undefined
  if (preferred !== undefined && textOf(preferred) !== undefined) return preferred
  const name = info.bytes('name')
  if (name === undefined) throw new MetainfoError('BAD_NAME')
  if (name.length > PATH_LIMIT_BYTES) {
    throw new MetainfoError('PATH_TOO_LONG', { lengthBytes: name.length, limit: PATH_LIMIT_BYTES })
  }
  return name
}

/** A name of which nothing is left says less than the infohash. */
function displayName(raw: Uint8Array, hash: Infohash, rules: NameRules | undefined): string {
  const name = safeName(raw, rules)
  return isBlankName(name) ? hash : name
}

/** BEP 52, Upgrade path: names, order and lengths of both halves must be the same. */
function withRoots(
  listed: readonly RawFile[],
  tree: readonly RawFile[] | undefined,
  rawName: Uint8Array,
): RawFile[] {
  if (tree === undefined) return [...listed]
  const disagree = (reason: string, file: number) => new MetainfoError('HYBRID_DISAGREES', { reason, file })
  let next = 0
  const files = listed.map((file) => {
    if (file.pad) return file
    const twin = tree[next]
    const path = file.path.length === 0 ? [rawName] : file.path
    if (twin === undefined || !samePath(path, twin.path)) throw disagree('names', next)
    if (file.lengthBytes !== twin.lengthBytes || file.symlink !== twin.symlink)
      throw disagree('lengths', next)
    next++
    return {
      ...file,
      root: twin.root,
      executable: file.executable || twin.executable,
      hidden: file.hidden || twin.hidden,
    }
  })
  if (next !== tree.length) throw disagree('names', next)
  return files
}

function samePath(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((name, i) => compareBytes(name, b[i] as Uint8Array) === 0)
}

function checkSomething(files: readonly RawFile[]): void {
  if (files.length === 0) throw new MetainfoError('NO_FILES')
  if (!files.some((file) => !file.pad && file.lengthBytes > 0)) throw new MetainfoError('NO_CONTENT')
}

/** In a hybrid, pad files bring every file to the piece where v2 has it, and nothing follows but the end of a piece. */
function checkAlignment(packed: Geometry, pieceLengthBytes: number): void {
  const kept = packed.files.map((file, index) => ({ ...file, index })).filter((file) => !file.pad)
  const aligned = new Geometry(kept, pieceLengthBytes, 'files')
  const moved = kept.some(
    (file, i) => file.lengthBytes > 0 && packed.fileOffset(file.index) !== aligned.fileOffset(i),
  )
  if (moved || packed.pieceCount !== aligned.pieceCount) {
    throw new MetainfoError('HYBRID_DISAGREES', { reason: 'pads' })
  }
}

const SHA1_BYTES = 20

function piecesOf(info: BDict, pieceCount: number): Uint8Array {
  const pieces = info.bytes('pieces')
  if (pieces?.length !== pieceCount * SHA1_BYTES) {
    throw new MetainfoError('BAD_PIECES', {
      expectedBytes: pieceCount * SHA1_BYTES,
      actualBytes: pieces?.length,
    })
  }
  return pieces
}

function placeFiles(
  raw: readonly RawFile[],
  name: string,
  rawName: Uint8Array,
  singleFile: boolean,
  rules: NameRules | undefined,
): TorrentFile[] {
  const paths = new SafePaths(rules)
  return raw.map((file, index) => {
    const { lengthBytes, pad, executable, hidden, symlink, root } = file
    const facts = { index, lengthBytes, pad, executable, hidden, symlink, root }
    if (pad) return { ...facts, path: [name, '.pad', String(lengthBytes)] }
    const inside = singleFile && file.path.length === 0 ? [] : file.path
    // A v2 single file is named by the tree; a v1 one, and every folder, by the torrent.
    const path =
      singleFile && inside.length === 1
        ? singlePath(paths, inside[0] as Uint8Array, name, rules)
        : paths.place([name, ...inside])
    const spelled = spelledPath(singleFile ? [file.path[0] ?? rawName] : [rawName, ...file.path], rules)
    const differs = spelled?.some((component, i) => component !== path[i])
    return spelled !== undefined && differs === true
      ? { ...facts, path, originalPath: spelled }
      : { ...facts, path }
  })
}

function singlePath(paths: SafePaths, key: Uint8Array, name: string, rules: NameRules | undefined): string[] {
  return paths.place([isBlankName(safeName(key, rules)) ? name : key])
}

/** `piece layers` (BEP 52) by lower-case hex root; absent is an empty map: layers are then fetched from peers. */
function layersOf(top: BDict): Map<string, Uint8Array> {
  const layers = new Map<string, Uint8Array>()
  if (!top.has('piece layers')) return layers
  const dict = top.dict('piece layers')
  if (dict === undefined) throw new MetainfoError('BAD_PIECE_LAYER', { reason: 'not a dictionary' })
  for (const entry of dict.entries()) {
    if (!(entry.value instanceof Uint8Array))
      throw new MetainfoError('BAD_PIECE_LAYER', { reason: 'not a string' })
    layers.set(toHex(dict.keyBytes(entry)), entry.value)
  }
  return layers
}

/** Missing layers are tolerated; one that is nobody's, has the wrong size or the wrong root is not. */
function checkLayers(
  given: ReadonlyMap<string, Uint8Array> | undefined,
  files: readonly RawFile[],
  pieceLengthBytes: number,
  merkle: Merkle,
): Map<string, Uint8Array> {
  const layers = new Map<string, Uint8Array>()
  if (given === undefined || given.size === 0) return layers
  const owners = new Map<string, { root: Uint8Array; lengths: Set<number> }>()
  for (const { root, lengthBytes } of files) {
    if (root === undefined) continue
    const hex = toHex(root)
    const owner = owners.get(hex)
    if (owner === undefined) owners.set(hex, { root, lengths: new Set([lengthBytes]) })
    else owner.lengths.add(lengthBytes)
  }
  for (const [hex, layer] of given) {
    const owner = owners.get(hex)
    if (owner === undefined) throw new MetainfoError('BAD_PIECE_LAYER', { reason: 'no such file', root: hex })
    const long = [...owner.lengths].filter((lengthBytes) => lengthBytes > pieceLengthBytes)
    const right =
      long.length === 0
        ? layer.length === HASH_BYTES && toHex(layer) === hex
        : isLayerOf(merkle, layer, long, pieceLengthBytes, owner.root)
    if (!right) throw new MetainfoError('BAD_PIECE_LAYER', { reason: 'wrong hashes', root: hex })
    if (long.length > 0) layers.set(hex, layer)
  }
  return layers
}

/** Files of one root must have as many pieces; then their trees are equally high, and one climb judges for all. */
function isLayerOf(
  merkle: Merkle,
  layer: Uint8Array,
  lengths: readonly number[],
  pieceLengthBytes: number,
  root: Uint8Array,
): boolean {
  const pieces = (lengthBytes: number) => Math.ceil(lengthBytes / pieceLengthBytes)
  return (
    lengths.every((lengthBytes) => pieces(lengthBytes) * HASH_BYTES === layer.length) &&
    merkle.isPieceLayer(layer, lengths[0] as number, pieceLengthBytes, root)
  )
}
