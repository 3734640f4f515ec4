// The server of API and page: one listener, the door before everything, then the routes. Loopback only unless it is said that
// others may reach it. Bounded: connections, headers and bodies in size and time.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import type { Handlers, RouteName } from '../../api/routes.ts'
import type { SettingRow } from '../../api/schemas/machine.ts'
import type { Settings } from '../../api/settings.ts'
import { SocketError } from '../../base/ports.ts'
import type { Feed } from '../feed.ts'
import type { Guard } from '../guard.ts'
import type { Log } from '../log.ts'
import { Admission } from './admission.ts'
import { OwnersKey } from './api-token.ts'
import { makeApp } from './app.ts'
import { BadTokens } from './bad-tokens.ts'
import { ConnectionRoom } from './connection-room.ts'
import { cursorOf, EventStreams } from './event-stream.ts'
import { type ForeignApi, mountForeign } from './foreign-mount.ts'
import { HttpError } from './http-error.ts'
import { type Admit, mountCalls } from './mounted-calls.ts'
import { OwnNames } from './own-names.ts'
import { PageFiles } from './page-files.ts'
import { mountPage } from './page-mount.ts'
import { SecretFile } from './secret-file.ts'
import { mountSession } from './session-mount.ts'
import { Sessions } from './sessions.ts'
import { Tokens } from './tokens.ts'

/** SAFETY.md, API: connections, and seconds until the head of a request is there. */
const MAX_CONNECTIONS = 32
const HEADERS_MS = 5_000
const MAX_HEADER_BYTES = 16_384
/** Longer than nginx keeps its own idle connections, in which it may ask again at any moment. */
const IDLE_MS = 65_000
/** For answers that are on their way when it ends; the daemon has 10 s for everything. */
const CLOSE_MS = 500
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

type ServerSettingKey = 'server.host' | 'server.port' | 'server.names' | 'server.remote'

/** The settings as the server needs them: read when needed, so that a change holds at once. */
export interface ServerSettings {
  readonly values: Pick<Settings, ServerSettingKey>
  rows(): readonly Pick<SettingRow, 'key' | 'from'>[]
}

/** Calls that are answered here: who may come in is nobody else's business. */
export type DoorCall = 'tokens' | 'addToken' | 'removeToken' | 'pageLink'

export interface ServerOptions {
  readonly handlers: Handlers<Exclude<RouteName, DoorCall>>
  readonly feed: Feed
  readonly settings: ServerSettings
  readonly guard: Guard
  readonly log: Log
  /** Exists; its `api-token` is made unless it is there. */
  readonly stateFolder: string
  /** With what `npm run build` made of the page. */
  readonly pageFolder: string
  readonly foreign?: readonly ForeignApi[]
  /** Milliseconds that never go back. */
  readonly now?: () => number
  /** Milliseconds since 1970. */
  readonly wallMs?: () => number
}

export interface HttpServer {
  readonly port: number
  /** By loopback, without a slash at its end. */
  readonly url: string
  /** Streams end, nobody new is heard, answers on their way get a moment. */
  close(): Promise<void>
}

/** @throws SocketError IN_USE, DENIED; HttpError SERVER_NOT_LOCAL, STATE_NEWER */
export async function openServer(options: ServerOptions): Promise<HttpServer> {
  const { settings, log, feed, guard, stateFolder } = options
  const { now = () => performance.now(), wallMs = Date.now } = options
  const host = settings.values['server.host']
  if (!LOOPBACK_HOSTS.has(host) && !settings.values['server.remote'])
    throw new HttpError('SERVER_NOT_LOCAL', { host })

  const owner = await OwnersKey.open(stateFolder)
  const tokens = await Tokens.open(new SecretFile(stateFolder, 'tokens.json', log), wallMs)
  const sessions = await Sessions.open(new SecretFile(stateFolder, 'sessions.json', log), wallMs)
  const admission = new Admission([owner, tokens, sessions], new BadTokens(now), guard)
  const streams = new EventStreams(feed)
  const names = namesOf(settings, log)
  const listener = new Listener()
  const { routes, passage } = makeApp({ names, guard, log, listener: (answer) => listener.make(answer) })

  const admit: Admit = (request, scope) => admission.admit(request.raw, passage(request), scope)
  const handlers: Handlers = {
    ...options.handlers,
    tokens: () => ({ tokens: tokens.rows() }),
    addToken: ({ name, scope }) => tokens.add(name, scope),
    removeToken: async ({ id }) => {
      await tokens.remove(id)
      streams.endOf(`token ${id}`)
      return {}
    },
    pageLink: () => {
      const { code, untilMs } = sessions.newLink()
      const at = (origin: string): string => `${origin}/#code=${code}`
      return {
        url: at(urlOf(host, listener.port)),
        elsewhere: names().secureOrigins.map(at),
        expiresAt: new Date(untilMs).toISOString(),
      }
    },
  }
  mountCalls(routes, { handlers, feed, admit })
  mountSession(routes, { sessions, admission, passage, ended: (holderId) => streams.endOf(holderId) })
  mountEvents(routes, streams, admit)
  for (const api of options.foreign ?? []) await mountForeign(routes, api, admit)
  mountPage(routes, await PageFiles.read(options.pageFolder))
  await routes.ready()
  await listener.listen(host, settings)
  log.write('info', 'listening', { host, port: listener.port })
  return {
    port: listener.port,
    url: urlOf(host, listener.port),
    async close() {
      streams.close()
      await listener.close()
      await routes.close()
      await tokens.close()
      await sessions.close()
    },
  }
}

