// Ids of files in the order of their names, from one beginning of a name. It serves where so many names that match begin
// alike (`IMG_…`) that the index cannot say which come first: then walking along the names meets matches soon.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Ids at a time: between two, whoever walks may stop. */
const STEP = 128

export class NameWalk {
  readonly #step: StatementSync

  constructor(database: DatabaseSync) {
    this.#step = database.prepare(`
      SELECT name_key, id FROM files WHERE (name_key, id) > (?, ?) AND name_key < ? ORDER BY name_key, id LIMIT ${STEP}`)
    this.#step.setReturnArrays(true)
  }

  /** @param mark of the first two characters of a name key */
  *from(mark: string): Generator<readonly number[]> {
    const beginning = mark.slice(2).replaceAll('_', ' ')
    const end = `${beginning}\u{10ffff}`
    // One character alone stands before all that go on from it with a space.
    for (let [key, id] = [beginning.trimEnd(), 0]; ; ) {
      const rows = this.#step.all(key, id, end) as unknown as [string, number][]
      const last = rows.at(-1)
      if (last === undefined) return
      yield rows.map(([, each]) => each)
      ;[key, id] = last
    }
  }
}
