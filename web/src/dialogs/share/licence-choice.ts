// What gives a person the right to offer something to everyone. Promise: nothing goes to everyone without a licence, and who is
// not sure stays with people who have the link.

import type { LibraryAudience, Licence } from '../../../../src/api/schemas/library.ts'

export interface LicenceChoice {
  /** Undefined until it was said. */
  readonly kind: Licence['kind'] | undefined
  /** Of an open one: api/open-licences.ts. */
  readonly id: string
  /** As typed; empty is nobody. */
  readonly publisher: string
}

export const NO_LICENCE: LicenceChoice = { kind: undefined, id: '', publisher: '' }

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
