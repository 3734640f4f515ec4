// One iterative lookup (BEP 5): asks the closest known nodes, learns of closer ones, and ends when the closest have answered.
// It goes several paths side by side: what a node tells is heard by the path that asked it only, so that who lies leads one of
// them astray, and each goes on until the closest it knows have answered, whoever asked them.
// Invariants: nobody is asked twice; at most ALPHA wait for an answer that is not late; of one public network no more than
// MAX_PER_NETWORK are asked that have not failed. Some are heard, but the end does not wait for them and they push nobody
// out: nodes whose id does not fit their address (BEP 42), and those that are more, and closer, than chance allows.

import { equalBytes } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { type Candidate, Candidates, isIllSpokenOf, type Word } from './candidates.ts'
import { isCrowd, isSparse } from './chance.ts'
import type { Contact } from './contact.ts'
import { ALPHA, K, MAX_PER_NETWORK } from './limits.ts'

/** Who answered, with what is needed to announce or put there. */
export interface Answerer extends Contact {
  readonly token: Uint8Array | undefined
}

/** From the nodes that we know: a second one costs a lookup among honest nodes one or two questions. */
const PATHS = 2
const OWN_PATHS = (1 << PATHS) - 1
/** From other beginnings; more of them share these. */
const MAX_OTHER_PATHS = 4
const ALL_PATHS = ~0
/** Nodes of doubtful id that are asked at most, and that are announced to beside the K. */
const MAX_DOUBTFUL = 16
const DOUBTFUL_ANSWERERS = 4
/** Nodes closer than chance allows that are announced to beside the K. */
const MAX_CROWD = 8
/** Until so many were asked, the end is put off while those that answered are fewer than there must be. */
const MAX_ASKED_FOR_MORE = 40
/** In all: a swarm of liars that tell of ever closer nodes is left after so many questions. */
const MAX_ASKED = 150

export class Lookup {
  readonly target: Uint8Array
  /** Nodes that the whole network has, about: tells how many can be so close. */
  networkSize = Number.POSITIVE_INFINITY
  readonly #candidates: Candidates
  readonly #perNetwork = new Map<string, number>()
  #paths = PATHS
  #otherBeginnings = 0
  #waiting = 0
  #asked = 0
  #answered = 0
  #hops = 0

