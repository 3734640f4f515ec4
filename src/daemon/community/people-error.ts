// Why nobody can be reached from here: of the daemon and of its people process alike.

import { CodedError } from '../../base/errors.ts'

export class PeopleError extends CodedError<
  | 'PEOPLE_UNAVAILABLE'
  /** Switched off. */
  | 'PEOPLE_OFF'
  | 'PEOPLE_OFF_BY_PROXY'
  /** The file with our keys cannot be read: it is left as it is. */
  | 'IDENTITY_UNUSABLE'
  /** `community.db` is of a newer Shoal. */
  | 'PEOPLE_NEWER'
> {}

export function unavailable(why: string): PeopleError {
  return new PeopleError('PEOPLE_UNAVAILABLE', { why })
}
