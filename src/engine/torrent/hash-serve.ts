// Answers hash requests of others (BEP 52): from the trees in memory, or for leaves by hashing a verified piece from disk.
// Invariant: every request gets one answer, and nobody can make us read more than a bounded amount at once.

import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import { isRunOf, MAX_RUN_HASHES, proveRun } from '../../metainfo/hash-run.ts'
import type { HashTree } from '../../metainfo/hash-tree.ts'
import { pieceLayer, rootLayer } from '../../metainfo/merkle.ts'
import type { TorrentFile } from '../../metainfo/metainfo.ts'
import { encodeHashes, encodeHashReject } from '../../protocol/wire/encode.ts'
import { hashRequestProblem } from '../../protocol/wire/hash-request.ts'
import type { HashRange } from '../../protocol/wire/messages.ts'
import type { Peer } from '../peer/peer.ts'
import { ANSWERED_PER_SECOND, HashBudget } from './hash-budget.ts'
import type { HashTrees } from './hash-trees.ts'

/** Answers that need hashing from disk at the same time; further ones are refused (a flood costs us reads). */
const DISK_ANSWERS_AT_ONCE = 4

/**
 * Read and hashed for such answers, all peers together: little beside what a disk and a core can do, and far more than
 * honest peers ask, who need the leaves of a bad piece now and then.
 */
const DISK_BYTES_PER_SECOND = 32 << 20

/** Work may be owed for this long before further answers are refused. */
const DISK_DEBT_MS = 1_000

export interface HashServeOptions {
  readonly trees: HashTrees
  readonly have: (piece: PieceIndex) => boolean
  /** Leaf hashes of a verified piece, 32 bytes per block; undefined when it cannot be read. */
  readonly leavesFromDisk: (piece: PieceIndex) => Promise<Uint8Array | undefined>
}

type Lookup = (layer: number, index: number) => Uint8Array | undefined

export class HashServe {
  readonly #options: HashServeOptions
  readonly #budget = new HashBudget(ANSWERED_PER_SECOND)
  #diskAnswers = 0
  /** When what was read for answers is paid for. */
  #diskPaidAt = 0

  constructor(options: HashServeOptions) {
    this.#options = options
  }

  requested(peer: Peer, range: HashRange, now: Millis): void {
    const { trees } = this.#options
    // The cheap questions first: looking for the file costs by their number.
    const may = this.#budget.spend(peer, range.length, now) && hashRequestProblem(range) === undefined
    const file = may ? trees.fileOf(range.root) : undefined
    const tree = file === undefined || !isRunOf(file.lengthBytes, range) ? undefined : trees.of(file)
    if (file === undefined || tree === undefined) {
      peer.send(encodeHashReject(range))
      return
    }
    const lowest = Math.min(pieceLayer(trees.metainfo.pieceLengthBytes), rootLayer(file.lengthBytes))
    if (range.baseLayer >= lowest) this.#answer(peer, range, file, (layer, index) => tree.node(layer, index))
    else {
      this.#answerFromDisk(peer, range, file, tree, now).catch((error: unknown) => {
        peer.close({ code: 'INTERNAL', blame: 'local' })
        peer.host.broken(error)
      })
    }
  }

  #answer(peer: Peer, range: HashRange, file: TorrentFile, known: Lookup): void {
    const hashes = proveRun(this.#options.trees.merkle, file.lengthBytes, range, known)
    peer.send(hashes === undefined ? encodeHashReject(range) : encodeHashes(range, hashes))
  }

  async #answerFromDisk(
    peer: Peer,
    range: HashRange,
    file: TorrentFile,
    tree: HashTree,
    now: Millis,
  ): Promise<void> {
    const pieces = this.#piecesOf(range, file)
    const leavesPerPiece = 2 ** pieceLayer(this.#options.trees.metainfo.pieceLengthBytes)
    // At most one piece, or as many small ones as one answer can name: 8 to 16 MiB of reading.
    const cheap = pieces.length === 1 || pieces.length * leavesPerPiece <= 2 * MAX_RUN_HASHES
    const had = pieces.every(({ piece }) => this.#options.have(piece))
    const paid = this.#diskPaidAt <= after(now, DISK_DEBT_MS)
    if (this.#diskAnswers >= DISK_ANSWERS_AT_ONCE || !cheap || !had || !paid) {
      peer.send(encodeHashReject(range))
      return
    }
    this.#diskAnswers++
    const { geometry } = this.#options.trees.metainfo
    const lengthBytes = pieces.reduce((sum, { piece }) => sum + geometry.pieceBytes(piece), 0)
    this.#diskPaidAt = Math.max(this.#diskPaidAt, now) + (1_000 * lengthBytes) / DISK_BYTES_PER_SECOND
    const lookups: Lookup[] = []
    try {
      for (const { inFile, piece } of pieces) {
        const leaves = await this.#options.leavesFromDisk(piece)
        if (leaves !== undefined) lookups.push(tree.withPiece(inFile, leaves))
      }
    } finally {
      this.#diskAnswers--
    }
    this.#answer(peer, range, file, (layer, index) => {
      for (const lookup of lookups) {
        const node = lookup(layer, index)
        if (node !== undefined) return node
      }
      return undefined
    })
  }

  /** Pieces whose leaves the run is made of. */
  #piecesOf(range: HashRange, file: TorrentFile): { readonly inFile: number; readonly piece: PieceIndex }[] {
    const { geometry, pieceLengthBytes } = this.#options.trees.metainfo
    const own = geometry.piecesOf(file.index)
    if (own === undefined) return []
    const leavesPerPiece = 2 ** pieceLayer(pieceLengthBytes)
    const from = Math.floor((range.index * 2 ** range.baseLayer) / leavesPerPiece)
    const to = Math.floor(((range.index + range.length) * 2 ** range.baseLayer - 1) / leavesPerPiece)
    const pieces: { readonly inFile: number; readonly piece: PieceIndex }[] = []
    for (let inFile = from; inFile <= to && own.first + inFile <= own.last; inFile++) {
      const piece = geometry.piece(own.first + inFile)
      if (piece !== undefined) pieces.push({ inFile, piece })
    }
    return pieces
  }
}
