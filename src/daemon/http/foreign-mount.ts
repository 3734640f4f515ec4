// Foreign APIs behind the same door, such as the Transmission RPC: admitted by a token as password, with their own rules for
// bodies. They answer by themselves; nothing of the table of calls is known to them here.

import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Scope } from '../../api/schemas/machine.ts'
import { HttpError } from './http-error.ts'
import type { Admit } from './mounted-calls.ts'

export interface ForeignAsked {
  readonly method: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

export interface ForeignAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ForeignApi {
  /** Exact, such as `/transmission/rpc`. */
  readonly path: string
  readonly scope: Scope
  readonly maxBodyBytes: number
  /** While it is not, nothing is there. */
  enabled(): boolean
  answer(asked: ForeignAsked): Promise<ForeignAnswer>
}

export async function mountForeign(app: FastifyInstance, api: ForeignApi, admit: Admit): Promise<void> {
  await app.register(async (scoped) => {
    scoped.removeAllContentTypeParsers()
    scoped.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
    // transmission-remote asks for it with a slash behind.
    for (const url of [api.path, `${api.path}/`]) {
      scoped.route({
        method: ['GET', 'POST'],
        url,
        bodyLimit: api.maxBodyBytes,
        onRequest: async (request, reply) => {
          if (!api.enabled()) throw new HttpError('ROUTE_UNKNOWN')
          // Their clients send a password when they are asked for one.
          reply.raw.setHeader('www-authenticate', 'Basic realm="Shoal", charset="UTF-8"')
          admit(request, api.scope)
          reply.raw.removeHeader('www-authenticate')
        },
        handler: async ({ method, headers, body }, reply) => {
          const bytes = body instanceof Uint8Array ? body : new Uint8Array()
          const answer = await api.answer({ method, headers, body: bytes })
          reply.code(answer.status).headers(answer.headers)
          return answer.body
        },
      })
    }
  })
}
