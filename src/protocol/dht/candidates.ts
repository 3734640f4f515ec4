// Whom one lookup has heard of, by address and by distance: nodes whose id fits their address (BEP 42), and those of doubtful id.
// Invariants: one an address; both lists are sorted, the closest first, and hold at most MAX_CANDIDATES and those being asked.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Contact } from './contact.ts'
import { compareDistance, distanceShare, idFits, sharedBits } from './node-id.ts'

/** Candidates remembered, closest first: those farther away will not be needed. */
const MAX_CANDIDATES = 100
/** Of whom one node told so many may be silent beside twice those that answered, before its word counts for little. */
const MOST_SILENT = 1

type Step = 'known' | 'asked' | 'late' | 'answered' | 'failed'

/** What came of those whom one node told of. */
export interface Word {
  answered: number
  silent: number
}

export interface Candidate extends Contact {
  readonly id: Uint8Array
  readonly key: string
  /** Of a public address. */
  readonly network: string | undefined
  readonly fits: boolean
  /** Leading bits shared with the target. */
  readonly bits: number
  /** The part of all ids that is closer to the target. */
  readonly share: number
  /** Steps from where we began. */
  readonly hops: number
  /** The words of all who told of it; none where we began. */
  readonly words: Word[]
  /** Paths that know of it, a bit each. */
  paths: number
  /** The path that asked it. */
  askedBy: number
  step: Step
  token: Uint8Array | undefined
}

export class Candidates {
  readonly #target: Uint8Array
  readonly fitting: Candidate[] = []
  readonly doubtful: Candidate[] = []
  readonly #byAddress = new Map<string, Candidate>()

  constructor(target: Uint8Array) {
    this.#target = target
  }

  find(endpoint: Endpoint): Candidate | undefined {
    return this.#byAddress.get(endpointText(endpoint))
  }

  /** @param word of who told; undefined where we began */
  hear(contact: Contact, hops: number, paths: number, word: Word | undefined): void {
    const known = this.find(contact.endpoint)
    if (known === undefined) {
      const words = word === undefined ? [] : [word]
      this.#admit({ ...this.#made(contact), hops, words, paths, askedBy: 0, step: 'known', token: undefined })
      return
    }
    known.paths |= paths
    if (word === undefined || known.words.length === 0 || known.words.includes(word)) return
    known.words.push(word)
    if (known.step === 'answered') word.answered++
    if (known.step === 'late' || known.step === 'failed') word.silent++
  }

  /** It calls itself otherwise than we were told: it stands where its own id belongs. */
  rename(candidate: Candidate, id: Uint8Array): void {
    const list = candidate.fits ? this.fitting : this.doubtful
    list.splice(list.indexOf(candidate), 1)
    this.#byAddress.delete(candidate.key)
    this.#admit({ ...candidate, ...this.#made({ id, endpoint: candidate.endpoint }) })
  }

  #made({ id, endpoint }: Contact) {
    return {
      id,
      endpoint,
      key: endpointText(endpoint),
      network: isPublicHost(endpoint.host) ? networkOf(endpoint.host) : undefined,
      fits: idFits(id, endpoint.host),
      bits: sharedBits(this.#target, id),
      share: distanceShare(this.#target, id),
    }
  }

  #admit(candidate: Candidate): void {
    const list = candidate.fits ? this.fitting : this.doubtful
    let at = list.length
    while (at > 0 && compareDistance(this.#target, candidate.id, (list[at - 1] as Candidate).id) < 0) at--
    if (at >= MAX_CANDIDATES) return
    list.splice(at, 0, candidate)
    this.#byAddress.set(candidate.key, candidate)
    const farthest = list[MAX_CANDIDATES]
    // Whoever waits for an answer stays known; lists are longer by these few at most.
    if (farthest === undefined || farthest.step === 'asked') return
    list.splice(MAX_CANDIDATES, 1)
    this.#byAddress.delete(farthest.key)
  }
}

/** All who told of it told of others that do not answer. */
export function isIllSpokenOf({ words }: Candidate): boolean {
  return words.length > 0 && words.every(({ silent, answered }) => silent > MOST_SILENT + 2 * answered)
}
