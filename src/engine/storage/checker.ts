// Hashes pieces straight from disk on all cores and says which are right. Reads only; can be cancelled.
// Invariant: a piece is called good only if every hash its torrent has for it was computed from the files themselves.

import type { PieceIndex } from '../../base/ids.ts'
import type { FileSpan, Hasher } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Layout } from './layout.ts'
import type { PartStore } from './part-store.ts'
import type { Verifier } from './verify.ts'

/** Bytes handed to the hasher at once: enough to keep every core busy, little enough to cancel quickly. */
const BATCH_BYTES = 32 * 1_048_576
/** Batches under way, so that no core waits between two. */
const BATCHES_AHEAD = 2

export interface CheckerOptions {
  readonly geometry: Geometry
  readonly layout: Layout
  readonly store: PartStore
  readonly hasher: Hasher
  readonly verifier: Verifier
}

/** `unread`: the disk would not say; another time it may. Nothing is believed of it, as of a bad one. */
export type CheckVerdict = 'good' | 'bad' | 'unread' | 'inconsistent' | 'unknown'

/** What a second look would not change. */
const CERTAIN: ReadonlySet<string> = new Set([
  'SHORT',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
])

export class Checker {
  readonly #options: CheckerOptions

  constructor(options: CheckerOptions) {
    this.#options = options
  }

  /**
   * @param each called for every piece looked at, in no particular order
   * @param cancelled asked between batches
   * @returns whether it came to its end
   */
  async run(
    pieces: Iterable<PieceIndex>,
    each: (piece: PieceIndex, verdict: CheckVerdict) => void,
    cancelled: () => boolean = () => false,
  ): Promise<boolean> {
    const under = new Set<Promise<void>>()
    let batch: PieceIndex[] = []
    let batchBytes = 0
    const start = (): void => {
      const job = this.#hash(batch, each).finally(() => under.delete(job))
      under.add(job)
      batch = []
      batchBytes = 0
    }
    for (const piece of pieces) {
      if (cancelled()) break
      if (!this.#present(piece)) {
        each(piece, 'bad')
        continue
      }
      batch.push(piece)
      batchBytes += this.#options.geometry.pieceBytes(piece)
      if (batchBytes < BATCH_BYTES) continue
      start()
      if (under.size >= BATCHES_AHEAD) await Promise.race(under)
    }
    if (batch.length > 0 && !cancelled()) start()
    await Promise.all(under)
    return !cancelled()
  }

  /** Whether all bytes of a piece have a place on disk at all. */
  #present(piece: PieceIndex): boolean {
    const { geometry, layout, store } = this.#options
    return geometry.parts(piece).every((part) => {
      const file = layout.files[part.file]
      return file === undefined || file.home !== 'absent' || (file.inStore && store.has(piece))
    })
  }

  #spans(piece: PieceIndex): FileSpan[] {
    const { geometry, layout, store } = this.#options
    let begin = 0
    return geometry.parts(piece).map((part) => {
      const { lengthBytes } = part
      const file = layout.files[part.file]
      const at = begin
      begin += lengthBytes
      if (file === undefined) return { path: undefined, offset: 0, lengthBytes }
      if (file.home === 'absent') return { path: store.path, offset: store.offset(piece, at), lengthBytes }
      return { path: layout.path(file), offset: part.offset, lengthBytes }
    })
  }

  async #hash(
    pieces: readonly PieceIndex[],
    each: (piece: PieceIndex, verdict: CheckVerdict) => void,
  ): Promise<void> {
    const { hasher, verifier } = this.#options
    const items = pieces.map((piece) => ({ spans: this.#spans(piece), want: verifier.want(piece) }))
    const results = await hasher.files(items)
    for (const [at, piece] of pieces.entries()) {
      const result = results[at]
      if (result === undefined) each(piece, 'bad')
      else if ('failed' in result) each(piece, CERTAIN.has(result.failed) ? 'bad' : 'unread')
      else each(piece, verifier.judge(piece, result))
    }
  }
}
