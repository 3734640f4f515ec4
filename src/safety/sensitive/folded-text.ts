// Text as words are looked for in it: compatibility forms, case and accents away, so that one spelling of a term is enough.
// Promise: linear in its input; scripts whose marks are vowels (Devanagari, Thai, …) keep them.

/** Letters that no normal form takes apart, and spellings that mean the same. */
const SAME: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  œ: 'oe',
  æ: 'ae',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
  ς: 'σ',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
  ھ: 'ه',
  ۀ: 'ه',
  ʼ: "'",
  '’': "'",
  '`': "'",
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
}
const NOT_ALIKE = /[ßøœæđðłþıħŋςىیکةھۀʼ’`‐‑–—]/g
/** Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs and stretching of Arabic, joiners. */
const MARKS =
  /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g
const PLAIN = /^[\x00-\x7f]*$/

/** Digits of other scripts: first of ten each, in the order of their values. */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0,
  0x1810,
]
const OTHER_DIGIT =
  /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9\u1810-\u1819]/g

/** `१२३` and `١٢٣` as `123`; as long as before. */
export function plainDigits(text: string): string {
  return text.replace(OTHER_DIGIT, (sign) => {
    const code = sign.charCodeAt(0)
    return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code))
  })
}

export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return plainDigits(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(NOT_ALIKE, (sign) => SAME[sign] ?? sign)
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
}

/** How a word with ä, ö, ü, å, ø is written on keyboards and in names without them. */
export function spelledOut(term: string): string {
  return folded(
    term.toLowerCase().replace(/[äæ]/g, 'ae').replace(/[öøœ]/g, 'oe').replace(/ü/g, 'ue').replace(/å/g, 'aa'),
  )
}

/** Written without spaces, or with endings joined on (Hangul): a term is found anywhere in it. */
const NO_SPACES =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/
export function writtenTogether(term: string): boolean {
  return NO_SPACES.test(term)
}

/** Hebrew and Arabic join the article and small words to the front of a word. */
const JOINED_ON = /^[\u0590-\u06ff]/
export function takesPrefixes(term: string): boolean {
  return term.length >= 4 && JOINED_ON.test(term)
}

/** A file's name as words: `payslipMarch_2024.pdf` → `payslip march 2024 pdf`. */
export function nameWords(name: string): string {
  const apart = name
    .normalize('NFKC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L}\p{M}*)(\p{Nd})/gu, '$1 $2')
    .replace(/(\p{Nd})(\p{L})/gu, '$1 $2')
  return folded(apart)
    .replace(/[^\p{L}\p{M}\p{Nd}'+&]+/gu, ' ')
    .trim()
}
