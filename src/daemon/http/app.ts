// Requests on their way to the routes: the door first, then headers that every answer has, then the framework with its limits.
// Errors of whatever kind leave here as one shape.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import type { Guard } from '../guard.ts'
import type { Log } from '../log.ts'
import { ANSWER_HEADERS } from './answer-headers.ts'
import { isRefused, type Passage, passDoor } from './door.ts'
import { errorAnswer } from './error-answer.ts'
import { HttpError } from './http-error.ts'
import type { OwnNames } from './own-names.ts'

/** A body of JSON that takes longer is held back on purpose. */
const BODY_MS = 10_000
/** Names of dropped files, escaped. */
const MAX_PARAM_CHARACTERS = 1_000

export interface AppOptions {
  names(): OwnNames
  readonly guard: Guard
  readonly log: Log
  /** Makes the server that hears; called once, before the app is there. */
  listener(answer: RequestListener): Server
  /** Until the body of a call is there; tests have less patience. */
  readonly bodyMs?: number
}

export interface App {
  readonly routes: FastifyInstance
  passage(request: FastifyRequest): Passage
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body takes as long as it moves: it watches that itself. */
    readonly longBody?: boolean
  }
}

export function makeApp({ names, guard, log, listener, bodyMs = BODY_MS }: AppOptions): App {
  const passages = new WeakMap<IncomingMessage, Passage>()
  const routes = fastify({
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS },
    frameworkErrors: (error, _, reply) => sendError(error, reply.raw, log),
    serverFactory: (route) =>
      listener((request, response) => {
        for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value)
        const { method = '', url: target = '', rawHeaders } = request
        const passage = passDoor({ method, target, rawHeaders }, names())
        if (isRefused(passage)) {
          const { host = '', origin = '' } = request.headers
          const who = passage.refused === 'ORIGIN_FOREIGN' ? origin : host
          guard.turnedAway(passage.refused, who === '' ? (request.socket.remoteAddress ?? '') : who)
          // Whoever comes so is not talked with further.
          response.setHeader('connection', 'close')
          sendError(new HttpError(passage.refused), response, log)
          return
        }
        passages.set(request, passage)
        // Nobody is told to go on before the door has looked.
        if (request.headers.expect !== undefined) response.writeContinue()
        route(request, response)
      }),
  })
  routes.removeAllContentTypeParsers()
  const parse = routes.getDefaultJsonParser('error', 'error')
  routes.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
  routes.addHook('onRequest', async ({ raw, routeOptions }) => {
    if (raw.complete || !hasBody(raw) || routeOptions.config.longBody === true) return
    const late = setTimeout(() => raw.destroy(), bodyMs)
    raw.once('end', () => clearTimeout(late))
    raw.once('close', () => clearTimeout(late))
  })
  routes.setNotFoundHandler(() => {
    throw new HttpError('ROUTE_UNKNOWN')
  })
  routes.setErrorHandler((error, _, reply) => {
    reply.hijack()
    sendError(error, reply.raw, log)
  })
  return { routes, passage: ({ raw }) => passages.get(raw) as Passage }
}

/** What has none never ends for whoever does not read it: an event stream would be cut as a body that does not come. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

function sendError(error: unknown, response: ServerResponse, log: Log): void {
  const { status, body, text } = errorAnswer(error, log)
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { req } = response
  // What was not read of the request is not going to be.
  if (hasBody(req) && !req.complete) response.setHeader('connection', 'close')
  if (status === 401 && !response.hasHeader('www-authenticate'))
    response.setHeader('www-authenticate', 'Bearer')
  // Whoever typed an address or followed a link reads a sentence.
  const person = req.headers['sec-fetch-dest'] === 'document'
  response.writeHead(status, {
    'content-type': person ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(person ? text : body)
}
