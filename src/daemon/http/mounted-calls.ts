// The table of calls, mounted: each is admitted by its scope before its body is read, checked by its schema, answered by its
// handler. Promise: a call that is in the table is answered here, and nothing but the table is.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyLimitOf } from '../../api/body-limit.ts'
import { API_ROOT } from '../../api/client.ts'
import {
  type Caller,
  type Handlers,
  ROUTES,
  type Route,
  type RouteName,
  type ValidInputOf,
} from '../../api/routes.ts'
import type { Scope } from '../../api/schemas/machine.ts'
import type { Feed } from '../feed.ts'
import type { Holder } from './admission.ts'
import { callInput } from './call-input.ts'

/** @throws HttpError for whoever may not */
export type Admit = (request: FastifyRequest, scope: Scope) => Holder

export interface CallMount {
  readonly handlers: Handlers
  readonly feed: Feed
  readonly admit: Admit
}

const JSON_TYPE = 'application/json; charset=utf-8'

export function mountCalls(app: FastifyInstance, { handlers, feed, admit }: CallMount): void {
  const callers = new WeakMap<object, Caller>()
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const { method, path, scope } = route
    const handle = handlers[name] as (input: unknown, caller: Caller | undefined) => unknown
    app.route({
      method,
      url: `${API_ROOT}${path}`,
      bodyLimit: bodyLimitOf(route),
      onRequest: async (request) => {
        if (scope !== 'anybody') callers.set(request, admit(request, scope).caller)
      },
      handler: async (request, reply) => {
        const input = callInput(route, request)
        reply.header('content-type', JSON_TYPE).header('cache-control', 'no-store')
        // Thousands of rows lie ready as text.
        if (name === 'listTransfers') return feed.listJson((input as ValidInputOf<'listTransfers'>).filter)
        return JSON.stringify(await handle(input, callers.get(request)))
      },
    })
  }
}
