// The catalogue that strangers see, kept in step with what is offered to everyone. Promises: what is offered no more leaves it in
// the very transaction that ends the offer; what is new comes in later, in slices that keep nobody waiting.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Digest } from '../base/ports.ts'
import type { ContentId } from '../metainfo/content-id.ts'
import { type CatalogueAudience, EVERYONE } from '../protocol/catalogue/audience.ts'
import type { EntryLicence } from '../protocol/catalogue/entry.ts'
import { type CatalogueState, CatalogueStore } from './catalogue-store.ts'
import { CatalogueView, SEES_NOTHING, type SeenPage } from './catalogue-view.ts'
import { factsFrom } from './file-rows.ts'
import type { LibraryWrites } from './library-writes.ts'
import { kindOf } from './names/kinds.ts'
import { wordsOf } from './names/words.ts'
import type { OfferedFile } from './offered-file.ts'
import { isWithheld, type Withheld } from './withheld.ts'

/** Contents in one step: some 30 ms of a processor, and one sync. */
const CONTENTS_AT_ONCE = 250
/** An offer of more contents than this ends by emptying the catalogue, which takes no time; the rest of it comes again by steps. */
const LEAVING_AT_ONCE = 1_000

/** `gone`: entries that are not offered so; `missing`: what is offered and not in it; `all`: everything that is offered, anew. */
type Pass = 'gone' | 'missing' | 'all'

export class EveryoneCatalogue {
  readonly store: CatalogueStore
  readonly #writes: LibraryWrites
  readonly #withheld: Pick<Withheld, 'isKnown'>
  readonly #view: CatalogueView
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>
  /** What is still to be gone through, and how far the first of it is. */
  #passes: Pass[] = ['gone', 'missing']
  #after: Row = BEGINNING

  constructor(writes: LibraryWrites, withheld: Pick<Withheld, 'isKnown'>, digest: Digest) {
    const { database } = writes
    this.#writes = writes
    this.#withheld = withheld
    this.store = new CatalogueStore(database, { digest, wordsOfName })
    this.#view = new CatalogueView(database)
    this.#statements = prepared(database)
  }

  /** A folder offers nothing to everyone any more: before its offer ends, in the same transaction. @param now seconds since 1970 */
  end(folder: string, now: number): void {
    this.#writes.run(() => {
      const contents = this.#statements.ofFolder.all(folder, LEAVING_AT_ONCE + 1) as unknown as Row[]
      if (contents.length === 0) return
      // Others may offer what is withheld, too.
      if (contents.length > LEAVING_AT_ONCE || !this.#withheld.isKnown) {
        this.store.empty(now)
        this.begin('all')
        return
      }
      const others = contents.flatMap((content) => this.#offered(content, folder))
      this.store.refresh(EVERYONE, contents.map(contentFrom), others, now)
    }, 'full')
  }

  /** Nothing is offered to anybody any more: in the transaction that says so. */
  endAll(now: number): CatalogueState[] {
    this.#passes = []
    return this.#writes.run(() => this.store.empty(now), 'full')
  }

  /** What is withheld is another than before: it leaves at once, what is not any more comes back by steps. */
  withholds(now: number): void {
    this.#writes.run(() => {
      const { shelf = 0 } = this.store.state(EVERYONE) ?? {}
      const contents = this.#statements.withheld.all(shelf, LEAVING_AT_ONCE + 1) as unknown as Row[]
      if (contents.length > LEAVING_AT_ONCE) this.store.empty(now)
      else if (contents.length > 0) this.store.refresh(EVERYONE, contents.map(contentFrom), [], now)
    }, 'full')
    this.begin('changed')
  }

  /** Offers have changed; `all`: or what is known of their files has. */
  begin(what: 'changed' | 'all'): void {
    // What was not gone through to its end is gone through again.
    const all = what === 'all' || this.#passes.includes('all')
    this.#passes = ['gone', all ? 'all' : 'missing']
    this.#after = BEGINNING
  }

  /** Some of what is to be done; nothing until it is known what is withheld. @returns whether there is more */
  step(now: number): boolean {
    if (!this.#withheld.isKnown) return false
    const [pass] = this.#passes
    if (pass === undefined) return this.#tidy(now)
    const contents = this.#next(pass)
    if (contents.length > 0) {
      const offered = contents.flatMap((content) => this.#offered(content))
      // Durable, since its number may be signed next.
      this.#writes.run(() => this.store.refresh(EVERYONE, contents.map(contentFrom), offered, now), 'full')
    }
    const last = contents.at(-1)
    if (last !== undefined && contents.length === CONTENTS_AT_ONCE) this.#after = last
    else {
      this.#passes.shift()
      this.#after = BEGINNING
    }
    return true
  }

  /** Exactly what somebody of this audience gets to see of the library. */
  seen(audience: string, path: string, offset: number, limit: number): SeenPage {
    const state = this.store.state(audience as CatalogueAudience)
    return state === undefined ? SEES_NOTHING : this.#view.page(state, path, offset, limit)
  }

  #tidy(now: number): boolean {
    this.store.renew(now)
    return this.store.sweep(now)
  }

  #next(pass: Pass): Row[] {
    const shelf = this.store.state(EVERYONE)?.shelf ?? 0
    const { root, length } = this.#after
    return this.#statements[pass].all(shelf, root, length, CONTENTS_AT_ONCE) as unknown as Row[]
  }

  /** Every file with this content that everyone may get, but for those of one folder. */
  #offered({ root, length }: Row, without = ''): OfferedFile[] {
    const rows = this.#statements.offered.all(root, length, without) as unknown as OfferedRow[]
    const [first] = rows
    if (first === undefined) return []
    const known = this.#statements.known.get(root, length) as KnownRow | undefined
    const mediaType = known?.media_type ?? undefined
    return rows.map((row) => {
      const name = row.path.slice(row.path.lastIndexOf('/') + 1)
      return {
        content: { root, lengthBytes: length },
        name,
        kind: kindOf(name, mediaType),
        facts: factsFrom(known?.facts ?? null),
        licence: licenceFrom(row),
        publisher: row.publisher ?? undefined,
        folders: [],
      }
    })
  }
}