function urlOf(host: string, port: number): string {
  return `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`
}

function mountEvents(
  routes: ReturnType<typeof makeApp>['routes'],
  streams: EventStreams,
  admit: Admit,
): void {
  const holders = new WeakMap<FastifyRequest, string>()
  routes.route({
    method: 'GET',
    url: `${API_ROOT}/events`,
    onRequest: async (request) => {
      holders.set(request, admit(request, 'read').id)
    },
    handler: (request, reply) => {
      streams.open(leftOff(request), reply.raw, holders.get(request) ?? '')
      reply.hijack()
    },
  })
}

/** Where a reader left off: as the page says it, or as a browser's own reader does. */
function leftOff({ query, headers }: FastifyRequest): ReturnType<typeof cursorOf> {
  const { epoch, cursor } = query as { epoch?: unknown; cursor?: unknown }
  if (typeof epoch === 'string' && typeof cursor === 'string') return cursorOf(`${epoch}.${cursor}`)
  const last = headers['last-event-id']
  return typeof last === 'string' ? cursorOf(last) : undefined
}

/** Our names, read anew when the setting is another. */
function namesOf(settings: ServerSettings, log: Log): () => OwnNames {
  let listed: readonly string[] | undefined
  let names = new OwnNames([])
  return () => {
    const now = settings.values['server.names']
    if (now !== listed) {
      listed = now
      names = new OwnNames(now)
      for (const name of names.invalid) log.write('warn', 'server-name-invalid', { name })
    }
    return names
  }
}

class Listener {
  #server: Server | undefined
  readonly #room = new ConnectionRoom<Socket>(MAX_CONNECTIONS)

  make(answer: RequestListener): Server {
    const heard: RequestListener = (request, response) => {
      const answered = this.#room.asked(request.socket)
      response.once('close', () => {
        answered()
        if (!server.listening) request.socket.destroySoon()
      })
      answer(request, response)
    }
    const server = createServer(
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
      heard,
    )
    server.on('checkContinue', heard)
    server.on('connection', (socket) => this.#room.came(socket))
    this.#server = server
    return server
  }

  get port(): number {
    const address = this.#server?.address() as AddressInfo | undefined
    return address?.port ?? 0
  }

  /** @throws SocketError */
  async listen(host: string, settings: ServerSettings): Promise<void> {
    const port = settings.values['server.port']
    try {
      await this.#listenAt(host, port)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const chosen = settings.rows().some(({ key, from }) => key === 'server.port' && from !== 'default')
      if (code === 'EADDRINUSE' && !chosen) await this.#listenAt(host, 0)
      else if (code === 'EADDRINUSE') throw new SocketError('IN_USE', { port }, error)
      else if (code === 'EACCES') throw new SocketError('DENIED', { port }, error)
      else throw new SocketError('OTHER', { port, errno: code }, error)
    }
  }

  #listenAt(host: string, port: number): Promise<void> {
    const server = this.#server as Server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    const server = this.#server as Server
    const closed = new Promise((resolve) => server.close(resolve))
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
    await closed
    clearTimeout(cut)
  }
}
