// The door: what every request is asked before anything of it is read or routed (SAFETY.md, *The daemon's door*). Pure: the
// request line, the raw headers and our names in, a passage or a refusal out.
// Invariant: whoever passes named us rightly, and no other site's page sent it.

import type { HttpCode } from './http-error.ts'
import type { OwnName, OwnNames } from './own-names.ts'

export interface Asked {
  readonly method: string
  /** As on the request line. */
  readonly target: string
  /** Names and values in turn, as they came: only here can it be seen that one came twice. */
  readonly rawHeaders: readonly string[]
}

export interface Passage {
  readonly by: OwnName
  /**
   * The browser says that our own page sent it. Otherwise it is a program, or a person's first look at the page: then the
   * cookie counts for nothing, and whatever is not for anybody needs a token.
   */
  readonly fromOurPage: boolean
}

export type DoorAnswer = Passage | { readonly refused: HttpCode }

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** Visible ASCII from one slash on: no absolute form, no authority, no fragment, no backslash. */
const ORIGIN_FORM = /^\/(?!\/)[\x21\x22\x24-\x5b\x5d-\x7e]*$/
/** Headers that decide who asks: two of them could be read differently by whoever stands in front of us. */
const ONCE = ['host', 'origin', 'sec-fetch-site', 'sec-fetch-dest', 'authorization', 'x-shoal-key'] as const

export function isRefused(answer: DoorAnswer): answer is { readonly refused: HttpCode } {
  return 'refused' in answer
}

export function passDoor({ method, target, rawHeaders }: Asked, names: OwnNames): DoorAnswer {
  const found = new Map<string, string>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (found.has(name) && (ONCE as readonly string[]).includes(name)) return { refused: 'HEADER_TWICE' }
    found.set(name, rawHeaders[at + 1] as string)
  }
  const host = found.get('host')
  if (host === undefined || host === '') return { refused: 'HOST_MISSING' }
  const by = names.find(host)
  if (by === undefined) return { refused: 'HOST_FOREIGN' }
  if (!ORIGIN_FORM.test(target)) return { refused: 'TARGET_INVALID' }
  if (!METHODS.has(method)) return { refused: 'METHOD_UNKNOWN' }
  // Nothing here speaks another protocol; a WebSocket from a foreign page would come this way.
  if (found.has('upgrade')) return { refused: 'UPGRADE_UNKNOWN' }

  const origin = found.get('origin')
  const site = found.get('sec-fetch-site')
  if (origin !== undefined) {
    if (origin !== by.origin) return { refused: 'ORIGIN_FOREIGN' }
    return { by, fromOurPage: by.forPages }
  }
  if (site === undefined) return { by, fromOurPage: false }
  if (site === 'same-origin') return { by, fromOurPage: by.forPages }
  // Typed, or opened by another program: only to look at the page.
  if (site === 'none' && method === 'GET' && found.get('sec-fetch-dest') === 'document') {
    return { by, fromOurPage: false }
  }
  return { refused: 'ORIGIN_FOREIGN' }
}
