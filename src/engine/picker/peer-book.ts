// What one peer has outstanding: a count per piece in which it has a stake, and how fast it is.
// Invariant: `outstanding` is the sum of the stakes. A stake of 0 means the peer gave something or may still do so.

import type { Millis, PieceIndex } from '../../base/ids.ts'

export class PeerBook {
  /** Outstanding blocks per piece, in the order the pieces were first asked. */
  readonly stakes = new Map<PieceIndex, number>()
  outstanding = 0
  /** Bytes per second at the last ask; 0 when unknown. */
  rate = 0
  /** The piece it was last asked for. */
  current: PieceIndex | -1 = -1
  /** The piece behind its last stretch; −1 when it had none. */
  behind = -1
  /** Since when it holds requests without giving, as far as was looked. */
  #quietFrom = 0
  #gave = false

  asked(piece: PieceIndex, blocks: number, now: Millis): void {
    if (this.outstanding === 0) this.gave()
    if (this.#gave) this.#restart(now)
    this.outstanding += blocks
    this.stakes.set(piece, (this.stakes.get(piece) ?? 0) + blocks)
    this.current = piece
  }

  /** Something came from it. */
  gave(): void {
    this.#gave = true
  }

  /** How long nothing came though something was asked: a little less than the truth, since only looks have a time. */
  quietMs(now: Millis): number {
    if (this.#gave) this.#restart(now)
    return now - this.#quietFrom
  }

  #restart(now: Millis): void {
    this.#gave = false
    this.#quietFrom = now
  }

  settled(piece: PieceIndex, blocks: number): void {
    this.outstanding -= blocks
    this.stakes.set(piece, (this.stakes.get(piece) ?? 0) - blocks)
  }

  /** The piece is not in work any longer. */
  closed(piece: PieceIndex): void {
    this.outstanding -= this.stakes.get(piece) ?? 0
    this.stakes.delete(piece)
    if (this.current === piece) this.current = -1
  }
}
