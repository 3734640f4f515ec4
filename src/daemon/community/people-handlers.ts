// The calls about people (api/people-routes.ts), each handed to whoever does it.

import { PEOPLE_ROUTES, type PeopleRouteName } from '../../api/people-routes.ts'
import type { Handlers } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'

export class PeopleError extends CodedError<'PEOPLE_UNAVAILABLE'> {}

/** While nothing of it runs, every call says so. */
export function withoutPeople(why: string): Handlers<PeopleRouteName> {
  const refuse = () => {
    throw new PeopleError('PEOPLE_UNAVAILABLE', { why })
  }
  return Object.fromEntries(
    Object.keys(PEOPLE_ROUTES).map((name) => [name, refuse]),
  ) as unknown as Handlers<PeopleRouteName>
}
