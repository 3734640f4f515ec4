// How the text of an option's value becomes what it means, and the words for what was expected.
// A reader answers undefined for text it does not understand; `options.ts` makes the sentence.

import { parseDuration, parseRate, parseSize } from '../api/parse-quantity.ts'
import { GivenLicence, type Licence } from '../api/schemas/library.ts'

export interface Reader<T> {
  /** Completes "--up should be ...". */
  readonly expects: string
  read(text: string): T | undefined
  /** The text as it may be shown, where some of it may not. */
  conceal?(text: string): string
}

export const TEXT: Reader<string> = {
  expects: 'text',
  read: (text) => (text === '' ? undefined : text),
}

/** Bytes per second. */
export const RATE: Reader<number> = {
  expects: 'a rate such as 2M (2 MB/s) or 16mbit',
  read: (text) => positive(parseRate(text)),
}

/** Bytes. */
export const SIZE: Reader<number> = { expects: 'a size such as 10G or 1.5GiB', read: parseSize }

/** Milliseconds. */
export const DURATION: Reader<number> = { expects: 'a time such as 90s, 10m or 7d', read: parseDuration }

/** 0 lets the system choose. */
export const PORT: Reader<number> = {
  expects: 'a port from 0 to 65535',
  read: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
}

export const COUNT: Reader<number> = {
  expects: 'a whole number',
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
}

/** A factor such as 1.5; zero is allowed. */
export const RATIO: Reader<number> = {
  expects: 'a number such as 1.5',
  read: (text) => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined),
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return {
    expects: `one of ${words.join(', ')}`,
    read: (text) => words.find((word) => word === text),
  }
}

/** What gives the right to offer something to everyone. */
export const LICENCE: Reader<Licence> = {
  expects: 'own-work, permission, or the SPDX id of an open licence such as CC-BY-4.0',
  read: (text) => {
    if (text === 'own-work' || text === 'permission') return { kind: text, id: null }
    const open = GivenLicence.safeParse({ kind: 'open', id: text })
    return open.success ? open.data : undefined
  },
}

function positive(amount: number | undefined): number | undefined {
  return amount === undefined || amount === 0 ? undefined : amount
}
