// The addresses of a torrent's files and pieces at a web seed (BEP 19, BEP 17).
// Promise: a component of a path never becomes more than one component of the URL, whatever is in it.

import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'

/**
 * A single-file torrent's URL names the file itself, or with a slash at its end the folder that has it. A multi-file
 * torrent's URL is always the folder that has the torrent's folder (BEP 19).
 */
export function fileUrl(base: string, metainfo: Pick<Metainfo, 'singleFile'>, file: TorrentFile): string {
  const { href, query } = split(base)
  if (metainfo.singleFile && !href.endsWith('/')) return base
  const folder = href.endsWith('/') ? href : `${href}/`
  return `${folder}${spelled(file).map(encodeComponent).join('/')}${query}`
}

/** BEP 17: piece and byte ranges within it, inclusive; the whole piece when there are none. */
export function pieceUrl(
  base: string,
  infohash: Uint8Array,
  piece: number,
  ranges: readonly { readonly first: number; readonly last: number }[],
): string {
  const { href, query } = split(base)
  const asked = [`info_hash=${[...infohash].map(percent).join('')}`, `piece=${piece}`]
  if (ranges.length > 0) asked.push(`ranges=${ranges.map(({ first, last }) => `${first}-${last}`).join(',')}`)
  return `${href}${query === '' ? '?' : `${query}&`}${asked.join('&')}`
}

/** As the torrent spells it: that is how it lies on the server. What could climb is taken in its safe form. */
function spelled(file: TorrentFile): readonly string[] {
  const original = file.originalPath
  return original === undefined || original.some((name) => /^\.{0,2}$/.test(name)) ? file.path : original
}

/** RFC 3986: everything but unreserved characters is escaped, also what URLs allow in a path. */
function encodeComponent(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/[!'()*]/g, (character) =>
    percent(character.charCodeAt(0)),
  )
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

function split(base: string): { readonly href: string; readonly query: string } {
  const [address = ''] = base.split('#')
  const at = address.indexOf('?')
  return at < 0 ? { href: address, query: '' } : { href: address.slice(0, at), query: address.slice(at) }
}
