// Entries and catalogues for tests: drawn by fast-check, or a few that read like real ones.

import fc from 'fast-check'
import { compareBytes, utf8 } from '../../src/base/bytes.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { type CatalogueAudience, EVERYONE } from '../../src/protocol/catalogue/audience.ts'
import { type CatalogueEntry, encodeEntry, entryKey, leafHash } from '../../src/protocol/catalogue/entry.ts'
import { isName, isText } from '../../src/protocol/catalogue/entry-text.ts'
import { type CatalogueHead, signHead } from '../../src/protocol/catalogue/head.ts'
import { CatalogueTree, type TreeLeaf } from '../../src/protocol/catalogue/tree.ts'
import { digest } from './digest.ts'

export const signatures = new SystemSignatures()
export const SEED = new Uint8Array(32).fill(7)
export const AUTHOR = signatures.publicKey(SEED)
/** 2026-11-28T00:00:00Z, in seconds. */
export const NOW = 1_795_824_000
export const DAY = 86_400

export function entryOf(
  changes: Partial<CatalogueEntry> & { readonly number?: number } = {},
): CatalogueEntry {
  const { number = 1, ...rest } = changes
  return {
    root: digest.sha256(utf8(`content ${number}`)),
    lengthBytes: 1_000 + number,
    name: `song ${number}.flac`,
    words: ['flac', 'song', String(number)].sort((a, b) => compareBytes(utf8(a), utf8(b))),
    kind: 'audio',
    facts: {},
    licence: { kind: 'own-work' },
    publisher: undefined,
    folders: undefined,
    ...rest,
  }
}

const textOfAtMost = (bytes: number) =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => isText(text, bytes))
const nameText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isName)
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
  .map((text) => text.toLowerCase())
  .filter((text) => isText(text, 64) && !/[\s\p{Cc}A-Z]/u.test(text))
const whole = fc.nat({ max: 2 ** 31 })
const roots = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** @param audience whom the entries must fit */
export function drawnEntry(audience: CatalogueAudience = EVERYONE): fc.Arbitrary<CatalogueEntry> {
  return fc.record(
    {
      root: roots,
      lengthBytes: fc.oneof(whole, fc.constant(Number.MAX_SAFE_INTEGER)).map((length) => Math.max(1, length)),
      name: nameText,
      words: fc
        .uniqueArray(word, { maxLength: 16 })
        .map((words) => words.sort((a, b) => compareBytes(utf8(a), utf8(b)))),
      kind: fc.constantFrom('video', 'audio', 'document', 'disk image', 'file'),
      facts: fc.record(
        {
          album: textOfAtMost(255),
          artist: textOfAtMost(255),
          bitrate: whole,
          codec: textOfAtMost(32),
          durationMs: whole,
          height: whole,
          title: textOfAtMost(255),
          track: whole,
          width: whole,
          year: whole,
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      licence: fc.oneof(
        fc.constant({ kind: 'own-work' } as const),
        fc.constant({ kind: 'permission' } as const),
        fc.constant({ kind: 'open', id: 'CC-BY-4.0' } as const),
      ),
      publisher: fc.option(textOfAtMost(360), { nil: undefined }),
      folders: audience === EVERYONE ? fc.constant(undefined) : fc.array(nameText, { maxLength: 4 }),
    },
    { noNullPrototype: true },
  )
}

export interface DrawnCatalogue {
  readonly tree: CatalogueTree
  /** Bytes of the entries by key in hex. */
  readonly entries: ReadonlyMap<string, Uint8Array>
  readonly leaves: readonly TreeLeaf[]
}

export function leafOf(entry: CatalogueEntry): TreeLeaf & { readonly bytes: Uint8Array } {
  const bytes = encodeEntry(entry)
  return { key: entryKey(entry, digest), hash: leafHash(bytes, digest), bytes }
}

/** Of entries with one key the last counts. */
export function catalogueOf(entries: readonly CatalogueEntry[]): DrawnCatalogue {
  const byKey = new Map(entries.map((entry) => leafOf(entry)).map((leaf) => [hexOf(leaf.key), leaf]))
  return {
    tree: CatalogueTree.of(byKey.values()),
    entries: new Map([...byKey].map(([key, { bytes }]) => [key, bytes])),
    leaves: [...byKey.values()],
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function headOf(
  tree: CatalogueTree,
  changes: Partial<CatalogueHead> & { readonly seed?: Uint8Array } = {},
): CatalogueHead {
  const { seed = SEED, ...facts } = changes
  return signHead(
    {
      audience: EVERYONE,
      seq: NOW,
      count: tree.count,
      root: tree.root(digest),
      issued: NOW,
      expires: NOW + 7 * DAY,
      ...facts,
    },
    seed,
    signatures,
  )
}
