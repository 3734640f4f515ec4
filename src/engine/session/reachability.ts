// Whether others can reach us from outside, and what would help: evidence goes in as it comes, a judgement comes out when asked for.
// Promise: only strangers from public addresses count, and who came through a hole that we made ourselves does not. "No" is
// never said before there was time for somebody to come; when nothing is known the answer is that.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import { AddressVote } from '../../protocol/dht/address-vote.ts'

/** One transport over one family: each may be blocked for itself. */
export type Way = 'tcp4' | 'tcp6' | 'utp4' | 'utp6'
export const WAYS: readonly Way[] = ['tcp4', 'utp4', 'tcp6', 'utp6']

export type Answer = 'yes' | 'no' | 'unknown'

export type Because =
  /** We do not listen there, or have no such transport. */
  | 'NOT_LISTENING'
  /** A stranger connected to us. */
  | 'STRANGERS_CAME'
  /** Peers were told where we listen, and for long nobody came. */
  | 'NOBODY_CAME'
  /** Nobody from outside is connected by this family: whether it works at all is not known. */
  | 'NOBODY_MET'
  | 'TOO_EARLY'

export type Remedy =
  /** Let this client ask the router for a mapping, or forward the port there by hand. */
  | 'MAP_PORT'
  /** The router has made a mapping and yet nobody comes: another NAT, or a filter, stands before it. */
  | 'PROVIDER_NAT'
  /** Our address is a public one: it is a firewall that keeps others out. */
  | 'OPEN_FIREWALL'
  | 'LISTEN'

export interface WayJudgement {
  readonly way: Way
  readonly answer: Answer
  readonly because: Because
  readonly wouldHelp: readonly Remedy[]
}

export interface ReachJudgement {
  /** Yes when one way works; no when none does. */
  readonly answer: Answer
  readonly ways: readonly WayJudgement[]
  /** Our addresses as others see them, where enough of them agree. */
  readonly outside: readonly string[]
}

/** What the session knows besides. */
export interface ReachFacts {
  listens(way: Way): boolean
  /** Our router has made a mapping of our port. */
  readonly mapped: boolean
}

/** A stranger who came this long ago says how it is now: less than the life of a home router's address, more than a quiet hour. */
const FRESH_MS = 6 * 3_600_000
/** Peers tell each other of us once a minute (BEP 11), trackers every half hour. */
const PATIENCE_MS = 20 * 60_000
/** Networks that we were connected to: so many could have told of us. */
const ENOUGH_NETWORKS = 4
/** For uTP one stranger may have come through what our DHT node had sent there. */
const STRANGERS: Readonly<Record<'tcp' | 'utp', number>> = { tcp: 1, utp: 2 }
/** A mapping that our own datagrams made lives this long at most routers (RFC 4787, REQ-5). */
const HOLE_MS = 5 * 60_000
/** Networks and addresses kept of each kind; the oldest are forgotten. */
const MAX_KEPT = 1_000

interface FamilyEvidence {
  readonly vote: AddressVote
  /** Said by our own DHT node, which holds votes of its own. */
  believed: string | undefined
  /** Networks that we have been connected to, and since when there is one. */
  readonly met: Map<string, Millis>
  metSince: Millis | undefined
  /** Our end of a connection to the outside. */
  local: string | undefined
}

export class Reachability {
  readonly #families: Readonly<Record<4 | 6, FamilyEvidence>> = { 4: noEvidence(), 6: noEvidence() }
  /** Networks of strangers, and when they came last. */
  readonly #came = new Map<Way, Map<string, Millis>>(WAYS.map((way) => [way, new Map()]))
  /** Addresses that we dialled. */
  readonly #dialled = new Map<string, Millis>()

