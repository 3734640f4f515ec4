// Searches that go on by themselves: what they asked for, and which contents came that match. A content that was dismissed never comes
// back for that wish. Promise: hits are found when something new is told of, never by asking again.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { parseQuery, type Query } from '../../../library/search/query.ts'
import { contentIdText } from '../../../metainfo/content-id.ts'
import type { CatalogueEntry } from '../../../protocol/catalogue/entry.ts'
import { isAbout } from './entry-filter.ts'

/** Each is matched against all that comes: 5 µs each. */
export const MAX_WISHES = 200
/** Of one wish; somebody who wishes for `e` gets no more than they can look at. */
const MAX_HITS = 1_000

export type Reach = 'circles' | 'nearby'

export interface WishRecord {
  readonly id: string
  readonly words: string
  readonly in: Reach
  readonly at: number
  readonly hits: number
  readonly unseen: number
}

export class Wishes {
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>
  readonly #queries = new Map<string, { readonly reach: Reach; readonly query: Query }>()

  constructor(database: DatabaseSync) {
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
    for (const { id, words, in: reach } of this.all())
      this.#queries.set(id, { reach, query: parseQuery(words) })
  }

  all(): WishRecord[] {
    return this.#statements.all.all() as unknown as WishRecord[]
  }

  find(id: string): WishRecord | undefined {
    return this.all().find((wish) => wish.id === id)
  }

  get full(): boolean {
    return this.#queries.size >= MAX_WISHES
  }

  add(id: string, words: string, reach: Reach, at: number): void {
    this.#statements.add.run(id, words, reach, at)
    this.#queries.set(id, { reach, query: parseQuery(words) })
  }

  remove(id: string): boolean {
    this.#queries.delete(id)
    this.#statements.removeHits.run(id)
    return Number(this.#statements.remove.run(id).changes) > 0
  }

  /** Contents that came, newest first, but for those that were dismissed. */
  hits(id: string): string[] {
    return (this.#statements.hits.all(id) as unknown as { content: string }[]).map(({ content }) => content)
  }

  seen(id: string): void {
    this.#statements.seen.run(id)
  }

  dismiss(id: string, content: string, at: number): void {
    this.#statements.dismiss.run(id, content, at)
  }

  /** @returns the wishes that came true, each with the first entry that is new to it */
  match(reach: Reach, entries: Iterable<CatalogueEntry>, at: number): Map<string, CatalogueEntry> {
    const true_ = new Map<string, CatalogueEntry>()
    if (this.#queries.size === 0) return true_
    for (const entry of entries)
      for (const [id, wish] of this.#queries) {
        if (wish.reach !== reach || !isAbout(wish.query, entry)) continue
        const { changes } = this.#statements.hit.run(id, contentIdText(entry), at, id, MAX_HITS)
        if (Number(changes) > 0 && !true_.has(id)) true_.set(id, entry)
      }
    return true_
  }
}

const SQL = {
  all: `SELECT id, words, reach AS "in", at,
      (SELECT count(*) FROM wish_hits h WHERE h.wish = wishes.id AND dismissed = 0) AS hits,
      (SELECT count(*) FROM wish_hits h WHERE h.wish = wishes.id AND dismissed = 0 AND seen = 0) AS unseen
    FROM wishes ORDER BY at DESC, id`,
  add: 'INSERT INTO wishes (id, words, reach, at) VALUES (?, ?, ?, ?)',
  remove: 'DELETE FROM wishes WHERE id = ?',
  removeHits: 'DELETE FROM wish_hits WHERE wish = ?',
  hits: 'SELECT content FROM wish_hits WHERE wish = ? AND dismissed = 0 ORDER BY at DESC, content',
  seen: 'UPDATE wish_hits SET seen = 1 WHERE wish = ?',
  dismiss: `INSERT INTO wish_hits (wish, content, at, seen, dismissed) VALUES (?, ?, ?, 1, 1)
    ON CONFLICT (wish, content) DO UPDATE SET seen = 1, dismissed = 1`,
  hit: `INSERT OR IGNORE INTO wish_hits (wish, content, at)
    SELECT ?, ?, ? WHERE (SELECT count(*) FROM wish_hits WHERE wish = ?) < ?`,
} as const
