// Whom a torrent dials next, and how many dials are under way. Candidates rank addresses, the session's budget allows.
// Invariant: every dial that was started is counted until adopt() or failed() ends it, exactly once; a dial through a hole that
// failed asks for no other hole.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Candidates } from '../discovery/candidates.ts'
import type { PeerTable } from './peer-table.ts'
import type { DialKind } from './services.ts'

/** Connections that are being made at once for one torrent. */
const DIALS_AT_ONCE = 10
/** As many more through holes: a hole closes again, and must not wait for dials that nobody answers. */
const HOLES_AT_ONCE = 5

export interface DialingOptions {
  readonly candidates: Candidates
  readonly peers: PeerTable
  readonly maxPeers: () => number
  /** False when the budget has no place now. */
  readonly dial: (to: Endpoint, how: DialKind) => boolean
}

/** Whoever can be reached has mostly answered by then (DIAL_TIMEOUT_MS): a hole is asked for while the dial goes on. */
const PATIENCE_MS = 3_000

/** Nobody answered there at all: a hole may help. Whoever answered, and be it with nonsense, can be reached. */
const OUT_OF_REACH = new Set(['TIMEOUT', 'REFUSED', 'UNREACHABLE'])

interface Dial {
  readonly to: Endpoint
  readonly how: DialKind
  readonly since: Millis
  /** A hole was asked for, or is not to be. */
  asked: boolean
  /** The other side punches meanwhile: when this comes to nothing, it is tried again through that hole. */
  punched: boolean
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

  #room(atOnce: number): number {
    const { peers, maxPeers } = this.#options
    return Math.min(atOnce - this.#underWay, maxPeers() - peers.size - this.#underWay)
  }

  /** Starts as many dials as there is room for. Whoever has no room is offered again later, each of them. */
  more(now: Millis): void {
    const { candidates, peers } = this.#options
    for (const endpoint of candidates.next(this.#room(DIALS_AT_ONCE), now)) {
      if (peers.connectedTo(endpoint)) {
        candidates.connected(endpoint)
        continue
      }
      // The room that one lacks may be its own address's: the others are tried all the same.
      if (!this.#start(endpoint, 'any', now)) candidates.postponed(endpoint)
    }
  }

  /** Somebody makes a hole for us from the other side, just now (BEP 55). */
  punch(to: Endpoint, now: Millis): void {
    const known = this.#dials.get(endpointText(to))
    if (known !== undefined) known.punched = true
    else if (this.#room(DIALS_AT_ONCE + HOLES_AT_ONCE) > 0 && !this.#options.peers.connectedTo(to))
      this.#start(to, 'punch', now)
  }

  /** A hole was made for the dial to this address that is under way. */
  isPunched(to: Endpoint): boolean {
    return this.#dials.get(endpointText(to))?.punched === true
  }

  /** Dials that nobody answered for a while, no hole was asked for yet, and somebody `canHelp` with; each once. */
  unanswered(now: Millis, canHelp: (to: Endpoint) => boolean): Endpoint[] {
    const late = [...this.#dials.values()].filter(
      (dial) => !dial.asked && now >= after(dial.since, PATIENCE_MS) && canHelp(dial.to),
    )
    for (const dial of late) dial.asked = true
    return late.map(({ to }) => to)
  }

  #start(to: Endpoint, how: DialKind, now: Millis): boolean {
    if (!this.#options.dial(to, how)) return false
    const punched = how === 'punch'
    this.#underWay++
    this.#dials.set(endpointText(to), { to, how, since: now, asked: punched, punched })
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

  /** @returns whether to ask for a hole: none was asked for, and it may help */
  failed(to: Endpoint, reason: string, now: Millis): boolean {
    const dial = this.#over(to)
    if (reason === 'SELF') this.#options.candidates.itIsOurselves(to)
    else this.#options.candidates.failed(to, reason, now)
    if (dial === undefined || !OUT_OF_REACH.has(reason)) return false
    if (dial.punched && dial.how === 'any') this.#start(to, 'punch', now)
    return !dial.asked && !dial.punched
  }
}
