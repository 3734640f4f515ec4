// What the person wants of a torrent's files: which, in what order, by when, and how it gives. Kept here while nothing is
// open, carried to picker and storage while it is live. Invariant: what is wished is what the next opening starts with.

import type { Millis } from '../../base/ids.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { NOTHING_WITHHELD } from '../storage/withheld.ts'
import type { Live } from './live.ts'
import type { PeerTable } from './peer-table.ts'

export interface WishesOptions {
  readonly live: () => Live | undefined
  readonly peers: PeerTable
  /** More is wanted than before, or in other places: it may not be complete any more. */
  readonly changed: () => void
  readonly sequential: boolean
  readonly superSeed: boolean
}

export class Wishes {
  readonly #options: WishesOptions
  #priorities: readonly number[] = []
  #metainfo: Metainfo | undefined
  /** Counted when somebody asks, once after each change. */
  #wantedBytes: number | undefined
  #sequential: boolean
  #superSeed: boolean
  #withheld: ReadonlySet<number> = NOTHING_WITHHELD

  constructor(options: WishesOptions) {
    this.#options = options
    this.#sequential = options.sequential
    this.#superSeed = options.superSeed
  }

  /** By file index, 0 (not wanted) … 7; empty for all alike. */
  get priorities(): readonly number[] {
    return this.#priorities
  }

  /** Bytes of wanted files; 0 while the files are not known. */
  get wantedBytes(): number {
    this.#wantedBytes ??= (this.#metainfo?.files ?? [])
      .filter((file) => !file.pad && (this.#priorities[file.index] ?? 1) > 0)
      .reduce((sum, file) => sum + file.lengthBytes, 0)
    return this.#wantedBytes
  }

  /** Files that are kept locked, by index: not fetched, not read, given to nobody. */
  get withheld(): ReadonlySet<number> {
    return this.#withheld
  }

  /** By file index, for storage: what is wanted and may be had. */
  get open(): boolean[] {
    return (this.#metainfo?.files ?? []).map(
      ({ index }) => (this.#priorities[index] ?? 1) > 0 && !this.#withheld.has(index),
    )
  }

  get sequential(): boolean {
    return this.#sequential
  }

  get superSeed(): boolean {
    return this.#superSeed
  }

  /** The files became known. */
  begin(
    metainfo: Metainfo,
    choose: ((metainfo: Metainfo) => readonly number[]) | undefined,
    withhold: ((metainfo: Metainfo) => ReadonlySet<number>) | undefined,
  ): void {
    this.#metainfo = metainfo
    this.#priorities = choose?.(metainfo) ?? []
    this.#withheld = withhold?.(metainfo) ?? NOTHING_WITHHELD
    this.#wantedBytes = undefined
  }

  /** Unwanted files are not written; what pieces share with them is kept aside. */
  async setPriorities(priorities: readonly number[]): Promise<void> {
    const before = this.#priorities
    const more = priorities.some((priority, file) => priority > 0 && before[file] === 0)
    this.#priorities = priorities
    this.#wantedBytes = undefined
    const live = this.#options.live()
    // Whether all of it is here is looked at while files are open; else only more can change it.
    if (live !== undefined || more) this.#options.changed()
    await this.#apply()
  }

  /** Nobody is given anything of these when this returns; storage lets go of them when it resolves. */
  async setWithheld(files: ReadonlySet<number>): Promise<void> {
    this.#withheld = files
    if (this.#options.live() !== undefined) this.#options.changed()
    await this.#apply()
  }

  async #apply(): Promise<void> {
    const live = this.#options.live()
    if (live === undefined) return
    live.setPriorities(this.#priorities, this.#withheld)
    for (const peer of this.#options.peers) peer.reviewInterest()
    await live.store.setWanted(this.open, this.#withheld)
  }

  setSequential(on: boolean): void {
    this.#sequential = on
    this.#options.live()?.picker.setSequential(on)
  }

  /** BEP 16; who is connected and saw everything goes on seeing it. */
  setSuperSeed(on: boolean): void {
    this.#superSeed = on
    this.#options.live()?.setSuperSeed(on)
  }

  /** Pieces of a run of a file that somebody is about to read: wanted by then, before everything else. */
  setDeadline(file: number, offset: number, lengthBytes: number, at: Millis | undefined): void {
    const live = this.#options.live()
    const range = live?.geometry.piecesOf(file)
    if (live === undefined || range === undefined) return
    const { geometry, picker } = live
    const start = geometry.fileOffset(file) + offset
    const first = Math.max(range.first, Math.floor(start / geometry.pieceLengthBytes))
    const last = Math.min(range.last, Math.floor((start + lengthBytes - 1) / geometry.pieceLengthBytes))
    for (let index = first; index <= last; index++) {
      const piece = geometry.piece(index)
      if (piece !== undefined) picker.setDeadline(piece, at)
    }
  }
}
