// Entries as people see them: one content, or one file not hashed yet, with the places where it lies.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { toHex } from '../base/bytes.ts'
import type { ContentId } from '../metainfo/content-id.ts'
import { contentIdText } from '../metainfo/content-id.ts'
import { DirectoryTree } from './directory-tree.ts'
import type { MediaFacts } from './file-record.ts'
import { factsFrom } from './file-rows.ts'
import type { LicenceRecord } from './folder-store.ts'
import { kindOf } from './names/kinds.ts'

export interface Place {
  readonly where: 'folder' | 'transfer'
  readonly id: string
  /** Below its folder or transfer. */
  readonly path: string
  /** Of a folder: where it lies itself. */
  readonly root?: string
  readonly name: string
  readonly modifiedAt: string | null
  readonly audience: string
}

export interface Entry {
  readonly content: string | null
  readonly name: string
  readonly kind: string
  readonly mediaType: string | null
  readonly lengthBytes: number
  readonly facts: MediaFacts
  readonly licence: LicenceRecord | null
  readonly publisher: string | null
  /** Whoever checks files says that. */
  readonly check: null
  readonly places: readonly Place[]
  readonly placeCount: number
}

/** A file with what an entry of it says. */
export interface EntryRow {
  readonly id: number
  readonly holder: number
  readonly directory: number
  readonly name: string
  readonly nameKey: string
  readonly lengthBytes: number
  readonly modifiedMs: number
  /** Key of its content. */
  readonly content: number | undefined
  readonly mediaType: string | undefined
  readonly facts: MediaFacts
}

/** Shown of an entry that lies in many places; a call for one entry pages through all. */
export const SHOWN_PLACES = 10
/** Times that have a date with four digits; file systems hold others. */
const LAST_MOMENT_MS = Date.UTC(10_000, 0) - 1

const COLUMNS =
  'files.id, files.holder, files.directory, files.name, files.name_key, files.length, files.modified_ms, files.content, files.media_type, files.facts'
const PRESENT = 'files JOIN holders ON holders.key = files.holder AND holders.leaving = 0'

/** In the order of COLUMNS. */
type Columns = [
  id: number,
  holder: number,
  directory: number,
  name: string,
  nameKey: string,
  lengthBytes: number,
  modifiedMs: number,
  content: number | null,
  mediaType: string | null,
  facts: string | null,
]
const NO_FACTS: MediaFacts = {}

interface Holder {
  readonly where: 'folder' | 'transfer'
  readonly id: string
  readonly root: string | null
  readonly audience: string
  readonly licence: LicenceRecord | null
  readonly publisher: string | null
}

export class EntryReader {
  readonly directories: DirectoryTree
  readonly #file: StatementSync
  readonly #inContent: StatementSync
  readonly #countInContent: StatementSync
  readonly #content: StatementSync
  readonly #contentKey: StatementSync
  readonly #holder: StatementSync

  readonly #leaving: StatementSync
  readonly #holderName: StatementSync
  /** For one request, so that all of it is of one instant: holders that are going, and what rows share. */
  #gone = new Set<number>()
  readonly #holders = new Map<number, Holder>()
  readonly #paths = new Map<number, string>()

