// The catalogues of circles and of single people: what each gets to see of folders and of files offered one by one, with the folders they lie in. Promises:
// what is offered to them no more leaves its catalogue in the very transaction that ends the offer; what is new comes in a moment later.

import type { DatabaseSync } from 'node:sqlite'
import { type CatalogueAudience, catalogueAudience, EVERYONE } from '../protocol/catalogue/audience.ts'
import type { EntryLicence } from '../protocol/catalogue/entry.ts'
import type { CatalogueState, CatalogueStore } from './catalogue-store.ts'
import { factsFrom } from './file-rows.ts'
import type { LibraryWrites } from './library-writes.ts'
import { LIST_OF } from './loose-offers.ts'
import { kindOf } from './names/kinds.ts'
import type { OfferedFile } from './offered-file.ts'
import { isWithheld } from './withheld.ts'

export class CircleCatalogues {
  readonly #writes: LibraryWrites
  readonly #database: DatabaseSync
  readonly #store: CatalogueStore
  readonly #due = new Set<CatalogueAudience>()

  constructor(writes: LibraryWrites, store: CatalogueStore) {
    this.#writes = writes
    this.#database = writes.database
    this.#store = store
    this.begin()
  }

  /** All of them may be others. */
  begin(): void {
    for (const audience of this.#audiences()) this.#due.add(audience)
  }

  /** A folder offers nothing to its circle any more: before its offer ends, in the same transaction. @param now seconds since 1970 */
  end(folder: string, now: number): void {
    const row = this.#database
      .prepare('SELECT audience FROM offers WHERE folder = ? AND ended = 0')
      .get(folder)
    const audience = row === undefined ? undefined : memberAudience(row.audience as string)
    if (audience !== undefined) this.#publish(audience, now, folder)
  }

  /** At once, in the caller's transaction where there is one. */
  now(audience: string, now: number): void {
    const circle = memberAudience(audience)
    if (circle !== undefined) this.#publish(circle, now)
  }

  /** Of everything, at once: what is withheld is another. */
  allNow(now: number): void {
    for (const audience of this.#audiences()) this.#publish(audience, now)
  }

  /** One of those that are due. @returns whether there are more, and whether it says something else now */
  step(now: number): { readonly more: boolean; readonly changed: boolean } {
    const [audience] = this.#due
    if (audience === undefined) return { more: false, changed: false }
    const before = this.#store.state(audience)?.seq
    this.#publish(audience, now)
    return { more: this.#due.size > 0, changed: this.#store.state(audience)?.seq !== before }
  }

  states(): CatalogueState[] {
    return this.#store.states().filter(({ audience }) => audience !== EVERYONE)
  }

  page(audience: string, from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined {
    const circle = memberAudience(audience)
    return circle === undefined ? undefined : this.#store.page(circle, from, after)
  }

  #publish(audience: CatalogueAudience, now: number, without = ''): void {
    this.#due.delete(audience)
    this.#writes.run(() => this.#store.publish(audience, this.#offered(audience, without), now), 'full')
  }

  /** Those that something is offered to, and those that something was. */
  #audiences(): CatalogueAudience[] {
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT audience FROM offers WHERE ended = 0 UNION SELECT DISTINCT audience FROM loose_offers
        UNION SELECT audience FROM catalogues WHERE count > 0`,
      )
      .all()
    return rows.flatMap(({ audience }) => memberAudience(audience as string) ?? [])
  }

  *#offered(audience: CatalogueAudience, without: string): Generator<OfferedFile> {
    for (const row of this.#database.prepare(OFFERED).iterate(audience, without, audience)) {
      const { root, length, path, top, mediaType, facts } = row as unknown as Row
      const parts = path.split('/')
      const name = parts.at(-1) as string
      const folders = [top, ...parts.slice(0, -1)].filter((part) => part !== '')
      yield {
        content: { root, lengthBytes: length },
        name,
        kind: kindOf(name, mediaType ?? undefined),
        facts: factsFrom(facts),
        licence: licenceFrom(row as unknown as Row),
        publisher: (row as unknown as Row).publisher ?? undefined,
        folders,
      }
    }
  }
}

interface Row {
  readonly root: Uint8Array
  readonly length: number
  readonly path: string
  /** The folder's own name, which stands above all. */
  readonly top: string
  readonly mediaType: string | null
  readonly facts: string | null
  readonly licenceKind: string | null
  readonly licenceId: string | null
  readonly publisher: string | null
}

function memberAudience(text: string): CatalogueAudience | undefined {
  return text.startsWith('circle:') || text.startsWith('person:') ? catalogueAudience(text) : undefined
}

function licenceFrom({ licenceKind: kind, licenceId: id }: Row): EntryLicence | undefined {
  if (kind !== 'own-work' && kind !== 'open' && kind !== 'permission') return undefined
  return id === null ? { kind } : { kind, id }
}

const KNOWN = (column: string, root: string, length: string) =>
  `(SELECT files.${column} FROM contents JOIN files ON files.content = contents.id
    WHERE contents.root = ${root} AND contents.length = ${length} ORDER BY files.looked DESC, files.id LIMIT 1)`

const LENGTH = 'coalesce(m.copy_length, m.length)'
const OFFERED = `
  SELECT m.root, ${LENGTH} AS length, m.path, h.name AS top, f.licence_kind AS licenceKind, f.licence_id AS licenceId,
    f.publisher, ${KNOWN('media_type', 'm.root', LENGTH)} AS mediaType, ${KNOWN('facts', 'm.root', LENGTH)} AS facts
  FROM manifest m JOIN offers o ON o.id = m.offer JOIN folders f ON f.id = o.folder JOIN holders h ON h.key = f.holder
  WHERE o.ended = 0 AND o.audience = ? AND o.folder <> ? AND m.root IS NOT NULL AND NOT ${isWithheld('m.root', LENGTH)}
  UNION ALL
  SELECT l.root, l.length, iif(l.folder = '', l.name, l.folder || '/' || l.name), '', NULL, NULL, NULL,
    ${KNOWN('media_type', 'l.root', 'l.length')}, ${KNOWN('facts', 'l.root', 'l.length')}
  FROM loose_offers l WHERE l.audience = ? AND NOT (l.bundle >= '${LIST_OF}' AND l.bundle < '${LIST_OF}\u{10ffff}') AND NOT ${isWithheld('l.root', 'l.length')}`
