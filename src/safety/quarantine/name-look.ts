// What a file's name does to whoever reads it: endings that hide others, characters nobody sees, letters that look like others.
// Pure. Promise: names in one script, of whatever language, are calm; so are joiners where a script or an emoji needs them.

/** Direction overrides, embeddings and isolates; invisible operators, tags, the soft hyphen and other characters drawn as nothing. */
const UNSEEN =
  /\u034f|\u17b4|\u17b5|[\u180b-\u180e]|[\u00ad\u115f\u1160\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/u
/** Controls: none belongs into a name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: names hold them when somebody means to deceive a terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
const DIRECTION_MARK = /[\u200e\u200f\u061c]/
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u
/** A joiner between two of these has a meaning there: Persian, the scripts of India, families of emoji. */
const JOINED =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f/u
const JOINER = /[\u200c\u200d]/u

/** Drawn like a full stop, so that what follows reads as an ending, or the ending as part of the name. */
const DOT_LIKE = /[\u2024\u2025\u2027\u3002\ua4f8\ua60e\u06d4\u0701\ufe52\uff0e\uff61\u{1016d}]/u

/** Letters of Cyrillic, Greek, Armenian, Cherokee … that are drawn as Latin ones. Far from all: those that words are faked with. */
const LATIN_TWINS: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  ӏ: 'l',
  ո: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  ѕ: 's',
  υ: 'u',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Н: 'H',
  І: 'I',
  Ј: 'J',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Ѕ: 'S',
  Т: 'T',
  Х: 'X',
  У: 'Y',
  ο: 'o',
  ν: 'v',
  ρ: 'p',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
  օ: 'o',
  ս: 'u',
  հ: 'h',
  ց: 'g',
  զ: 'q',
  Ꭺ: 'A',
  Ᏼ: 'B',
  Ꮯ: 'C',
  Ꭼ: 'E',
  Ꮋ: 'H',
  Ꭻ: 'J',
  Ꮶ: 'K',
  Ꮮ: 'L',
  Ꮇ: 'M',
  Ꮲ: 'P',
  Ꭱ: 'R',
  Ꮪ: 'S',
  Ꭲ: 'T',
  Ꮩ: 'V',
  Ꮃ: 'W',
  Ꮓ: 'Z',
  ｰ: '-',
  ı: 'i',
  ɑ: 'a',
  ɡ: 'g',
}

/** Longest name that is looked at; file systems know none longer. */
const MAX_NAME_CHARACTERS = 1_024
/** So many spaces push an ending out of what a window shows. */
const MANY_SPACES = /[\p{Zs}\t]{4,}\.?[^.]*$/u

export type NameDanger = 'pretends' | 'hidden-characters' | 'look-alike-name'

export interface NameRead {
  /** As a system takes it, in small letters, without what it cuts off; empty where there is none. */
  readonly extension: string
  /** Every part after a dot, in small letters, the last one being the extension. */
  readonly parts: readonly string[]
}

/** The system's reading: Windows cuts spaces and dots off the end of a name. */
export function readName(name: string): NameRead {
  const cut = lastOf(name).replace(/[\s.]+$/u, '')
  const [, ...parts] = cut.split('.').map((part) => part.trim().toLowerCase())
  // A hidden file's name is no ending.
  if (cut.startsWith('.')) parts.shift()
  return { extension: parts.at(-1) ?? '', parts }
}

/**
 * @param isKnown whether an extension means something
 * @param runs whether one with it runs when opened
 */
export function dangersOfName(
  whole: string,
  isKnown: (extension: string) => boolean,
  runs: (extension: string) => boolean,
): NameDanger[] {
  const name = lastOf(whole)
  const { extension, parts } = readName(name)
  const dangers = new Set<NameDanger>()
  const before = parts.at(-2) ?? ''
  if (runs(extension)) {
    if (before !== '' && isKnown(before) && !runs(before)) dangers.add('pretends')
    if (MANY_SPACES.test(name)) dangers.add('pretends')
  }
  if (hasUnseen(name)) dangers.add('hidden-characters')
  if (hasLookAlikes(name, extension, isKnown)) dangers.add('look-alike-name')
  return [...dangers]
}

function lastOf(name: string): string {
  return name.length <= MAX_NAME_CHARACTERS ? name : name.slice(-MAX_NAME_CHARACTERS)
}

function hasUnseen(name: string): boolean {
  if (UNSEEN.test(name) || CONTROL.test(name)) return true
  if (DIRECTION_MARK.test(name) && !RIGHT_TO_LEFT.test(name)) return true
  if (!JOINER.test(name)) return false
  const characters = [...name]
  return characters.some(
    (character, at) =>
      JOINER.test(character) &&
      !JOINED.test(characters[at - 1] ?? '') &&
      !JOINED.test(characters[at + 1] ?? ''),
  )
}

function hasLookAlikes(name: string, extension: string, isKnown: (extension: string) => boolean): boolean {
  const plain = latinOf(extension)
  if (plain !== extension && isKnown(plain)) return true
  // A sign like a dot, and behind it what would be an ending.
  const fake = name.split(DOT_LIKE)
  if (
    fake
      .slice(1)
      .some(
        (part) => isKnown(latinOf(readName(`.x.${part}`).parts[0] ?? '')) || isKnown(latinOf(part.trim())),
      )
  )
    return true
  return words(name).some(mixesScripts)
}

/** Runs of letters; digits and marks do not divide one. */
function words(name: string): string[] {
  return name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}

/** Letters of Latin beside twins of them from another script. A whole word in that script is a word of its language. */
function mixesScripts(word: string): boolean {
  let latin = false
  let twin = false
  for (const letter of word) {
    if (Object.hasOwn(LATIN_TWINS, letter)) twin ||= !/\p{Script=Latin}/u.test(letter)
    else if (/\p{Script=Latin}/u.test(letter)) latin = true
  }
  return latin && twin
}

/** As it reads: compatibility forms (fullwidth, mathematical) and twins become the letters that they look like. */
function latinOf(text: string): string {
  return [...text.normalize('NFKC')]
    .map((letter) => (Object.hasOwn(LATIN_TWINS, letter) ? LATIN_TWINS[letter] : letter))
    .join('')
    .toLowerCase()
}
