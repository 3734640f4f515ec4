// Who has what, as the fish themselves reported it: the model behind the demo's picture, its turning point and its figures.
// Pure. Promise: nothing is estimated; a figure is what some process counted, or the sum of such.

import { Bitfield } from '../../base/bitfield.ts'
import { fromHex } from '../../base/bytes.ts'
import { CAST, type FishName, GETTERS, SHARER } from './cast.ts'
import type { FishReport } from './fish-messages.ts'

/** `whole`: every byte verified, durable and under its final name. */
export type FishState = 'waiting' | 'getting' | 'whole' | 'off'

export interface FishFacts {
  readonly name: FishName
  readonly state: FishState
  readonly doneBytes: number
  readonly givenBytes: number
  readonly takenBytes: number
}

/** How it stands at one moment. */
export interface SceneView {
  readonly totalBytes: number
  readonly fish: readonly FishFacts[]
  /** Getters that had all of it when the sharer switched off; undefined while it is on. */
  readonly wholeWhenOff: readonly FishName[] | undefined
}

interface Member {
  state: FishState
  doneBytes: number
  givenBytes: number
  takenBytes: number
  have: Bitfield | undefined
}

export class Scene {
  readonly totalBytes: number
  readonly pieces: number
  readonly #members: ReadonlyMap<FishName, Member>
  #wholeWhenOff: readonly FishName[] | undefined

  constructor(totalBytes: number, pieces: number) {
    this.totalBytes = totalBytes
    this.pieces = pieces
    this.#members = new Map(
      CAST.map((name) => [
        name,
        {
          state: name === SHARER ? 'whole' : 'waiting',
          doneBytes: name === SHARER ? totalBytes : 0,
          givenBytes: 0,
          takenBytes: 0,
          have: undefined,
        },
      ]),
    )
  }

  /** @throws BitfieldError when the pieces are not those of this torrent */
  heard(name: FishName, report: FishReport): void {
    const member = this.#member(name)
    if (member.state === 'off') return
    member.givenBytes = report.givenBytes
    member.takenBytes = report.takenBytes
    if (name === SHARER) return
    member.doneBytes = report.doneBytes
    member.state = report.finished ? 'whole' : 'getting'
    if (report.have !== undefined) member.have = Bitfield.fromBytes(fromHex(report.have), this.pieces)
  }

  /** Its process ended, having counted this. */
  left(name: FishName, counts: { readonly givenBytes: number; readonly takenBytes: number }): void {
    const member = this.#member(name)
    if (name === SHARER) this.#wholeWhenOff = this.whole
    member.state = 'off'
    member.givenBytes = counts.givenBytes
    member.takenBytes = counts.takenBytes
  }

  /** Every piece is verified at one getter or more: the sharer is not needed any longer. Never true too early. */
  get copyIsOut(): boolean {
    const together = new Bitfield(this.pieces)
    for (const name of GETTERS) {
      for (const piece of this.#member(name).have?.ones() ?? []) together.set(piece)
    }
    return together.complete
  }

  /** Getters with all of it. */
  get whole(): readonly FishName[] {
    return GETTERS.filter((name) => this.#member(name).state === 'whole')
  }

  get allWhole(): boolean {
    return this.whole.length === GETTERS.length
  }

  get sharerIsOff(): boolean {
    return this.#member(SHARER).state === 'off'
  }

  get givenBySharerBytes(): number {
    return this.#member(SHARER).givenBytes
  }

  get takenBytes(): number {
    return GETTERS.reduce((sum, name) => sum + this.#member(name).takenBytes, 0)
  }

  /** Of all that was taken, the part that the sharer did not give: 0 … 1. */
  get fromEachOtherShare(): number {
    const { takenBytes, givenBySharerBytes } = this
    return takenBytes === 0 ? 0 : Math.max(0, 1 - givenBySharerBytes / takenBytes)
  }

  view(): SceneView {
    const fish = CAST.map((name) => {
      const { state, doneBytes, givenBytes, takenBytes } = this.#member(name)
      return { name, state, doneBytes, givenBytes, takenBytes }
    })
    return { totalBytes: this.totalBytes, fish, wholeWhenOff: this.#wholeWhenOff }
  }

  #member(name: FishName): Member {
    return this.#members.get(name) as Member
  }
}
