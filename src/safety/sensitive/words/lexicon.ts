// All words in one index, built once a thread: what a hit means is its class and its part.

import type { PrivateClass } from '../finding.ts'
import { folded, nameWords } from '../folded-text.ts'
import { TermIndex } from '../term-index.ts'
import { stemmed, stemmedTerm } from '../word-stems.ts'
import { BANK } from './bank.ts'
import { type WordsByLanguage, wordParts } from './class-words.ts'
import { FURTHER_LANGUAGES, OPEN_ENDED } from './further-languages.ts'
import { IDENTITY } from './identity.ts'
import { LEGAL } from './legal.ts'
import { MEDICAL } from './medical.ts'
import { PAYROLL } from './payroll.ts'
import { ACCOUNT_LABELS, PASSWORD_LABELS, PERSON_LABELS } from './person.ts'
import { CONFIDENTIAL_MARKS, DIARY_OPENINGS, PRIVATE_LIFE } from './private-life.ts'
import { QUIET_NAME_WORDS, QUIET_WORDS } from './quiet.ts'
import { TAX } from './tax.ts'

export type PaperClass = Extract<
  PrivateClass,
  'payroll' | 'tax' | 'medical' | 'identity-paper' | 'bank-account' | 'legal' | 'private-words'
>

export type Part =
  | 'title'
  | 'field'
  | 'name'
  | 'person'
  | 'password'
  | 'account'
  | 'quiet'
  | 'quiet-name'
  | 'diary'
  | 'confidential'

export interface Meaning {
  readonly part: Part
  /** Of titles, fields and name words. */
  readonly paper?: PaperClass
  /** One for all spellings of a term: distinct terms are counted, not repetitions. */
  readonly key: string
}

export interface MeaningHit {
  readonly at: number
  readonly end: number
  readonly meaning: Meaning
}

export const PAPERS: Readonly<Record<PaperClass, WordsByLanguage>> = {
  payroll: PAYROLL,
  tax: TAX,
  medical: MEDICAL,
  'identity-paper': IDENTITY,
  'bank-account': BANK,
  legal: LEGAL,
  'private-words': PRIVATE_LIFE,
}

const MORE: Readonly<Partial<Record<Part, readonly string[]>>> = {
  person: Object.values(PERSON_LABELS),
  password: Object.values(PASSWORD_LABELS),
  account: Object.values(ACCOUNT_LABELS),
  quiet: [QUIET_WORDS],
  'quiet-name': [QUIET_NAME_WORDS],
  diary: [DIARY_OPENINGS],
  confidential: [CONFIDENTIAL_MARKS],
}

/** Languages that bend their words; the others write terms as they stand here, or with `*`. */
const BENT = new Set('pl cs sk hr sr bs sl mk bg ru uk be lt lv et el ro sq hu fi'.split(' '))

const NAMED_PARTS: ReadonlySet<Part> = new Set<Part>(['title', 'name', 'password'])
/** `fiche de paie` is `fiche_paie` in names. */
const SMALL_WORDS =
  / (?:de la |de los |de l['’]|du |des |de |d['’]|dell['’]|della |dei |del |di |da |do |dos |of the |of |o |a la )/gi

export class Lexicon {
  readonly #index = new TermIndex()
  readonly #bent = new TermIndex()
  /** Terms as names write them: without hyphens and small words. */
  readonly #named = new TermIndex()
  readonly #meanings: Meaning[] = []
  readonly #known = new Set<string>()

  constructor() {
    for (const [paper, words] of Object.entries(PAPERS) as [PaperClass, WordsByLanguage][]) {
      for (const [language, line] of Object.entries(words)) {
        const { titles, fields, names } = wordParts(line)
        this.#add('title', titles, paper, BENT.has(language))
        this.#add('field', fields, paper, BENT.has(language))
        this.#add('name', names, paper)
      }
    }
    for (const [language, words] of Object.entries(FURTHER_LANGUAGES)) {
      const open = OPEN_ENDED.has(language)
      for (const paper of Object.keys(PAPERS) as PaperClass[]) {
        const { titles, fields, names } = wordParts(words[paper] ?? '')
        this.#add(
          'title',
          titles.map((term) => goingOn(term, open)),
          paper,
          BENT.has(language),
        )
        this.#add(
          'field',
          fields.map((term) => goingOn(term, open)),
          paper,
          BENT.has(language),
        )
        this.#add(
          'name',
          names.map((term) => goingOn(term, open)),
          paper,
        )
      }
      for (const part of ['person', 'password'] as const)
        this.#add(
          part,
          (words[part] ?? '').split(',').map((term) => goingOn(term.trim(), open)),
        )
    }
    for (const [part, lines] of Object.entries(MORE) as [Part, readonly string[]][]) {
      for (const line of lines) this.#add(part, line.split(','))
    }
  }

  #add(part: Part, terms: readonly string[], paper?: PaperClass, bent = false): void {
    for (const term of terms) {
      const key = folded(term.trim())
      const once = `${part} ${paper ?? ''} ${key}`
      if (key === '' || this.#known.has(once)) continue
      this.#known.add(once)
      const meaning: Meaning = { part, key, ...(paper === undefined ? {} : { paper }) }
      const id = this.#meanings.push(meaning) - 1
      this.#index.add(term.trim(), id)
      if (NAMED_PARTS.has(part)) {
        const bare = term.trim().replace(/\*/g, '')
        const open = term.trim().endsWith('*') ? '*' : ''
        for (const form of [bare, bare.replace(SMALL_WORDS, ' ')]) {
          const asName = nameWords(form)
          if (asName !== key && asName.length >= 3) this.#named.add(asName + open, id)
        }
      }
      // Short ones would agree with anything.
      if (bent && !term.includes('*') && key.length >= 6) this.#bent.add(stemmedTerm(key), id)
    }
  }

  /** @param words of nameWords() */
  findInName(words: string): MeaningHit[] {
    const named = this.#named
      .find(words)
      .map(({ term, at, end }) => ({ at, end, meaning: this.#meanings[term] as Meaning }))
    return [...this.find(words), ...named]
  }

  /** @param text folded */
  find(text: string): MeaningHit[] {
    const hits: MeaningHit[] = []
    const seen = new Set<number>()
    for (const { term, at, end } of this.#index.find(text)) {
      hits.push({ at, end, meaning: this.#meanings[term] as Meaning })
      seen.add(term * 1_048_576 + (at % 1_048_576))
    }
    const plain = hits.length
    const { text: stems, from, to } = stemmed(text)
    for (const { term, at, end } of this.#bent.find(stems)) {
      const begin = from[at] as number
      if (seen.has(term * 1_048_576 + (begin % 1_048_576))) continue
      hits.push({ at: begin, end: to[end] as number, meaning: this.#meanings[term] as Meaning })
    }
    return hits.length === plain ? hits : hits.sort((a, b) => a.at - b.at)
  }
}

/** Short ones would agree with the beginnings of other words. */
const LONG_ENOUGH = 5
function goingOn(term: string, open: boolean): string {
  return open && term.length >= LONG_ENOUGH ? `${term.replace(/\*$/, '')}*` : term
}

let built: Lexicon | undefined

/** Built at the first use (some 50 ms), then the same for everybody in this thread: it is a table, not state. */
export function lexicon(): Lexicon {
  built ??= new Lexicon()
  return built
}
