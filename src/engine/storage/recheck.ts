// Hashes what lies on disk and says what is right: what opening could not vouch for, or everything.
// Invariant: one look at a time, during which nothing is written; a piece whose hashes are not known yet waits for them.

import type { PieceIndex } from '../../base/ids.ts'
import type { CheckVerdict } from './checker.ts'
import type { StorageCore } from './core.ts'

export class Recheck {
  readonly #core: StorageCore
  #cancelled = false

  constructor(core: StorageCore) {
    this.#core = core
  }

  /**
   * Hashes from disk; reads only. 'pending': what open() could not vouch for. 'all': everything.
   * Events tell gains and losses. @returns whether it came to its end
   */
  async run(scope: 'pending' | 'all', onProgress?: (done: number, total: number) => void): Promise<boolean> {
    const core = this.#core
    if (core.mode !== 'open') return false
    core.mode = 'checking'
    this.#cancelled = false
    try {
      await core.intake.flush()
      await core.intake.settled()
      if (scope === 'all') await core.suspects.lookAgain()
      const pieces = scope === 'all' ? [...core.options.metainfo.geometry.pieces()] : [...core.pending]
      return await this.#hashPieces(pieces, onProgress)
    } finally {
      if (core.mode === 'checking') core.mode = 'open'
      core.options.events.memoryAvailable()
      core.maybeFinished()
      if (!this.#cancelled) void this.waiting()
    }
  }

  /** What could not be judged when it was found, and can be now. */
  async waiting(): Promise<void> {
    const { mode, judgeable } = this.#core
    if (mode === 'open' && judgeable) await this.run('pending')
  }

  cancel(): void {
    this.#cancelled = true
  }

  async #hashPieces(
    pieces: readonly PieceIndex[],
    onProgress: ((done: number, total: number) => void) | undefined,
  ): Promise<boolean> {
    const core = this.#core
    const { events, ports } = core.options
    const bad = new Set<PieceIndex>()
    let done = 0
    const open = pieces.filter((piece) => !core.withheld.has(piece))
    const known = open.filter((piece) => core.verifier.knows(piece))
    const later = known.length < open.length ? open.filter((piece) => !core.verifier.knows(piece)) : []
    for (const piece of later) core.pending.add(piece)
    core.lost(later)
    const each = (piece: PieceIndex, verdict: CheckVerdict): void => {
      onProgress?.(++done, known.length)
      core.batch.tick(ports.clock.now())
      core.pending.delete(piece)
      if (verdict === 'good') {
        core.intake.discard(piece)
        core.gained(piece)
        return
      }
      bad.add(piece)
      if (verdict === 'inconsistent') events.pieceInconsistent(piece)
      core.lost([piece])
    }
    const whole = await core.checker.run(known, each, () => this.#cancelled || core.mode !== 'checking')
    if (whole) await core.suspects.afterCheck(bad, core.report.changed, core.options)
    return whole
  }
}
