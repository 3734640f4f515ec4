// Whom a torrent dials next, and how many dials are under way. Candidates rank addresses, the session's budget allows.
// Invariant: every dial that was started is counted until adopt() or failed() ends it, exactly once; a dial through a hole that
// failed asks for no other hole.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Candidates } from '../discovery/candidates.ts'
import type { PeerTable } from './peer-table.ts'
import type { DialKind } from './services.ts'

/** Connections that are being made at once for one torrent. */
const DIALS_AT_ONCE = 10

export interface DialingOptions {
  readonly candidates: Candidates
  readonly peers: PeerTable
  readonly maxPeers: number
  /** False when the budget has no place now. */
  readonly dial: (to: Endpoint, how: DialKind) => boolean
}

interface Dial {
  readonly how: DialKind
  /** The other side punches meanwhile: when this comes to nothing, it is tried again through that hole. */
  punchNext: boolean
}

export class Dialing {
  readonly #options: DialingOptions
  /** Where dials go, as far as known; a connection may come to stand under another name of its address. */
  readonly #dials = new Map<string, Dial>()
  #underWay = 0

  constructor(options: DialingOptions) {
    this.#options = options
  }

  get underWay(): number {
    return this.#underWay
  }

  get #room(): number {
    const { peers, maxPeers } = this.#options
    return Math.min(DIALS_AT_ONCE - this.#underWay, maxPeers - peers.size - this.#underWay)
  }

  /** Starts as many dials as there is room for. */
  more(now: Millis): void {
    const { candidates, peers } = this.#options
    for (const endpoint of candidates.next(this.#room, now)) {
      if (peers.connectedTo(endpoint)) {
        candidates.connected(endpoint)
        continue
      }
      if (!this.#start(endpoint, 'any')) {
        candidates.postponed(endpoint)
        break
      }
    }
  }

  /** Somebody makes a hole for us from the other side, just now (BEP 55). */
  punch(to: Endpoint): void {
    const known = this.#dials.get(endpointText(to))
    if (known !== undefined) known.punchNext = known.how === 'any'
    else if (this.#room > 0 && !this.#options.peers.connectedTo(to)) this.#start(to, 'punch')
  }

  #start(to: Endpoint, how: DialKind): boolean {
    if (!this.#options.dial(to, how)) return false
    this.#underWay++
    this.#dials.set(endpointText(to), { how, punchNext: false })
    return true
  }

  #over(to: Endpoint): Dial | undefined {
    const text = endpointText(to)
    const dial = this.#dials.get(text)
    this.#dials.delete(text)
    this.#underWay--
    if (this.#underWay === 0) this.#dials.clear()
    return dial
  }

  /** The handshake is done; `refusal` when the connection is closed all the same. */
  answered(remote: Endpoint, refusal: string | undefined, now: Millis): void {
    this.#over(remote)
    if (refusal === undefined) this.#options.candidates.connected(remote)
    else this.#options.candidates.closed(remote, refusal, now)
  }

  /** @returns whether a hole would help: none was tried */
  failed(to: Endpoint, reason: string, now: Millis): boolean {
    const dial = this.#over(to)
    if (reason === 'SELF') this.#options.candidates.itIsOurselves(to)
    else this.#options.candidates.failed(to, reason, now)
    if (dial?.punchNext === true && this.#start(to, 'punch')) return false
    return dial?.how === 'any' && reason !== 'SELF'
  }
}
