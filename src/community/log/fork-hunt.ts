// Finds where two copies of one author's chain part, by halving: each answer is either the same record or a proof. Hashes link a
// chain, so two copies that are the same in one place are the same before it, and all devices come to the same first place.

import { after, earliest, type Millis } from '../../base/ids.ts'
import type { DeviceId, RecordId } from '../ids.ts'
import type { ForkSearch, LogPeer } from './log-peer.ts'
import type { Chain, LogRecord } from './log-record.ts'
import type { VectorEntry } from './log-vector.ts'

export interface ForkGround {
  idAt(author: DeviceId, seq: number): RecordId | undefined
  chain(author: DeviceId): Chain | undefined
  /** Asks for one record; the number of the pull, or undefined where there is no room. */
  ask(peer: LogPeer, author: DeviceId, seq: number): number | undefined
}

/** An answer takes a round trip. */
const PROBE_TIMEOUT_MS = 30_000
/** At one time with one device: a device that names wrong heads for everybody gains nothing by it. */
const MAX_SEARCHES = 4

export class ForkHunt {
  readonly #ground: ForkGround

  constructor(ground: ForkGround) {
    this.#ground = ground
  }

  /** It tells a head: the same as here, later than here, or the beginning of a search. */
  met(peer: LogPeer, { author, begin, seq, head }: VectorEntry, now: Millis): void {
    const chain = this.#ground.chain(author)
    if (chain === undefined || seq === 0 || seq > chain.seq || peer.searches.has(author)) return
    const mine = seq === chain.seq ? chain.head : this.#ground.idAt(author, seq)
    if (mine === undefined || mine === head || peer.searches.size >= MAX_SEARCHES) return
    const low = Math.max(chain.begin, begin) - 1
    if (low >= seq) return
    peer.searches.set(author, { low, high: seq, asked: undefined })
    this.#askNext(peer, author, now)
  }

  /** Of which search this page is the answer. */
  answered(peer: LogPeer, number: number): DeviceId | undefined {
    for (const [author, { asked }] of peer.searches) if (asked?.number === number) return author
    return undefined
  }

  /** @returns whether it differs from what is here */
  found(peer: LogPeer, author: DeviceId, record: LogRecord | undefined): boolean {
    const search = peer.searches.get(author)
    const { asked } = search ?? {}
    if (search === undefined) return false
    search.asked = undefined
    const mine = asked && this.#ground.idAt(author, asked.seq)
    // It has not what it said, or it is gone from here: nothing is proven.
    if (record === undefined || mine === undefined || record.seq !== asked?.seq) {
      peer.searches.delete(author)
      return false
    }
    if (record.id === mine) search.low = Math.max(search.low, asked.seq)
    else search.high = Math.min(search.high, asked.seq)
    return record.id !== mine
  }

  goOn(peer: LogPeer, author: DeviceId, now: Millis): void {
    const search = peer.searches.get(author)
    if (search === undefined) return
    // The first place that differs is proven once what is here ends before it.
    if ((this.#ground.chain(author)?.forkedAt ?? Number.POSITIVE_INFINITY) <= search.low + 1)
      peer.searches.delete(author)
    else this.#askNext(peer, author, now)
  }

  wake(peer: LogPeer, now: Millis): void {
    for (const [author, { asked }] of peer.searches)
      if (asked === undefined || now >= after(asked.at, PROBE_TIMEOUT_MS)) peer.searches.delete(author)
  }

  deadline(searches: ReadonlyMap<DeviceId, ForkSearch>): Millis | undefined {
    let next: Millis | undefined
    for (const { asked } of searches.values())
      if (asked !== undefined) next = earliest(next, after(asked.at, PROBE_TIMEOUT_MS))
    return next
  }

  #askNext(peer: LogPeer, author: DeviceId, now: Millis): void {
    const search = peer.searches.get(author) as ForkSearch
    // Proven places are gone from here, so that the place asked about is always one that is here.
    const here = this.#ground.chain(author)?.seq ?? 0
    const high = Math.min(search.high, here)
    if (high <= search.low) {
      peer.searches.delete(author)
      return
    }
    const seq = search.low + Math.ceil((high - search.low) / 2)
    const number = this.#ground.ask(peer, author, seq)
    if (number === undefined) peer.searches.delete(author)
    else search.asked = { number, seq, at: now }
  }
}
