// Addresses of the page: `#/transfers?filter=tag:film&open=<id>/files`. A view is a path and words that it understands itself.
// Promise: any address is one of them; none is the first view, and one that is not known is said to be unknown.

export const VIEWS = ['transfers', 'library', 'search', 'people', 'network', 'settings'] as const
export type ViewName = (typeof VIEWS)[number]
export const UNKNOWN = 'unknown'

export interface Route {
  /** `unknown`: an address of the page's form, of no view there is. */
  readonly view: ViewName | typeof UNKNOWN
  /** Components after the view: `library/shared` has `['shared']`. */
  readonly rest: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [first, ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const view = VIEWS.find((name) => name === first)
  if (view === undefined) {
    // What is no address of ours, such as the code of a new session, comes without the slash.
    const isOurs = hash.startsWith('#/') && first !== undefined
    return { view: isOurs ? UNKNOWN : 'transfers', rest: [], query: {} }
  }
  return { view, rest, query: Object.fromEntries(new URLSearchParams(query)) }
}

export function formatRoute({ view, rest = [], query = {} }: Pick<Route, 'view'> & Partial<Route>): string {
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${[view, ...rest].map(encodeURIComponent).join('/')}${words === '' ? '' : `?${words}`}`
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A lone % is only itself.
    return part
  }
}
