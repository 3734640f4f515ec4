// `PUT /api/v1/dropped/:name`: the body is the file, of whatever type, and the answer says where it lies.

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import { type DroppedFiles, MAX_DROPPED_BYTES } from './dropped-files.ts'
import { HttpError } from './http-error.ts'
import type { Admit } from './mounted-calls.ts'

/** A copy that does not move for so long is given up. */
const IDLE_MS = 30_000

export async function mountDropped(app: FastifyInstance, dropped: DroppedFiles, admit: Admit): Promise<void> {
  await app.register(async (scoped) => {
    scoped.removeAllContentTypeParsers()
    scoped.addContentTypeParser('*', (_, payload, done) => done(null, payload))
    scoped.route<{ Params: { name: string } }>({
      method: 'PUT',
      url: `${API_ROOT}/dropped/:name`,
      bodyLimit: MAX_DROPPED_BYTES,
      config: { longBody: true },
      onRequest: async (request) => {
        admit(request, 'control')
      },
      handler: async ({ params, raw, headers }, reply) => {
        if (params.name === '') throw new HttpError('INPUT_INVALID', { field: 'name' })
        const length = headers['content-length']
        const bytes = whileItMoves(raw)
        const path = await dropped.take(params.name, length === undefined ? undefined : Number(length), bytes)
        reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
        return JSON.stringify({ path })
      },
    })
  })
}

/** @throws HttpError DROP_CUT when the sender leaves or falls silent */
async function* whileItMoves(raw: IncomingMessage): AsyncIterable<Uint8Array> {
  const silent = setTimeout(() => raw.destroy(), IDLE_MS)
  try {
    for await (const part of raw) {
      silent.refresh()
      yield part as Uint8Array
    }
  } catch (error) {
    if (raw.complete) throw error
    throw new HttpError('DROP_CUT', {}, error)
  } finally {
    clearTimeout(silent)
  }
}
