// A torrent with content, made in memory for storage tests: v1, v2 or hybrid, with the hashes that belong to it.
// Content is a function of a seed, so that every byte can be asked for again.

import { createHash } from 'node:crypto'
import { toHex } from '../../src/base/bytes.ts'
import { type Infohash, infohash, type PieceIndex } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { ExpectedHashes } from '../../src/engine/storage/verify.ts'
import { Verifier } from '../../src/engine/storage/verify.ts'
import { Geometry } from '../../src/metainfo/geometry.ts'
import type { Metainfo, TorrentFile, TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { hashPiece } from '../../src/platform/piece-hash.ts'

export interface StoredFile {
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly pad?: boolean
}

export interface StoredTorrent {
  readonly metainfo: Metainfo
  readonly expected: ExpectedHashes
  /** Right bytes of a piece. */
  piece(piece: PieceIndex): Uint8Array
  /** Right bytes of a file. */
  file(index: number): Uint8Array
}

export interface StoredOptions {
  readonly files: readonly StoredFile[]
  readonly pieceLengthBytes: number
  readonly version?: TorrentVersion
  readonly seed?: number
}

export function storedTorrent(options: StoredOptions): StoredTorrent {
  const version = options.version ?? 'v1'
  const random = new SeededRandom(options.seed ?? 1)
  const contents = options.files.map((file) =>
    file.pad === true ? new Uint8Array(file.lengthBytes) : noise(random, file.lengthBytes),
  )
  const files = options.files.map((file, index): TorrentFile => {
    return {
      index,
      path: file.path,
      lengthBytes: file.lengthBytes,
      pad: file.pad ?? false,
      executable: false,
      hidden: false,
      symlink: false,
      root: undefined,
    }
  })
  const geometry = new Geometry(
    files.map(({ lengthBytes, pad }) => ({ lengthBytes, pad })),
    options.pieceLengthBytes,
    version === 'v2' ? 'files' : 'packed',
  )
  const metainfo: Metainfo = {
    version,
    infohashV1: version === 'v2' ? undefined : fakeHash('sha1', options),
    infohashV2: version === 'v1' ? undefined : fakeHash('sha256', options),
    infoBytes: new Uint8Array(0),
    name: files[0]?.path[0] ?? 'empty',
    singleFile: files.length === 1 && files[0]?.path.length === 1,
    private: false,
    pieceLengthBytes: options.pieceLengthBytes,
    files,
    geometry,
    piecesV1: undefined,
    pieceLayers: new Map(),
  }
  const piece = (index: PieceIndex): Uint8Array => {
    const bytes = new Uint8Array(geometry.pieceBytes(index))
    let at = 0
    for (const part of geometry.parts(index)) {
      bytes.set((contents[part.file] as Uint8Array).subarray(part.offset, part.offset + part.lengthBytes), at)
      at += part.lengthBytes
    }
    return bytes
  }
  const wants = new Verifier(metainfo, { sha1: () => undefined, pieceRoot: () => undefined })
  const hashes = [...geometry.pieces()].map((index) => hashPiece(piece(index), wants.want(index)))
  return {
    metainfo,
    expected: { sha1: (index) => hashes[index]?.sha1, pieceRoot: (index) => hashes[index]?.root },
    piece,
    file: (index) => (contents[index] as Uint8Array).slice(),
  }
}

/** Fast and never twice the same within 2^32 words. */
function noise(random: SeededRandom, lengthBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(lengthBytes / 4))
  for (let at = 0; at < words.length; at++) words[at] = random.uint32()
  return new Uint8Array(words.buffer, 0, lengthBytes)
}

function fakeHash(algorithm: 'sha1' | 'sha256', options: StoredOptions): Infohash {
  return infohash(createHash(algorithm).update(JSON.stringify(options)).digest())
}

export function hexOf(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, 16))
}
