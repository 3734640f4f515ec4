// What a call of the API is, for the table in routes.ts and its part in library-routes.ts.

import type { z } from 'zod'
import type { Scope } from './schemas/machine.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1; `:id` is a parameter of the same name in `input`. */
  readonly path: string
  readonly scope: z.infer<typeof Scope> | 'anybody'
  /** Parameters of the path, query (GET, DELETE) or body, as one object. */
  readonly input: z.ZodType
  readonly output: z.ZodType
  readonly summary: string
}

export function route<const Given extends Route>(given: Given): Given {
  return given
}
