// How one web seed stands: which pieces it may have, when it may be asked again, or that it is not asked any more.
// A machine: it is told what happened and when. Invariant: once dropped, it stays so for this run of the torrent.

import { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Setback, SetbackCode } from './answer.ts'

/** After the first setback; doubled with each that follows, up to the longest. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 600_000
/** So many files missing before any was found: it is not the torrent's server, and the rest need not be tried. */
const MISSING_AT_FIRST = 8

export class Standing {
  /** Pieces of which no file was found missing. */
  readonly has: Bitfield
  readonly #geometry: Geometry
  #setbacks = 0
  #missing = 0
  #proven = false
  #retryAt: Millis | undefined
  #dropped = false
  /** Why it waits or was dropped. */
  #reason: SetbackCode | undefined

  constructor(geometry: Geometry) {
    this.#geometry = geometry
    this.has = Bitfield.full(geometry.pieceCount)
  }

  /** Something came from it that was as it should be. */
  get proven(): boolean {
    return this.#proven
  }

  get dropped(): boolean {
    return this.#dropped
  }

  get reason(): SetbackCode | undefined {
    return this.#dropped || this.#retryAt !== undefined ? this.#reason : undefined
  }

  /** Until when it is left alone; undefined when it may be asked. */
  get retryAt(): Millis | undefined {
    return this.#retryAt
  }

  mayAsk(now: Millis): boolean {
    if (this.#retryAt !== undefined && now >= this.#retryAt) this.#retryAt = undefined
    return !this.#dropped && this.#retryAt === undefined
  }

  /** A whole body came. */
  answered(): void {
    this.#proven = true
    this.#setbacks = 0
    this.#missing = 0
  }

  setback(what: Setback, now: Millis): void {
    if (this.#dropped) return
    this.#reason = what.code
    switch (what.kind) {
      case 'never':
        this.#dropped = true
        return
      case 'missing':
        this.#lacks(what.file)
        return
      case 'later': {
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#setbacks, 16), LONGEST_PAUSE_MS)
        this.#setbacks++
        this.#retryAt = after(now, what.retryMs ?? pauseMs)
      }
    }
  }

  #lacks(file: number | undefined): void {
    this.#missing++
    const pieces = file === undefined ? undefined : this.#geometry.piecesOf(file)
    for (let piece = pieces?.first as number; pieces !== undefined && piece <= pieces.last; piece++)
      this.has.clear(piece)
    const hopeless = !this.#proven && this.#missing >= MISSING_AT_FIRST
    if (pieces === undefined || this.has.empty || hopeless) this.#dropped = true
  }
}
