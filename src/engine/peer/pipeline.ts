// How many blocks may be outstanding at one peer: enough to fill its bandwidth × delay, and little more.
//
//   start    16 blocks (one run), then one more for each that arrives: doubles every round trip, so a loopback or
//            LAN peer reaches the limit within a few milliseconds of traffic.
//   steady   once blocks wait longer than a round trip and some spare time: rate × (round trip + spare time).
//            The spare time is twice the longest recent pause between blocks, 250 ms to 2 s: senders that give in
//            bursts (rate limiters, disks, many slots) always have enough, and a peer that sends steadily holds
//            little that others could bring. Measured with 50 leechers at 10 MB/s (lab/bench/swarm-model.ts), a
//            second of spare time for everybody costs 14 % of the whole time, as the seed's rare pieces wait in it.
//
// It counts, it does not know blocks: requests are answered in order by most clients, so the age of the oldest request
// is the delay of the block that arrives.
// Invariant: depth is between MIN_DEPTH and min(MAX_DEPTH, what the remote allows).

import { after, type Millis } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { Bursts } from './bursts.ts'
import { RateMeter } from './rate.ts'

/** One being served and one waiting, so that even the slowest peer never pauses for our answer. */
export const MIN_DEPTH = 2
/** SAFETY.md: requests out ≤ 500; 8 MiB a round trip, that is 80 MB/s at 100 ms. */
export const MAX_DEPTH = 500
/** One run (256 KiB): 50 ms of a 40 Mbit/s line, and what a slow peer may hold before it is known to be slow. */
export const START_DEPTH = 16
/** Spare time beyond the round trip, see above. */
const MIN_SPARE_MS = 250
const MAX_SPARE_MS = 2_000
const SPARE_PAUSES = 2
/** A pause is forgotten by half in this time. */
const PAUSE_HALF_LIFE_MS = 5_000
/** What a peer would bring later than this is better asked of others. */
const HOLD_MS = 10_000
/** Nothing arrived yet: a peer that unchoked us answers within this, or others should have the blocks. */
const FIRST_BLOCK_TIMEOUT_MS = 20_000
/** Bounds of the timeout: shorter than disk spin-up helps nobody; BEP 3 calls a minute without a block snubbed. */
const MIN_TIMEOUT_MS = 6_000
const MAX_TIMEOUT_MS = 60_000
/** How many times the usual delay a request may take before it is taken as lost. */
const TIMEOUT_DELAYS = 4
/** Weight of a new delay in the average (as TCP does with round trips, RFC 6298). */
const DELAY_WEIGHT = 1 / 8

export interface PipelineOptions {
  /** `reqq` of the remote's extension handshake (BEP 10): more requests than this it may drop. */
  readonly remoteQueue?: number
}

/** What one who asks why it is slow must know of it. */
export interface PipelineFacts {
  readonly outstanding: number
  readonly depth: number
  /** The most that may be outstanding: our bound, or what the remote allows. */
  readonly most: number
  /** More is asked for as long as it comes as quickly: the source is not at its limit. */
  readonly growing: boolean
  /** The way there and back as the transport saw it; undefined where it does not say. */
  readonly roundTripMs: number | undefined
  /** The shortest time from a request to its block; undefined before the first one. */
  readonly leastWaitMs: number | undefined
  /** The usual one now, waiting at the other side included. */
  readonly waitMs: number | undefined
  /** Of the recent time, 0 … 1, in gaps of about a round trip; and how long these are. */
  readonly silentShare: number
  readonly meanSilenceMs: number
}

interface Batch {
  readonly at: Millis
  count: number
}

export class Pipeline {
  /** The way there and back as the transport saw it: a block may wait for its turn at the other side before it is on its way. */
  roundTripMs: number | undefined
  #maxDepth = MAX_DEPTH
  readonly #rate = new RateMeter()
  /** Requests not answered yet, oldest first. */
  #batches: Batch[] = []
  #outstanding = 0
  #growing = true
  #grown = START_DEPTH
  #leastDelayMs = Number.POSITIVE_INFINITY
  #meanDelayMs: number | undefined
  /** When a block last came, or when the first request after none was made. */
  #progressAt: Millis | undefined
  /** The longest recent pause between blocks while some were outstanding, as of #progressAt. */
  #pauseMs = 0
  readonly #bursts = new Bursts()
  #now = 0 as Millis

  constructor(options: PipelineOptions = {}) {
    if (options.remoteQueue !== undefined) this.remoteQueue = options.remoteQueue
  }

