// Errors on their way between daemon and people process: ours by class and code, so that they are the same on the other side.

import { CodedError } from '../../base/errors.ts'
import { DiskError } from '../../base/ports.ts'
import { CommunityError } from '../../community/community-error.ts'
import { PeopleError } from './people-error.ts'
import type { CarriedError } from './people-messages.ts'

export function carried(error: unknown): CarriedError {
  if (error instanceof CodedError)
    return { kind: error.name, code: error.code, data: error.data, message: error.message }
  return {
    kind: 'Error',
    code: '',
    data: {},
    message: error instanceof Error ? error.message : String(error),
  }
}

/** What is none of those that may come is a mistake over there. */
export function errorFrom({ kind, code, data, message }: CarriedError): Error {
  if (kind === 'CommunityError') return new CommunityError(code as CommunityError['code'], data)
  if (kind === 'PeopleError') return new PeopleError(code as PeopleError['code'], data)
  if (kind === 'DiskError') return new DiskError(code as DiskError['code'], data)
  return new Error(`${kind} ${code} ${message}`.trim())
}
