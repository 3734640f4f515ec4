// How one torrent comes by its connections: it dials whom the candidates rank first, and asks for holes through NATs where
// nobody answers (BEP 55). It joins dialing.ts and punching.ts, which decide.
// Invariant: without `mayPunch` (private, or no uTP) no hole is asked for, and none is made.

import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Candidates } from '../discovery/candidates.ts'
import type { Introductions } from '../discovery/introductions.ts'
import { Dialing } from './dialing.ts'
import type { PeerTable } from './peer-table.ts'
import { Punching } from './punching.ts'
import type { DialKind, TorrentServices } from './services.ts'

export interface ConnectingOptions {
  readonly services: Pick<TorrentServices, 'outside' | 'announcedPort'>
  readonly candidates: Candidates
  readonly peers: PeerTable
  readonly maxPeers: () => number
  readonly dial: (to: Endpoint, how: DialKind) => boolean
  readonly mayPunch: () => boolean
  /** Who told of whom (PEX). */
  readonly introductions: () => Introductions | undefined
}

export class Connecting {
  readonly #options: ConnectingOptions
  readonly #dialing: Dialing
  readonly #punching: Punching

  constructor(options: ConnectingOptions) {
    const { candidates, peers, maxPeers, dial, introductions } = options
    this.#options = options
    this.#dialing = new Dialing({ candidates, peers, maxPeers, dial })
    this.#punching = new Punching({
      peers,
      introductions,
      punch: (to, now) => this.#dialing.punch(to, now),
      isOwn: (endpoint) => this.#isOwn(endpoint),
    })
  }

  /** Dials that are not over. */
  get underWay(): number {
    return this.#dialing.underWay
  }

  get punching(): Punching | undefined {
    return this.#options.mayPunch() ? this.#punching : undefined
  }

  /** Once a second, and whenever an address came: new dials if more peers are wanted, and holes for those that wait. */
  tick(wantsPeers: boolean, now: Millis): void {
    if (wantsPeers) this.#dialing.more(now)
    const { punching } = this
    if (punching === undefined) return
    const late = this.#dialing.unanswered(now, (to) => punching.introducers(to).length > 0)
    for (const endpoint of late) punching.unreachable(endpoint, now)
  }

  /** Whether our dial to this address goes through a hole. */
  isPunched(to: Endpoint): boolean {
    return this.#dialing.isPunched(to)
  }

  /** Our dial ended with handshakes; `refusal` when the connection is closed all the same. */
  answered(remote: Endpoint, refusal: string | undefined, now: Millis): void {
    this.#dialing.answered(remote, refusal, now)
  }

  failed(to: Endpoint, reason: string, now: Millis): void {
    if (this.#dialing.failed(to, reason, now)) this.punching?.unreachable(to, now)
  }

  #isOwn(endpoint: Endpoint): boolean {
    const { services, candidates } = this.#options
    const host = services.outside.outside(isIPv6(endpoint.host) ? 6 : 4)
    return (
      candidates.isOwn(endpoint) || (endpoint.host === host && endpoint.port === services.announcedPort())
    )
  }
}
