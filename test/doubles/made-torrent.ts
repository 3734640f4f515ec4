// A torrent with real content and real hashes, made in memory by the production code: what a raw seed gives.
// Content is a function of the seed, so that every byte can be asked for again.

import { concatBytes } from '../../src/base/bytes.ts'
import type { PieceIndex } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { createTorrent } from '../../src/metainfo/create.ts'
import { formatMagnet } from '../../src/metainfo/magnet.ts'
import { Merkle } from '../../src/metainfo/merkle.ts'
import type { Metainfo, Torrent, TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { digest } from './digest.ts'
import { MemoryHasher } from './memory-hasher.ts'

export interface MadeOptions {
  readonly name?: string
  readonly version?: TorrentVersion
  readonly pieceLengthBytes?: number
  /** Lengths of the files; one file is a single-file torrent. */
  readonly lengthsBytes: readonly number[]
  readonly seed?: number
}

export class MadeTorrent {
  readonly torrent: Torrent
  /** The .torrent file. */
  readonly bytes: Uint8Array
  /** By file index; pads are zeros. */
  readonly contents: readonly Uint8Array[]
  readonly #leaves = new Map<number, Uint8Array>()

  constructor(torrent: Torrent, bytes: Uint8Array, contents: readonly Uint8Array[]) {
    this.torrent = torrent
    this.bytes = bytes
    this.contents = contents
  }

  static async make(options: MadeOptions): Promise<MadeTorrent> {
    const { name = 'made', lengthsBytes, version = 'v1' } = options
    const singleFile = lengthsBytes.length === 1
    const byPath = new Map<string, Uint8Array>()
    const files = lengthsBytes.map((lengthBytes, i) => {
      const components = singleFile ? [name] : [`file-${String(i).padStart(4, '0')}`]
      const path = components.join('/')
      byPath.set(path, noise((options.seed ?? 1) * 1_000 + i, lengthBytes))
      return { components, path, lengthBytes }
    })
    const { bytes, torrent } = await createTorrent(
      { name, singleFile, files },
      { version, pieceLengthBytes: options.pieceLengthBytes },
      { hasher: new MemoryHasher(byPath), digest },
    )
    const contents = torrent.metainfo.files.map((file) =>
      file.pad ? new Uint8Array(file.lengthBytes) : (byPath.get(file.path.at(-1) as string) as Uint8Array),
    )
    return new MadeTorrent(torrent, bytes, contents)
  }

  get metainfo(): Metainfo {
    return this.torrent.metainfo
  }

  get magnet(): string {
    const { infohashV1, infohashV2, name } = this.metainfo
    return formatMagnet({ infohashV1, infohashV2, displayName: name })
  }

  /** Right bytes of a run of a piece; undefined when there is no such run. */
  run(piece: number, begin: number, lengthBytes: number): Uint8Array | undefined {
    const { geometry } = this.metainfo
    const index = geometry.piece(piece)
    if (index === undefined || !geometry.contains(index, begin, lengthBytes)) return undefined
    return concatBytes(
      geometry
        .parts(index, begin, lengthBytes)
        .map((part) =>
          (this.contents[part.file] as Uint8Array).subarray(part.offset, part.offset + part.lengthBytes),
        ),
    )
  }

  piece(piece: PieceIndex): Uint8Array {
    return this.run(piece, 0, this.metainfo.geometry.pieceBytes(piece)) as Uint8Array
  }

  /** Leaf hashes of a whole file, 32 bytes per block (v2). */
  leaves(file: number): Uint8Array {
    let leaves = this.#leaves.get(file)
    if (leaves === undefined) {
      leaves = new Merkle(digest).leaves(this.contents[file] as Uint8Array)
      this.#leaves.set(file, leaves)
    }
    return leaves
  }
}

/** Never the same twice within 2^32 words, and quick to make. */
function noise(seed: number, lengthBytes: number): Uint8Array {
  const random = new SeededRandom(seed)
  const words = new Uint32Array(Math.ceil(lengthBytes / 4))
  for (let at = 0; at < words.length; at++) words[at] = random.uint32()
  return new Uint8Array(words.buffer).slice(0, lengthBytes)
}
