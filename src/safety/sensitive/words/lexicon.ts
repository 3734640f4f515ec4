// All words in one index, built once a thread: what a hit means is its class and its part.

import type { PrivateClass } from '../finding.ts'
import { folded } from '../folded-text.ts'
import { TermIndex } from '../term-index.ts'
import { BANK } from './bank.ts'
import { type WordsByLanguage, wordParts } from './class-words.ts'
import { IDENTITY } from './identity.ts'
import { LEGAL } from './legal.ts'
import { MEDICAL } from './medical.ts'
import { PAYROLL } from './payroll.ts'
import { ACCOUNT_LABELS, PASSWORD_LABELS, PERSON_LABELS } from './person.ts'
import { CONFIDENTIAL_MARKS, DIARY_OPENINGS, PRIVATE_LIFE } from './private-life.ts'
import { QUIET_WORDS } from './quiet.ts'
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
  diary: [DIARY_OPENINGS],
  confidential: [CONFIDENTIAL_MARKS],
}

export class Lexicon {
  readonly #index = new TermIndex()
  readonly #meanings: Meaning[] = []
  readonly #known = new Set<string>()

  constructor() {
    for (const [paper, words] of Object.entries(PAPERS) as [PaperClass, WordsByLanguage][]) {
      for (const line of Object.values(words)) {
        const { titles, fields, names } = wordParts(line)
        this.#add('title', titles, paper)
        this.#add('field', fields, paper)
        this.#add('name', names, paper)
      }
    }
    for (const [part, lines] of Object.entries(MORE) as [Part, readonly string[]][]) {
      for (const line of lines) this.#add(part, line.split(','))
    }
  }

  #add(part: Part, terms: readonly string[], paper?: PaperClass): void {
    for (const term of terms) {
      const key = folded(term.trim())
      const once = `${part} ${paper ?? ''} ${key}`
      if (key === '' || this.#known.has(once)) continue
      this.#known.add(once)
      const meaning: Meaning = { part, key, ...(paper === undefined ? {} : { paper }) }
      this.#index.add(term.trim(), this.#meanings.push(meaning) - 1)
    }
  }

  /** @param text folded */
  find(text: string): MeaningHit[] {
    return this.#index
      .find(text)
      .map(({ term, at, end }) => ({ at, end, meaning: this.#meanings[term] as Meaning }))
  }
}

let built: Lexicon | undefined

/** Built at the first use (some 50 ms), then the same for everybody in this thread: it is a table, not state. */
export function lexicon(): Lexicon {
  built ??= new Lexicon()
  return built
}
