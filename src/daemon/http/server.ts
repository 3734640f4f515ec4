// The server of API and page: one listener, the door before everything, then the routes. Loopback only unless it is said that
// others may reach it. Bounded: connections, headers and bodies in size and time.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import type { Handlers } from '../../api/routes.ts'
import type { Settings } from '../../api/settings.ts'
import { SocketError } from '../../base/ports.ts'
import type { Feed } from '../feed.ts'
import type { Guard } from '../guard.ts'
import type { Log } from '../log.ts'
import { Admission, type Keys } from './admission.ts'
import { ANSWER_HEADERS } from './answer-headers.ts'
import { OwnersKey } from './api-token.ts'
import { BadTokens } from './bad-tokens.ts'
import { ConnectionRoom } from './connection-room.ts'
import { isRefused, type Passage, passDoor } from './door.ts'
import { errorAnswer } from './error-answer.ts'
import { cursorOf, EventStreams } from './event-stream.ts'
import { HttpError } from './http-error.ts'
import { mountCalls } from './mounted-calls.ts'
import { OwnNames } from './own-names.ts'
import { PageFiles } from './page-files.ts'
import { mountPage } from './page-mount.ts'

/** SAFETY.md, API: connections, and seconds until the head of a request is there. */
const MAX_CONNECTIONS = 32
const HEADERS_MS = 5_000
/** A body of JSON that takes longer is held back on purpose. */
const BODY_MS = 10_000
const MAX_HEADER_BYTES = 16_384
/** Longer than nginx keeps its own idle connections open by default, in which it may ask again at any moment. */
const IDLE_MS = 65_000
/** Half a second for answers that are on their way when it ends; the daemon has 10 s for everything. */
const CLOSE_MS = 500
/** Names of dropped files, escaped. */
const MAX_PARAM_CHARACTERS = 1_000
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

export type ServerSettingKey = 'server.host' | 'server.port' | 'server.names' | 'server.remote'

/** The settings as the server needs them: read when needed, so that a change holds at once. */
export interface ServerSettings {
  get<Key extends ServerSettingKey>(key: Key): Settings[Key]
  /** Nobody chose its value. */
  isDefault(key: ServerSettingKey): boolean
}

export interface ServerOptions {
  readonly handlers: Handlers
  readonly feed: Feed
  readonly settings: ServerSettings
  readonly guard: Guard
  readonly log: Log
  /** Exists; its `api-token` is made unless it is there. */
  readonly stateFolder: string
  /** With what `npm run build` made of the page. */
  readonly pageFolder: string
  /** Milliseconds that never go back. */
  readonly now?: () => number
}

export interface HttpServer {
  readonly port: number
  /** By loopback, without a slash at its end. */
  readonly url: string
  /** Streams end, nobody new is heard, answers on their way get a moment. */
  close(): Promise<void>
}

/** @throws SocketError IN_USE, DENIED; HttpError SERVER_NOT_LOCAL */
export async function openServer(options: ServerOptions): Promise<HttpServer> {
  const { settings, log, feed, handlers } = options
  const host = settings.get('server.host')
  if (!LOOPBACK_HOSTS.has(host) && !settings.get('server.remote'))
    throw new HttpError('SERVER_NOT_LOCAL', { host })

  const now = options.now ?? (() => performance.now())
  const owner = await OwnersKey.open(options.stateFolder)
  const keys: readonly Keys[] = [owner]
  const admission = new Admission(keys, new BadTokens(now), options.guard)
  const passages = new WeakMap<IncomingMessage, Passage>()
  const streams = new EventStreams(feed)
  const { app, server } = makeApp(options, passages)

  const admit = (request: FastifyRequest, scope: Parameters<Admission['admit']>[2]) =>
    admission.admit(request.raw, passages.get(request.raw) as Passage, scope)
  mountCalls(app, { handlers, feed, admit })
  app.route({
    method: 'GET',
    url: `${API_ROOT}/events`,
    onRequest: async (request) => {
      admit(request, 'read')
    },
    handler: (request, reply) => {
      streams.open(asked(request), reply.raw)
      reply.hijack()
    },
  })
  mountPage(app, await PageFiles.read(options.pageFolder))
  await app.ready()
  const port = await listen(server, host, settings)
  log.write('info', 'listening', { host, port })
  return {
    port,
    url: `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`,
    async close() {
      streams.close()
      const closed = new Promise((resolve) => server.close(resolve))
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
      await closed
      clearTimeout(cut)
      await app.close()
    },
  }
}

