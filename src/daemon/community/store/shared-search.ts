// Finding and looking around in what members offer: one row for each content, whoever offers it under whatever name.
// Promise: a search costs by what it may find (MAX_LOOKED_AT), not by how much there is; nothing that was typed is SQL or FTS syntax.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeviceId } from '../../../community/ids.ts'
import { parseQuery, type Query, type Term } from '../../../library/search/query.ts'
import { type ContentId, contentIdText } from '../../../metainfo/content-id.ts'
import type { CatalogueAudience } from '../../../protocol/catalogue/audience.ts'
import { type CatalogueEntry, decodeEntry } from '../../../protocol/catalogue/entry.ts'
import { passes } from './entry-filter.ts'

/** Entries that match the words, looked at for filters and grouped: more than anybody pages through. */
export const MAX_LOOKED_AT = 5_000
/** Names and holders of one content that are told. */
const MAX_HOLDERS = 20
const MAX_NAMES = 10

export interface SharedHolder {
  readonly author: DeviceId
  readonly audience: CatalogueAudience
  /** Folders and name. */
  readonly path: string
}

export interface SharedContent {
  readonly content: string
  readonly entry: CatalogueEntry
  readonly otherNames: readonly string[]
  readonly holders: readonly SharedHolder[]
}

export interface SharedPage {
  readonly contents: readonly SharedContent[]
  readonly total: number
  /** There may be more than were counted. */
  readonly more: boolean
  readonly ignored: readonly string[]
}

export interface SharedFolder {
  readonly name: string
  readonly files: number
  readonly totalBytes: number
}

interface Row {
  readonly entry: Uint8Array
  readonly author: DeviceId
  readonly audience: CatalogueAudience
  readonly folder: string
}

