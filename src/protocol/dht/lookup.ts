// One iterative lookup (BEP 5): asks the closest known nodes, learns of closer ones, and ends when the closest have answered.
// Invariants: nobody is asked twice; at most ALPHA wait for an answer that is not late; of one public network no more than
// MAX_PER_NETWORK are asked that have not failed. Some are heard, but the end does not wait for them and they push nobody
// out: nodes whose id does not fit their address (BEP 42), and those that are more, and closer, than chance allows.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { equalBytes } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Contact } from './contact.ts'
import { ALPHA, K, MAX_PER_NETWORK } from './limits.ts'
import { compareDistance, idFits, sharedBits } from './node-id.ts'

type Step = 'known' | 'asked' | 'late' | 'answered' | 'failed'

interface Candidate extends Contact {
  readonly id: Uint8Array
  readonly key: string
  /** Of a public address. */
  readonly network: string | undefined
  readonly fits: boolean
  /** Leading bits shared with the target. */
  readonly bits: number
  /** Steps from where we began. */
  readonly hops: number
  step: Step
  token: Uint8Array | undefined
}

/** Who answered, with what is needed to announce or put there. */
export interface Answerer extends Contact {
  readonly token: Uint8Array | undefined
}

/** Candidates remembered, closest first: those farther away will not be needed. */
const MAX_CANDIDATES = 100
/** Nodes of doubtful id that are asked at most, and that are announced to beside the K. */
const MAX_DOUBTFUL = 16
const DOUBTFUL_ANSWERERS = 4
/** Nodes closer than chance allows that are announced to beside the K. */
const MAX_CROWD = 8
/** Of those we began with so many must have answered, if there are so many. */
const MIN_STARTS = 6
/** In all: a swarm of liars that tell of ever closer nodes is left after so many questions. */
const MAX_ASKED = 150

export class Lookup {
  readonly target: Uint8Array
  /** Nodes that the whole network has, about: tells how many can be so close. */
  networkSize = Number.POSITIVE_INFINITY
  /** Those that fit and those that do not, each by distance. */
  readonly #fitting: Candidate[] = []
  readonly #doubtful: Candidate[] = []
  readonly #known = new Map<string, Candidate>()
  readonly #perNetwork = new Map<string, number>()
  #waiting = 0
  #asked = 0
  #answered = 0
  #hops = 0

  constructor(target: Uint8Array) {
    this.target = target
  }

  get askedCount(): number {
    return this.#asked
  }

  get answeredCount(): number {
    return this.#answered
  }

  /** Steps to the farthest answer. */
  get hops(): number {
    return this.#hops
  }

  /** @param by who told; undefined where we began */
  add(contacts: Iterable<Contact>, by?: Endpoint): void {
    const hops = by === undefined ? 1 : (this.#find(by)?.hops ?? 0) + 1
    for (const contact of contacts) {
      if (!this.#known.has(endpointText(contact.endpoint))) this.#admit(this.#candidate(contact, hops))
    }
  }

  #candidate({ id, endpoint }: Contact, hops: number): Candidate {
    return {
      id,
      endpoint,
      key: endpointText(endpoint),
      network: isPublicHost(endpoint.host) ? networkOf(endpoint.host) : undefined,
      fits: idFits(id, endpoint.host),
      bits: sharedBits(this.target, id),
      hops,
      step: 'known',
      token: undefined,
    }
  }

  #admit(candidate: Candidate): void {
    const list = candidate.fits ? this.#fitting : this.#doubtful
    let at = list.length
    while (at > 0 && compareDistance(this.target, candidate.id, (list[at - 1] as Candidate).id) < 0) at--
    if (at >= MAX_CANDIDATES) return
    list.splice(at, 0, candidate)
    this.#known.set(candidate.key, candidate)
    const farthest = list[MAX_CANDIDATES]
    // Whoever waits for an answer stays known; lists are longer by these few at most.
    if (farthest === undefined || farthest.step === 'asked') return
    list.splice(MAX_CANDIDATES, 1)
    this.#known.delete(farthest.key)
  }

  /** Whom to ask now; undefined when enough are being asked, or nobody is left that matters. Counts as asked. */
  next(): Contact | undefined {
    if (this.#waiting >= ALPHA || this.#asked >= MAX_ASKED) return undefined
    const next = this.#choose()
    if (next === undefined) return undefined
    next.step = 'asked'
    this.#count(next, 1)
    this.#waiting++
    this.#asked++
    return next
  }

  #choose(): Candidate | undefined {
    return (
      this.#nextOf(this.#fitting, K) ??
      this.#nextOf(this.#doubtful, DOUBTFUL_ANSWERERS) ??
      this.#anotherStart()
    )
  }

