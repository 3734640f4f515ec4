// What a call was given, from path, query and body, as the one object that its schema checks. Unknown fields fall away or are
// refused, as the schema says; the first wrong one is named.

import type { Route } from '../../api/routes.ts'
import { HttpError } from './http-error.ts'

export interface CallParts {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** @throws HttpError INPUT_INVALID */
export function callInput({ method, input }: Route, { params, query, body }: CallParts): unknown {
  const rest = method === 'GET' || method === 'DELETE' ? query : (body ?? {})
  if (!isRecord(rest))
    throw new HttpError('INPUT_INVALID', { field: 'The body', why: 'an object is expected' })
  // What the path says cannot be said otherwise by the body.
  const parsed = input.safeParse({ ...rest, ...(isRecord(params) ? params : {}) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue === undefined ? '' : deepest(issue)
  throw new HttpError('INPUT_INVALID', {
    ...(field === '' ? {} : { field }),
    ...(issue === undefined ? {} : { why: issue.message }),
  })
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** `files.3`; names come from the request, so they are cut. */
function deepest({ path }: Issue): string {
  return path.map(String).join('.').slice(0, 100)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
