// Text as it is compared: compatibility forms, case and diacritics make no difference, so that `Ångström`, `ÅNGSTRÖM` and
// `angstrom` are the same word. Folding twice changes nothing. Vowel signs of scripts that need them stay.

/** Marks that only modify: accents, Hebrew points, Arabic vowels, variation selectors; but what voices Japanese makes another letter. */
const ACCENTS =
  /[[\p{Mn}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Cyrillic}\p{Script=Greek}]]--[\u3099\u309a]]/gv

/** Characters nobody sees, tatweel, and quotes within a word: `don't` and `dont` are one word. */
const UNSEEN = /[\p{Cf}\u0640'’ʼ`´＇]/gu

/** Letters that no decomposition takes apart, though people type them so. */
const LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
  ß: 'ss',
  ς: 'σ',
  ı: 'i',
  ŋ: 'n',
  ĸ: 'k',
}
const SPECIAL = /[æœøđðħłŧþßςıŋĸ]/g

const ASCII = /^[\0-\x26\x28-\x5f\x61-\x7e]*$/

export function fold(text: string): string {
  // Nearly all names, and a tenth of the time.
  if (ASCII.test(text)) return text.toLowerCase()
  // Upper case first: `ﬀ`, `ŉ` and `ſ` have no lower case of their own.
  return (
    text
      .normalize('NFKD')
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKD')
      .replace(UNSEEN, '')
      .replace(ACCENTS, '')
      .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
      // What was taken apart and is no accent comes together again: Hangul, Japanese voicing marks.
      .normalize('NFC')
  )
}
