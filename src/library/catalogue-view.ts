// Exactly what somebody of an audience gets to see: read from the catalogue's entries as they are signed, and from nothing else.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { toHex } from '../base/bytes.ts'
import { contentIdText } from '../metainfo/content-id.ts'
import { decodeEntry } from '../protocol/catalogue/entry.ts'
import type { CatalogueState } from './catalogue-store.ts'
import type { MediaFacts } from './file-record.ts'
import { mediaFactsOf } from './offered-file.ts'

export interface SeenRow {
  readonly content: string
  readonly name: string
  readonly kind: string
  readonly lengthBytes: number
  readonly facts: MediaFacts
  readonly licence: { readonly kind: 'own-work' | 'open' | 'permission'; readonly id: string | null } | null
  readonly publisher: string | null
}

export interface SeenFolder {
  readonly name: string
  readonly files: number
  readonly totalBytes: number
}

export interface SeenPage {
  readonly folders: readonly SeenFolder[]
  readonly rows: readonly SeenRow[]
  /** Folders and files here; the offset counts through both, folders first. */
  readonly total: number
  /** Of everything at and below here. */
  readonly totalBytes: number
  /** Null while nothing was ever offered to them; of an emptied catalogue there is one, so that others learn it. */
  readonly head: {
    readonly seq: number
    readonly root: string
    readonly count: number
    /** Seconds since 1970: what is signed. */
    readonly issued: number
    /** Milliseconds since 1970. */
    readonly expiresMs: number
  } | null
}

export const SEES_NOTHING: SeenPage = { folders: [], rows: [], total: 0, totalBytes: 0, head: null }

export class CatalogueView {
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
  }

  /** @param path of a folder of the browse tree, with `/`; empty for its top, where strangers see all there is */
  page(state: CatalogueState, path: string, offset: number, limit: number): SeenPage {
    const { shelf, seq, root, count, issued, expires } = state
    // Below a folder are those whose path begins with it and a slash; `0` is the character after the slash.
    const below =
      path === '' ? (['', '\u{10ffff}', 0] as const) : ([`${path}/`, `${path}0`, path.length + 1] as const)
    const [from, until, skipped] = below
    const folders = this.#statements.folders.all(skipped + 1, shelf, from, until) as unknown as SeenFolder[]
    const here = this.#statements.here.get(shelf, path) as { count: number; bytes: number }
    const shown = folders.slice(offset, offset + limit)
    const rows = this.#statements.rows.all(
      shelf,
      path,
      limit - shown.length,
      Math.max(0, offset - folders.length),
    ) as { entry: Uint8Array }[]
    return {
      folders: shown.map(({ name, files, totalBytes }) => ({ name, files, totalBytes })),
      rows: rows.map(({ entry }) => rowOf(entry)),
      total: folders.length + here.count,
      totalBytes: folders.reduce((sum, { totalBytes }) => sum + totalBytes, here.bytes),
      head: { seq, root: toHex(root), count, issued, expiresMs: expires * 1_000 },
    }
  }
}

function rowOf(bytes: Uint8Array): SeenRow {
  const { root, lengthBytes, name, kind, facts, licence, publisher } = decodeEntry(bytes)
  return {
    content: contentIdText({ root, lengthBytes }),
    name,
    kind,
    lengthBytes,
    facts: mediaFactsOf(facts),
    licence: licence === undefined ? null : { kind: licence.kind, id: licence.id ?? null },
    publisher: publisher ?? null,
  }
}

const SQL = {
  // `rest` is the path below the folder that is looked into; its first component is the folder shown.
  folders: `WITH below AS (SELECT substr(folder, ?) AS rest, length FROM catalogue_entries
      WHERE shelf = ? AND folder > ? AND folder < ?)
    SELECT iif(instr(rest, '/') = 0, rest, substr(rest, 1, instr(rest, '/') - 1)) AS name,
      count(*) AS files, sum(length) AS totalBytes
    FROM below GROUP BY name ORDER BY name COLLATE NOCASE, name`,
  here: 'SELECT count(*) AS count, coalesce(sum(length), 0) AS bytes FROM catalogue_entries WHERE shelf = ? AND folder = ?',
  // Skipped within the index, without reading a single entry.
  rows: `SELECT e.entry FROM
      (SELECT shelf, key, name, length FROM catalogue_entries WHERE shelf = ? AND folder = ?
        ORDER BY name COLLATE NOCASE, length, key LIMIT ? OFFSET ?) p
      JOIN catalogue_entries e ON e.shelf = p.shelf AND e.key = p.key
    ORDER BY p.name COLLATE NOCASE, p.length, p.key`,
} as const
