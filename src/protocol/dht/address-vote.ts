// Our own address as others see it (BEP 42): each network has one vote, so that one liar with many addresses decides nothing.

import { networkOf } from '../../base/address.ts'

/** Networks that must agree. */
const QUORUM = 3
/** Votes kept, the oldest forgotten first: who moves to another address is believed after as many. */
const MAX_VOTES = 20

export class AddressVote {
  /** By network of the voter. */
  readonly #votes = new Map<string, string>()
  #elected: string | undefined

  get elected(): string | undefined {
    return this.#elected
  }

  /** @returns the address when it is newly agreed upon */
  vote(voter: string, seen: string): string | undefined {
    const network = networkOf(voter)
    const again = this.#votes.get(network) === seen
    this.#votes.delete(network)
    this.#votes.set(network, seen)
    if (again) return undefined
    if (this.#votes.size > MAX_VOTES) {
      for (const oldest of this.#votes.keys()) {
        this.#votes.delete(oldest)
        break
      }
    }
    let agreeing = 0
    for (const other of this.#votes.values()) if (other === seen) agreeing++
    if (agreeing < QUORUM || 2 * agreeing <= this.#votes.size || seen === this.#elected) return undefined
    this.#elected = seen
    return seen
  }

  /** The network changed: nothing said before counts. */
  clear(): void {
    this.#votes.clear()
    this.#elected = undefined
  }
}
