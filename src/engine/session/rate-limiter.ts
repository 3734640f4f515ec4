// One rate limit shared fairly by many askers: peers of a torrent, or torrents of a session.
//
// Start-time fair queueing: each asker counts what it was granted; who is more than a quantum ahead of somebody that
// waits must let that one go first. Whoever was idle starts level with those who wait, so silence earns no credit.
// A limiter may itself be an asker of another (torrent within session): what one level refuses, the other gets back.
// An asker may weigh more than others: it gets so many times what one of weight 1 gets.
// Invariant: among askers of one weight that all keep asking, the bytes granted since they all did differ by at most two quanta (or two turns).

import { after, type Millis } from '../../base/ids.ts'
import type { Allowance } from '../peer/host.ts'
import { TokenBucket } from './token-bucket.ts'

/** Two blocks: what one asker may be ahead of another. */
export const QUANTUM_BYTES = 32_768
/** What one asker may be ahead at rates where that is more than a quantum. */
const TURN_MS = 20
/** Who was refused and has not asked again for this long does not hold up others. */
const PATIENCE_MS = 500
/** Whoever was held back within this time is held back now: askers come back every RETRY_MS, whole blocks take longer. */
const HELD_MS = 2_000
/** Without a level that knows better, ask again after this: 20 times a second keeps a limited transfer smooth. */
const RETRY_MS = 50

export class RateLimiter {
  readonly #limit: () => number | undefined
  readonly #within: Allowance | undefined
  #rate: number | undefined
  #bucket: TokenBucket | undefined
  /** Refused askers and when they last asked. Bounded by the number of askers; left by being served or by time. */
  readonly #waiting = new Map<Asker, Millis>()
  #heldAt: Millis | undefined
  #heldWithinAt: Millis | undefined

  /**
   * @param limit bytes per second, undefined for none; may change at any time
   * @param within the limit that this one lies inside, already as one of its askers
   */
  constructor(limit: () => number | undefined, within?: Allowance) {
    this.#limit = limit
    this.#within = within
  }

  /** A new sharer of the limit. It needs no end: once it stops asking it is forgotten. */
  asker(weight = 1): Allowance {
    return new Asker(this, weight)
  }

  get unlimited(): boolean {
    return this.#limit() === undefined && (this.#within?.unlimited ?? true)
  }

  /** Whose limit holds somebody back now: this one's, or the one that it lies inside. */
  held(now: Millis): 'own' | 'outer' | undefined {
    const recent = (at: Millis | undefined) => at !== undefined && now - at <= HELD_MS
    if (recent(this.#heldAt)) return 'own'
    return recent(this.#heldWithinAt) ? 'outer' : undefined
  }

  take(asker: Asker, wantedBytes: number, now: Millis): number {
    if (wantedBytes <= 0) return 0
    if (this.unlimited) return wantedBytes
    const lowest = this.#lowestWaiting(asker, now)
    let mayTake = wantedBytes
    if (lowest !== undefined) {
      if (!this.#waiting.has(asker)) asker.served = Math.max(asker.served, lowest)
      const ahead = Math.max(0, lowest + this.#quantum - asker.served)
      mayTake = Math.min(wantedBytes, Math.ceil(ahead * asker.weight))
    }
    const granted = this.#grant(mayTake, now)
    asker.served += granted / asker.weight
    if (granted < wantedBytes) this.#waiting.set(asker, now)
    else this.#waiting.delete(asker)
    return granted
  }

  give(asker: Asker, bytes: number, now: Millis): void {
    asker.served -= bytes / asker.weight
    this.#current(now)?.give(bytes)
    this.#within?.give(bytes, now)
  }

  satisfied(asker: Asker): void {
    this.#waiting.delete(asker)
  }

  nextAt(now: Millis): Millis {
    const inner = this.#current(now)?.nextAt(this.#quantum, now) ?? now
    const outer = this.#within?.unlimited === false ? this.#within.nextAt(now) : now
    const at = Math.max(inner, outer) as Millis
    return at > now && Number.isFinite(at) ? at : after(now, RETRY_MS)
  }

  /** At high rates larger turns, so that sharing does not mean waking a thousand times a second. */
  get #quantum(): number {
    return Math.max(QUANTUM_BYTES, ((this.#limit() ?? 0) * TURN_MS) / 1_000)
  }

  #grant(wantedBytes: number, now: Millis): number {
    const bucket = this.#current(now)
    const own = bucket === undefined ? wantedBytes : bucket.take(wantedBytes, now)
    if (own < wantedBytes) this.#heldAt = now
    if (this.#within === undefined) return own
    const both = this.#within.take(own, now)
    if (both < own) {
      this.#heldWithinAt = now
      bucket?.give(own - both)
    }
    return both
  }

  #current(now: Millis): TokenBucket | undefined {
    const rate = this.#limit()
    if (rate !== this.#rate) {
      this.#rate = rate
      this.#bucket = rate === undefined ? undefined : new TokenBucket(rate, now)
    }
    return this.#bucket
  }

  /** The least that somebody else who waits was granted. */
  #lowestWaiting(asker: Asker, now: Millis): number | undefined {
    let lowest: number | undefined
    for (const [other, askedAt] of this.#waiting) {
      if (now - askedAt > PATIENCE_MS) this.#waiting.delete(other)
      else if (other !== asker && (lowest === undefined || other.served < lowest)) lowest = other.served
    }
    return lowest
  }
}

class Asker implements Allowance {
  readonly #limiter: RateLimiter
  readonly weight: number
  /** Bytes granted by weight, on a scale that only means something beside those of other askers. */
  served = 0

  constructor(limiter: RateLimiter, weight: number) {
    this.#limiter = limiter
    this.weight = weight
  }

  get unlimited(): boolean {
    return this.#limiter.unlimited
  }

  take(wantedBytes: number, now: Millis): number {
    return this.#limiter.take(this, wantedBytes, now)
  }

  give(bytes: number, now: Millis): void {
    this.#limiter.give(this, bytes, now)
  }

  satisfied(): void {
    this.#limiter.satisfied(this)
  }

  nextAt(now: Millis): Millis {
    return this.#limiter.nextAt(now)
  }
}
