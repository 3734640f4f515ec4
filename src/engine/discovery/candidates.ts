// The addresses of peers that one torrent knows: where each came from, how it fared, and which to dial next.
// Invariant: at most `limit` entries, one per endpoint; none that is ourselves, banned, or of narrower scope than its teller.

import { isPublicHost, mayContact } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction } from '../../base/random.ts'

export type PeerSource = 'tracker' | 'dht' | 'pex' | 'lsd' | 'hand' | 'incoming' | 'resume'

/** An address that somebody told us. `teller` is who: an address, or 'hand' for the person. */
export interface PeerHint {
  readonly endpoint: Endpoint
  readonly source: PeerSource
  readonly teller: string | 'hand'
}

/** A torrent needs tens of peers; a thousand addresses outlast any of its droughts and cost about 200 kB. */
export const MAX_CANDIDATES = 1_000
/** BEP 11: not all candidates from a single PEX source. */
export const MAX_PEX_PER_TELLER = 100
/** SAFETY.md: 4 connections per public IP; more ports of one address are a way to aim us at a victim (BEP 11). */
export const MAX_PORTS_PER_PUBLIC_HOST = 4
/** After this many failures in a row an address that nobody typed is forgotten. */
export const MAX_FAILURES = 6
/** Waits after the first failure, doubling up to the second figure. By hand: the person may be starting the other side now. */
const BACKOFF_MS = { hand: [3_000, 60_000], other: [30_000, 3_600_000] } as const
/** A connection shorter than this counts as a failure: it let us in and threw us out. */
const SHORT_CONNECTION_MS = 20_000
/** Between the end of a good connection and the next dial. */
const AFTER_GOOD_MS = 10_000
/** Two seeds, or the same peer by another address: nothing to gain for a while. */
const AFTER_USELESS_MS = 15 * 60_000
/** Due addresses that nobody took yet are offered again after this. */
const OFFER_AGAIN_MS = 1_000
/** Fresh evidence (heard on the LAN, typed again) shortens a wait, but not below this since the last dial. */
const FRESH_EVIDENCE_MS = 30_000
/** Bans kept; the oldest is forgotten first (the session's trust table is what decides). */
const MAX_BANS = 2_000
/** Addresses kept for the next start. */
const MAX_SAVED = 100

const RANK: Readonly<Record<PeerSource, number>> = {
  hand: 0,
  lsd: 1,
  incoming: 2,
  tracker: 3,
  resume: 4,
  pex: 5,
  dht: 5,
}
const USELESS = new Set(['BOTH_SEEDS', 'NOTHING_WANTED', 'DUPLICATE'])
/** Our own doing says nothing about the peer; NOT_ENCRYPTED: it is dialled again at once, in another way. */
const OUR_DOING = new Set([
  'STOPPED',
  'CROSSED',
  'CANCELLED',
  'FULL',
  'NOT_RUNNING',
  'TRACKER_CHANGED',
  'NOT_ENCRYPTED',
  'NO_WAY_OUT',
])

interface Candidate {
  readonly endpoint: Endpoint
  source: PeerSource
  teller: string
  state: 'idle' | 'dialing' | 'connected'
  failures: number
  nextAt: Millis
  dialedAt: Millis | undefined
  /** It was connected once: better than hearsay. */
  proven: boolean
  partedAsSeeds: boolean
  /** Breaks ties, so that not everybody dials the same peers first. */
  lot: number
}

export interface CandidatesOptions {
  readonly random: Random
  readonly limit?: number
  /** A further condition, such as BEP 27 for private torrents. */
  readonly accepts?: (source: PeerSource) => boolean
  /** Canonical priority (BEP 40), 0 … 2^32 − 1, once our own address is known. */
  readonly priority?: (to: Endpoint) => number | undefined
}

