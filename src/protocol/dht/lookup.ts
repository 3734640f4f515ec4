// One iterative lookup (BEP 5): asks the closest known nodes, learns of closer ones, and ends when the closest have answered.
// Invariants: nobody is asked twice; at most ALPHA wait for an answer that is not late; of one public network only
// MAX_PER_NETWORK are followed. Nodes whose id does not fit their address (BEP 42) are heard, but the end does not wait for
// them and they cannot push others out.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Contact } from './contact.ts'
import { ALPHA, K, MAX_PER_NETWORK } from './limits.ts'
import { compareDistance, idFits } from './node-id.ts'

type Step = 'known' | 'asked' | 'late' | 'answered' | 'failed'

interface Candidate extends Contact {
  readonly fits: boolean
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
/** In all: a swarm of liars that tell of ever closer nodes is left after so many questions. */
const MAX_ASKED = 150

export class Lookup {
  readonly target: Uint8Array
  /** Those that fit and those that do not, each by distance. */
  readonly #fitting: Candidate[] = []
  readonly #doubtful: Candidate[] = []
  readonly #seen = new Set<string>()
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

  /** Steps to the farthest answer that was needed. */
  get hops(): number {
    return this.#hops
  }

  /** @param by who told; undefined where we began */
  add(contacts: Iterable<Contact>, by?: Endpoint): void {
    const hops = by === undefined ? 1 : (this.#find(by)?.hops ?? 0) + 1
    for (const { id, endpoint } of contacts) {
      const key = keyOf(endpoint)
      if (this.#seen.has(key)) continue
      const fits = idFits(id, endpoint.host)
      const list = fits ? this.#fitting : this.#doubtful
      const candidate: Candidate = { id, endpoint, fits, hops, step: 'known', token: undefined }
      if (!this.#admit(list, candidate)) continue
      this.#seen.add(key)
    }
  }

  #admit(list: Candidate[], candidate: Candidate): boolean {
    const { target } = this
    let at = list.length
    while (at > 0 && compareDistance(target, candidate.id, (list[at - 1] as Candidate).id) < 0) at--
    if (at >= MAX_CANDIDATES) return false
    const { host } = candidate.endpoint
    if (isPublicHost(host)) {
      const network = networkOf(host)
      const count = this.#perNetwork.get(network) ?? 0
      if (count >= MAX_PER_NETWORK) return false
      this.#perNetwork.set(network, count + 1)
    }
    list.splice(at, 0, candidate)
    if (list.length > MAX_CANDIDATES) list.pop()
    return true
  }

  /** Whom to ask now; undefined when enough are being asked, or nobody is left that matters. Counts as asked. */
  next(): Contact | undefined {
    if (this.#waiting >= ALPHA || this.#asked >= MAX_ASKED) return undefined
    const next = this.#nextOf(this.#fitting, K) ?? this.#nextOf(this.#doubtful, DOUBTFUL_ANSWERERS)
    if (next === undefined) return undefined
    next.step = 'asked'
    this.#waiting++
    this.#asked++
    return next
  }

  /** The closest that was not asked, if fewer than `count` closer ones answered or may still answer in time. */
  #nextOf(list: readonly Candidate[], count: number): Candidate | undefined {
    let ahead = 0
    let asked = 0
    for (const candidate of list) {
      if (candidate.step === 'known')
        return list === this.#doubtful && asked >= MAX_DOUBTFUL ? undefined : candidate
      asked++
      if (candidate.step === 'answered' || candidate.step === 'asked') ahead++
      if (ahead >= count) return undefined
    }
    return undefined
  }

  /** @returns false when it was not asked: then nothing it says counts */
  answered(from: Endpoint, token: Uint8Array | undefined): boolean {
    const candidate = this.#find(from)
    if (candidate === undefined || candidate.step === 'answered' || candidate.step === 'known') return false
    if (candidate.step === 'asked') this.#waiting--
    candidate.step = 'answered'
    candidate.token = token
    this.#answered++
    this.#hops = Math.max(this.#hops, candidate.hops)
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
    if (candidate.step === 'asked' || candidate.step === 'late') candidate.step = 'failed'
  }

  /** Nobody is left to ask, and nobody who answers in time is waited for. */
  get done(): boolean {
    return this.#waiting === 0 && (this.#asked >= MAX_ASKED || this.#peek() === undefined)
  }

  #peek(): Candidate | undefined {
    return this.#nextOf(this.#fitting, K) ?? this.#nextOf(this.#doubtful, DOUBTFUL_ANSWERERS)
  }

  /** The closest that answered, of fitting ids first: `count`, and a few more of doubtful ids. */
  closest(count: number): Answerer[] {
    const fitting = answered(this.#fitting).slice(0, count)
    const others = Math.max(count - fitting.length, DOUBTFUL_ANSWERERS)
    return [...fitting, ...answered(this.#doubtful).slice(0, others)]
  }

  /** The next closest of fitting ids, should one of the closest have gone since. */
  spare(): Answerer[] {
    return answered(this.#fitting).slice(K, 2 * K)
  }

  #find(endpoint: Endpoint): Candidate | undefined {
    const is = (candidate: Candidate) =>
      candidate.endpoint.host === endpoint.host && candidate.endpoint.port === endpoint.port
    return this.#fitting.find(is) ?? this.#doubtful.find(is)
  }
}

function answered(list: readonly Candidate[]): Candidate[] {
  return list.filter(({ step }) => step === 'answered')
}

function keyOf(endpoint: Endpoint): string {
  return isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
}
