// The words of a name, in order. Names are written in every way: `camelCase`, `snake_case`, `dots.and-dashes`, `S01E02`;
// and in languages without spaces, where every two neighbouring characters are a word (a bigram), so that any part of a
// name is a run of words in it. Both what is indexed and what is typed goes through here, so they always meet.

import { fold } from './folding.ts'

export interface Words {
  /** In order, folded. */
  readonly words: readonly string[]
  /** Runs without a separator that were taken apart, whole: `s01e02` of `S01E02`. */
  readonly joined: readonly string[]
}

/** Of one name or path: a name has at most 255 bytes, but facts and deep paths may be longer. */
const MAX_WORDS = 64
/** Longer ones are cut: nobody types more of one word, and a hash in a name would fill the index. */
export const MAX_WORD_CHARACTERS = 40

/** Scripts written without spaces; Hangul too, where spaces are used freely and endings grow onto words. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Bopomofo}ー々〆]`
const LETTERS = String.raw`[\p{L}\p{M}\p{N}\p{Co}\p{So}]`

/** Runs without a separator. Symbols count: a name may be an emoji. */
const RUN = new RegExp(`${LETTERS}+`, 'gu')
const ANY_UNSPACED = new RegExp(UNSPACED, 'u')
/** Within a run: one of unspaced script, or digits, or letters. */
const PART = new RegExp(`(${UNSPACED}+)|\\p{Nd}+|(?:(?!${UNSPACED}|\\p{Nd})[^])+`, 'gu')
const PLAIN = /^(?:[a-z]+|[0-9]+|[A-Z]?[a-z]+)$/
/** Where a word begins inside of one: `fileName`, `HTMLParser`. */
const HUMP = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu

export function wordsOf(text: string): Words {
  const words: string[] = []
  const joined: string[] = []
  // Composed, so that an accent is no boundary; not folded yet: case tells where words begin.
  const composed = text.normalize('NFKC').replaceAll(/[\p{Cf}'’ʼ`´]/gu, '')
  for (const [run] of composed.matchAll(RUN)) {
    if (words.length >= MAX_WORDS) break
    if (PLAIN.test(run)) {
      words.push(cut(run.toLowerCase()))
      continue
    }
    const before = words.length
    for (const [part, unspaced] of run.matchAll(PART)) {
      if (unspaced !== undefined) pushBigrams(fold(part), words)
      else for (const word of part.split(HUMP)) pushFolded(word, words)
    }
    if (words.length > before + 1 && !ANY_UNSPACED.test(run)) pushFolded(run, joined)
  }
  return { words: words.slice(0, MAX_WORDS), joined }
}

/** Folding may leave nothing (a lone accent), or separators (`½` is `1⁄2`). */
function pushFolded(word: string, into: string[]): void {
  for (const [run] of fold(word).matchAll(RUN)) into.push(cut(run))
}

/** Each character begins one word: itself and the next; the last stands alone. */
function pushBigrams(text: string, into: string[]): void {
  const characters = [...text]
  for (let index = 0; index < characters.length; index++) {
    into.push(`${characters[index]}${characters[index + 1] ?? ''}`)
  }
}

/** Whether a word is of a script without spaces: one or two of its characters. */
export function isBigram(word: string): boolean {
  return ANY_UNSPACED.test(word)
}

function cut(word: string): string {
  return word.length <= MAX_WORD_CHARACTERS ? word : [...word].slice(0, MAX_WORD_CHARACTERS).join('')
}