export class SharedSearch {
  readonly #database: DatabaseSync
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
  }

  /** @param audiences where to look @param without the device whose own offers are left out */
  find(
    words: string,
    typing: boolean,
    audiences: readonly CatalogueAudience[],
    without: DeviceId,
    offset: number,
    limit: number,
  ): SharedPage {
    const query = parseQuery(words, typing)
    const match = matchOf(query)
    const places = JSON.stringify(audiences)
    const rows = (match === undefined
      ? this.#statements.listed.all(places, without, MAX_LOOKED_AT + 1)
      : this.#statements.found.all(match, places, without, MAX_LOOKED_AT + 1)) as unknown as Row[]
    const found = this.#grouped(rows.slice(0, MAX_LOOKED_AT), query)
    return {
      contents: found
        .slice(offset, offset + limit)
        .map((entry) => this.#whole(entry, places, without, entry)),
      total: found.length,
      more: rows.length > MAX_LOOKED_AT,
      ignored: query.ignored,
    }
  }

  /** Everything of one audience, each content once. */
  listed(
    audience: CatalogueAudience,
    offset: number,
    limit: number,
  ): { contents: SharedContent[]; total: number } {
    const places = JSON.stringify([audience])
    const { total } = this.#statements.countContents.get(audience) as { total: number }
    const rows = this.#statements.contents.all(audience, limit, offset) as unknown as {
      root: Uint8Array
      length: number
    }[]
    return {
      contents: rows.map(({ root, length }) => this.#whole({ root, lengthBytes: length }, places, '')),
      total,
    }
  }

  /** One folder of what one person's devices offer. @param path with '/'; empty for the top */
  folder(
    authors: readonly DeviceId[],
    audience: CatalogueAudience,
    path: string,
    offset: number,
    limit: number,
  ): { folders: SharedFolder[]; contents: SharedContent[]; total: number } {
    const who = JSON.stringify(authors)
    const [from, until, skipped] =
      path === '' ? ['', '\u{10ffff}', 0] : [`${path}/`, `${path}0`, path.length + 1]
    const folders = this.#statements.folders.all(
      skipped + 1,
      who,
      audience,
      from,
      until,
    ) as unknown as SharedFolder[]
    const { count } = this.#statements.countHere.get(who, audience, path) as { count: number }
    const shown = folders.slice(offset, offset + limit)
    const rows = this.#statements.here.all(
      who,
      audience,
      path,
      limit - shown.length,
      Math.max(0, offset - folders.length),
    ) as unknown as Row[]
    const places = JSON.stringify([audience])
    return {
      folders: shown.map(({ name, files, totalBytes }) => ({ name, files, totalBytes })),
      contents: rows.map(({ entry }) => {
        const shownEntry = decodeEntry(entry)
        return this.#whole(shownEntry, places, '', shownEntry)
      }),
      total: folders.length + count,
    }
  }

  /** Of all that is offered there, each content once. */
  sums(audience: CatalogueAudience): { readonly files: number; readonly bytes: number } {
    return this.#statements.sums.get(audience) as { files: number; bytes: number }
  }

  /** The same of some devices only. */
  sumsOf(
    audience: CatalogueAudience,
    devices: Iterable<DeviceId>,
  ): { readonly files: number; readonly bytes: number } {
    const authors = JSON.stringify([...devices])
    return this.#statements.sumsOf.get(audience, authors) as { files: number; bytes: number }
  }

  /** Devices that offer it there. */
  holders({ root, lengthBytes }: ContentId, audience: CatalogueAudience): DeviceId[] {
    const rows = this.#statements.holders.all(root, lengthBytes, audience) as unknown as {
      author: DeviceId
    }[]
    return rows.map(({ author }) => author)
  }

  /** Every content of an audience with those who offer it, in one pass. */
  *offered(
    audience: CatalogueAudience,
  ): Generator<{ content: string; lengthBytes: number; holders: DeviceId[] }> {
    for (const row of this.#database.prepare(SQL.offered).iterate(audience)) {
      const { root, length, authors } = row as { root: Uint8Array; length: number; authors: string }
      const content = contentIdText({ root, lengthBytes: length })
      yield { content, lengthBytes: length, holders: authors.split(',') as DeviceId[] }
    }
  }

  /** What is known of one content, wherever it is offered; undefined where nobody offers it. */
  content(
    content: ContentId,
    audiences: readonly CatalogueAudience[],
    without: DeviceId | '',
  ): SharedContent | undefined {
    const found = this.#whole(content, JSON.stringify(audiences), without)
    return found.holders.length === 0 ? undefined : found
  }

  /** Contents in the order of the rows, each once, as the entry that was found says it. */
  #grouped(rows: readonly Row[], query: Query): CatalogueEntry[] {
    const found = new Map<string, CatalogueEntry>()
    for (const { entry: bytes } of rows) {
      const entry = decodeEntry(bytes)
      const key = contentIdText(entry)
      if (!found.has(key) && passes(query, entry)) found.set(key, entry)
    }
    return [...found.values()]
  }

  #whole(
    { root, lengthBytes }: ContentId,
    audiences: string,
    without: DeviceId | '',
    shown?: CatalogueEntry,
  ): SharedContent {
    const rows = this.#statements.ofContent.all(root, lengthBytes, audiences, without) as unknown as Row[]
    const entries = rows.map(({ entry }) => decodeEntry(entry))
    const entry = shown ?? entries[0] ?? EMPTY_ENTRY
    const names = new Set(entries.map(({ name }) => name))
    names.delete(entry.name)
    return {
      content: contentIdText({ root, lengthBytes }),
      entry,
      otherNames: [...names].slice(0, MAX_NAMES),
      holders: rows.slice(0, MAX_HOLDERS).map(({ author, audience, folder }, at) => {
        const name = entries[at]?.name ?? ''
        return { author, audience, path: folder === '' ? name : `${folder}/${name}` }
      }),
    }
  }
}

const EMPTY_ENTRY: CatalogueEntry = {
  root: new Uint8Array(32),
  lengthBytes: 0,
  name: '',
  words: [],
  kind: 'file',
  facts: {},
  licence: undefined,
  publisher: undefined,
  folders: [],
}

