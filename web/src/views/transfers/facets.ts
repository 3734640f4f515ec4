// What many transfers have in common, with how many have it: states, categories, tags, trackers, folders. Choosing one is a
// term of the filter, so that an address, the box and the facets always say the same.

import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import {
  type FilterKey,
  type FilterTerm,
  filterTermText,
  NONE,
  parseTransferFilter,
} from '../../../../src/api/transfer-filter.ts'

export const FACETS = ['state', 'category', 'tag', 'tracker', 'folder'] as const
export type Facet = (typeof FACETS)[number]

export interface FacetValue {
  readonly value: string
  readonly count: number
}

export type Facets = Readonly<Record<Facet, readonly FacetValue[]>>

/** Fields of a row that facets look at: another one of these, and they are counted anew. */
export const FACET_FIELDS: ReadonlySet<string> = new Set([
  'state',
  'needsYou',
  'category',
  'tags',
  'tracker',
  'trackersFail',
  'saveFolder',
])

export function countFacets(rows: Iterable<TransferRow>): Facets {
  const counts = {
    state: new Map<string, number>(),
    category: new Map<string, number>(),
    tag: new Map<string, number>(),
    tracker: new Map<string, number>(),
    folder: new Map<string, number>(),
  }
  const count = (facet: Facet, value: string) => counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1)
  for (const row of rows) {
    count('state', row.state)
    if (row.trackersFail) count('state', 'error')
    count('category', row.category ?? NONE)
    if (row.tags.length === 0) count('tag', NONE)
    for (const tag of row.tags) count('tag', tag)
    count('tracker', row.tracker ?? NONE)
    count('folder', row.saveFolder)
  }
  return {
    state: listed(counts.state),
    category: listed(counts.category),
    tag: listed(counts.tag),
    tracker: listed(counts.tracker),
    folder: listed(counts.folder),
  }
}

/** By name; what has none is last. */
function listed(counts: ReadonlyMap<string, number>): FacetValue[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => {
      if ((a.value === NONE) !== (b.value === NONE)) return a.value === NONE ? 1 : -1
      return a.value < b.value ? -1 : 1
    })
}

/** What is chosen of a facet in this filter. */
export function chosenIn(filter: string, facet: Facet): readonly string[] {
  return parseTransferFilter(filter)
    .terms.filter(({ key, negated }) => key === facet && !negated)
    .flatMap(({ value }) => valuesOf(facet, value))
}

/** The filter with that value chosen as well, or not any more. */
export function toggled(filter: string, facet: Facet, value: string): string {
  const chosen = chosenIn(filter, facet)
  const wanted = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]
  const others = parseTransferFilter(filter).terms.filter(({ key, negated }) => key !== facet || negated)
  const joined: readonly FilterTerm[] =
    wanted.length === 0
      ? []
      : [{ key: facet as FilterKey, value: inOne(facet, wanted, value), negated: false }]
  return [...others, ...joined].map(filterTermText).join(' ')
}

/** A folder's name can hold a comma, so there is only one of them. */
function valuesOf(facet: Facet, value: string): readonly string[] {
  return facet === 'folder' ? [value] : value.split(',')
}

function inOne(facet: Facet, wanted: readonly string[], last: string): string {
  return facet === 'folder' ? last : wanted.join(',')
}
