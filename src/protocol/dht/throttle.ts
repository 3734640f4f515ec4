// How much strangers may ask and be told: token buckets per address, per network and in all (SAFETY.md).
// Invariant: only those who asked in the last seconds are remembered, at most about MAX_SENDERS
// addresses and networks.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import {
  IN_ALL,
  MAX_REPLY_BYTES,
  MAX_SENDERS,
  PER_HOST,
  PER_NETWORK,
  REPLY_BYTES,
  SIGNATURES,
} from './limits.ts'

interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** More than come in at once, so that those who were silent are soon gone. */
const FORGOTTEN_AT_ONCE = 4

class Bucket {
  readonly #rate: Rate
  #tokens: number
  #at: Millis

  constructor(rate: Rate, now: Millis) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  has(amount: number, now: Millis): boolean {
    const { perSecond, burst } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1_000) * perSecond)
    this.#at = now
    return this.#tokens >= amount
  }

  take(amount: number): void {
    this.#tokens -= amount
  }

  /** As good as new: nothing is lost by forgetting it. */
  isFull(now: Millis): boolean {
    const { perSecond, burst } = this.#rate
    return this.#tokens + ((now - this.#at) / 1_000) * perSecond >= burst
  }
}

export class Throttle {
  /** Addresses and networks, the one heard of least recently first. */
  readonly #senders = new Map<string, Bucket>()
  readonly #all: Bucket
  readonly #replyBytes: Bucket
  readonly #signatures: Bucket

  constructor(now: Millis) {
    this.#all = new Bucket(IN_ALL, now)
    this.#replyBytes = new Bucket(REPLY_BYTES, now)
    this.#signatures = new Bucket(SIGNATURES, now)
  }

  /** Addresses and networks remembered. */
  get size(): number {
    return this.#senders.size
  }

  /** Whether a query from there is looked at; what it is answered counts later. Limits of networks, and of addresses whatever the port, are for public ones. */
  mayAsk(from: Endpoint, now: Millis): boolean {
    this.#forget(now)
    const isPublic = isPublicHost(from.host)
    const host = this.#bucket(isPublic ? from.host : endpointText(from), PER_HOST, now)
    const network = isPublic ? this.#bucket(networkOf(from.host), PER_NETWORK, now) : undefined
    if (!host.has(1, now)) return false
    host.take(1)
    if (network !== undefined && !network.has(1, now)) return false
    network?.take(1)
    if (!this.#all.has(1, now) || !this.#replyBytes.has(MAX_REPLY_BYTES, now)) return false
    this.#all.take(1)
    return true
  }

  replied(lengthBytes: number): void {
    this.#replyBytes.take(lengthBytes)
  }

  mayVerify(now: Millis): boolean {
    if (!this.#signatures.has(1, now)) return false
    this.#signatures.take(1)
    return true
  }

  #bucket(key: string, rate: Rate, now: Millis): Bucket {
    const bucket = this.#senders.get(key) ?? new Bucket(rate, now)
    this.#senders.delete(key)
    this.#senders.set(key, bucket)
    return bucket
  }

  /** Those heard of least recently, as far as they are idle or too many. */
  #forget(now: Millis): void {
    let looked = 0
    for (const [oldest, bucket] of this.#senders) {
      if (looked++ >= FORGOTTEN_AT_ONCE) return
      if (this.#senders.size <= MAX_SENDERS && !bucket.isFull(now)) return
      this.#senders.delete(oldest)
    }
  }
}
