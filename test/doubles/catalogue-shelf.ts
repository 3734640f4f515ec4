// Catalogues in memory: what a member's library offers, and what members keep of one another's. For tests of the service.

import type {
  CatalogueChange,
  CatalogueName,
  CatalogueRecords,
  KeptCatalogue,
} from '../../src/community/catalogue/catalogue-records.ts'
import type { OwnState } from '../../src/community/catalogue/catalogue-service.ts'
import type { CatalogueAudience } from '../../src/protocol/catalogue/audience.ts'
import { deltaPage } from '../../src/protocol/catalogue/delta.ts'
import { type CatalogueEntry, encodeEntry, entryKey, leafHash } from '../../src/protocol/catalogue/entry.ts'
import { emptyRoot } from '../../src/protocol/catalogue/head.ts'
import { CatalogueTree } from '../../src/protocol/catalogue/tree.ts'
import { digest } from './digest.ts'

type Entries = Map<string, { readonly key: Uint8Array; readonly bytes: Uint8Array }>

export function entryNamed(name: string, seed = name.length): CatalogueEntry {
  const root = digest.sha256(new TextEncoder().encode(`${name} ${seed}`))
  const words = [
    ...new Set(
      name
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => word !== ''),
    ),
  ].sort()
  return {
    root,
    lengthBytes: 1_000 + seed,
    name,
    words,
    kind: 'document',
    facts: {},
    licence: undefined,
    publisher: undefined,
    folders: ['Shared'],
  }
}

/** One member's own library, as the daemon would tell of it. */
export class OwnShelf {
  readonly #audience: CatalogueAudience
  #entries: Entries = new Map()
  #seq = 0

  constructor(audience: CatalogueAudience) {
    this.#audience = audience
  }

  offer(...entries: CatalogueEntry[]): void {
    for (const entry of entries) {
      const key = entryKey(entry, digest)
      this.#entries.set(key.toHex(), { key, bytes: encodeEntry(entry) })
    }
    this.#seq++
  }

  stop(entry: CatalogueEntry): void {
    this.#entries.delete(entryKey(entry, digest).toHex())
    this.#seq++
  }

  state(now: number): OwnState {
    const root = treeOf(this.#entries).root(digest)
    const seq = now + this.#seq
    return {
      audience: this.#audience,
      seq,
      count: this.#entries.size,
      root,
      issued: now,
      expires: now + 86_400,
    }
  }

  page(from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined {
    return pageOf(this.#entries, from, after)
  }
}

function treeOf(entries: Entries): CatalogueTree {
  return CatalogueTree.of(
    [...entries.values()].map(({ key, bytes }) => ({ key, hash: leafHash(bytes, digest) })),
  )
}

function pageOf(entries: Entries, from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined {
  const to = treeOf(entries).root(digest)
  if (from.toHex() !== emptyRoot(digest).toHex())
    return from.toHex() === to.toHex() ? deltaPage({ from, to, after }, []) : undefined
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
  const behind = sorted.filter(({ key }) => after === undefined || key.toHex() > after.toHex())
  return deltaPage(
    { from, to, after },
    behind.map(({ key, bytes }) => ({ key, entry: bytes })),
  )
}

export class MapCatalogues implements CatalogueRecords {
  readonly #kept = new Map<string, { kept: KeptCatalogue; entries: Entries }>()

  all(): KeptCatalogue[] {
    return [...this.#kept.values()].map(({ kept }) => kept)
  }

  put(kept: KeptCatalogue): void {
    this.#kept.set(textOf(kept), { kept, entries: this.#kept.get(textOf(kept))?.entries ?? new Map() })
  }

  change(kept: KeptCatalogue, { anew, added, removed }: CatalogueChange): void {
    const entries: Entries = new Map(anew ? [] : (this.#kept.get(textOf(kept))?.entries ?? []))
    for (const key of removed) entries.delete(key.toHex())
    for (const { key, bytes } of added) entries.set(key.toHex(), { key, bytes })
    this.#kept.set(textOf(kept), { kept, entries })
  }

  leaves(name: CatalogueName) {
    const entries = this.#kept.get(textOf(name))?.entries ?? new Map()
    return [...entries.values()].map(({ key, bytes }) => ({ key, hash: leafHash(bytes, digest) }))
  }

  page(name: CatalogueName, from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined {
    return pageOf(this.#kept.get(textOf(name))?.entries ?? new Map(), from, after)
  }

  forget(name: CatalogueName): void {
    this.#kept.delete(textOf(name))
  }

  count(name: CatalogueName): number {
    return this.#kept.get(textOf(name))?.entries.size ?? 0
  }
}

function textOf({ author, audience }: CatalogueName): string {
  return `${author} ${audience}`
}
