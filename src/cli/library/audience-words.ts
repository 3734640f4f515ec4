// Whom something is for, in the words of the page (INTERFACE.md A1).

import type { LibraryAudience, Licence } from '../../api/schemas/library.ts'

export function audienceWord(audience: LibraryAudience): string {
  if (audience === 'me') return 'only me'
  if (audience === 'link') return 'people with the link'
  const [kind, id = ''] = audience.split(':')
  // By its name only where somebody asked the daemon for it.
  return id === '' ? audience : `${kind} ${id.slice(0, SHOWN_LETTERS)}`
}

const SHOWN_LETTERS = 8

/** What whoever is asked about gets to see, as the beginning of a sentence. */
export function seerWord({
  audience,
  word,
}: {
  readonly audience: LibraryAudience
  readonly word: string
}): string {
  if (audience === 'everyone') return 'A stranger'
  if (audience === 'link') return 'Who has a link'
  return audience.startsWith('circle:') ? `A member of ${word}` : word
}

export function licenceWord(licence: Licence | null): string {
  if (licence === null) return ''
  return licence.id ?? licence.kind.replace('-', ' ')
}
