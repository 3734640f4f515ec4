// What gives a person the right to offer something to everyone. Promise: nothing goes to everyone without a licence, and who is
// not sure stays with people who have the link.

import type { LibraryAudience, Licence } from '../../../../src/api/schemas/library.ts'

export interface LicenceChoice {
  /** Undefined until it was said. */
  readonly kind: Licence['kind'] | undefined
  /** Of an open one; see OPEN_LICENCES. */
  readonly id: string
  /** As typed; empty is nobody. */
  readonly publisher: string
}

export const NO_LICENCE: LicenceChoice = { kind: undefined, id: '', publisher: '' }

/** Open licences as people know them, by their SPDX id. */
export const OPEN_LICENCES = [
  { id: 'CC0-1.0', name: 'CC0: no rights reserved' },
  { id: 'CC-BY-4.0', name: 'CC BY: name who made it' },
  { id: 'CC-BY-SA-4.0', name: 'CC BY-SA: name, and pass on alike' },
  { id: 'CC-BY-NC-4.0', name: 'CC BY-NC: name, not for money' },
  { id: 'CC-BY-NC-SA-4.0', name: 'CC BY-NC-SA: name, not for money, alike' },
  { id: 'CC-BY-ND-4.0', name: 'CC BY-ND: name, unchanged' },
  { id: 'CC-BY-NC-ND-4.0', name: 'CC BY-NC-ND: name, not for money, unchanged' },
  { id: 'CC-PDDC', name: 'Public domain' },
  { id: 'MIT', name: 'MIT' },
  { id: 'Apache-2.0', name: 'Apache 2.0' },
  { id: 'BSD-3-Clause', name: 'BSD, 3 clauses' },
  { id: 'MPL-2.0', name: 'Mozilla 2.0' },
  { id: 'GPL-3.0-or-later', name: 'GPL 3 or later' },
  { id: 'AGPL-3.0-or-later', name: 'AGPL 3 or later' },
  { id: 'ODbL-1.0', name: 'Open Database License' },
] as const

/** Whom it goes to in the end. */
export function reached<Who extends LibraryAudience>(who: Who, { kind }: LicenceChoice): Who | 'link' {
  return who === 'everyone' && kind === 'not-sure' ? 'link' : who
}

export function isLicenceMissing(who: LibraryAudience, { kind, id }: LicenceChoice): boolean {
  return who === 'everyone' && (kind === undefined || (kind === 'open' && id === ''))
}

/** For the request; nothing of it goes to people with the link. */
export function licencePart(
  who: LibraryAudience,
  { kind, id, publisher }: LicenceChoice,
): { readonly licence?: Licence; readonly publisher?: string } {
  if (who !== 'everyone' || kind === undefined || kind === 'not-sure') return {}
  const name = publisher.trim()
  return {
    licence: { kind, id: kind === 'open' ? id : null },
    ...(name === '' ? {} : { publisher: name }),
  }
}