  constructor(target: Uint8Array) {
    this.target = target
    this.#candidates = new Candidates(target)
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

  /** @param by who told; undefined where we began, with nodes that we know ourselves */
  add(contacts: Iterable<Contact>, by?: Endpoint): void {
    if (by === undefined) {
      for (const contact of contacts) this.#candidates.hear(contact, 1, OWN_PATHS, undefined)
      return
    }
    const teller = this.#candidates.find(by)
    // Its own id turned out to lie too far off to be remembered.
    if (teller === undefined) return
    const word: Word = { answered: 0, silent: 0 }
    for (const contact of contacts) this.#candidates.hear(contact, teller.hops + 1, teller.askedBy, word)
  }

  /** Told by another beginning, which nobody vouches for: a path of their own. */
  addPath(contacts: readonly Contact[]): void {
    if (contacts.length === 0) return
    const path = PATHS + (this.#otherBeginnings++ % MAX_OTHER_PATHS)
    this.#paths = Math.max(this.#paths, path + 1)
    for (const contact of contacts) this.#candidates.hear(contact, 1, 1 << path, undefined)
  }

  /** Whom to ask now; undefined when enough are being asked, or nobody is left that matters. Counts as asked. */
  next(): Contact | undefined {
    if (this.#waiting >= ALPHA || this.#asked >= MAX_ASKED) return undefined
    const [next, path] = this.#choose()
    if (next === undefined) return undefined
    next.step = 'asked'
    next.askedBy = path
    this.#count(next, 1)
    this.#waiting++
    this.#asked++
    return next
  }

  /** Paths take turns. @returns whom to ask, and the path that does */
  #choose(): readonly [Candidate | undefined, number] {
    const { fitting, doubtful } = this.#candidates
    for (let i = 0; i < this.#paths; i++) {
      const path = 1 << ((this.#asked + i) % this.#paths)
      const next = this.#nextOf(fitting, K, path)
      if (next !== undefined) return [next, path]
    }
    const next = this.#nextOf(doubtful, DOUBTFUL_ANSWERERS, ALL_PATHS) ?? this.#lastResort()
    return [next, next === undefined ? 0 : next.paths & -next.paths]
  }

  /** Where nobody else is left: in a network of few, datagrams lost make somebody honest look like a liar. */
  #lastResort(): Candidate | undefined {
    if (this.#waiting > 0) return undefined
    const { fitting } = this.#candidates
    const answered = fitting.filter(({ step }) => step === 'answered').length
    return answered < K
      ? fitting.find((candidate) => candidate.step === 'known' && !this.#isFull(candidate))
      : undefined
  }

  /**
   * The closest on a path that was not asked, if fewer than `count` closer ones answered or may still answer in time, or those
   * that did are too few to be all there are. Not who is ill spoken of.
   */
  #nextOf(list: readonly Candidate[], count: number, path: number): Candidate | undefined {
    const isDoubtful = list === this.#candidates.doubtful
    let ahead = 0
    let asked = 0
    for (const candidate of list) {
      if ((candidate.paths & path) === 0) continue
      if (candidate.step === 'known') {
        if (this.#isFull(candidate) || isIllSpokenOf(candidate)) continue
        return isDoubtful && asked >= MAX_DOUBTFUL ? undefined : candidate
      }
      asked++
      if (candidate.step !== 'answered' && candidate.step !== 'asked') continue
      if (!isCrowd(this.networkSize, candidate.bits, ahead)) ahead++
      if (ahead >= count && (isDoubtful || !this.#looksForMore(candidate, ahead))) return undefined
    }
    return undefined
  }

  /** Who answered lies too scattered to be the closest. */
  #looksForMore({ share }: Candidate, found: number): boolean {
    return this.#asked < MAX_ASKED_FOR_MORE && isSparse(this.networkSize, share, found)
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
    const candidate = this.#candidates.find(from)
    if (candidate === undefined || candidate.step === 'answered' || candidate.step === 'known') return false
    if (candidate.step === 'asked') this.#waiting--
    if (candidate.step === 'failed') this.#count(candidate, 1)
    this.#answered++
    this.#hops = Math.max(this.#hops, candidate.hops)
    for (const word of candidate.words) {
      word.answered++
      if (candidate.step !== 'asked') word.silent--
    }
    candidate.step = 'answered'
    candidate.token = token
    if (!equalBytes(id, candidate.id)) this.#candidates.rename(candidate, id)
    return true
  }

  /** It lets us wait: somebody else may be asked meanwhile. */
  late(from: Endpoint): void {
    const candidate = this.#candidates.find(from)
    if (candidate?.step === 'asked') this.#silent(candidate, 'late')
  }

  failed(from: Endpoint): void {
    const candidate = this.#candidates.find(from)
    if (candidate === undefined) return
    if (candidate.step === 'asked') this.#silent(candidate, 'failed')
    else if (candidate.step !== 'late') return
    candidate.step = 'failed'
    this.#count(candidate, -1)
  }

  #silent(candidate: Candidate, step: 'late' | 'failed'): void {
    candidate.step = step
    for (const word of candidate.words) word.silent++
    this.#waiting--
  }

  /** Nobody is left to ask, and nobody who answers in time is waited for. */
  get done(): boolean {
    if (this.#waiting > 0) return false
    return this.#asked >= MAX_ASKED || this.#choose()[0] === undefined
  }

  /** The closest that answered: `count` of them, those that are more than chance allows, and a few of doubtful ids. */
  closest(count: number): Answerer[] {
    const { fitting, doubtful } = this.#candidates
    const found: Candidate[] = []
    let counted = 0
    for (const candidate of fitting) {
      if (counted >= count) break
      if (candidate.step !== 'answered') continue
      const crowd = isCrowd(this.networkSize, candidate.bits, counted)
      if (!crowd) counted++
      if (!crowd || found.length - counted < MAX_CROWD) found.push(candidate)
    }
    const others = Math.max(count - counted, DOUBTFUL_ANSWERERS)
    return [...found, ...doubtful.filter(({ step }) => step === 'answered').slice(0, others)]
  }

  /** The next closest of fitting ids, should one of the closest have gone since. */
  spare(): Answerer[] {
    const closest = new Set<Answerer>(this.closest(K))
    return this.#candidates.fitting
      .filter((candidate) => candidate.step === 'answered' && !closest.has(candidate))
      .slice(0, K)
  }
}
