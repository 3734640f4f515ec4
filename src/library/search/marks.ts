// Marks stand among the words of a file and say what it is: its holder, kind, extension, size, age, length of name. A
// filter is then one more list of ascending rowids to intersect with, so a rare filter is as fast as a rare word, however
// common the words beside it. Buckets are coarse; who asks for an exact bound looks at the rows as well.
// `_` begins every mark and is in no word. Changing a mark needs a migration that fills the index anew.

import { extensionOf, KINDS, kindOf } from '../names/kinds.ts'
import { isBigram } from '../names/words.ts'

/** In every file. */
export const EVERY_FILE = '_a'

/** Ids so many at a time: the worst lists of as many take some 3 ms. */
const BLOCK_IDS = 32_768
export const blockOf = (id: number): number => Math.floor(id / BLOCK_IDS)
export const blockMark = (block: number): string => `_i${block.toString(36)}`

export interface Marked {
  readonly id: number
  readonly holder: number
  readonly name: string
  readonly nameKey: string
  readonly nameWords: number
  /** Of name and tags, once or more. */
  readonly words: readonly string[]
  readonly lengthBytes: number
  readonly modifiedMs: number
  readonly mediaType: string | undefined
  readonly durationSeconds: number | undefined
  readonly bitrate: number | undefined
}

export function marksOf(file: Marked): string[] {
  const marks = [
    EVERY_FILE,
    blockMark(blockOf(file.id)),
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
  const beginnings = new Set<string>()
  for (const word of file.words) {
    const characters = isBigram(word) ? [...word].slice(0, 1) : [...word].slice(0, LONGEST_BEGINNING)
    for (let length = 1; length <= characters.length; length++) {
      beginnings.add(beginningMark(characters.slice(0, length).join('')))
    }
  }
  return [...marks, ...beginnings]
}

/**
 * Short beginnings of words are marks of their own: that of one letter would else be the merged lists of thousands of
 * words. Of names and tags only; a path would double the index for what nobody types.
 */
export const LONGEST_BEGINNING = 3
export const beginningMark = (characters: string): string => `_p${characters}`

/**
 * A word of a path has a list of its own: else what is rare in names and common in paths would be looked for among all
 * that its paths hold.
 */
export const pathWord = (word: string): string => `_q${word}`

/** Marks that are read in order; each is kept in the vocabulary. */
export const isOrdered = (mark: string): boolean => /^_[smdnk]/.test(mark)

export const holderMark = (holder: number): string => `_h${holder.toString(36)}`
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
export const monthMark = (month: number): string => `_m${month.toString(36)}`
const DAY_MS = 86_400_000
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)
export const monthOfDay = (day: number): number => monthOf(day * DAY_MS)
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
/** The largest size in the octave of a mark. */
export const octaveTop = (mark: string): number => 2 ** (Number.parseInt(mark.slice(2), 36) + 1) - 1
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
