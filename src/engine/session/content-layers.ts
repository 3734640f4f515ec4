// The piece layer of a content torrent (BEP 52), computed from the file where nobody kept it, and kept for a while.
// Invariant: a layer is given only if it leads to the root; a stranger's question never waits for more than QUICK_BYTES of
// reading, and there is one file at a time that is read for longer.

import type { Digest, Hasher } from '../../base/ports.ts'
import { type ContentId, contentIdText, contentPieceLength } from '../../metainfo/content-id.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import { layerFromDisk } from '../torrent/layer-from-disk.ts'

/** Read and hashed while somebody waits in a handshake of 10 s: well under a second, also from a slow disk. */
export const QUICK_BYTES = 64 * 1_048_576
/** At most 64 KiB each up to 32 GiB: 4 MiB in all. */
const MAX_KEPT = 64

export class ContentLayers {
  readonly #hasher: Hasher
  readonly #merkle: Merkle
  /** By content id; least recently used first. */
  readonly #kept = new Map<string, Uint8Array>()
  /** The long file that is being read. */
  #reading: string | undefined

  constructor(hasher: Hasher, digest: Digest) {
    this.#hasher = hasher
    this.#merkle = new Merkle(digest)
  }

  /**
   * Undefined when it cannot be had now: the file is not that content, or it is long and being read; whoever asked may
   * come again.
   */
  async of(id: ContentId, path: string, known: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const pieceBytes = contentPieceLength(id.lengthBytes)
    if (id.lengthBytes <= pieceBytes) return new Uint8Array(0)
    if (known !== undefined && this.#merkle.isPieceLayer(known, id.lengthBytes, pieceBytes, id.root))
      return known
    const key = contentIdText(id)
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#keep(key, kept)
      return kept
    }
    if (id.lengthBytes <= QUICK_BYTES) return await this.#compute(id, path, key)
    if (this.#reading === undefined) {
      this.#reading = key
      void this.#compute(id, path, key).finally(() => {
        this.#reading = undefined
      })
    }
    return undefined
  }

  async #compute(
    { root, lengthBytes }: ContentId,
    path: string,
    key: string,
  ): Promise<Uint8Array | undefined> {
    const layer = await layerFromDisk(this.#hasher, path, lengthBytes, contentPieceLength(lengthBytes))
    const right =
      layer !== undefined &&
      this.#merkle.isPieceLayer(layer, lengthBytes, contentPieceLength(lengthBytes), root)
    if (!right) return undefined
    this.#keep(key, layer)
    return layer
  }

  #keep(key: string, layer: Uint8Array): void {
    this.#kept.delete(key)
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as string)
    this.#kept.set(key, layer)
  }
}
