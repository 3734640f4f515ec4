// Whether one catalogue entry is what a search is about: by its words, and by what stands behind `size:`, `type:` and the like.

import type { Kind } from '../../../library/names/kinds.ts'
import type { Range } from '../../../library/search/amount.ts'
import { fieldsOf, matchesTerm } from '../../../library/search/match.ts'
import type { Query } from '../../../library/search/query.ts'
import type { CatalogueEntry } from '../../../protocol/catalogue/entry.ts'

const MS_PER_SECOND = 1_000

/** Filters and what is not wanted; the words that are wanted are the index's to find. */
export function passes({ excluded, filters }: Query, entry: CatalogueEntry): boolean {
  const { facts, kind, licence, lengthBytes, name, publisher } = entry
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : ''
  const durationSeconds = facts.durationMs === undefined ? undefined : facts.durationMs / MS_PER_SECOND
  return (
    within(filters.sizes, lengthBytes) &&
    within(filters.durations, durationSeconds) &&
    within(filters.bitrates, facts.bitrate) &&
    (filters.kinds.length === 0 || filters.kinds.includes(kind as Kind)) &&
    !filters.notKinds.includes(kind as Kind) &&
    (filters.extensions.length === 0 || filters.extensions.includes(extension)) &&
    !filters.notExtensions.includes(extension) &&
    (filters.licences.length === 0 || filters.licences.some((said) => isLicence(said, licence))) &&
    filters.publishers.every((term) => publisher !== undefined && matchesTerm(term, fieldsOf(publisher))) &&
    excluded.every((term) => !matchesTerm(term, fieldsOf(name)))
  )
}

/** All of it, words too: for one entry that nobody has indexed. A query without words and filters is about nothing. */
export function isAbout(query: Query, entry: CatalogueEntry): boolean {
  if (query.terms.length === 0) return false
  const path = (entry.folders ?? []).join(' ')
  const fields = [...fieldsOf(entry.name), ...fieldsOf(path)]
  return query.terms.every((term) => matchesTerm(term, fields)) && passes(query, entry)
}

function within(range: Range | undefined, amount: number | undefined): boolean {
  if (range === undefined) return true
  return amount !== undefined && amount >= range.least && amount <= range.most
}

/** `cc` is said of every licence that begins so; `open` and `own-work` of their kinds. */
function isLicence(said: string, licence: CatalogueEntry['licence']): boolean {
  if (licence === undefined) return false
  const id = licence.id?.toLowerCase() ?? ''
  return licence.kind === said || id === said || id.startsWith(`${said}-`)
}
