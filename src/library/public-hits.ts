// What a stranger finds in the catalogue for everyone: entries by the words of their names, each with its way to the signed root.
// No folders, no times: the entries themselves hold none.

import type { DatabaseSync } from 'node:sqlite'
import type { CatalogueState, CatalogueStore } from './catalogue-store.ts'

export interface PublicHits {
  readonly total: number
  readonly hits: readonly { readonly entry: Uint8Array; readonly path: Uint8Array }[]
}

/** Words of one question; more narrow it no further. */
const MOST_TERMS = 8

export class PublicHitReader {
  readonly #database: DatabaseSync
  readonly #store: CatalogueStore

  constructor(database: DatabaseSync, store: CatalogueStore) {
    this.#database = database
    this.#store = store
  }

  /** @param words each must stand in the name, those with a minus must not; empty for all */
  find(state: CatalogueState, words: string, offset: number, limit: number): PublicHits {
    const terms = words
      .normalize('NFC')
      .split(/\s+/)
      .filter((term) => term !== '' && term !== '-')
      .slice(0, MOST_TERMS)
    const conditions = terms.map((term) => `name ${term.startsWith('-') ? 'NOT LIKE' : 'LIKE'} ? ESCAPE '\\'`)
    const where = ['shelf = ?', ...conditions].join(' AND ')
    const values = [state.shelf, ...terms.map((term) => `%${escaped(term.replace(/^-/, ''))}%`)]
    const { total } = this.#database
      .prepare(`SELECT count(*) AS total FROM catalogue_entries WHERE ${where}`)
      .get(...values) as { total: number }
    const rows = this.#database
      .prepare(
        `SELECT key, entry FROM catalogue_entries WHERE ${where}
          ORDER BY name COLLATE NOCASE, length, key LIMIT ? OFFSET ?`,
      )
      .all(...values, limit, offset) as { key: Uint8Array; entry: Uint8Array }[]
    const hits = rows.flatMap(({ key }) => this.#store.proof(state.audience, key) ?? [])
    return { total, hits }
  }
}

/** `%`, `_` and `\` as themselves. */
function escaped(term: string): string {
  return term.replaceAll(/[\\%_]/g, '\\$&')
}
