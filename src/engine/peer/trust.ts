// How far each address is trusted, judged by the pieces it gave.
//
//   good piece   +1, at most 8        bad piece   −2        −7 or proven guilty → banned
//
// After a bad shared piece a peer is on parole: it gets pieces of its own only, until two good ones (which count for
// nothing else) or a proof that it was somebody else clear it. So the
// innocent recover (nobody spoils their next pieces) and the guilty are alone with theirs, which proves them.
// An address is the IP; on loopback, link-local and private ranges IP and port, since many peers share one (SAFETY.md).
// Invariant: at most MAX_ADDRESSES are remembered; the one judged longest ago goes first, banned ones only when all are.

import { isPublicHost } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'

/** Numbers of SAFETY.md, "poison". */
export const MAX_TRUST = 8
export const GOOD_PIECE = 1
export const BAD_PIECE = -2
export const BAN_AT = -7
/** Good pieces of its own that end parole: one may be luck of a peer that spoils now and then. */
export const PAROLE_PIECES = 2
/** About 1 MiB: more than any swarm a client meets in days. */
export const MAX_ADDRESSES = 10_000

export type Judgement = 'parole' | 'banned'

interface Standing {
  trust: number
  /** Good pieces still to bring; 0 when not on parole. */
  parole: number
  banned: boolean
}

export class TrustTable {
  readonly #records = new Map<string, Standing>()

  get size(): number {
    return this.#records.size
  }

  /** −7 … 8; 0 for a stranger. */
  trust(endpoint: Endpoint): number {
    return this.#records.get(addressOf(endpoint))?.trust ?? 0
  }

  /** The address gave (some of) a piece that was right: a step out of parole, or up in trust. */
  good(endpoint: Endpoint): void {
    const record = this.#record(endpoint)
    if (record.parole > 0) record.parole--
    else record.trust = Math.min(MAX_TRUST, record.trust + GOOD_PIECE)
  }

  /** The address gave some of a piece that was wrong; others did too, so it is only suspected. */
  bad(endpoint: Endpoint): Judgement {
    const record = this.#record(endpoint)
    record.trust = Math.max(BAN_AT, record.trust + BAD_PIECE)
    record.parole = PAROLE_PIECES
    if (record.trust <= BAN_AT) record.banned = true
    return record.banned ? 'banned' : 'parole'
  }

  /** What bad() was said for was somebody else's doing. */
  acquit(endpoint: Endpoint): void {
    const record = this.#record(endpoint)
    record.trust = Math.min(MAX_TRUST, record.trust - BAD_PIECE)
    if (record.trust >= 0) record.parole = 0
  }

  /** Certainly guilty: gave a whole bad piece, or a block that a v2 hash disproves. */
  ban(endpoint: Endpoint): void {
    this.#record(endpoint).banned = true
  }

  banned(endpoint: Endpoint): boolean {
    return this.#records.get(addressOf(endpoint))?.banned ?? false
  }

  /** Whether only pieces of its own may be asked of it. */
  onParole(endpoint: Endpoint): boolean {
    return (this.#records.get(addressOf(endpoint))?.parole ?? 0) > 0
  }

  /** Lifts a ban and all suspicion. */
  forget(endpoint: Endpoint): void {
    this.#records.delete(addressOf(endpoint))
  }

  /** The record of an address, which becomes the newest. */
  #record(endpoint: Endpoint): Standing {
    const address = addressOf(endpoint)
    const record = this.#records.get(address) ?? { trust: 0, parole: 0, banned: false }
    this.#records.delete(address)
    if (this.#records.size >= MAX_ADDRESSES) this.#evict()
    this.#records.set(address, record)
    return record
  }

  #evict(): void {
    let oldest: string | undefined
    for (const [address, record] of this.#records) {
      oldest ??= address
      if (record.banned) continue
      this.#records.delete(address)
      return
    }
    if (oldest !== undefined) this.#records.delete(oldest)
  }
}

function addressOf(endpoint: Endpoint): string {
  return isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
}
