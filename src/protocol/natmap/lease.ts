// One wished mapping on its way: asked for, held, renewed, refused, given back. Shared by both kinds of router client.
// Invariant: `granted` is what the router last promised; it is dropped when its time is over and nobody renewed it.

import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { randomFraction, randomInt } from '../../base/random.ts'
import {
  DYNAMIC_PORTS,
  DYNAMIC_PORTS_FROM,
  MAX_LIFETIME_SECONDS,
  type Mapping,
  type MappingFailure,
  type MappingMethod,
  type MappingWish,
  renewalDelayMs,
} from './mapping.ts'

export interface Granted {
  readonly externalPort: number
  readonly externalHost: string | undefined
  readonly expiresAt: Millis
}

export class Lease {
  readonly wish: MappingWish
  granted: Granted | undefined
  failure: MappingFailure | undefined
  /** Asked for next; the wished port until it is known to be taken. */
  externalPort: number
  /** When something is to be done: ask, ask again, renew. Undefined until it is this lease's turn. */
  dueAt: Millis | undefined
  /** Requests of the present round that nobody answered. */
  tries = 0
  conflicts = 0

  constructor(wish: MappingWish) {
    this.wish = wish
    this.externalPort = wish.internalPort
  }

  /** @returns whether something that others are told has changed */
  grant(
    promised: { externalPort: number; externalHost: string | undefined; lifetimeS: number },
    now: Millis,
    random: Random,
  ): boolean {
    const before = this.granted
    const { externalPort, externalHost } = promised
    const lifetimeMs = 1_000 * Math.min(promised.lifetimeS, MAX_LIFETIME_SECONDS)
    this.granted = { externalPort, externalHost, expiresAt: after(now, lifetimeMs) }
    this.externalPort = externalPort
    this.failure = undefined
    this.tries = 0
    this.conflicts = 0
    this.dueAt = after(now, renewalDelayMs(lifetimeMs, randomFraction(random)))
    return before?.externalPort !== externalPort || before.externalHost !== externalHost
  }

  /**
   * Once granted: renewed right after the one before it, where its own time allows, and not by itself. One round of
   * packets instead of two; and miniupnpd 2.3.1 over nftables, when it renews one protocol by PCP, drops the filter rule of
   * the other on the same port, so that only the last one renewed of a round is safe from that.
   */
  follow(predecessor: Lease | undefined, now: Millis): void {
    if (predecessor?.granted === undefined || predecessor.dueAt === undefined) return
    const lifetimeMs = (this.granted?.expiresAt ?? now) - now
    if (predecessor.dueAt <= now + renewalDelayMs(lifetimeMs, 1)) this.dueAt = undefined
  }

  /** Nothing more is done before `againAt`. What was granted stays until its time is over. */
  fail(failure: MappingFailure, againAt: Millis): void {
    this.failure = failure
    this.tries = 0
    this.conflicts = 0
    this.dueAt = againAt
  }

  /** The port belongs to somebody else: another one, of those nobody registered. */
  elsewhere(random: Random): void {
    this.conflicts++
    this.externalPort = DYNAMIC_PORTS_FROM + randomInt(random, DYNAMIC_PORTS)
  }

  /** Earlier than planned, never later. */
  hasten(at: Millis): void {
    if (this.dueAt === undefined || at < this.dueAt) this.dueAt = at
    this.tries = 0
  }

  /** @returns whether it was held until now */
  expire(now: Millis): boolean {
    if (this.granted === undefined || this.granted.expiresAt > now) return false
    this.granted = undefined
    return true
  }

  mapping(method: MappingMethod): Mapping | undefined {
    return this.granted === undefined ? undefined : { ...this.wish, ...this.granted, method }
  }
}
