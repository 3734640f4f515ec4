// Carries what hole punching decides (holepunch.ts): messages to and from connected peers, dials by uTP.
// Promise: decides nothing itself; what does not fit, or is there already, is let be.

import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { decodeHolepunchMessage, encodeHolepunchMessage } from '../../protocol/wire/holepunch-message.ts'
import type { Introductions } from '../discovery/introductions.ts'
import type { Peer } from '../peer/peer.ts'
import { Holepunch, type HolepunchInput, type HolepunchWorld, type Party } from './holepunch.ts'
import type { PeerTable } from './peer-table.ts'

export interface PunchingOptions {
  readonly peers: PeerTable
  /** What PEX told; undefined where it is off. */
  readonly introductions: () => Introductions | undefined
  /** Dials by uTP, through the hole that is being made. */
  readonly punch: (to: Endpoint, now: Millis) => void
  readonly isOwn: (endpoint: Endpoint) => boolean
}

export class Punching implements HolepunchWorld {
  readonly #options: PunchingOptions
  readonly #machine: Holepunch

  constructor(options: PunchingOptions) {
    this.#options = options
    this.#machine = new Holepunch(this)
  }

  /** @throws WireError BAD_HOLEPUNCH */
  heard(peer: Peer, payload: Uint8Array, now: Millis): void {
    const message = decodeHolepunchMessage(payload)
    if (message !== undefined) this.#handle({ kind: 'heard', from: peer.key, message }, now)
  }

  /** Nobody answers a dial of ours, and nobody helped with it. */
  unreachable(endpoint: Endpoint, now: Millis): void {
    this.#handle({ kind: 'unreachable', endpoint }, now)
  }

  gone(peer: Peer, now: Millis): void {
    this.#handle({ kind: 'gone', peer: peer.key }, now)
  }

  tick(now: Millis): void {
    this.#handle({ kind: 'tick' }, now)
  }

  #handle(input: HolepunchInput, now: Millis): void {
    for (const effect of this.#machine.handle(input, now)) {
      if (effect.kind === 'send') {
        const peer = this.#options.peers.get(effect.to)
        peer?.sendExtension('ut_holepunch', encodeHolepunchMessage(effect.message))
      } else this.#options.punch(effect.to, now)
    }
  }

  // ── HolepunchWorld ──

  party(key: number): Party | undefined {
    const peer = this.#options.peers.get(key)
    return peer === undefined ? undefined : partyOf(peer)
  }

  at(endpoint: Endpoint): Party | undefined {
    const peer = this.#options.peers.at(endpoint)
    return peer === undefined ? undefined : partyOf(peer)
  }

  introducers(endpoint: Endpoint): readonly number[] {
    const told = this.#options.introductions()?.to(endpoint) ?? []
    return told.filter((key) => this.party(key)?.supports === true)
  }

  isOwn(endpoint: Endpoint): boolean {
    return this.#options.isOwn(endpoint)
  }
}

function partyOf(peer: Peer): Party {
  return { key: peer.key, supports: peer.knows('ut_holepunch'), reach: peer.punchPoint }
}
