// The page's files as answers: the document with its policy, everything else as it was built.

import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pagePolicy } from './answer-headers.ts'
import { HttpError } from './http-error.ts'
import type { PageFile, PageFiles } from './page-files.ts'

const NONCE_BYTES = 16
const YEAR_SECONDS = 31_536_000

export function mountPage(app: FastifyInstance, files: PageFiles): void {
  app.route({ method: ['GET', 'HEAD'], url: '/', handler: (_, reply) => sendDocument(reply, files) })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: async (request, reply) => {
      const file = files.find(pathOf(request.raw.url ?? ''))
      if (file === undefined) throw new HttpError('ROUTE_UNKNOWN')
      return sendFile(request, reply, file)
    },
  })
}

async function sendDocument(reply: FastifyReply, files: PageFiles): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const text = await files.document(nonce)
  if (text === undefined) throw new HttpError('PAGE_MISSING')
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', pagePolicy(nonce))
    .header('cache-control', 'no-store')
  return text
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): Buffer {
  reply.header('content-type', file.type)
  reply.header('cache-control', file.lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
  if (file.gzip === undefined) return file.bytes
  reply.header('vary', 'accept-encoding')
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return file.bytes
  reply.header('content-encoding', 'gzip')
  return file.gzip
}

/** Names of the page's files need no escapes: a path that has some is none of them. */
function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}
