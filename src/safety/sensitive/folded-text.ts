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

export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text
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
