// Whom a catalogue is for. A stranger's catalogue shows no folders; a member's shows them.

import type { Brand } from '../../base/ids.ts'
import { CatalogueError } from './catalogue-error.ts'

/** `everyone`, `circle:<id>` or `person:<id>`. What is for oneself or goes by a link has no catalogue. */
export type CatalogueAudience = Brand<string, 'CatalogueAudience'>

export const EVERYONE = 'everyone' as CatalogueAudience

/** @throws CatalogueError BAD_FIELD */
export function catalogueAudience(text: string): CatalogueAudience {
  if (!/^(?:everyone|(?:person|circle):[0-9a-z]{1,64})$/.test(text))
    throw new CatalogueError('BAD_FIELD', { field: 'audience' })
  return text as CatalogueAudience
}

/** Whether entries of this audience carry their folders. */
export function showsFolders(audience: CatalogueAudience): boolean {
  return audience !== EVERYONE
}
