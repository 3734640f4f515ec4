// Before anybody is asked for a byte: files whose content is on this computer already are made out of what is here.
// Invariant: a file is looked for by root and length, never by root alone or by name; where its piece layer is not known yet, the
// layer is computed from what was taken, and believed only if it leads to the root.

import type { Digest, Hasher } from '../../base/ports.ts'
import type { ContentId } from '../../metainfo/content-id.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { LocalPlace } from '../storage/from-disk.ts'
import type { TorrentStorage } from '../storage/torrent-storage.ts'
import type { ExpectedPieces } from './expected-hashes.ts'
import { layerFromDisk } from './layer-from-disk.ts'

/** Who knows what lies where on this computer: the library and what was got, joined in the daemon. */
export interface LocalContent {
  /** The likeliest first; what is said may be old. */
  places(content: ContentId): Promise<readonly LocalPlace[]>
}

export interface TakeOptions {
  readonly local: LocalContent
  readonly metainfo: Metainfo
  readonly expected: ExpectedPieces
  readonly storage: TorrentStorage
  readonly hasher: Hasher
  readonly digest: Digest
  readonly progress: (doneBytes: number, totalBytes: number) => void
  /** The torrent is being stopped. */
  readonly cancelled: () => boolean
}

/** What was taken, before it was hashed. */
export interface TakenFiles {
  readonly files: number
  readonly bytes: number
  /** Of these, bytes that take no room of their own. */
  readonly sharedBytes: number
  /** Piece layers became known. */
  readonly learned: boolean
}

export async function takeFromDisk(options: TakeOptions): Promise<TakenFiles> {
  const { local, metainfo, expected, storage, progress, cancelled } = options
  const sum = { files: 0, bytes: 0, sharedBytes: 0, learned: false }
  if (metainfo.version === 'v1') return sum
  const missing = [...storage.fromDisk.missing()]
  const totalBytes = missing.reduce((bytes, index) => bytes + lengthOf(metainfo, index), 0)
  let passedBytes = 0
  for (const index of missing) {
    const { root, lengthBytes } = metainfo.files[index] ?? { root: undefined, lengthBytes: 0 }
    if (cancelled()) break
    // Whoever cannot say where it is says that it is nowhere: then it is fetched.
    const places = root === undefined ? [] : await local.places({ root, lengthBytes }).catch(() => [])
    const before = passedBytes
    const taken =
      places.length === 0 || cancelled()
        ? 'none'
        : await storage.fromDisk.take(index, places, (bytes) => progress(before + bytes, totalBytes))
    passedBytes += lengthBytes
    progress(passedBytes, totalBytes)
    if (taken === 'none' || root === undefined) continue
    const isLong = lengthBytes > metainfo.pieceLengthBytes
    if (isLong && !expected.layers.has(root.toHex())) {
      const layer = await provenLayer(options, index, { root, lengthBytes })
      if (layer === undefined) {
        await storage.fromDisk.drop(index)
        continue
      }
      expected.learn(root, layer)
      sum.learned = true
    }
    sum.files++
    sum.bytes += lengthBytes
    if (taken === 'shared') sum.sharedBytes += lengthBytes
  }
  return sum
}

function lengthOf(metainfo: Metainfo, index: number): number {
  return metainfo.files[index]?.lengthBytes ?? 0
}

async function provenLayer(
  { storage, metainfo, hasher, digest }: TakeOptions,
  index: number,
  { root, lengthBytes }: ContentId,
): Promise<Uint8Array | undefined> {
  const path = storage.path(index)
  const { pieceLengthBytes } = metainfo
  const layer = path && (await layerFromDisk(hasher, path, lengthBytes, pieceLengthBytes))
  if (!layer) return undefined
  return new Merkle(digest).isPieceLayer(layer, lengthBytes, pieceLengthBytes, root) ? layer : undefined
}
