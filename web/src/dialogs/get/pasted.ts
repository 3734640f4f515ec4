// What a person pasted or dropped as text: links, hashes and addresses among whatever else stands there.
// It only tells them apart; whether a link is right, the daemon says.

export type PastedKind = 'magnet' | 'hash' | 'address'

export interface Pasted {
  readonly kind: PastedKind
  /** As the daemon takes it. */
  readonly link: string
  /** What the link calls itself, if it does: text from elsewhere. */
  readonly name: string | undefined
}

/** More would be a paste gone wrong; each is asked about one by one. */
export const MAX_PASTED = 100

/** Found links in their order, each once; empty when the text is only words. */
export function readPasted(text: string): readonly Pasted[] {
  const found = new Map<string, Pasted>()
  for (const word of text.split(/\s+/)) {
    const pasted = readWord(stripped(word))
    if (pasted !== undefined && !found.has(pasted.link)) found.set(pasted.link, pasted)
    if (found.size === MAX_PASTED) break
  }
  return [...found.values()]
}

/** Without what mail and chat put around a link. */
function stripped(word: string): string {
  return word.replace(/^[<("'“‘]+/, '').replace(/[>)"'”’,;]+$/, '')
}

function readWord(word: string): Pasted | undefined {
  if (/^magnet:\?/i.test(word)) return { kind: 'magnet', link: word, name: nameIn(word) }
  if (/^([0-9a-f]{40}|[a-z2-7]{32})$/i.test(word) || /^1220[0-9a-f]{64}$/i.test(word)) {
    return { kind: 'hash', link: word, name: undefined }
  }
  if (/^https?:\/\/[^/]+/i.test(word)) return { kind: 'address', link: word, name: hostOf(word) }
  return undefined
}

function nameIn(magnet: string): string | undefined {
  const name = new URLSearchParams(magnet.slice(magnet.indexOf('?') + 1)).get('dn')?.trim()
  return name === '' ? undefined : name
}

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined
}

/** Larger files are no torrents (SAFETY.md); asking would only be refused. */
export const MAX_TORRENT_BYTES = 10_000_000

/** By name, since browsers know no type for them. */
export function isTorrentName(name: string): boolean {
  return /\.torrent$/i.test(name)
}

const SLICE_BYTES = 32_768

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES))
  }
  return btoa(text)
}
