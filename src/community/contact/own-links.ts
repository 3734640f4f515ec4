// The links by which others add me: one token for all of them, until it is made anew. Promise: a token that was withdrawn works
// no more.

import type { Random } from '../../base/random.ts'
import type { Wall } from '../service.ts'
import { TOKEN_BYTES } from './contact-link.ts'
import type { ContactRecords } from './contact-records.ts'

export class OwnLinks {
  readonly #ground: { readonly records: ContactRecords; readonly random: Random; readonly wall: Wall }

  constructor(ground: { readonly records: ContactRecords; readonly random: Random; readonly wall: Wall }) {
    this.#ground = ground
  }

  tokens(): readonly Uint8Array[] {
    return this.#ground.records.linkTokens()
  }

  /** Made on the first call. */
  token(): Uint8Array {
    const { records, random, wall } = this.#ground
    const known = records.linkTokens().at(-1)
    if (known !== undefined) return known
    const token = random.bytes(TOKEN_BYTES)
    records.putLinkToken(token, wall.seconds())
    return token
  }

  withdraw(): void {
    this.#ground.records.removeLinkTokens()
  }

  /** Seconds since 1970; undefined for a token that does not work. */
  made(token: Uint8Array): number | undefined {
    return this.#ground.records.linkMade(token)
  }
}