/** A content, as the tables name it. */
interface Row {
  readonly root: Uint8Array
  readonly length: number
}

interface OfferedRow {
  readonly path: string
  readonly licence_kind: string | null
  readonly licence_id: string | null
  readonly publisher: string | null
}

interface KnownRow {
  readonly media_type: string | null
  readonly facts: string | null
}

const BEGINNING: Row = { root: new Uint8Array(0), length: 0 }

function contentFrom({ root, length }: Row): ContentId {
  return { root, lengthBytes: length }
}

/** Undefined for what nobody may offer to everyone. */
function licenceFrom({ licence_kind: kind, licence_id: id }: OfferedRow): EntryLicence | undefined {
  if (kind !== 'own-work' && kind !== 'open' && kind !== 'permission') return undefined
  return id === null ? { kind } : { kind, id }
}

/** What strangers can search for: the words themselves, then runs that were taken apart. */
function wordsOfName(name: string): readonly string[] {
  const { words, joined } = wordsOf(name)
  return [...words, ...joined]
}

function prepared(database: DatabaseSync): Readonly<Record<keyof typeof SQL, StatementSync>> {
  return Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Readonly<Record<keyof typeof SQL, StatementSync>>
}

const OFFERED = `FROM manifest m JOIN offers o ON o.id = m.offer
  WHERE o.ended = 0 AND o.audience = 'everyone' AND m.root IS NOT NULL
    AND NOT ${isWithheld('m.root', 'coalesce(m.copy_length, m.length)')}`

const SQL = {
  ofFolder: `SELECT DISTINCT m.root, coalesce(m.copy_length, m.length) AS length ${OFFERED} AND o.folder = ? LIMIT ?`,
  offered: `SELECT m.path, f.licence_kind, f.licence_id, f.publisher
    FROM manifest m JOIN offers o ON o.id = m.offer JOIN folders f ON f.id = o.folder
    WHERE m.root = ? AND coalesce(m.copy_length, m.length) = ? AND o.ended = 0 AND o.audience = 'everyone'
      AND o.folder <> ? AND NOT ${isWithheld('m.root', 'coalesce(m.copy_length, m.length)')}`,
  withheld: `SELECT DISTINCT e.root, e.length FROM temp.withheld w
    JOIN catalogue_entries e INDEXED BY catalogue_entries_content ON e.shelf = ? AND e.root = w.root AND e.length = w.length LIMIT ?`,
  known: `SELECT files.media_type, files.facts FROM contents JOIN files ON files.content = contents.id
    WHERE contents.root = ? AND contents.length = ? ORDER BY files.looked DESC, files.id LIMIT 1`,
  // Also those that stand there by a name that no offered file has any more.
  gone: `SELECT DISTINCT e.root, e.length FROM catalogue_entries e
    WHERE e.shelf = ?1 AND e.root >= ?2 AND (e.root, e.length) > (?2, ?3)
      AND NOT EXISTS (SELECT 1 ${OFFERED} AND m.root = e.root AND coalesce(m.copy_length, m.length) = e.length
        AND (m.path = e.name OR substr(m.path, -length(e.name) - 1) = '/' || e.name))
    ORDER BY e.root, e.length LIMIT ?4`,
  missing: `SELECT DISTINCT m.root, coalesce(m.copy_length, m.length) AS length ${OFFERED}
      AND m.root >= ?2 AND (m.root, coalesce(m.copy_length, m.length)) > (?2, ?3)
      AND NOT EXISTS (SELECT 1 FROM catalogue_entries e INDEXED BY catalogue_entries_content WHERE e.shelf = ?1 AND e.root = m.root
        AND e.length = coalesce(m.copy_length, m.length))
    ORDER BY 1, 2 LIMIT ?4`,
  all: `SELECT DISTINCT m.root, coalesce(m.copy_length, m.length) AS length ${OFFERED}
      AND m.root >= ?2 AND (m.root, coalesce(m.copy_length, m.length)) > (?2, ?3) AND ?1 >= 0
    ORDER BY 1, 2 LIMIT ?4`,
} as const
