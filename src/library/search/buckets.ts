// In which order to read the marks of sizes, ages and names, so that what is read first comes first in that order.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Range } from './amount.ts'
import { EIGHTHS, eighthMark, monthOfDay, octaveOf } from './marks.ts'

export type SortOrder = 'name' | 'size' | 'newest'

export interface Bucket {
  readonly mark: string
  /** Marks of its parts in order, for whoever finds too much in it. */
  parts(): Iterable<string>
}

export class SortBuckets {
  readonly #marks: StatementSync

  constructor(database: DatabaseSync) {
    this.#marks = database.prepare('SELECT word FROM vocabulary WHERE word >= ? AND word < ?')
  }

  /**
   * Largest and newest first, names from the front; every bucket there ever was.
   * @param bounds of sizes: what lies outside is not read
   */
  of(order: SortOrder, bounds: Range | undefined): readonly Bucket[] {
    if (order === 'size') {
      const [least, most] = [octaveOf(bounds?.least ?? 0), octaveOf(bounds?.most ?? Number.MAX_SAFE_INTEGER)]
      return this.#numbered('s')
        .filter(({ number }) => number >= least && number <= most)
        .map(({ mark, number }) => ({ mark, parts: () => eighths(number) }))
    }
    if (order === 'newest') {
      return this.#numbered('m').map(({ mark, number }) => ({ mark, parts: () => this.#days(number) }))
    }
    return this.#lettered('n', '').map((mark) => ({ mark, parts: () => this.#lettered('k', mark.slice(2)) }))
  }

  #days(month: number): readonly string[] {
    return this.#numbered('d')
      .filter(({ number }) => monthOfDay(number) === month)
      .map(({ mark }) => mark)
  }

  /** From the highest down. */
  #numbered(kind: 's' | 'm' | 'd'): { readonly mark: string; readonly number: number }[] {
    return this.#all(kind)
      .map((mark) => ({ mark, number: Number.parseInt(mark.slice(2), 36) }))
      .sort((a, b) => b.number - a.number)
  }

  #lettered(kind: 'n' | 'k', beginning: string): string[] {
    // A space is written as `_`, and comes first as in a name key.
    const key = (mark: string): string => mark.slice(2).replaceAll('_', ' ')
    return this.#all(`${kind}${beginning}`).sort((a, b) => (key(a) < key(b) ? -1 : 1))
  }

  #all(kind: string): string[] {
    return this.#marks.all(`_${kind}`, `_${kind}\u{10ffff}`).map(({ word }) => word as string)
  }
}

function* eighths(octave: number): Iterable<string> {
  for (let part = EIGHTHS - 1; part >= 0; part--) yield eighthMark(octave * EIGHTHS + part)
}
