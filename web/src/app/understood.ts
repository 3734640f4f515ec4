// What the box makes of a text before Enter: a link to get, or words to find among transfers or in everything that is here. Decides by form only; nobody is asked.

import { type FilterKey, type ParsedFilter, parseTransferFilter } from '../../../src/api/transfer-filter.ts'

export type Understood =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'link'; readonly what: 'magnet' | 'torrent' | 'infohash'; readonly link: string }
  /** An invite, contact or device link; which of them, the daemon knows. */
  | { readonly kind: 'people'; readonly link: string }
  /** It begins like a link and is not a whole one. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'filter'; readonly text: string; readonly filter: ParsedFilter }

const HASHES = /^([0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i
const BTIH = /[?&]xt=urn:(?:btih:([0-9a-f]{40}|[a-z2-7]{32})|btmh:1220([0-9a-f]{64}))(?=&|$)/i

export function understand(typed: string): Understood {
  const text = typed.trim()
  if (text === '') return { kind: 'nothing' }
  if (/^magnet:/i.test(text)) {
    return BTIH.test(text) ? { kind: 'link', what: 'magnet', link: text } : { kind: 'damaged' }
  }
  if (isPeopleLink(text)) return { kind: 'people', link: text }
  if (/^shoal:/i.test(text)) return { kind: 'damaged' }
  if (HASHES.test(text)) return { kind: 'link', what: 'infohash', link: text }
  if (/^https?:\/\//i.test(text)) {
    return URL.canParse(text) && !/\s/.test(text)
      ? { kind: 'link', what: 'torrent', link: text }
      : { kind: 'damaged' }
  }
  // Nearly a hash: a letter was lost when it was copied.
  if (/^[0-9a-f]{36,63}$/i.test(text)) return { kind: 'damaged' }
  return { kind: 'filter', text, filter: parseTransferFilter(text) }
}

/** As long as the daemon takes one (api/schemas/people.ts). */
const MOST_LINK_CHARACTERS = 4_096

/** By its form. */
export function isPeopleLink(text: string): boolean {
  return text.length <= MOST_LINK_CHARACTERS && /^shoal:[^\s]{8,}$/i.test(text)
}

/** What only transfers have: whoever types it means them. */
const OF_TRANSFERS: ReadonlySet<FilterKey> = new Set([
  'state',
  'tracker',
  'tag',
  'category',
  'folder',
  'ratio',
])

/**
 * Words are looked for where the person is: among transfers while these are shown and one fits, else in everything that is here.
 * @param fits transfers that fit
 */
export function whereTo(
  { terms, mistakes }: ParsedFilter,
  { inTransfers, fits }: { readonly inTransfers: boolean; readonly fits: number },
): 'transfers' | 'search' {
  const theirs =
    terms.some(({ key }) => OF_TRANSFERS.has(key)) ||
    mistakes.some(({ term }) => /^-?(state|tracker|tag|category|folder|ratio):/i.test(term))
  return theirs || (inTransfers && fits > 0) ? 'transfers' : 'search'
}
