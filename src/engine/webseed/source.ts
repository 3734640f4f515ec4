// A web seed as it was named, and which addresses it may lead to (SAFETY.md, Scope of addresses).

import { mayContact, scopeOf } from '../../base/address.ts'
import { isPublicName } from '../../base/host-name.ts'
import type { HttpHop } from '../../base/ports.ts'

export interface WebSeedSource {
  readonly url: string
  /** `files`: any server of static files (BEP 19). `pieces`: a program that is told infohash and piece (BEP 17). */
  readonly kind: 'files' | 'pieces'
  /** Typed by the person, or in the link or .torrent that the person gave. */
  readonly by: 'hand' | 'link'
}

/** How people call it: the host, with its port where it is not the usual one. */
export function nameOf(source: WebSeedSource): string {
  return URL.canParse(source.url) ? new URL(source.url).host : source.url
}

/**
 * Asks mayFetchFrom for one web seed through its life: a name that led to a far address once and leads to a nearer one
 * later was bent towards this computer or its network (rebinding).
 */
export class WebSeedReach {
  readonly #source: WebSeedSource
  #farthest: string | undefined

  constructor(source: WebSeedSource) {
    this.#source = source
  }

  mayConnect(host: string, hop: HttpHop): boolean {
    if (!mayFetchFrom(this.#source, host, hop)) return false
    if (hop.redirectedBy !== undefined || isPublicName(host)) return true
    if (this.#farthest !== undefined && !mayContact(host, this.#farthest)) return false
    this.#farthest = host
    return true
  }
}

/**
 * Whether an address may be contacted for it. What a link or torrent names may be anywhere, since the person gave it,
 * but outside the public network it must have no query, so that no link presses the buttons of a router or a local
 * service; and a redirect never leads to a narrower scope than that of the server it came from. A host that is a name is
 * resolved beyond a proxy (docs/decisions/0020-one-way-out.md): only one that can mean the public network may be.
 */
export function mayFetchFrom(source: WebSeedSource, host: string, hop: HttpHop): boolean {
  if (isPublicName(host)) return true
  if (!mayContact(host, hop.redirectedBy ?? 'hand')) return false
  if (source.by === 'hand' || scopeOf(host) === 'public') return true
  return new URL(hop.redirectedBy === undefined ? source.url : hop.url).search === ''
}
