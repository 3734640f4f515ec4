// A hybrid torrent among peers that cannot tell its piece layers: a magnet carries none, and clients without v2 know
// none. After some patience SHA-1 alone decides piece by piece, and each file, once whole, proves its v2 root from disk.
// Invariant: no file of a hybrid is finished before both hashes said yes to every byte of it.

import { concatBytes } from '../../base/bytes.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import { DiskError, type Hasher } from '../../base/ports.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import type { Peer } from '../peer/peer.ts'
import type { ExpectedPieces } from './expected-hashes.ts'

/** From the first source on: none of them speaks v2, but another may be about to come. */
const PATIENCE_MS = 5_000

/** Some speak v2: whether they tell their layers is known after a few timeouts of hash-exchange.ts. */
const PATIENCE_WITH_V2_MS = 45_000

/** Pieces hashed in one go: all cores are busy, and a small file is one go. */
const PIECES_AT_ONCE = 64

export interface V1RelianceOptions {
  readonly metainfo: Metainfo
  readonly expected: ExpectedPieces
  readonly merkle: Merkle
  readonly hasher: Hasher
  /** SHA-1 decides from now on: what waited for layers can be judged, and asked for. */
  readonly decided: () => void
}

export class V1Reliance {
  readonly #options: V1RelianceOptions
  #sourcesSince: Millis | undefined
  #missing: number
  /** Files that SHA-1 alone decided about. */
  readonly #unproven = new Set<TorrentFile>()

  /** @param here whether a piece is recorded: then it was taken by SHA-1 alone in an earlier run. */
  constructor(options: V1RelianceOptions, here: (piece: PieceIndex) => boolean) {
    this.#options = options
    const { expected, metainfo } = options
    this.#missing = expected.missingCount
    if (metainfo.version === 'hybrid' && expected.missing().some((file) => this.#anyHere(file, here)))
      this.#rely()
  }

  #rely(): void {
    const { expected } = this.#options
    for (const file of expected.missing()) this.#unproven.add(file)
    expected.relyOnV1()
  }

  get unproven(): ReadonlySet<TorrentFile> {
    return this.#unproven
  }

  #anyHere(file: TorrentFile, here: (piece: PieceIndex) => boolean): boolean {
    const range = this.#options.metainfo.geometry.piecesOf(file.index)
    for (let piece = range?.first ?? 0; range !== undefined && piece <= range.last; piece++)
      if (here(piece as PieceIndex)) return true
    return false
  }

  tick(peers: Iterable<Peer>, now: Millis): void {
    const { expected, metainfo, decided } = this.#options
    if (metainfo.version !== 'hybrid' || expected.allKnown || expected.v1Alone) return
    const sources = [...peers].filter(({ pieces }) => pieces !== undefined && !pieces.empty)
    const missing = expected.missingCount
    const learning = missing < this.#missing
    this.#missing = missing
    if (sources.length === 0 || learning) this.#sourcesSince = undefined
    if (sources.length === 0) return
    this.#sourcesSince ??= now
    const patienceMs = sources.some(({ v2 }) => v2) ? PATIENCE_WITH_V2_MS : PATIENCE_MS
    if (now < after(this.#sourcesSince, patienceMs)) return
    this.#rely()
    decided()
  }

  /**
   * A file that is whole on disk, in `path`: computes its piece layer and learns it if it leads to the root.
   * @returns false when the two halves of the torrent describe different bytes
   * @throws DiskError when it cannot be read
   */
  async prove(file: TorrentFile, path: string): Promise<boolean> {
    const { expected, hasher, merkle, metainfo } = this.#options
    const { root, lengthBytes } = file
    if (root === undefined || !this.#unproven.has(file)) return true
    const { pieceLengthBytes } = metainfo
    const rows: Uint8Array[] = []
    for (let offset = 0; offset < lengthBytes; offset += PIECES_AT_ONCE * pieceLengthBytes) {
      const items = []
      const end = Math.min(lengthBytes, offset + PIECES_AT_ONCE * pieceLengthBytes)
      for (let at = offset; at < end; at += pieceLengthBytes) {
        const bytes = Math.min(pieceLengthBytes, end - at)
        const merkleWant = { leaves: pieceLengthBytes / BLOCK_BYTES, lengthBytes: bytes }
        items.push({
          spans: [{ path, offset: at, lengthBytes: bytes }],
          want: { sha1: false, merkle: merkleWant },
        })
      }
      for (const result of await hasher.files(items)) {
        if ('failed' in result)
          throw new DiskError(result.failed === 'SHORT' ? 'EIO' : result.failed, { path })
        rows.push(result.root as Uint8Array)
      }
    }
    const layer = concatBytes(rows)
    if (!merkle.isPieceLayer(layer, lengthBytes, pieceLengthBytes, root)) return false
    expected.learn(root, layer)
    this.#unproven.delete(file)
    return true
  }
}