  constructor(database: DatabaseSync) {
    this.directories = new DirectoryTree(database)
    // A thousand of them are read for one search: no join, and arrays, which are made in half the time.
    this.#file = database.prepare(`SELECT ${COLUMNS} FROM files WHERE id = ?`)
    this.#file.setReturnArrays(true)
    this.#holderName = database.prepare('SELECT name FROM holders WHERE key = ?')
    this.#leaving = database.prepare('SELECT key FROM holders WHERE leaving = 1')
    this.#inContent = database.prepare(
      `SELECT ${COLUMNS} FROM ${PRESENT} WHERE files.content = ? ORDER BY files.id LIMIT ? OFFSET ?`,
    )
    this.#countInContent = database.prepare(`SELECT count(*) AS n FROM ${PRESENT} WHERE files.content = ?`)
    this.#content = database.prepare('SELECT root, length FROM contents WHERE id = ?')
    this.#contentKey = database.prepare('SELECT id FROM contents WHERE root = ? AND length = ?')
    this.#holder = database.prepare(`
      SELECT kind, holders.id, folders.path AS root, audience, licence_kind, licence_id, publisher
      FROM holders LEFT JOIN folders ON folders.holder = holders.key WHERE key = ?`)
  }

  /** Before each request: nothing of an earlier one is believed. */
  begin(): void {
    this.#gone = new Set(this.#leaving.all().map(({ key }) => key as number))
    this.#holders.clear()
    this.#paths.clear()
  }

  /** Undefined for what is gone or going. */
  row(id: number): EntryRow | undefined {
    const row = this.#file.get(id) as unknown as Columns | undefined
    if (row === undefined || this.#gone.has(row[1])) return undefined
    const [, holder, directory, name, nameKey, lengthBytes, modifiedMs, content, mediaType, facts] = row
    return {
      id,
      holder,
      directory,
      name,
      nameKey,
      lengthBytes,
      modifiedMs,
      content: content ?? undefined,
      mediaType: mediaType ?? undefined,
      facts: facts === null ? NO_FACTS : factsFrom(facts),
    }
  }

  /** Holder and directories from the top, as they are found as words. */
  pathOf({ holder, directory }: EntryRow): readonly string[] {
    const top = this.#holderName.get(holder)?.name as string
    return [top, ...this.directories.componentsOf(directory)]
  }

  /** @param named the file whose name is shown: the one that was found */
  entry(named: EntryRow): Entry {
    if (named.content === undefined) return this.#entry(named, null, [named], 1)
    const rows = this.#inContent.all(named.content, SHOWN_PLACES, 0).map(entryRow)
    const count = rows.length < SHOWN_PLACES ? rows.length : this.#count(named.content)
    return this.#entry(named, this.#text(named.content), rows, count)
  }

  /** One content with a page of its places. Undefined when it lies nowhere. */
  content(content: ContentId, offset: number, limit: number): Entry | undefined {
    this.begin()
    const key = this.#contentKey.get(content.root, content.lengthBytes)?.id as number | undefined
    const first = key === undefined ? undefined : this.#inContent.get(key, 1, 0)
    if (key === undefined || first === undefined) return undefined
    const rows = this.#inContent.all(key, limit, offset).map(entryRow)
    return this.#entry(entryRow(first), contentIdText(content), rows, this.#count(key))
  }

  /** Of a content by its key. */
  places(content: number, limit: number): { readonly places: readonly Place[]; readonly count: number } {
    const rows = this.#inContent.all(content, limit, 0).map(entryRow)
    return { places: rows.map((row) => this.#place(row)), count: this.#count(content) }
  }

  #entry(named: EntryRow, content: string | null, rows: readonly EntryRow[], placeCount: number): Entry {
    const told = [named, ...rows].find(({ mediaType }) => mediaType !== undefined) ?? named
    const facts = [named, ...rows].find((row) => Object.keys(row.facts).length > 0)?.facts ?? {}
    const holders = rows.map(({ holder }) => this.#holderOf(holder))
    const licensed = holders.find(({ licence }) => licence !== null)
    return {
      content,
      name: named.name,
      kind: kindOf(named.name, told.mediaType),
      mediaType: told.mediaType ?? null,
      lengthBytes: named.lengthBytes,
      facts,
      licence: licensed?.licence ?? null,
      publisher:
        licensed?.publisher ?? holders.find(({ publisher }) => publisher !== null)?.publisher ?? null,
      check: null,
      places: rows.map((row) => this.#place(row)),
      placeCount,
    }
  }

  #place(row: EntryRow): Place {
    const { where, id, root, audience } = this.#holderOf(row.holder)
    const dated = row.modifiedMs > 0 && row.modifiedMs <= LAST_MOMENT_MS
    return {
      where,
      id,
      path: `${this.#pathOf(row.directory)}${row.name}`,
      ...(root === null ? {} : { root }),
      name: row.name,
      modifiedAt: dated ? new Date(row.modifiedMs).toISOString() : null,
      audience,
    }
  }

  /** With a `/` at its end, but for the top. */
  #pathOf(directory: number): string {
    let path = this.#paths.get(directory)
    if (path === undefined) {
      path = this.directories
        .componentsOf(directory)
        .map((component) => `${component}/`)
        .join('')
      this.#paths.set(directory, path)
    }
    return path
  }

  #holderOf(key: number): Holder {
    const known = this.#holders.get(key)
    if (known !== undefined) return known
    const row = this.#holder.get(key) as Record<string, unknown>
    const holder: Holder = {
      where: row.kind as 'folder' | 'transfer',
      id: row.id as string,
      root: row.root as string | null,
      audience: row.audience as string,
      licence:
        row.licence_kind === null
          ? null
          : { kind: row.licence_kind as LicenceRecord['kind'], id: row.licence_id as string | null },
      publisher: row.publisher as string | null,
    }
    this.#holders.set(key, holder)
    return holder
  }

  #count(content: number): number {
    return this.#countInContent.get(content)?.n as number
  }

  #text(content: number): string {
    const row = this.#content.get(content) as { root: Uint8Array; length: number }
    return `${toHex(row.root)}-${row.length}`
  }
}

export function entryRow(row: Record<string, unknown>): EntryRow {
  return {
    id: row.id as number,
    holder: row.holder as number,
    directory: row.directory as number,
    name: row.name as string,
    nameKey: row.name_key as string,
    lengthBytes: row.length as number,
    modifiedMs: row.modified_ms as number,
    content: row.content === null ? undefined : (row.content as number),
    mediaType: row.media_type === null ? undefined : (row.media_type as string),
    facts: factsFrom(row.facts),
  }
}
