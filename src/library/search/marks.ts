// Marks stand among the words of a file and say what it is: its holder, kind, extension, size, age, length of name. A
// filter is then one more list of ascending rowids to intersect with, so a rare filter is as fast as a rare word, however
// common the words beside it. Buckets are coarse; who asks for an exact bound looks at the rows as well.
// `_` begins every mark and is in no word. Changing a mark needs a migration that fills the index anew.

import { extensionOf, KINDS, kindOf } from '../names/kinds.ts'

export interface Marked {
  readonly holder: number
  readonly name: string
  readonly nameKey: string
  readonly nameWords: number
  readonly lengthBytes: number
  readonly modifiedMs: number
  readonly mediaType: string | undefined
  readonly durationSeconds: number | undefined
  readonly bitrate: number | undefined
}

export function marksOf(file: Marked): string[] {
  const marks = [
    holderMark(file.holder),
    kindMark(kindOf(file.name, file.mediaType)),
    `_s${fine(octaveOf(file.lengthBytes))}`,
    `_u${fine(eighth(file.lengthBytes))}`,
    nameWordsMark(file.nameWords),
  ]
  const extension = extensionMark(extensionOf(file.name))
  if (extension !== undefined) marks.push(extension)
  if (file.modifiedMs > 0) marks.push(monthMark(monthOf(file.modifiedMs)), dayMark(dayOf(file.modifiedMs)))
  // A key that is shorter is ordered as if spaces followed.
  const [first = ' ', second = ' '] = file.nameKey
  marks.push(initialMark(first), initialMark(`${first}${second}`))
  if (file.durationSeconds !== undefined) marks.push(`_l${fine(eighth(file.durationSeconds))}`)
  if (file.bitrate !== undefined) marks.push(`_b${fine(eighth(file.bitrate))}`)
  return marks
}

/** Every file has one: what begins every holder's mark. */
export const HOLDER_MARKS = '_h'
export const holderMark = (holder: number): string => `${HOLDER_MARKS}${holder.toString(36)}`
export const kindMark = (kind: (typeof KINDS)[number]): string => `_t${KINDS.indexOf(kind).toString(36)}`
/** Undefined for what nobody could type. */
export const extensionMark = (extension: string): string | undefined =>
  /^[\p{L}\p{N}]{1,12}$/u.test(extension) ? `_e${extension}` : undefined

/** Names of this many words and more are alike. */
export const MOST_NAME_WORDS = 9
export const nameWordsMark = (words: number): string => `_w${Math.min(MOST_NAME_WORDS, words)}`

/** Months since 1970, as UTC has them. */
export function monthOf(ms: number): number {
  const date = new Date(ms)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}
export const monthStartMs = (month: number): number => Date.UTC(1970, month)
export const monthMark = (month: number): string => `_m${month.toString(36)}`
const DAY_MS = 86_400_000
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)
export const dayStartMs = (day: number): number => day * DAY_MS
export const dayMark = (day: number): string => `_d${day.toString(36)}`

/** First or first two characters of a name key; a space is no part of a mark. */
export const initialMark = (characters: string): string =>
  `${[...characters].length === 1 ? '_n' : '_k'}${characters.replaceAll(' ', '_')}`

/** Buckets of sizes, lengths in time and bitrates: by octave, and by eighths of it. */
export const octaveOf = (value: number): number => Math.floor(Math.log2(Math.max(0, value) + 1))
const eighth = (value: number): number => Math.floor(8 * Math.log2(Math.max(0, value) + 1))
const fine = (bucket: number): string => bucket.toString(36).padStart(2, '0')

export const EIGHTHS = 8
/** Of all sizes up to 2^53 bytes. */
export const OCTAVES = 54
export const octaveMark = (octave: number): string => `_s${fine(octave)}`
export const eighthMark = (eighth: number): string => `_u${fine(eighth)}`

/** Marks of all sizes from `least` to `most` bytes: whole octaves, and eighths at the ends. */
export function sizeMarks(least: number, most: number): string[] {
  const [from, to] = [eighth(least), Math.min(eighth(most), OCTAVES * EIGHTHS - 1)]
  const marks: string[] = []
  for (let bucket = from; bucket <= to; ) {
    if (bucket % EIGHTHS === 0 && bucket + EIGHTHS - 1 <= to) {
      marks.push(octaveMark(bucket / EIGHTHS))
      bucket += EIGHTHS
    } else marks.push(eighthMark(bucket++))
  }
  return marks
}

/** Buckets above these hold nothing in practice; what is there falls into the last. */
const MOST_SECONDS = 2 ** 24
const MOST_BITRATE = 2 ** 33

/** `l` lengths in seconds, `b` bits per second. */
export function scaleMarks(scale: 'l' | 'b', least: number, most: number): string[] {
  const [from, to] = [eighth(least), eighth(Math.min(most, scale === 'l' ? MOST_SECONDS : MOST_BITRATE))]
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `_${scale}${fine(from + index)}`)
}
