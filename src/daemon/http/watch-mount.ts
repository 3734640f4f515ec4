// What programs that watch over Shoal ask: `GET /metrics` with a token of scope metrics, `GET /health` without any. Health says
// nothing but whether all is well, and by stable codes what is not.

import type { FastifyInstance } from 'fastify'
import type { Handlers } from '../../api/routes.ts'
import type { Metrics } from './metrics.ts'
import type { Admit } from './mounted-calls.ts'

export interface WatchMount {
  /** Loaded when somebody asks for the first time: most people watch by no such program. */
  metrics(): Promise<Metrics>
  readonly handlers: Pick<Handlers, 'network'>
  readonly admit: Admit
  /** Milliseconds that never go back. */
  now(): number
}

/** Anybody may ask: however often, it is looked at once in this time. */
const LOOKED_WITHIN_MS = 2_000

export function mountWatch(app: FastifyInstance, { metrics, handlers, admit, now }: WatchMount): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    onRequest: async (request) => {
      admit(request, 'metrics')
    },
    handler: async (_, reply) => {
      const figures = await metrics()
      reply.header('content-type', figures.contentType).header('cache-control', 'no-store')
      return await figures.text()
    },
  })

  let looked: { readonly at: number; readonly wrong: Promise<readonly string[]> } | undefined
  app.route({
    method: ['GET', 'HEAD'],
    url: '/health',
    handler: async (_, reply) => {
      if (looked === undefined || now() - looked.at > LOOKED_WITHIN_MS)
        looked = { at: now(), wrong: whatIsWrong(handlers) }
      const wrong = await looked.wrong
      reply.code(wrong.length === 0 ? 200 : 503)
      reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
      return JSON.stringify({ ok: wrong.length === 0, wrong })
    },
  })
}

async function whatIsWrong(handlers: Pick<Handlers, 'network'>): Promise<readonly string[]> {
  try {
    const { wayOut } = await handlers.network({})
    return wayOut.trouble === null ? [] : [wayOut.trouble.code]
  } catch {
    // It does not even know how it stands; the log says why where the call was made by somebody who may see it.
    return ['INTERNAL']
  }
}
