// `GET /api/v1/conversations/:id/messages/:message/preview`: a small picture of what a message offers, made here of a file that is here.
// Never the original's bytes, and never another type than the one that was encoded.

import type { FastifyInstance } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import { HttpError } from './http-error.ts'
import type { Admit } from './mounted-calls.ts'

export type PreviewOf = (conversation: string, message: string) => Promise<Uint8Array | undefined>

export function mountPreview(app: FastifyInstance, preview: PreviewOf, admit: Admit): void {
  app.route<{ Params: Readonly<Record<'id' | 'message', string>> }>({
    method: 'GET',
    url: `${API_ROOT}/conversations/:id/messages/:message/preview`,
    onRequest: async (request) => {
      admit(request, 'read')
    },
    handler: async (request, reply) => {
      const { id, message } = request.params
      const image = await preview(id, message)
      if (image === undefined) throw new HttpError('ROUTE_UNKNOWN')
      reply.header('content-type', 'image/jpeg').header('cache-control', 'no-store')
      return Buffer.from(image.buffer, image.byteOffset, image.byteLength)
    },
  })
}
