// Where in People somebody is, as the address says it: a conversation, a circle, a person, a device, or one of the pages of all.

import { formatRoute, type Route } from '../../app/route.ts'

const KEY = /^[a-z2-7]{52}$/
const CONVERSATION = /^(room:[a-z2-7]{52}:[0-9a-f]{32}|direct:[a-z2-7]{52})$/

export type Place =
  | { readonly kind: 'all' | 'nearby' | 'contacts' | 'find' }
  | { readonly kind: 'conversation' | 'circle' | 'joining' | 'person' | 'device'; readonly id: string }
  | { readonly kind: 'unknown' }

const WITH_KEY = ['circle', 'joining', 'person', 'device'] as const

export function placeOf([first]: Route['rest']): Place {
  if (first === undefined) return { kind: 'all' }
  if (first === 'nearby' || first === 'contacts' || first === 'find') return { kind: first }
  if (CONVERSATION.test(first)) return { kind: 'conversation', id: first }
  const [word, id = ''] = first.split(':')
  const kind = WITH_KEY.find((one) => one === word)
  return kind !== undefined && KEY.test(id) ? { kind, id } : { kind: 'unknown' }
}

/** `conversation` has its kind in its id already. */
export function partOf(place: Exclude<Place, { readonly kind: 'unknown' }>): string | undefined {
  if (place.kind === 'all') return undefined
  if (!('id' in place)) return place.kind
  return place.kind === 'conversation' ? place.id : `${place.kind}:${place.id}`
}

export function addressOf(
  place: Exclude<Place, { readonly kind: 'unknown' }>,
  query: Readonly<Record<string, string>> = {},
): Pick<Route, 'view' | 'rest' | 'query'> {
  const part = partOf(place)
  return { view: 'people', rest: part === undefined ? [] : [part], query }
}

export function hrefOf(
  place: Exclude<Place, { readonly kind: 'unknown' }>,
  query: Readonly<Record<string, string>> = {},
): string {
  return formatRoute(addressOf(place, query))
}