  /** We send there now: what comes back from there is no stranger. */
  dialled(to: Endpoint, now: Millis): void {
    remember(this.#dialled, to.host, now)
  }

  /** A handshake with a peer is done. @param local our end */
  connected(
    peer: Endpoint,
    local: Endpoint,
    transport: 'tcp' | 'utp' | 'stream' | 'tls',
    incoming: boolean,
    now: Millis,
  ): void {
    if (transport === 'stream' || transport === 'tls' || !isPublicHost(peer.host)) return
    const family = familyOf(peer.host)
    const evidence = this.#families[family]
    if (!incoming) {
      evidence.metSince ??= now
      evidence.local = local.host
      remember(evidence.met, networkOf(peer.host), now)
      return
    }
    const dialledAt = this.#dialled.get(peer.host)
    const ownHole = transport === 'utp' && dialledAt !== undefined && now < after(dialledAt, HOLE_MS)
    const came = this.#came.get(`${transport}${family}`)
    if (!ownHole && came !== undefined) remember(came, networkOf(peer.host), now)
  }

  /** A peer said where it sees us (`yourip`, BEP 10); our DHT node says what it believes itself. */
  seenAs(host: string, by: Endpoint | 'dht'): void {
    if (!isPublicHost(host)) return
    const family = familyOf(host)
    if (by === 'dht') this.#families[family].believed = host
    // What goes over one family says nothing about the other.
    else if (isPublicHost(by.host) && familyOf(by.host) === family)
      this.#families[family].vote.vote(by.host, host)
  }

  /** Our address in that family, where enough agree. */
  outside(family: 4 | 6): string | undefined {
    const { vote, believed } = this.#families[family]
    return vote.elected ?? believed
  }

  /** A NAT may stand before us: no stranger has come by TCP, and our own end of connections is no public address, or not known. */
  mayBeHidden(family: 4 | 6, now: Millis): boolean {
    if (this.#strangers(`tcp${family}`, now) >= STRANGERS.tcp) return false
    return !this.#ownAddress(family)
  }

  judge(facts: ReachFacts, now: Millis): ReachJudgement {
    const ways = WAYS.map((way) => this.#judge(way, facts, now))
    const answers = ways.map(({ answer }) => answer)
    const none = answers.every((answer) => answer === 'no')
    return {
      answer: answers.includes('yes') ? 'yes' : none ? 'no' : 'unknown',
      ways,
      outside: [this.outside(4), this.outside(6)].filter((host) => host !== undefined),
    }
  }

  #judge(way: Way, facts: ReachFacts, now: Millis): WayJudgement {
    if (!facts.listens(way)) return { way, answer: 'no', because: 'NOT_LISTENING', wouldHelp: ['LISTEN'] }
    const transport = way.startsWith('tcp') ? 'tcp' : 'utp'
    if (this.#strangers(way, now) >= STRANGERS[transport])
      return { way, answer: 'yes', because: 'STRANGERS_CAME', wouldHelp: [] }
    const family = way.endsWith('4') ? 4 : 6
    const { met, metSince } = this.#families[family]
    if (metSince === undefined) return { way, answer: 'unknown', because: 'NOBODY_MET', wouldHelp: [] }
    const early = now < after(metSince, PATIENCE_MS) || met.size < ENOUGH_NETWORKS
    if (early) return { way, answer: 'unknown', because: 'TOO_EARLY', wouldHelp: [] }
    return { way, answer: 'no', because: 'NOBODY_CAME', wouldHelp: [this.#remedy(family, facts)] }
  }

  #strangers(way: Way, now: Millis): number {
    let fresh = 0
    for (const at of this.#came.get(way)?.values() ?? []) if (now < after(at, FRESH_MS)) fresh++
    return fresh
  }

  /** Nobody translates addresses between us and the outside. */
  #ownAddress(family: 4 | 6): boolean {
    const { local } = this.#families[family]
    const outside = this.outside(family)
    return local !== undefined && isPublicHost(local) && (outside === undefined || outside === local)
  }

  #remedy(family: 4 | 6, { mapped }: ReachFacts): Remedy {
    if (this.#ownAddress(family)) return 'OPEN_FIREWALL'
    return mapped ? 'PROVIDER_NAT' : 'MAP_PORT'
  }

  /** Another network: nothing that was seen before counts. */
  clear(): void {
    for (const family of [4, 6] as const) {
      const evidence = this.#families[family]
      evidence.vote.clear()
      evidence.met.clear()
      evidence.believed = undefined
      evidence.metSince = undefined
      evidence.local = undefined
    }
    for (const came of this.#came.values()) came.clear()
    this.#dialled.clear()
  }
}

function noEvidence(): FamilyEvidence {
  return {
    vote: new AddressVote(),
    believed: undefined,
    met: new Map(),
    metSince: undefined,
    local: undefined,
  }
}

function familyOf(host: string): 4 | 6 {
  return isIPv6(host) ? 6 : 4
}

function remember(moments: Map<string, Millis>, key: string, now: Millis): void {
  moments.delete(key)
  moments.set(key, now)
  if (moments.size <= MAX_KEPT) return
  for (const oldest of moments.keys()) {
    moments.delete(oldest)
    return
  }
}