/** Where a reader left off: as the page says it, or as a browser's own reader does. */
function asked({ query, headers }: FastifyRequest): ReturnType<typeof cursorOf> {
  const { epoch, cursor } = query as { epoch?: unknown; cursor?: unknown }
  if (typeof epoch === 'string' && typeof cursor === 'string') return cursorOf(`${epoch}.${cursor}`)
  const last = headers['last-event-id']
  return typeof last === 'string' ? cursorOf(last) : undefined
}

function makeApp(
  options: ServerOptions,
  passages: WeakMap<IncomingMessage, Passage>,
): { app: FastifyInstance; server: Server } {
  const { log, guard, settings } = options
  const names = namesOf(settings, log)
  const room = new ConnectionRoom<IncomingMessage['socket']>(MAX_CONNECTIONS)
  let server: Server | undefined

  const app = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS },
    frameworkErrors: (error, _, reply) => sendError(error, reply.raw, log),
    serverFactory: (route) => {
      const answer = (request: IncomingMessage, response: ServerResponse): void => {
        const answered = room.asked(request.socket)
        response.once('close', () => {
          answered()
          if (server?.listening !== true) request.socket.destroySoon()
        })
        for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value)
        const passage = passDoor(
          { method: request.method ?? '', target: request.url ?? '', rawHeaders: request.rawHeaders },
          names(),
        )
        if (isRefused(passage)) {
          const { host = '', origin = '' } = request.headers
          guard.turnedAway(passage.refused, passage.refused === 'ORIGIN_FOREIGN' ? origin : host)
          sendError(new HttpError(passage.refused), response, log)
          return
        }
        passages.set(request, passage)
        if (request.headers.expect !== undefined) response.writeContinue()
        route(request, response)
      }
      server = createServer(
        {
          headersTimeout: HEADERS_MS,
          // Bodies have their own limit of time: dropped files take as long as they move.
          requestTimeout: 0,
          connectionsCheckingInterval: 1_000,
          keepAliveTimeout: IDLE_MS,
          maxHeaderSize: MAX_HEADER_BYTES,
          // A missing Host is answered by the door as everything is.
          requireHostHeader: false,
          insecureHTTPParser: false,
        },
        answer,
      )
      // Nobody is told to go on before the door has looked.
      server.on('checkContinue', answer)
      server.on('connection', (socket) => room.came(socket))
      return server
    },
  })
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.complete) return
    const late = setTimeout(() => raw.destroy(), BODY_MS)
    raw.once('end', () => clearTimeout(late))
    raw.once('close', () => clearTimeout(late))
  })
  app.setNotFoundHandler(() => {
    throw new HttpError('ROUTE_UNKNOWN')
  })
  app.setErrorHandler((error, _, reply) => {
    reply.hijack()
    sendError(error, reply.raw, log)
  })
  return { app, server: server as unknown as Server }
}

function sendError(error: unknown, response: ServerResponse, log: Log): void {
  const { status, body } = errorAnswer(error, log)
  if (response.headersSent) {
    response.destroy()
    return
  }
  // What was not read of the request is not going to be.
  if (!response.req.complete) response.setHeader('connection', 'close')
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(body)
}

/** Our names, read anew when the setting is another. */
function namesOf(settings: ServerSettings, log: Log): () => OwnNames {
  let listed: readonly string[] | undefined
  let names = new OwnNames([])
  return () => {
    const now = settings.get('server.names')
    if (now !== listed) {
      listed = now
      names = new OwnNames(now)
      for (const name of names.invalid) log.write('warn', 'server-name-invalid', { name })
    }
    return names
  }
}

async function listen(server: Server, host: string, settings: ServerSettings): Promise<number> {
  const port = settings.get('server.port')
  try {
    return await listenAt(server, host, port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && settings.isDefault('server.port'))
      return await listenAt(server, host, 0)
    throw socketError(error as NodeJS.ErrnoException, port)
  }
}

function listenAt(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function socketError(error: NodeJS.ErrnoException, port: number): SocketError {
  const code = error.code === 'EADDRINUSE' ? 'IN_USE' : error.code === 'EACCES' ? 'DENIED' : 'OTHER'
  return new SocketError(code, { port, errno: error.code }, error)
}