/** Undefined where no word is asked for. Every word is quoted, so that none is an operator. */
export function matchOf({ terms, excluded }: Pick<Query, 'terms' | 'excluded'>): string | undefined {
  if (terms.length === 0) return undefined
  const wanted = terms.map(termOf).join(' AND ')
  return excluded.length === 0 ? wanted : `(${wanted}) NOT (${excluded.map(termOf).join(' OR ')})`
}

function termOf({ runs, open }: Term): string {
  return `(${runs.map((run) => `"${run.map((word) => word.replaceAll('"', '""')).join(' ')}"${open ? '*' : ''}`).join(' OR ')})`
}

const FROM = 'FROM shared_entries e JOIN shared_catalogues c ON c.id = e.catalogue'
const ROW = 'SELECT e.entry, c.author, c.audience, e.folder'

const SQL = {
  found: `${ROW} FROM shared_words w JOIN shared_entries e ON e.id = w.rowid JOIN shared_catalogues c ON c.id = e.catalogue
    WHERE shared_words MATCH ? AND c.audience IN (SELECT value FROM json_each(?)) AND c.author <> ?
    ORDER BY bm25(shared_words, 10.0, 1.0), e.name COLLATE NOCASE, e.id LIMIT ?`,
  listed: `${ROW} ${FROM} WHERE c.audience IN (SELECT value FROM json_each(?)) AND c.author <> ?
    ORDER BY e.name COLLATE NOCASE, e.id LIMIT ?`,
  ofContent: `${ROW} ${FROM} WHERE e.root = ? AND e.length = ? AND c.audience IN (SELECT value FROM json_each(?)) AND c.author <> ?
    ORDER BY c.author, e.folder, e.name LIMIT 500`,
  sums: `SELECT count(*) AS files, coalesce(sum(length), 0) AS bytes FROM (SELECT DISTINCT e.root, e.length ${FROM} WHERE c.audience = ?)`,
  sumsOf: `SELECT count(*) AS files, coalesce(sum(length), 0) AS bytes FROM (SELECT DISTINCT e.root, e.length ${FROM} WHERE c.audience = ?
    AND c.author IN (SELECT value FROM json_each(?)))`,
  countContents: `SELECT count(*) AS total FROM (SELECT DISTINCT e.root, e.length ${FROM} WHERE c.audience = ?)`,
  contents: `SELECT e.root, e.length ${FROM} WHERE c.audience = ? GROUP BY e.root, e.length
    ORDER BY min(e.name) COLLATE NOCASE, e.root LIMIT ? OFFSET ?`,
  folders: `WITH below AS (SELECT substr(e.folder, ?) AS rest, e.length ${FROM}
      WHERE c.author IN (SELECT value FROM json_each(?)) AND c.audience = ? AND e.folder > ? AND e.folder < ?)
    SELECT iif(instr(rest, '/') = 0, rest, substr(rest, 1, instr(rest, '/') - 1)) AS name, count(*) AS files, sum(length) AS totalBytes
    FROM below GROUP BY name ORDER BY name COLLATE NOCASE, name`,
  countHere: `SELECT count(*) AS count ${FROM} WHERE c.author IN (SELECT value FROM json_each(?)) AND c.audience = ? AND e.folder = ?`,
  here: `${ROW} ${FROM} WHERE c.author IN (SELECT value FROM json_each(?)) AND c.audience = ? AND e.folder = ?
    ORDER BY e.name COLLATE NOCASE, e.id LIMIT ? OFFSET ?`,
  holders: `SELECT DISTINCT c.author ${FROM} WHERE e.root = ? AND e.length = ? AND c.audience = ?`,
  offered: `SELECT e.root, e.length, group_concat(DISTINCT c.author || '') AS authors ${FROM} WHERE c.audience = ?
    GROUP BY e.root, e.length`,
} as const
