// Where the person is, as the browser's address says; back and forward work because nothing else remembers it.

import { Signal } from '../store/signal.ts'
import { useSignal } from '../store/use-signal.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'

const current = new Signal<Route>(parseRoute(location.hash))

window.addEventListener('hashchange', () => current.set(parseRoute(location.hash)))

export function useRoute(): Route {
  return useSignal(current)
}

export function currentRoute(): Route {
  return current.value
}

/** A new step in the history; `replace` for what is no place to come back to (each letter of a filter). */
export function go(to: Parameters<typeof formatRoute>[0], how: 'push' | 'replace' = 'push'): void {
  const hash = formatRoute(to)
  if (hash === formatRoute(current.value)) return
  if (how === 'push') history.pushState(null, '', hash)
  else history.replaceState(null, '', hash)
  current.set(parseRoute(hash))
}

/** The same view with other words; an empty word is left out. */
export function goWith(query: Readonly<Record<string, string>>, how: 'push' | 'replace' = 'push'): void {
  go({ ...current.value, query: { ...current.value.query, ...query } }, how)
}
