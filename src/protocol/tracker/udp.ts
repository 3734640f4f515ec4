// One question to one address of a UDP tracker (BEP 15), from connect to reply: a machine.
// Promise: only packets from the asked address that carry our current transaction id are believed; it ends with
// exactly one of answered, scraped, refused and failed, at the latest at its total deadline.

import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { after, type Millis, type WireHash } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import type { Random } from '../../base/random.ts'
import type { AnnounceReply, AnnounceRequest, ScrapeEntry, TrackerRefusal } from './announce.ts'
import {
  decodeAnnounceReply,
  decodeConnectReply,
  decodeErrorReply,
  decodeScrapeReply,
  encodeAnnounce,
  encodeConnect,
  encodeScrape,
  UDP_ANNOUNCE,
  UDP_CONNECT,
  UDP_ERROR,
  UDP_SCRAPE,
  udpHeader,
} from './udp-packets.ts'

export type UdpQuestion =
  | { readonly kind: 'announce'; readonly request: AnnounceRequest; readonly urlData: string }
  | { readonly kind: 'scrape'; readonly hashes: readonly WireHash[] }

/** A connection id that a tracker gave, and until when it may be used. */
export interface UdpConnection {
  readonly id: Uint8Array
  readonly until: Millis
}

export type UdpInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'tick' }

export type UdpEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Worth keeping for the next question to this address. */
  | { readonly kind: 'connected'; readonly connection: UdpConnection }
  | { readonly kind: 'answered'; readonly reply: AnnounceReply }
  | { readonly kind: 'scraped'; readonly entries: ReadonlyMap<WireHash, ScrapeEntry> }
  | { readonly kind: 'refused'; readonly refusal: TrackerRefusal }
  /** `nonsense`: something came with our transaction id, but not what we asked for. */
  | { readonly kind: 'failed'; readonly why: 'timeout' | 'nonsense' }

/** BEP 15: a client may use a connection id until one minute after it received it. */
export const UDP_CONNECTION_LIFETIME_MS = 60_000
/** BEP 15: retransmit after 15 · 2^n seconds. */
export const UDP_FIRST_RETRY_MS = 15_000
/**
 * BEP 15 would go on for hours; we give up after two tries (0 s and 15 s) and leave the rest to the back-off between
 * announces, so that a dead tracker does not keep the next one of its tier waiting.
 */
export const UDP_TOTAL_MS = 45_000

export interface UdpExchangeOptions {
  readonly address: Endpoint
  readonly question: UdpQuestion
  readonly random: Random
  readonly connection: UdpConnection | undefined
  /** At most UDP_TOTAL_MS; shorter for a farewell. */
  readonly totalMs: number
}

export class UdpExchange implements Machine<UdpInput, UdpEffect> {
  readonly #options: UdpExchangeOptions
  #connection: UdpConnection | undefined
  /** The connection was made by an earlier exchange: the tracker may have forgotten it since. */
  #inherited: boolean
  #phase: 'connect' | 'ask' | 'over' = 'connect'
  #transactionId = 0
  #transmissions = 0
  #retryAt: Millis | undefined
  #endsAt: Millis | undefined
  #nonsense = false

  constructor(options: UdpExchangeOptions) {
    this.#options = options
    this.#connection = options.connection
    this.#inherited = options.connection !== undefined
  }

  deadline(): Millis | undefined {
    if (this.#phase === 'over' || this.#endsAt === undefined) return undefined
    return this.#retryAt === undefined || this.#retryAt > this.#endsAt ? this.#endsAt : this.#retryAt
  }

  handle(input: UdpInput, now: Millis): UdpEffect[] {
    if (this.#phase === 'over') return []
    switch (input.kind) {
      case 'start':
        this.#endsAt = after(now, this.#options.totalMs)
        return this.#advance(now)
      case 'tick':
        return this.#tick(now)
      case 'datagram':
        return sameEndpoint(input.from, this.#options.address) ? this.#hear(input.bytes, now) : []
    }
  }

  #tick(now: Millis): UdpEffect[] {
    if (this.#endsAt !== undefined && now >= this.#endsAt) {
      this.#phase = 'over'
      return [{ kind: 'failed', why: this.#nonsense ? 'nonsense' : 'timeout' }]
    }
    return this.#retryAt !== undefined && now >= this.#retryAt ? this.#transmit(now) : []
  }

  /** Enters the phase that the connection allows, with a fresh transaction id. */
  #advance(now: Millis): UdpEffect[] {
    this.#phase = this.#usable(now) === undefined ? 'connect' : 'ask'
    this.#transactionId = this.#options.random.uint32()
    return this.#transmit(now)
  }

  #usable(now: Millis): UdpConnection | undefined {
    return this.#connection !== undefined && now < this.#connection.until ? this.#connection : undefined
  }

  /** BEP 15: n grows with every try of a phase, and an expired connection id is asked for again. */
  #transmit(now: Millis): UdpEffect[] {
    const connection = this.#usable(now)
    if (this.#phase === 'ask' && connection === undefined) return this.#advance(now)
    this.#retryAt = after(now, UDP_FIRST_RETRY_MS * 2 ** this.#transmissions)
    this.#transmissions++
    const bytes =
      connection === undefined ? encodeConnect(this.#transactionId) : this.#question(connection.id)
    return [{ kind: 'send', bytes }]
  }

  #question(connectionId: Uint8Array): Uint8Array {
    const { question } = this.#options
    return question.kind === 'announce'
      ? encodeAnnounce(connectionId, this.#transactionId, question.request, question.urlData)
      : encodeScrape(connectionId, this.#transactionId, question.hashes)
  }

  #hear(packet: Uint8Array, now: Millis): UdpEffect[] {
    const header = udpHeader(packet)
    if (header === undefined || header.transactionId !== this.#transactionId) return []
    if (header.action === UDP_ERROR) return this.#refused(packet, now)
    if (this.#phase === 'connect' && header.action === UDP_CONNECT) return this.#connected(packet, now)
    if (this.#phase === 'ask') {
      const effect = this.#answer(header.action, packet)
      if (effect !== undefined) {
        this.#phase = 'over'
        return [effect]
      }
    }
    this.#nonsense = true
    return []
  }

  #connected(packet: Uint8Array, now: Millis): UdpEffect[] {
    const id = decodeConnectReply(packet)
    if (id === undefined) {
      this.#nonsense = true
      return []
    }
    const connection = { id, until: after(now, UDP_CONNECTION_LIFETIME_MS) }
    this.#connection = connection
    this.#inherited = false
    this.#transmissions = 0
    return [{ kind: 'connected', connection }, ...this.#advance(now)]
  }

  #answer(action: number, packet: Uint8Array): UdpEffect | undefined {
    const { question, address } = this.#options
    if (question.kind === 'announce') {
      const reply =
        action === UDP_ANNOUNCE ? decodeAnnounceReply(packet, isIPv6(address.host) ? 6 : 4) : undefined
      return reply === undefined ? undefined : { kind: 'answered', reply }
    }
    const entries = action === UDP_SCRAPE ? decodeScrapeReply(packet, question.hashes) : undefined
    return entries === undefined ? undefined : { kind: 'scraped', entries }
  }

  #refused(packet: Uint8Array, now: Millis): UdpEffect[] {
    if (this.#inherited && this.#phase === 'ask') {
      this.#inherited = false
      this.#connection = undefined
      return this.#advance(now)
    }
    this.#phase = 'over'
    return [{ kind: 'refused', refusal: { reason: decodeErrorReply(packet), retryMs: undefined } }]
  }
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.host === b.host
}
