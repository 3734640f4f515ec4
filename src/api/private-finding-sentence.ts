// What looks private in something that is about to be shared, as a sentence without the file's name, the same in page and command
// line. Facts come from the look before sharing (schemas/review.ts); a secret itself is never among them.

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
  /** Of one, sure and not. */
  readonly is: (data: Data) => string
  readonly looks: (data: Data) => string
}

const TABLE: Readonly<Record<FindingClass, Words>> = {
  'private-key': words('Private keys', ({ what }) => `holds ${a(what, 'private key')}`, 'a private key'),
  secret: words('Passwords and tokens', ({ what }) => `holds ${a(what, 'password or token')}`, 'a secret'),
  'password-store': words('Password stores', ({ what }) => `is ${a(what, 'store of passwords')}`),
  wallet: words('Wallets', ({ what }) => `is ${a(what, 'wallet')}: whoever has it has the money`),
  mail: words('Mail', ({ what }) => `holds mail${named(what)}`),
  'card-number': words('Card numbers', ({ count }) => `holds ${many(count, 'card number')}`),
  'bank-account': words('Bank accounts', ({ count }) => `holds ${many(count, 'bank account number')}`),
  'national-id': words(
    'Numbers that states give to people',
    ({ count, what, country }) =>
      `holds ${many(count, typeof what === 'string' ? what : 'number of a person')}${of(country)}`,
  ),
  tax: words('Tax papers', () => 'is a tax paper'),
  medical: words('Medical papers', () => 'is a medical paper'),
  payroll: words('Papers about wages', () => 'is a paper about wages'),
  'identity-paper': words('Identity papers', ({ what }) => `is ${a(what, 'copy of an identity paper')}`),
  legal: words('Legal papers', () => 'is a legal paper'),
  'private-words': words('Private papers', () => 'is marked as private'),
  messages: words('Messages', ({ what }) => `holds messages${named(what)}`),
  contacts: words(
    'Addresses of people',
    ({ count }) => `holds ${many(count, 'address', 'addresses')} of people`,
  ),
  'browser-data': words('Data of a browser', ({ what }) => `holds what a browser remembers${named(what)}`),
  backup: words('Backups', ({ what }) => `is ${a(what, 'backup')}, with everything that was in it`),
  'photo-place': words('Photos that say where they were taken', () => 'says where it was taken'),
  'private-folder': words('Folders that look private', () => 'is a folder that looks private'),
  'hidden-file': words('Hidden files', () => 'is hidden on this computer'),
  unreadable: words('Could not be looked into', ({ what }) => unread(what)),
}

/** Classes in the order in which a person should see them: what does most harm first. */
export const FINDING_CLASSES = Object.keys(TABLE) as readonly FindingClass[]

export function explainPrivateFinding({
  class: of,
  sure,
  data,
}: Pick<Finding, 'class' | 'sure' | 'data'>): PrivateFinding {
  const { is, looks } = TABLE[of]
  const { masked } = data
  return {
    sentence: sure ? is(data) : looks(data),
    seen: typeof masked === 'string' && masked !== '' ? masked : undefined,
  }
}

/** "Private keys": several findings of a class under one heading. */
export function findingClassName(of: FindingClass): string {
  return TABLE[of].several
}

/** What is not sure looks as if it were: "looks as if it holds a card number". */
function words(several: string, is: Words['is'], looksLike?: string): Words {
  return {
    several,
    is,
    looks: (data) => {
      if (looksLike !== undefined && data.what === undefined) return `holds what looks like ${looksLike}`
      const said = is(data)
      return said.startsWith('is a ') ? said.replace('is a ', 'looks like a ') : `looks as if it ${said}`
    },
  }
}

function a(what: Data[string] | undefined, otherwise: string): string {
  const noun = typeof what === 'string' && what !== '' ? what : otherwise
  return `${/^([aeio]|u(?![ns])|SSH|RSA|AWS|API|NPM)/i.test(noun) && !/^one\b/i.test(noun) ? 'an' : 'a'} ${noun}`
}

function many(count: Data[string] | undefined, noun: string, plural = `${noun}s`): string {
  return typeof count === 'number' && count > 1 ? `${count.toLocaleString('en')} ${plural}` : a(noun, noun)
}

function named(what: Data[string] | undefined): string {
  return typeof what === 'string' && what !== '' ? ` (${what})` : ''
}

function of(country: Data[string] | undefined): string {
  return typeof country === 'string' && country !== '' ? ` (${country})` : ''
}

const UNREAD: Readonly<Record<string, string>> = {
  password: 'is closed with a password, so nobody looked inside',
  damaged: 'is damaged, so nobody could look inside',
  slow: 'took too long to look into',
  denied: 'may not be read by Shoal',
}

function unread(what: Data[string] | undefined): string {
  return (typeof what === 'string' ? UNREAD[what] : undefined) ?? 'could not be looked into'
}
