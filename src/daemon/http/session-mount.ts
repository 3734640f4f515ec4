// A page link opened, and a session ended: `POST` and `DELETE /api/v1/session`.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import { type Admission, cookieNameOf } from './admission.ts'
import type { Passage } from './door.ts'
import { HttpError } from './http-error.ts'
import type { Sessions } from './sessions.ts'

/** As long as browsers keep any; the session itself ends 30 days after its last use. */
const COOKIE_SECONDS = 400 * 86_400
const MAX_CODE_CHARACTERS = 256

export interface SessionMount {
  readonly sessions: Sessions
  readonly admission: Admission
  passage(request: FastifyRequest): Passage
  /** Whoever was let in so is not heard any more. */
  ended(holderId: string): void
}

export function mountSession(app: FastifyInstance, mount: SessionMount): void {
  const { sessions, admission, passage, ended } = mount
  app.route({
    method: 'POST',
    url: `${API_ROOT}/session`,
    handler: async (request, reply) => {
      const by = passage(request)
      if (!by.fromOurPage) throw new HttpError('SESSION_FOR_PAGES')
      const { code } = (request.body ?? {}) as { code?: unknown }
      if (typeof code !== 'string' || code.length > MAX_CODE_CHARACTERS)
        throw new HttpError('INPUT_INVALID', { field: 'code' })
      const source = admission.mayTry('code', request.raw, by)
      const made = await sessions.redeem(code)
      if (made === undefined) {
        admission.tried(source, request.raw)
        throw new HttpError('CODE_USED')
      }
      setCookie(reply, by, `${made.cookie}; Max-Age=${COOKIE_SECONDS}`)
      reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
      return JSON.stringify({ key: made.key })
    },
  })
  app.route({
    method: 'DELETE',
    url: `${API_ROOT}/session`,
    handler: async (request, reply) => {
      const by = passage(request)
      const holder = admission.admit(request.raw, by, 'read')
      await sessions.end(holder)
      ended(holder.id)
      setCookie(reply, by, '; Max-Age=0')
      reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
      return '{}'
    },
  })
}

function setCookie(reply: FastifyReply, by: Passage, value: string): void {
  const secure = by.by.secure ? '; Secure' : ''
  reply.header('set-cookie', `${cookieNameOf(by)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`)
}
