// Whom a torrent dials next, and how many dials are under way. Candidates rank addresses, the session's budget allows.
// Invariant: every dial that was started is counted until adopt() or failed() ends it, exactly once.

import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Candidates } from '../discovery/candidates.ts'
import type { PeerTable } from './peer-table.ts'

/** Connections that are being made at once for one torrent. */
const DIALS_AT_ONCE = 10

export interface DialingOptions {
  readonly candidates: Candidates
  readonly peers: PeerTable
  readonly maxPeers: number
  /** False when the budget has no place now. */
  readonly dial: (to: Endpoint) => boolean
}

export class Dialing {
  readonly #options: DialingOptions
  #underWay = 0

  constructor(options: DialingOptions) {
    this.#options = options
  }

  get underWay(): number {
    return this.#underWay
  }

  /** Starts as many dials as there is room for. */
  more(now: Millis): void {
    const { candidates, peers, maxPeers, dial } = this.#options
    const room = Math.min(DIALS_AT_ONCE - this.#underWay, maxPeers - peers.size - this.#underWay)
    for (const endpoint of candidates.next(room, now)) {
      if (peers.connectedTo(endpoint)) {
        candidates.connected(endpoint)
        continue
      }
      if (!dial(endpoint)) {
        candidates.postponed(endpoint)
        break
      }
      this.#underWay++
    }
  }

  /** The handshake is done; `refusal` when the connection is closed all the same. */
  answered(remote: Endpoint, refusal: string | undefined, now: Millis): void {
    this.#underWay--
    if (refusal === undefined) this.#options.candidates.connected(remote)
    else this.#options.candidates.closed(remote, refusal, now)
  }

  failed(to: Endpoint, reason: string, now: Millis): void {
    this.#underWay--
    if (reason === 'SELF') this.#options.candidates.itIsOurselves(to)
    else this.#options.candidates.failed(to, reason, now)
  }
}
