// Queries of ours that wait for an answer: who was asked what, and when that is late or has failed (BEP 5).
// Invariants: an answer counts only from the address that was asked, once; in the order they were sent, because all wait
// equally long.

import { toHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { type Random, randomInt } from '../../base/random.ts'
import { HARD_TIMEOUT_MS, MAX_TRANSACTIONS, SOFT_TIMEOUT_MS } from './limits.ts'

const TRANSACTION_BYTES = 4

export interface Transaction<What> {
  readonly bytes: Uint8Array
  readonly to: Endpoint
  readonly what: What
  readonly sentAt: Millis
  late: boolean
}

export class Transactions<What> {
  readonly #random: Random
  /** By transaction id in hex, the one sent first first. */
  readonly #open = new Map<string, Transaction<What>>()
  /** Those that are not late yet begin here, in the same order. */
  #late = 0

  constructor(random: Random) {
    this.#random = random
  }

  get size(): number {
    return this.#open.size
  }

  get isFull(): boolean {
    return this.#open.size >= MAX_TRANSACTIONS
  }

  begin(to: Endpoint, what: What, now: Millis): Transaction<What> {
    let bytes = this.#random.bytes(TRANSACTION_BYTES)
    while (this.#open.has(toHex(bytes))) bytes = this.#random.bytes(TRANSACTION_BYTES)
    const transaction: Transaction<What> = { bytes, to, what, sentAt: now, late: false }
    this.#open.set(toHex(bytes), transaction)
    return transaction
  }

  /** Ends the one that this answers; undefined when nobody was asked that there. */
  end(bytes: Uint8Array, from: Endpoint): Transaction<What> | undefined {
    const key = toHex(bytes)
    const transaction = this.#open.get(key)
    if (transaction?.to.host !== from.host || transaction.to.port !== from.port) return undefined
    this.#open.delete(key)
    if (transaction.late) this.#late--
    return transaction
  }

  /** Those that became late, and those that failed, which are ended. */
  expire(now: Millis): { readonly late: Transaction<What>[]; readonly failed: Transaction<What>[] } {
    const late: Transaction<What>[] = []
    const failed: Transaction<What>[] = []
    for (const [key, transaction] of this.#open) {
      if (after(transaction.sentAt, SOFT_TIMEOUT_MS) > now) break
      if (after(transaction.sentAt, HARD_TIMEOUT_MS) <= now) {
        this.#open.delete(key)
        if (transaction.late) this.#late--
        failed.push(transaction)
      } else if (!transaction.late) {
        transaction.late = true
        this.#late++
        late.push(transaction)
      }
    }
    return { late, failed }
  }

  deadline(): Millis | undefined {
    let first: Millis | undefined
    for (const transaction of this.#open.values()) {
      if (!transaction.late) return earliest(first, after(transaction.sentAt, SOFT_TIMEOUT_MS))
      first ??= after(transaction.sentAt, HARD_TIMEOUT_MS)
      if (this.#late === this.#open.size) return first
    }
    return first
  }

  /** Spread, so that nodes started together do not keep step. */
  jitter(ms: number): number {
    return ms - randomInt(this.#random, Math.max(1, Math.floor(ms / 4)))
  }
}