  /** Where too few of those we began with have answered: a handful of accomplices may tell of one another only. */
  #anotherStart(): Candidate | undefined {
    let answered = 0
    let next: Candidate | undefined
    for (const candidate of this.#fitting) {
      if (candidate.hops > 1) continue
      if (candidate.step === 'answered' || candidate.step === 'asked') answered++
      if (candidate.step === 'known' && !this.#isFull(candidate)) next ??= candidate
    }
    return answered < MIN_STARTS ? next : undefined
  }

  /** The closest that was not asked, if fewer than `count` closer ones answered or may still answer in time. */
  #nextOf(list: readonly Candidate[], count: number): Candidate | undefined {
    let ahead = 0
    let asked = 0
    for (const candidate of list) {
      if (candidate.step === 'known') {
        if (this.#isFull(candidate)) continue
        return list === this.#doubtful && asked >= MAX_DOUBTFUL ? undefined : candidate
      }
      asked++
      if (candidate.step !== 'answered' && candidate.step !== 'asked') continue
      if (!this.#isCrowd(candidate, ahead)) ahead++
      if (ahead >= count) return undefined
    }
    return undefined
  }

  /** More than chance allows (three deviations of Poisson's) are as close as this one, of which `closer` are closer still. */
  #isCrowd({ bits }: Candidate, closer: number): boolean {
    const expected = this.networkSize / 2 ** bits
    return closer + 1 > expected + 3 * Math.sqrt(expected) + 1
  }

  #isFull({ network }: Candidate): boolean {
    return network !== undefined && (this.#perNetwork.get(network) ?? 0) >= MAX_PER_NETWORK
  }

  #count({ network }: Candidate, change: 1 | -1): void {
    if (network !== undefined) this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + change)
  }

  /**
   * @param id as it calls itself: if we were told another one, it stands where its own belongs
   * @returns false when it was not asked: then nothing it says counts
   */
  answered(from: Endpoint, id: Uint8Array, token: Uint8Array | undefined): boolean {
    const candidate = this.#find(from)
    if (candidate === undefined || candidate.step === 'answered' || candidate.step === 'known') return false
    if (candidate.step === 'asked') this.#waiting--
    if (candidate.step === 'failed') this.#count(candidate, 1)
    this.#answered++
    this.#hops = Math.max(this.#hops, candidate.hops)
    candidate.step = 'answered'
    candidate.token = token
    if (equalBytes(id, candidate.id)) return true
    const list = candidate.fits ? this.#fitting : this.#doubtful
    list.splice(list.indexOf(candidate), 1)
    this.#known.delete(candidate.key)
    this.#admit({ ...this.#candidate({ id, endpoint: from }, candidate.hops), step: 'answered', token })
    return true
  }

  /** It lets us wait: somebody else may be asked meanwhile. */
  late(from: Endpoint): void {
    const candidate = this.#find(from)
    if (candidate?.step !== 'asked') return
    candidate.step = 'late'
    this.#waiting--
  }

  failed(from: Endpoint): void {
    const candidate = this.#find(from)
    if (candidate === undefined) return
    if (candidate.step === 'asked') this.#waiting--
    if (candidate.step !== 'asked' && candidate.step !== 'late') return
    candidate.step = 'failed'
    this.#count(candidate, -1)
  }

  /** Nobody is left to ask, and nobody who answers in time is waited for. */
  get done(): boolean {
    if (this.#waiting > 0) return false
    return this.#asked >= MAX_ASKED || this.#choose() === undefined
  }

  /** The closest that answered: `count` of them, those that are more than chance allows, and a few of doubtful ids. */
  closest(count: number): Answerer[] {
    const found: Candidate[] = []
    let counted = 0
    for (const candidate of this.#fitting) {
      if (counted >= count) break
      if (candidate.step !== 'answered') continue
      const crowd = this.#isCrowd(candidate, counted)
      if (!crowd) counted++
      if (!crowd || found.length - counted < MAX_CROWD) found.push(candidate)
    }
    const others = Math.max(count - counted, DOUBTFUL_ANSWERERS)
    return [...found, ...this.#doubtful.filter(({ step }) => step === 'answered').slice(0, others)]
  }

  /** The next closest of fitting ids, should one of the closest have gone since. */
  spare(): Answerer[] {
    const closest = new Set<Answerer>(this.closest(K))
    return this.#fitting
      .filter((candidate) => candidate.step === 'answered' && !closest.has(candidate))
      .slice(0, K)
  }

  #find(endpoint: Endpoint): Candidate | undefined {
    return this.#known.get(endpointText(endpoint))
  }
}
