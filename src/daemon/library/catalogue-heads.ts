// Signs the heads of catalogues: of what is durable already, so that signing again gives the same bytes. The key is read, or made,
// when it is first needed. Promise: nothing is signed that the library did not write down before.

import { fromHex, toHex } from '../../base/bytes.ts'
import type { Random, Signatures } from '../../base/ports.ts'
import type { SeenPage } from '../../library/catalogue-view.ts'
import { catalogueAudience } from '../../protocol/catalogue/audience.ts'
import { encodeHead, signHead } from '../../protocol/catalogue/head.ts'
import { CatalogueKeyError, catalogueKey } from './catalogue-key.ts'

export interface SignedHead {
  readonly seq: number
  readonly root: string
  readonly count: number
  /** ISO 8601. */
  readonly expiresAt: string
  /** Hex. */
  readonly author: string
  /** Hex of the head as others get it. */
  readonly signed: string
}

const MS_PER_SECOND = 1_000

export class CatalogueHeads {
  readonly #stateFolder: string
  readonly #random: Random
  readonly #signatures: Signatures
  #seed: Promise<Uint8Array> | undefined

  constructor(stateFolder: string, random: Random, signatures: Signatures) {
    this.#stateFolder = stateFolder
    this.#random = random
    this.#signatures = signatures
  }

  /** Before something is offered to everyone. @throws CatalogueKeyError: then nothing new is to be offered */
  async ready(): Promise<void> {
    await this.#key()
  }

  /** @param seen as the library tells it, durable; @throws CatalogueKeyError */
  async signed(audience: string, seen: NonNullable<SeenPage['head']>): Promise<SignedHead> {
    const { seq, root, count, issued, expiresMs } = seen
    const expires = expiresMs / MS_PER_SECOND
    const facts = { audience: catalogueAudience(audience), seq, count, root: fromHex(root), issued, expires }
    const head = signHead(facts, await this.#key(), this.#signatures)
    const expiresAt = new Date(expiresMs).toISOString()
    return { seq, root, count, expiresAt, author: toHex(head.author), signed: toHex(encodeHead(head)) }
  }

  /** The same for whoever only looks: without a key that can be used it is told unsigned. */
  async told(
    audience: string,
    seen: NonNullable<SeenPage['head']>,
  ): Promise<Omit<SignedHead, 'author' | 'signed'> & Partial<SignedHead>> {
    try {
      return await this.signed(audience, seen)
    } catch (error) {
      if (!(error instanceof CatalogueKeyError)) throw error
      const { seq, root, count, expiresMs } = seen
      return { seq, root, count, expiresAt: new Date(expiresMs).toISOString() }
    }
  }

  /** One that could not be read is tried again: the person may have put it back. */
  #key(): Promise<Uint8Array> {
    this.#seed ??= catalogueKey(this.#stateFolder, this.#random).catch((error: unknown) => {
      this.#seed = undefined
      throw error
    })
    return this.#seed
  }
}