  /** The remote told its `reqq`, or told another. */
  set remoteQueue(allowed: number) {
    this.#maxDepth = Math.max(
      MIN_DEPTH,
      Math.min(MAX_DEPTH, Number.isFinite(allowed) ? Math.trunc(allowed) : MAX_DEPTH),
    )
  }

  get bytesPerSecond(): number {
    return this.#rate.rate(this.#now)
  }

  get outstanding(): number {
    return this.#outstanding
  }

  requested(count: number, now: Millis): void {
    this.#now = now
    if (count <= 0) return
    if (this.#outstanding === 0) this.#progressAt = now
    this.#outstanding += count
    const last = this.#batches[this.#batches.length - 1]
    if (last?.at === now) last.count += count
    else this.#batches.push({ at: now, count })
  }

  /** A block that was outstanding is here. */
  blockArrived(lengthBytes: number, now: Millis): void {
    this.#now = now
    this.#rate.add(lengthBytes, now)
    const pauseMs = now - (this.#progressAt ?? now)
    if (pauseMs > 0) {
      this.#pauseMs = Math.max(pauseMs, this.#pauseMs * 2 ** (-pauseMs / PAUSE_HALF_LIFE_MS))
      if (this.roundTripMs !== undefined) this.#bursts.gap(pauseMs, this.roundTripMs)
    }
    this.#progressAt = now
    const first = this.#batches[0]
    if (first === undefined) return
    const delayMs = now - first.at
    if (delayMs < this.#leastDelayMs) this.#leastDelayMs = delayMs
    this.#meanDelayMs =
      this.#meanDelayMs === undefined
        ? delayMs
        : this.#meanDelayMs + (delayMs - this.#meanDelayMs) * DELAY_WEIGHT
    if (this.#growing) this.#grow(delayMs)
    this.#dropOldest()
  }

  /** Requests that will not be answered: rejected, cancelled, timed out. */
  released(count: number): void {
    for (let left = Math.min(count, this.#outstanding); left > 0; left--) {
      const first = this.#batches[0]
      // What waited too long is what was given up; else what is cancelled or rejected is mostly recent.
      if (first !== undefined && this.#now - first.at >= this.#timeoutMs()) this.#dropOldest()
      else this.#dropNewest()
    }
  }

  /** The peer choked us. What it still has is released apart. A later unchoke starts near the rate it had. */
  choked(now: Millis): void {
    this.#now = now
    this.#grown = Math.max(START_DEPTH, Math.min(this.#grown, this.#steadyDepth(now)))
    this.#growing = true
  }

  /** How many blocks may be outstanding now. */
  depth(now: Millis): number {
    if (now > this.#now) this.#now = now
    const depth = this.#growing ? this.#grown : this.#steadyDepth(now)
    return Math.max(MIN_DEPTH, Math.min(this.#maxDepth, depth))
  }

  facts(now: Millis): PipelineFacts {
    const { silentShare, meanSilenceMs } = this.#bursts
    return {
      outstanding: this.#outstanding,
      depth: this.depth(now),
      most: this.#maxDepth,
      growing: this.#growing,
      roundTripMs: this.roundTripMs,
      leastWaitMs: Number.isFinite(this.#leastDelayMs) ? this.#leastDelayMs : undefined,
      waitMs: this.#meanDelayMs,
      silentShare,
      meanSilenceMs,
    }
  }

  /**
   * How many of the outstanding blocks this peer would not bring within HOLD_MS at its present rate, after it became
   * slow with a deep pipeline. Cancelled (newest first), others can have them.
   */
  excess(now: Millis): number {
    const depth = this.depth(now)
    if (this.#growing || this.#outstanding <= depth) return 0
    const held = Math.ceil((this.#rate.rate(now) * HOLD_MS) / 1000 / BLOCK_BYTES)
    return Math.max(0, this.#outstanding - Math.max(depth, held))
  }

  /** Whether nothing came for too long while something is outstanding. */
  snubbed(now: Millis): boolean {
    const at = this.deadline(now)
    return at !== undefined && now >= at
  }

  /** How long a request may take before it is given up. */
  requestTimeoutMs(now: Millis): number {
    if (now > this.#now) this.#now = now
    return this.#timeoutMs()
  }

  /** When the peer will count as snubbed if nothing arrives; undefined when nothing is outstanding. */
  deadline(now: Millis): Millis | undefined {
    if (now > this.#now) this.#now = now
    if (this.#outstanding === 0 || this.#progressAt === undefined) return undefined
    return after(this.#progressAt, this.#timeoutMs())
  }

  #timeoutMs(): number {
    if (this.#meanDelayMs === undefined) return FIRST_BLOCK_TIMEOUT_MS
    return Math.max(MIN_TIMEOUT_MS, Math.min(MAX_TIMEOUT_MS, TIMEOUT_DELAYS * this.#meanDelayMs))
  }

  #grow(delayMs: number): void {
    if (delayMs > this.#leastDelayMs + this.#spareMs()) {
      this.#growing = false
      return
    }
    // Only a full pipeline says that more would help.
    if (this.#grown < this.#maxDepth && this.#outstanding * 2 >= this.#grown) this.#grown++
  }

  #spareMs(): number {
    return Math.max(MIN_SPARE_MS, Math.min(MAX_SPARE_MS, SPARE_PAUSES * this.#pauseMs))
  }

  #steadyDepth(now: Millis): number {
    const roundTripMs = Number.isFinite(this.#leastDelayMs) ? this.#leastDelayMs : 0
    return Math.ceil((this.#rate.rate(now) * (roundTripMs + this.#spareMs())) / 1000 / BLOCK_BYTES)
  }

  #dropOldest(): void {
    const first = this.#batches[0]
    if (first === undefined) return
    this.#outstanding--
    if (--first.count === 0) this.#batches.shift()
  }

  #dropNewest(): void {
    const last = this.#batches[this.#batches.length - 1]
    if (last === undefined) return
    this.#outstanding--
    if (--last.count === 0) this.#batches.pop()
  }
}
