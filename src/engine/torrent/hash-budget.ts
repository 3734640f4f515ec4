// How many hashes one peer gets from us in a second, and how many we ask one peer for: the latter is the smaller, so that
// two of us never refuse each other. Counted in hashes, because a long answer costs as much as many short ones.

import type { Millis } from '../../base/ids.ts'
import { MAX_RUN_HASHES } from '../../metainfo/hash-run.ts'
import type { Peer } from '../peer/peer.ts'

/** 50 answers of the greatest length: 800 kB, more than any download needs in a second. */
export const ANSWERED_PER_SECOND = 50 * MAX_RUN_HASHES
/** The other side's second may begin in the middle of ours. */
export const ASKED_PER_SECOND = ANSWERED_PER_SECOND / 2

/** An answer of a few hashes costs its message and its proof. */
const LEAST_COST = 64

export class HashBudget {
  readonly #perSecond: number
  readonly #spent = new WeakMap<Peer, { readonly second: number; readonly hashes: number }>()

  constructor(hashesPerSecond: number) {
    this.#perSecond = hashesPerSecond
  }

  /** False when it is too much for this second. */
  spend(peer: Peer, hashes: number, now: Millis): boolean {
    const second = Math.floor(now / 1_000)
    const before = this.#spent.get(peer)
    const sum = (before?.second === second ? before.hashes : 0) + Math.max(LEAST_COST, hashes)
    if (sum > this.#perSecond) return false
    this.#spent.set(peer, { second, hashes: sum })
    return true
  }
}
