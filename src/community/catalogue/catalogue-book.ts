// What is believed of every catalogue: its highest head, whose entries are here, and which heads say two things.
// Invariant: a head in here was signed by the device whose catalogue it is, and none of them is lower than one before it.

import { equalBytes } from '../../base/bytes.ts'
import type { Signatures } from '../../base/ports.ts'
import { type CatalogueHead, checkHead, decodeHead, encodeHead } from '../../protocol/catalogue/head.ts'
import { succession } from '../../protocol/catalogue/succession.ts'
import { type DeviceId, keyText } from '../ids.ts'
import type { CatalogueChange, CatalogueName, CatalogueRecords } from './catalogue-records.ts'

export interface Known extends CatalogueName {
  readonly head: CatalogueHead
  readonly whole: CatalogueHead | undefined
  readonly twofold: boolean
}

/** As many devices as all circles of one person can have, and no more: 64 circles of 500 members would be another program. */
const MAX_CATALOGUES = 16_384

export class CatalogueBook {
  readonly #records: CatalogueRecords
  readonly #signatures: Signatures
  readonly #known = new Map<string, Known>()

  constructor(records: CatalogueRecords, signatures: Signatures) {
    this.#records = records
    this.#signatures = signatures
    for (const { author, audience, head, whole, twofold } of records.all()) {
      const known = { author, audience, head: decodeHead(head), whole: whole && decodeHead(whole), twofold }
      this.#known.set(keyOf(known), known)
    }
  }

  get(name: CatalogueName): Known | undefined {
    return this.#known.get(keyOf(name))
  }

  all(): IterableIterator<Known> {
    return this.#known.values()
  }

  /**
   * What somebody told of a catalogue.
   * @returns `newer` where it counts from now on, `bad` where no honest device would pass it on
   */
  hear(head: CatalogueHead, now: number): 'newer' | 'nothing' | 'twofold' | 'bad' {
    const name = { author: keyText<DeviceId>(head.author), audience: head.audience }
    const known = this.get(name)
    if (known !== undefined && head.seq < known.head.seq) return 'nothing'
    if (known !== undefined && equalBytes(encodeHead(known.head), encodeHead(head))) return 'nothing'
    const fault = checkHead(head, { audience: head.audience, now }, this.#signatures)
    // A late one, or a clock that differs, is nobody's fault.
    if (fault === 'EXPIRED' || fault === 'NOT_YET') return 'nothing'
    if (fault !== undefined) return 'bad'
    const step = succession(known?.head, head)
    if (step.kind === 'same' || step.kind === 'older') return 'nothing'
    if (known === undefined && this.#known.size >= MAX_CATALOGUES) return 'nothing'
    if (step.kind === 'equivocation') {
      this.#put(
        { ...(known as Known), whole: undefined, twofold: true },
        { anew: true, added: [], removed: [] },
      )
      return 'twofold'
    }
    this.#put({ ...name, head, whole: known?.whole, twofold: false })
    return 'newer'
  }

  /** All of a head's entries are here. */
  filled(name: CatalogueName, change: CatalogueChange, head: CatalogueHead): void {
    const known = this.get(name)
    if (known !== undefined) this.#put({ ...known, whole: head }, change)
  }

  /** It ended: what it said is not shown any more, and its number is remembered. */
  expire(known: Known): void {
    this.#put({ ...known, whole: undefined }, { anew: true, added: [], removed: [] })
  }

  forget(name: CatalogueName): void {
    if (this.#known.delete(keyOf(name))) this.#records.forget(name)
  }

  #put(known: Known, change?: CatalogueChange): void {
    this.#known.set(keyOf(known), known)
    const { author, audience, head, whole, twofold } = known
    const kept = { author, audience, head: encodeHead(head), whole: whole && encodeHead(whole), twofold }
    if (change === undefined) this.#records.put(kept)
    else this.#records.change(kept, change)
  }
}

export function keyOf({ author, audience }: CatalogueName): string {
  return `${author} ${audience}`
}
