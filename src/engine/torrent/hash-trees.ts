// The merkle trees of a torrent's files that are known from the piece layer up, made when first asked for.

import { equalBytes, toHex } from '../../base/bytes.ts'
import { HashTree } from '../../metainfo/hash-tree.ts'
import type { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import type { ExpectedPieces } from './expected-hashes.ts'

export class HashTrees {
  readonly metainfo: Metainfo
  readonly expected: ExpectedPieces
  readonly merkle: Merkle
  readonly #trees = new Map<string, HashTree>()

  constructor(metainfo: Metainfo, expected: ExpectedPieces, merkle: Merkle) {
    this.metainfo = metainfo
    this.expected = expected
    this.merkle = merkle
  }

  /** The file with this root; files of equal content share a tree. */
  fileOf(root: Uint8Array): TorrentFile | undefined {
    return this.metainfo.files.find((file) => file.root !== undefined && equalBytes(file.root, root))
  }

  /** Undefined while the file's piece layer is not known. */
  of(file: TorrentFile): HashTree | undefined {
    const { expected, merkle, metainfo } = this
    const root = file.root as Uint8Array
    const key = toHex(root)
    const existing = this.#trees.get(key)
    if (existing !== undefined) return existing
    const layer = file.lengthBytes <= metainfo.pieceLengthBytes ? root : expected.layers.get(key)
    if (layer === undefined) return undefined
    const tree = new HashTree(merkle, file.lengthBytes, metainfo.pieceLengthBytes, layer)
    this.#trees.set(key, tree)
    return tree
  }
}
