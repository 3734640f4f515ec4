// Ids of the files that an expression of the full-text index matches, the newest in the library first. The index reads a
// list as long as it is, however few are wanted of it; so it is asked a window of ids at a time, and whoever asks can
// stop between two.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Of ids: the first window, and the largest. */
const FIRST_WINDOW = 32_768
const LARGEST_WINDOW = 1_048_576
/** A window that took less is followed by a larger one: short lists are read in a few. */
const QUICK_MICROS = 500

export interface Matches {
  readonly ids: readonly number[]
  /** Whether these are all. */
  readonly complete: boolean
}

export class MatchReader {
  readonly #window: StatementSync
  readonly #newest: StatementSync

  constructor(database: DatabaseSync) {
    this.#window = database.prepare(
      'SELECT rowid FROM words WHERE words MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?',
    )
    this.#window.setReturnArrays(true)
    this.#newest = database.prepare('SELECT max(id) AS id FROM files')
  }

  /** @param goOn asked after each window */
  read(expression: string, limit: number, goOn: () => boolean): Matches {
    const newest = (this.#newest.get()?.id ?? 0) as number
    const ids: number[] = []
    let width = FIRST_WINDOW
    let to = newest
    while (to > 0) {
      const from = process.threadCpuUsage()
      // One more than wanted tells whether these are all.
      const rows = this.#window.all(expression, to - width, to, limit + 1 - ids.length) as unknown as [
        number,
      ][]
      for (const [id] of rows) ids.push(id)
      if (ids.length > limit) return { ids: ids.slice(0, limit), complete: false }
      if (to > width && !goOn()) return { ids, complete: false }
      const { user, system } = process.threadCpuUsage(from)
      to -= width
      if (user + system < QUICK_MICROS) width = Math.min(2 * width, LARGEST_WINDOW)
    }
    return { ids, complete: true }
  }
}
