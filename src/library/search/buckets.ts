// In which order to read the marks of sizes, ages and names, so that what is read first comes first in that order.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Range } from './amount.ts'
import {
  dayMark,
  dayOf,
  dayStartMs,
  EIGHTHS,
  eighthMark,
  initialMark,
  monthMark,
  monthOf,
  monthStartMs,
  octaveMark,
  octaveOf,
} from './marks.ts'

export type SortOrder = 'name' | 'size' | 'newest'

export interface Bucket {
  readonly mark: string
  /** Marks of its parts in order, for whoever finds too much in it. */
  parts(): Iterable<string>
}

/** After every text that begins like the one before it. */
const LAST_CHARACTER = '\u{10ffff}'

export class SortBuckets {
  readonly #nextKey: StatementSync
  readonly #nextTime: StatementSync
  readonly #largest: StatementSync

  constructor(database: DatabaseSync) {
    this.#nextKey = database.prepare(
      'SELECT name_key AS key FROM files WHERE name_key >= ? ORDER BY name_key LIMIT 1',
    )
    this.#largest = database.prepare('SELECT max(length) AS length FROM files')
    this.#nextTime = database.prepare(
      'SELECT modified_ms AS ms FROM files WHERE modified_ms < ? ORDER BY modified_ms DESC LIMIT 1',
    )
  }

  /**
   * Largest and newest first, names from the front. Only what is there, but for sizes, which are few.
   * @param bounds of sizes: what lies outside is not read
   */
  of(order: SortOrder, bounds: Range | undefined): Iterable<Bucket> {
    if (order === 'size') {
      const largest = (this.#largest.get()?.length ?? 0) as number
      return sizes(octaveOf(bounds?.least ?? 0), octaveOf(Math.min(largest, bounds?.most ?? largest)))
    }
    return order === 'newest' ? this.#months() : this.#initials()
  }

  *#months(): Iterable<Bucket> {
    for (let month = this.#monthBefore(Number.POSITIVE_INFINITY); month !== undefined; ) {
      const current = month
      yield { mark: monthMark(current), parts: () => this.#days(current) }
      month = this.#monthBefore(monthStartMs(current))
    }
  }

  #monthBefore(ms: number): number | undefined {
    const before = this.#nextTime.get(ms)?.ms as number | undefined
    return before === undefined || before <= 0 ? undefined : monthOf(before)
  }

  *#days(month: number): Iterable<string> {
    const from = monthStartMs(month)
    for (let before = monthStartMs(month + 1); ; ) {
      const ms = this.#nextTime.get(before)?.ms as number | undefined
      if (ms === undefined || ms < from || ms <= 0) return
      yield dayMark(dayOf(ms))
      before = dayStartMs(dayOf(ms))
    }
  }

  *#initials(): Iterable<Bucket> {
    for (const beginning of this.#beginnings('', 1)) {
      yield { mark: initialMark(beginning), parts: () => this.#pairs(beginning) }
    }
  }

  *#pairs(initial: string): Iterable<string> {
    for (const beginning of this.#beginnings(initial, 2)) yield initialMark(beginning)
  }

  /** Of the keys that begin so: their first characters, each once; a space where a key is shorter. */
  *#beginnings(beginning: string, count: number): Iterable<string> {
    for (let from = beginning; ; ) {
      const key = this.#nextKey.get(from)?.key as string | undefined
      if (key === undefined || !key.startsWith(beginning)) return
      const found = [...key].slice(0, count).join('')
      yield [...found].length < count ? `${found} ` : found
      // A key that is shorter comes before all that go on from it.
      from = [...found].length < count ? `${found}\0` : found + LAST_CHARACTER
    }
  }
}

function* sizes(least: number, most: number): Iterable<Bucket> {
  for (let octave = most; octave >= least; octave--) {
    yield { mark: octaveMark(octave), parts: () => eighths(octave) }
  }
}

function* eighths(octave: number): Iterable<string> {
  for (let part = EIGHTHS - 1; part >= 0; part--) yield eighthMark(octave * EIGHTHS + part)
}
