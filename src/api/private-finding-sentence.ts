// What looks private in something that is about to be shared, as a sentence without the file's name, the same in page and command
// line. Facts come from the look before sharing (schemas/review.ts); a secret itself is never among them.
// Promise: every class has words, and a fact that is not known here changes no sentence into something strange.

import { NOUNS, UNREAD } from './private-finding-nouns.ts'
import type { Finding, FindingClass } from './schemas/review.ts'

type Data = Finding['data']

export interface PrivateFinding {
  /** Goes on after the name: `id_rsa` "holds a private key". No full stop. */
  readonly sentence: string
  /** What was seen, with its middle covered; undefined where there is nothing to show. */
  readonly seen: string | undefined
}

interface Words {
  /** Of several, as a heading. */
  readonly several: string
  /** Of one that is sure. */
  readonly is: (data: Data, noun: string | undefined) => string
}

const TABLE: Readonly<Record<FindingClass, Words>> = {
  'private-key': { several: 'Private keys', is: (_, noun) => `holds ${a(noun ?? 'private key')}` },
  secret: { several: 'Passwords and tokens', is: (_, noun) => `holds ${a(noun ?? 'password or token')}` },
  'password-store': { several: 'Password stores', is: (_, noun) => `is ${a(noun ?? 'store of passwords')}` },
  wallet: { several: 'Wallets', is: (_, noun) => `is ${a(noun ?? 'wallet')}: whoever has it has the money` },
  mail: { several: 'Mail', is: (_, noun) => `holds mail${named(noun)}` },
  'card-number': { several: 'Card numbers', is: ({ count }) => `holds ${many(count, 'card number')}` },
  'bank-account': {
    several: 'Bank accounts',
    is: ({ count }, noun) => `holds ${many(count, noun ?? 'bank account number')}`,
  },
  'national-id': {
    several: 'Numbers that states give to people',
    is: ({ count, country }) =>
      `holds ${many(count, 'number that a state gives to a person', 'numbers that a state gives to people')}${of(country)}`,
  },
  tax: { several: 'Tax papers', is: () => 'is a tax paper' },
  medical: { several: 'Medical papers', is: () => 'is a medical paper' },
  payroll: { several: 'Papers about wages', is: () => 'is a paper about wages' },
  'identity-paper': {
    several: 'Identity papers',
    is: () => 'is a copy of a passport or identity card, or of its data',
  },
  legal: { several: 'Legal papers', is: () => 'is a legal paper' },
  'private-words': { several: 'Private papers', is: (_, noun) => `is ${a(noun ?? 'private paper')}` },
  messages: { several: 'Messages', is: (_, noun) => `holds messages${named(noun)}` },
  contacts: {
    several: 'Addresses of people',
    is: ({ count }) => `holds ${many(count, 'address', 'addresses')} of people`,
  },
  'browser-data': {
    several: 'Data of a browser',
    is: (_, noun) => `holds what a browser remembers${named(noun)}`,
  },
  backup: {
    several: 'Backups',
    is: (_, noun) => `is ${a(noun ?? 'backup')}, with everything that was in it`,
  },
  'photo-place': {
    several: 'Photos and videos that say where they were taken',
    is: () => 'says where it was taken',
  },
  'private-folder': { several: 'Folders that look private', is: () => 'is a folder that looks private' },
  'hidden-file': {
    several: 'Hidden files',
    is: ({ what }) =>
      what === 'git' ? 'belongs to the hidden history of a project' : 'is hidden on this computer',
  },
  unreadable: { several: 'Could not be looked into', is: ({ reason }) => unread(reason) },
}

/** Classes in the order in which a person should see them: what does most harm first. */
export const FINDING_CLASSES = Object.keys(TABLE) as readonly FindingClass[]

export function explainPrivateFinding({
  class: kind,
  sure,
  data,
}: Pick<Finding, 'class' | 'sure' | 'data'>): PrivateFinding {
  const { what, masked } = data
  const nouns = NOUNS[kind] ?? {}
  const noun = typeof what === 'string' && Object.hasOwn(nouns, what) ? nouns[what] : undefined
  const said = TABLE[kind].is(data, noun)
  return {
    sentence: sure || SAID_AS_THEY_ARE.has(kind) ? said : unsure(said),
    seen: typeof masked === 'string' && masked !== '' ? masked : undefined,
  }
}

/** "Private keys": several findings of a class under one heading. */
export function findingClassName(of: FindingClass): string {
  return TABLE[of].several
}

/** Their sentence speaks of nothing that could be otherwise. */
const SAID_AS_THEY_ARE: ReadonlySet<FindingClass> = new Set(['private-folder', 'hidden-file', 'unreadable'])

/** `is a tax paper` → `looks like a tax paper`; `holds mail` → `looks as if it holds mail`. */
function unsure(said: string): string {
  return /^is an? /.test(said) ? said.replace('is ', 'looks like ') : `looks as if it ${said}`
}

function a(noun: string): string {
  return `${/^([aeio]|u(?!ni|se)|SSH|RSA|NPM|MFA|X)/i.test(noun) ? 'an' : 'a'} ${noun}`
}

function many(count: Data[string] | undefined, noun: string, plural = `${noun}s`): string {
  return typeof count === 'number' && count > 1 ? `${count.toLocaleString('en')} ${plural}` : a(noun)
}

function named(noun: string | undefined): string {
  return noun === undefined ? '' : ` (${noun})`
}

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

function of(country: Data[string] | undefined): string {
  if (typeof country !== 'string' || !/^[a-z]{2}$/i.test(country)) return ''
  return named(COUNTRIES.of(country.toUpperCase()))
}

function unread(reason: Data[string] | undefined): string {
  return (typeof reason === 'string' ? UNREAD[reason] : undefined) ?? 'could not be looked into'
}
