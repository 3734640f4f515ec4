// The calls of the library, reviews, checks and blocklists (api/library-routes.ts), each handed to whoever does it.

import { LIBRARY_ROUTES, type LibraryRouteName } from '../../api/library-routes.ts'
import type { Handlers } from '../../api/routes.ts'
import { LibraryError } from '../../library/library-error.ts'

/** While there is no library, every call says so. */
export function withoutLibrary(why: string): Handlers<LibraryRouteName> {
  const refuse = () => {
    throw new LibraryError('LIBRARY_UNAVAILABLE', { why })
  }
  return Object.fromEntries(
    Object.keys(LIBRARY_ROUTES).map((name) => [name, refuse]),
  ) as unknown as Handlers<LibraryRouteName>
}
