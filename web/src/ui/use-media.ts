import { useSyncExternalStore } from 'react'

const queries = new Map<string, MediaQueryList>()

function listFor(query: string): MediaQueryList {
  const known = queries.get(query) ?? window.matchMedia(query)
  queries.set(query, known)
  return known
}

/** Whether the window or the person's wishes are such; queries are the few that the page writes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      listFor(query).addEventListener('change', listener)
      return () => listFor(query).removeEventListener('change', listener)
    },
    () => listFor(query).matches,
  )
}

/** Tables become cards, and what stood beside the list lies over it. */
export const PHONE = '(width < 40rem)'
export const NARROW = '(width < 64rem)'
