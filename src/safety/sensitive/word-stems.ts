// Words without their endings, for languages that bend them: `výplatní pásku` is `výplatní páska`. Crude on purpose: text and
// terms are cut alike, so that only agreement counts. Offsets lead back to the text.

/** Case endings as they look without accents, longest first; then single vowels. */
const ENDING =
  /(?:iami|yami|ами|ями|ого|его|ому|ему|ыми|ими|ami|ach|ech|ich|ych|eho|emu|ymi|imi|ovi|ów|ow|ov|ou|em|om|am|im|ym|um|ой|ей|ом|ем|ам|ям|ах|ях|ых|их|ую|юю|ая|яя|ое|ее|ые|ие|ий|ый|їх|ої|ів|as|is|us|os|es|ai|iu|ei|u?j[aeiou]|[aeiouyаеёиоуыэюяіїьъйαειουηω]{1,2}|ους|ων|ης|ος|ας)$/

const WORD = /[\p{L}\p{M}]{5,40}/gu

export interface Stemmed {
  readonly text: string
  /** Where the sign at an index stood; one more at the end. */
  readonly from: Int32Array
  /** Where the word ended that an index is the end of. */
  readonly to: Int32Array
}

/** @param text folded */
export function stemmed(text: string): Stemmed {
  const parts: string[] = []
  const from = new Int32Array(text.length + 1)
  const to = new Int32Array(text.length + 1)
  let length = 0
  let at = 0
  const keep = (begin: number, end: number): void => {
    parts.push(text.slice(begin, end))
    for (let i = begin; i < end; i++) {
      from[length] = i
      to[length + 1] = i + 1
      length++
    }
  }
  for (const match of text.matchAll(WORD)) {
    const word = match[0]
    const stem = stemOf(word)
    keep(at, match.index + stem.length)
    at = match.index + word.length
    to[length] = at
  }
  keep(at, text.length)
  from[length] = text.length
  return { text: parts.join(''), from, to }
}

/** Words of a text repeat: most are cut once. Emptied when full. */
const known = new Map<string, string>()
const MAX_KNOWN = 20_000
/** Longer than any ending. */
const LONGEST_ENDING = 5

export function stemOf(word: string): string {
  if (word.length < 5) return word
  const before = known.get(word)
  if (before !== undefined) return before
  const front = word.length - LONGEST_ENDING
  const cut = word.slice(0, Math.max(0, front)) + word.slice(Math.max(0, front)).replace(ENDING, '')
  const stem = cut.length >= 4 ? cut : word
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(word, stem)
  return stem
}

export function stemmedTerm(term: string): string {
  return term.replace(WORD, stemOf)
}
