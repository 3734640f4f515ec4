// Whom something is for, in the words of the page (INTERFACE.md A1).

import type { LibraryAudience, Licence } from '../../api/schemas/library.ts'

export function audienceWord(audience: LibraryAudience): string {
  if (audience === 'me') return 'only me'
  if (audience === 'link') return 'people with the link'
  return audience
}

/** What whoever is asked about gets to see, as the beginning of a sentence. */
export function seerWord(audience: LibraryAudience): string {
  if (audience === 'everyone') return 'A stranger'
  if (audience === 'link') return 'Who has a link'
  return audience
}

export function licenceWord(licence: Licence | null): string {
  if (licence === null) return ''
  return licence.id ?? licence.kind.replace('-', ' ')
}
