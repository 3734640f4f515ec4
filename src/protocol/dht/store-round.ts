// The end of a lookup that has something to leave: it is brought to the nodes that answered closest (announce_peer, put).
// Promises: nobody is sent it more than TRIES times; where one does not answer in time, or has no room, the next closest
// takes its place; each node that took it counts once, and the round ends.

import type { Answerer } from './lookup.ts'
import type { StoreQuery } from './task.ts'

/** A datagram lost on its way, there or back, must not make a node of eight look gone. */
const TRIES = 2
/** BEP 44: from here on an error is about the item itself, and the next node would say the same. */
const ITEM_ERRORS_FROM = 205

/** One node of a round. */
export interface Errand {
  readonly to: Answerer
  readonly query: StoreQuery
  tries: number
  /** Sent and neither answered nor given up. */
  open: number
  ended: boolean
}

export class StoreRound {
  readonly #wanted: number
  readonly #next: { readonly to: Answerer; readonly query: StoreQuery }[]
  #running = 0
  #stored = 0
  readonly #refusals: number[] = []

  /** @param wanted nodes that should have it @param answerers who may, the best first */
  constructor(
    wanted: number,
    answerers: readonly Answerer[],
    query: (to: Answerer) => StoreQuery | undefined,
  ) {
    this.#wanted = wanted
    this.#next = answerers.flatMap((to) => {
      const made = query(to)
      return made === undefined ? [] : [{ to, query: made }]
    })
  }

  /** Nodes that took it. */
  get stored(): number {
    return this.#stored
  }

  /** Error codes of those that did not. */
  get refusals(): readonly number[] {
    return this.#refusals
  }

  get done(): boolean {
    return this.#running === 0 || this.#stored >= this.#wanted
  }

  begin(): Errand[] {
    const errands: Errand[] = []
    while (errands.length < this.#wanted) {
      const errand = this.#another()
      if (errand === undefined) break
      errands.push(errand)
    }
    return errands
  }

  /** It was sent once more or the first time. */
  sent(errand: Errand): void {
    errand.tries++
    errand.open++
  }

  /** No answer yet. @returns whom to send to now: the same again, or somebody else; both may still answer */
  late(errand: Errand): Errand | undefined {
    if (errand.ended || this.done) return undefined
    return errand.tries < TRIES ? errand : this.#another()
  }

  /** Nothing came, or nothing understandable. @returns who takes its place */
  failed(errand: Errand): Errand | undefined {
    errand.open--
    if (errand.ended || errand.open > 0) return undefined
    return this.#end(errand, errand.tries < TRIES)
  }

  took(errand: Errand): void {
    errand.open--
    if (errand.ended) return
    this.#stored++
    this.#end(errand, false)
  }

  /** @returns who takes its place */
  refused(errand: Errand, code: number): Errand | undefined {
    errand.open--
    if (errand.ended) return undefined
    this.#refusals.push(code)
    return this.#end(errand, code < ITEM_ERRORS_FROM)
  }

  #end(errand: Errand, replace: boolean): Errand | undefined {
    errand.ended = true
    this.#running--
    return replace && this.#stored < this.#wanted ? this.#another() : undefined
  }

  #another(): Errand | undefined {
    const next = this.#next.shift()
    if (next === undefined) return undefined
    this.#running++
    return { ...next, tries: 0, open: 0, ended: false }
  }
}
