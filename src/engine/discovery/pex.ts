// Peer exchange of one torrent (BEP 11): whom we tell each peer about, and how much we believe of what it tells.
// Promise: to each peer at most one message a minute, at most 50 added and 50 dropped, only peers we are connected to and
// whose listening address is known, none of narrower scope than the listener. Never made for a private torrent.

import { mayContact } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction } from '../../base/random.ts'
import {
  encodePexMessage,
  MAX_PEX_CONTACTS,
  PEX_REACHABLE,
  type PexContact,
  type PexMessage,
} from '../../protocol/wire/pex-message.ts'
import type { PeerHint } from './candidates.ts'
import { Introductions } from './introductions.ts'

/** BEP 11: no more than one message a minute. */
export const PEX_INTERVAL_MS = 60_000
/** The first message waits this long plus up to as much again four times, to gather the first connections into one. */
const FIRST_MESSAGE_MS = 1_000
/** Messages taken in a row before the rate counts: clocks differ, and some clients send a second one early. */
const HEARD_BURST = 3
/** A little faster than once a minute is no offence. */
const HEARD_REFILL_MS = 45_000
/** So many messages beyond the rate are egregious (BEP 11), and the caller may disconnect. */
const MAX_EXCESS_MESSAGES = 10

/** What a message from a peer came to. */
export interface PexHeard {
  readonly hints: readonly PeerHint[]
  /** It violates the rate egregiously. */
  readonly flooding: boolean
}

interface Partner {
  readonly key: number
  /** Its listening address, as far as known. */
  contact: Endpoint | undefined
  flags: number
  /** Its extension handshake came: it can be told. */
  ready: boolean
  /** Where it is connected from; decides what it may be told. */
  host: string | undefined
  /** What it believes we are connected to. */
  readonly told: Map<string, Endpoint>
  nextAt: Millis
  tokens: number
  refilledAt: Millis
  excess: number
  /** The state of the table that it knows completely; looking again before something changes finds nothing. */
  toldAll: number | undefined
}

export class PexTable {
  /** Who said to be connected to whom. */
  readonly introductions = new Introductions()
  readonly #random: Random
  readonly #partners = new Map<number, Partner>()
  /** Counts what could matter to listeners: who is connected, and where they can be reached. */
  #changes = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** @param dialBack known at this moment only for peers that we dialled, which proves that they can be reached. */
  connected(key: number, dialBack: Endpoint | undefined, now: Millis): void {
    const waitMs = FIRST_MESSAGE_MS * (1 + 4 * randomFraction(this.#random))
    this.#partners.set(key, {
      key,
      contact: dialBack,
      flags: dialBack === undefined ? 0 : PEX_REACHABLE,
      ready: false,
      host: dialBack?.host,
      told: new Map(),
      nextAt: after(now, waitMs),
      tokens: HEARD_BURST,
      refilledAt: now,
      excess: 0,
      toldAll: undefined,
    })
    this.#changes++
  }

  /**
   * Its extension handshake came, or what it offers changed.
   * @param flags the PEX_ bits that say what it offers
   */
  described(key: number, dialBack: Endpoint | undefined, flags: number): void {
    const partner = this.#partners.get(key)
    if (partner === undefined) return
    partner.ready = true
    if (partner.contact?.host !== dialBack?.host || partner.contact?.port !== dialBack?.port) this.#changes++
    partner.contact = dialBack
    if (partner.host === undefined) partner.toldAll = undefined
    partner.host ??= dialBack?.host
    partner.flags = (partner.flags & PEX_REACHABLE) | flags
  }

  disconnected(key: number): void {
    this.introductions.gone(key)
    if (this.#partners.delete(key)) this.#changes++
  }

  /** @param host where the peer is connected from: the teller of what it tells. */
  heard(key: number, message: PexMessage, host: string, now: Millis): PexHeard {
    const partner = this.#partners.get(key)
    if (partner === undefined) return { hints: [], flooding: false }
    if (partner.host === undefined) partner.toldAll = undefined
    partner.host ??= host
    if (!takeToken(partner, now)) {
      partner.excess++
      return { hints: [], flooding: partner.excess >= MAX_EXCESS_MESSAGES }
    }
    const added = message.added
      .slice(0, MAX_PEX_CONTACTS)
      .filter((contact) => mayContact(contact.endpoint.host, host))
    this.introductions.heard(key, { added, dropped: message.dropped })
    const hints = added.map(({ endpoint }): PeerHint => ({ endpoint, source: 'pex', teller: host }))
    return { hints, flooding: false }
  }

  /** Messages that are to be sent now, by key of the peer. */
  due(now: Millis): [number, Uint8Array][] {
    const messages: [number, Uint8Array][] = []
    for (const partner of this.#partners.values()) {
      if (!partner.ready || now < partner.nextAt || partner.toldAll === this.#changes) continue
      const message = this.#compose(partner)
      if (message === undefined) {
        partner.toldAll = this.#changes
        continue
      }
      partner.nextAt = after(now, PEX_INTERVAL_MS)
      messages.push([partner.key, encodePexMessage(message)])
    }
    return messages
  }

  /** The difference between what it was told and how things are; undefined when there is none. */
  #compose(listener: Partner): PexMessage | undefined {
    const current = new Set<string>()
    const added: PexContact[] = []
    for (const partner of this.#partners.values()) {
      if (partner.contact === undefined || partner === listener) continue
      if (listener.host !== undefined && !mayContact(partner.contact.host, listener.host)) continue
      const text = endpointText(partner.contact)
      current.add(text)
      if (listener.told.has(text) || added.length >= MAX_PEX_CONTACTS) continue
      listener.told.set(text, partner.contact)
      added.push({ endpoint: partner.contact, flags: partner.flags })
    }
    const dropped: Endpoint[] = []
    for (const [text, endpoint] of listener.told) {
      if (current.has(text) || dropped.length >= MAX_PEX_CONTACTS) continue
      listener.told.delete(text)
      dropped.push(endpoint)
    }
    return added.length === 0 && dropped.length === 0 ? undefined : { added, dropped }
  }
}

function takeToken(partner: Partner, now: Millis): boolean {
  const refill = Math.floor((now - partner.refilledAt) / HEARD_REFILL_MS)
  if (refill > 0) {
    partner.tokens = Math.min(HEARD_BURST, partner.tokens + refill)
    partner.refilledAt = after(partner.refilledAt, refill * HEARD_REFILL_MS)
  }
  if (partner.tokens <= 0) return false
  partner.tokens--
  return true
}
