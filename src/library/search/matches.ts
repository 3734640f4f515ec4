// Ids of the files that an expression of the full-text index matches, the newest in the library first. The index reads its
// lists until something matches, however far that is; so it is asked a few blocks of ids at a time, whose marks end its
// lists for it, and whoever asks can stop between two.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { blockMark, blockOf } from './marks.ts'
import type { Expression } from './plan.ts'

/** At once, at most. */
const MOST_BLOCKS = 16
/** What took less is followed by twice as many: short lists are read in a few. */
const QUICK_MICROS = 500

export interface Matches {
  readonly ids: readonly number[]
  /** Whether these are all. */
  readonly complete: boolean
}

export class MatchReader {
  readonly #some: StatementSync
  readonly #newest: StatementSync

  constructor(database: DatabaseSync) {
    this.#some = database.prepare('SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?')
    this.#some.setReturnArrays(true)
    this.#newest = database.prepare('SELECT max(id) AS id FROM files')
  }

  /** @param goOn asked before each further block */
  read(expression: Expression, limit: number, goOn: () => boolean): Matches {
    const newest = blockOf((this.#newest.get()?.id ?? 0) as number)
    const ids: number[] = []
    let width = 1
    for (let last = newest; last >= 0; ) {
      const first = Math.max(0, last - width + 1)
      const from = process.threadCpuUsage()
      // One more than wanted tells whether these are all.
      const text = newest === 0 ? expression() : expression(blocks(first, last))
      const rows = this.#some.all(text, limit + 1 - ids.length) as unknown as [number][]
      for (const [id] of rows) ids.push(id)
      if (ids.length > limit) return { ids: ids.slice(0, limit), complete: false }
      if (first > 0 && !goOn()) return { ids, complete: false }
      const { user, system } = process.threadCpuUsage(from)
      if (user + system < QUICK_MICROS) width = Math.min(2 * width, MOST_BLOCKS)
      last = first - 1
    }
    return { ids, complete: true }
  }
}

function blocks(first: number, last: number): string {
  const marks = Array.from({ length: last - first + 1 }, (_, index) => `"${blockMark(last - index)}"`)
  return `(${marks.join(' OR ')})`
}