export class Candidates {
  readonly #random: Random
  readonly #limit: number
  readonly #accepts: (source: PeerSource) => boolean
  readonly #priority: (to: Endpoint) => number | undefined
  readonly #known = new Map<string, Candidate>()
  readonly #perPublicHost = new Map<string, number>()
  readonly #perPexTeller = new Map<string, number>()
  readonly #own = new Set<string>()
  readonly #banned = new Set<string>()
  #admitted = 0

  constructor(options: CandidatesOptions) {
    this.#random = options.random
    this.#limit = options.limit ?? MAX_CANDIDATES
    this.#accepts = options.accepts ?? (() => true)
    this.#priority = options.priority ?? (() => undefined)
  }

  get size(): number {
    return this.#known.size
  }

  /** How many were ever new here: tells a useful teller from one that repeats itself. */
  get admitted(): number {
    return this.#admitted
  }

  /** Addresses that are neither in use nor failing: the stock from which to dial. */
  get stock(): number {
    let count = 0
    for (const candidate of this.#known.values())
      if (candidate.state === 'idle' && candidate.failures === 0) count++
    return count
  }

  /** Of those that are not connected: where nobody answered the last time, and where it was never tried to an end. */
  get standing(): { readonly unanswered: number; readonly untried: number } {
    let unanswered = 0
    let untried = 0
    for (const { state, failures, proven } of this.#known.values()) {
      if (state === 'connected') continue
      if (failures > 0) unanswered++
      else if (!proven) untried++
    }
    return { unanswered, untried }
  }

  /** Where an address came from, if it is known. */
  sourceOf(endpoint: Endpoint): PeerSource | undefined {
    return this.#known.get(endpointText(endpoint))?.source
  }

  /** When we parted last, both had everything. */
  partedAsSeeds(endpoint: Endpoint): boolean {
    return this.#known.get(endpointText(endpoint))?.partedAsSeeds === true
  }

  /** @returns how many of them were new. */
  add(hints: readonly PeerHint[], now: Millis): number {
    let added = 0
    for (const hint of hints) if (this.#admit(hint, now)) added++
    return added
  }

  #admit(hint: PeerHint, now: Millis): boolean {
    const { endpoint, source, teller } = hint
    const { host, port } = endpoint
    if (!Number.isInteger(port) || port < 1 || port > 65535) return false
    if (!this.#accepts(source) || !mayContact(host, teller)) return false
    const key = endpointText(endpoint)
    if (this.#own.has(key) || this.#banned.has(banKey(endpoint))) return false
    const known = this.#known.get(key)
    if (known !== undefined) {
      this.#toldAgain(known, hint, now)
      return false
    }
    if (source !== 'hand') {
      if (isPublicHost(host) && (this.#perPublicHost.get(host) ?? 0) >= MAX_PORTS_PER_PUBLIC_HOST)
        return false
      if (source === 'pex' && (this.#perPexTeller.get(teller) ?? 0) >= MAX_PEX_PER_TELLER) return false
    }
    if (this.#known.size >= this.#limit && !this.#makeRoom(RANK[source])) return false
    const lot = randomFraction(this.#random)
    this.#insert(key, {
      endpoint,
      source,
      teller,
      state: 'idle',
      failures: 0,
      nextAt: now,
      dialedAt: undefined,
      proven: false,
      partedAsSeeds: false,
      lot,
    })
    return true
  }

  /** A better source takes over, so that its better standing counts. */
  #toldAgain(known: Candidate, hint: PeerHint, now: Millis): void {
    if (RANK[hint.source] < RANK[known.source]) {
      this.#uncount(known)
      known.source = hint.source
      known.teller = hint.teller
      this.#count(known)
    }
    if (hint.source !== 'lsd' && hint.source !== 'hand') return
    const earliest = known.dialedAt === undefined ? now : Math.max(now, known.dialedAt + FRESH_EVIDENCE_MS)
    if (known.nextAt > earliest) known.nextAt = earliest as Millis
  }

  /** Drops the idle address of least merit if it is worth less than a newcomer of this rank. */
  #makeRoom(rank: number): boolean {
    let worst: Candidate | undefined
    for (const candidate of this.#known.values()) {
      if (candidate.state !== 'idle' || candidate.source === 'hand') continue
      if (worst === undefined || demerit(candidate) > demerit(worst)) worst = candidate
    }
    if (worst === undefined || demerit(worst) <= rank) return false
    this.#remove(worst)
    return true
  }

  /** The best `count` addresses that are due; they count as being dialled until told otherwise. */
  next(count: number, now: Millis): Endpoint[] {
    if (count <= 0) return []
    const due: Candidate[] = []
    for (const candidate of this.#known.values()) {
      if (candidate.state === 'idle' && candidate.nextAt <= now) due.push(candidate)
    }
    const chosen = this.#best(due, count)
    for (const candidate of chosen) {
      candidate.state = 'dialing'
      candidate.dialedAt = now
    }
    return chosen.map((candidate) => candidate.endpoint)
  }

  /**
   * By merit; among equals by canonical priority where it is known, so that both ends of a connection want it alike (BEP 40),
   * else by lot. Both are even over their range, so neither family nor kind is preferred.
   */
  #best(due: readonly Candidate[], count: number): Candidate[] {
    const standing = due.map((candidate) => {
      const priority = this.#priority(candidate.endpoint)
      const share = priority === undefined ? candidate.lot : priority / 2 ** 32
      return { candidate, order: demerit(candidate) - share }
    })
    standing.sort((a, b) => a.order - b.order)
    return standing.slice(0, count).map(({ candidate }) => candidate)
  }

  /** When next() may give something; always after `now`, so that waiting for room to dial is no busy loop. */
  deadline(now: Millis): Millis | undefined {
    let earliest: Millis | undefined
    for (const candidate of this.#known.values()) {
      if (candidate.state !== 'idle') continue
      if (earliest === undefined || candidate.nextAt < earliest) earliest = candidate.nextAt
    }
    if (earliest === undefined) return undefined
    return earliest > now ? earliest : after(now, OFFER_AGAIN_MS)
  }

  /** It was not dialled after all, through no fault of its own. */
  postponed(endpoint: Endpoint): void {
    const candidate = this.#known.get(endpointText(endpoint))
    if (candidate?.state === 'dialing') candidate.state = 'idle'
  }

  connected(endpoint: Endpoint): void {
    const candidate = this.#known.get(endpointText(endpoint))
    if (candidate === undefined) return
    candidate.state = 'connected'
    candidate.proven = true
  }

  /** A dial or handshake came to nothing. Reason SELF: it is ourselves, and is never dialled again. */
  failed(endpoint: Endpoint, reason: string, now: Millis): void {
    if (reason === 'SELF') {
      this.itIsOurselves(endpoint)
      return
    }
    const candidate = this.#known.get(endpointText(endpoint))
    if (candidate === undefined || candidate.state === 'idle') return
    this.#settle(candidate, reason, false, now)
  }

  /** A connection ended. An address that was not known (it came to us and told its port) is remembered. */
  closed(endpoint: Endpoint, reason: string, now: Millis): void {
    const key = endpointText(endpoint)
    if (!this.#known.has(key)) {
      const { host } = endpoint
      if (!this.#admit({ endpoint, source: 'incoming', teller: host }, now)) return
    }
    const candidate = this.#known.get(key) as Candidate
    const lasted = candidate.dialedAt === undefined || now - candidate.dialedAt >= SHORT_CONNECTION_MS
    candidate.proven = true
    this.#settle(candidate, reason, lasted, now)
  }

  #settle(candidate: Candidate, reason: string, good: boolean, now: Millis): void {
    candidate.state = 'idle'
    if (reason === 'BOTH_SEEDS') candidate.partedAsSeeds = true
    else if (good) candidate.partedAsSeeds = false
    if (OUR_DOING.has(reason) || USELESS.has(reason)) {
      candidate.nextAt = USELESS.has(reason) ? after(now, this.#jittered(AFTER_USELESS_MS)) : now
      return
    }
    if (good) {
      candidate.failures = 0
      candidate.nextAt = after(now, this.#jittered(AFTER_GOOD_MS))
      return
    }
    candidate.failures++
    candidate.lot = randomFraction(this.#random)
    if (candidate.failures >= MAX_FAILURES && candidate.source !== 'hand') {
      this.#remove(candidate)
      return
    }
    const [first, most] = candidate.source === 'hand' ? BACKOFF_MS.hand : BACKOFF_MS.other
    candidate.nextAt = after(now, this.#jittered(Math.min(first * 2 ** (candidate.failures - 1), most)))
  }

  /** 0.75 to 1.25 times: a swarm that lost its seed must not come back to it in step. */
  #jittered(durationMs: number): number {
    return Math.round(durationMs * (0.75 + randomFraction(this.#random) / 2))
  }

  /** It turned out to be an address of ours. */
  isOwn(endpoint: Endpoint): boolean {
    return this.#own.has(endpointText(endpoint))
  }

  itIsOurselves(endpoint: Endpoint): void {
    const key = endpointText(endpoint)
    if (this.#own.size < MAX_BANS) this.#own.add(key)
    const candidate = this.#known.get(key)
    if (candidate !== undefined) this.#remove(candidate)
  }

  /** On public networks the whole address, elsewhere only this port of it (SAFETY.md). */
  ban(endpoint: Endpoint): void {
    const key = banKey(endpoint)
    if (this.#banned.size >= MAX_BANS) this.#banned.delete(this.#banned.values().next().value as string)
    this.#banned.add(key)
    for (const candidate of [...this.#known.values()]) {
      if (banKey(candidate.endpoint) === key) this.#remove(candidate)
    }
  }

  /** May be told of again. */
  pardon(endpoint: Endpoint): void {
    this.#banned.delete(banKey(endpoint))
  }

  /** Forgets what others told, for a change of private tracker (BEP 27). What the person typed stays. */
  forgetTold(): void {
    for (const candidate of [...this.#known.values()])
      if (candidate.source !== 'hand') this.#remove(candidate)
  }

  /** Forgets sources that `accepts` no longer takes. @returns how many there were. */
  forgetUnaccepted(): number {
    const refused = [...this.#known.values()].filter((candidate) => !this.#accepts(candidate.source))
    for (const candidate of refused) this.#remove(candidate)
    return refused.length
  }

  /** Best first, to be given back as hints of source `resume` at the next start. */
  saved(): Endpoint[] {
    const worth = [...this.#known.values()].filter((candidate) => candidate.failures === 0)
    worth.sort((a, b) => Number(b.proven) - Number(a.proven) || demerit(a) - demerit(b))
    return worth.slice(0, MAX_SAVED).map((candidate) => candidate.endpoint)
  }

  #insert(key: string, candidate: Candidate): void {
    this.#admitted++
    this.#known.set(key, candidate)
    this.#count(candidate)
  }

  #remove(candidate: Candidate): void {
    if (this.#known.delete(endpointText(candidate.endpoint))) this.#uncount(candidate)
  }

  #count(candidate: Candidate): void {
    if (isPublicHost(candidate.endpoint.host)) change(this.#perPublicHost, candidate.endpoint.host, 1)
    if (candidate.source === 'pex') change(this.#perPexTeller, candidate.teller, 1)
  }

  #uncount(candidate: Candidate): void {
    if (isPublicHost(candidate.endpoint.host)) change(this.#perPublicHost, candidate.endpoint.host, -1)
    if (candidate.source === 'pex') change(this.#perPexTeller, candidate.teller, -1)
  }
}

/** Lower is better: failures weigh more than any source, having been connected more than hearsay. */
function demerit(candidate: Candidate): number {
  return candidate.failures * 10 + RANK[candidate.source] - (candidate.proven ? 3 : 0)
}

function banKey(endpoint: Endpoint): string {
  return isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
}

function change(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
