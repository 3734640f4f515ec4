// Text in entries: what is allowed, and how ours is cut until it fits.

import { fromUtf8, utf8 } from '../../base/bytes.ts'
import { MAX_NAME_BYTES } from './limits.ts'

/** Whole characters only, no NUL, within the bound; whether control characters are shown is the reader's to decide. */
export function isText(text: string, maxBytes: number): boolean {
  if (text.length === 0 || !text.isWellFormed() || text.includes('\0')) return false
  // Three bytes at most for each unit of a string: nearly all text needs no counting.
  return 3 * text.length <= maxBytes || utf8(text).length <= maxBytes
}

/** The order of the bytes of two texts, which is that of their characters. */
export function compareTexts(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (one !== other) return rankOf(one) - rankOf(other)
  }
  return a.length - b.length
}

/** Halves of characters beyond 16 bits come after everything else, though their numbers do not. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** One component of a path: never a way out of a folder. */
export function isName(text: string): boolean {
  return isText(text, MAX_NAME_BYTES) && !text.includes('/') && text !== '.' && text !== '..'
}

/** At most this many bytes, cut between characters. What is no text (half a character) becomes U+FFFD. */
export function cutText(text: string, maxBytes: number): string {
  if (3 * text.length <= maxBytes && isText(text, maxBytes)) return text
  const bytes = utf8(text.replaceAll('\0', '').toWellFormed())
  let end = Math.min(bytes.length, maxBytes)
  // A byte 10xxxxxx goes on a character that began before it.
  while (end > 0 && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return fromUtf8(bytes.subarray(0, end))
}

/** Longest ending that is kept when a name is cut. */
const MAX_ENDING_BYTES = 16

/** A file's name as it stands in an entry: cut before its ending (`.flac`) where it is too long. */
export function fitName(name: string): string {
  const whole = name.replaceAll('\0', '').replaceAll('/', '_').toWellFormed()
  if (utf8(whole).length <= MAX_NAME_BYTES) return isName(whole) ? whole : '_'
  const dot = whole.lastIndexOf('.')
  const ending = dot > 0 ? whole.slice(dot) : ''
  const kept = utf8(ending).length <= MAX_ENDING_BYTES ? ending : ''
  return cutText(whole.slice(0, whole.length - kept.length), MAX_NAME_BYTES - utf8(kept).length) + kept
}
