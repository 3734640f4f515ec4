// The server of API and page: one listener, the door before everything, then the routes. Loopback only unless it is said that
// others may reach it. Bounded: connections, headers and bodies in size and time.

import type { FastifyRequest } from 'fastify'
import { API_ROOT } from '../../api/client.ts'
import type { Handlers, RouteName } from '../../api/routes.ts'
import type { SettingRow } from '../../api/schemas/machine.ts'
import type { Settings } from '../../api/settings.ts'
import type { Disk } from '../../base/ports.ts'
import type { Feed } from '../feed.ts'
import type { Guard } from '../guard.ts'
import type { Log } from '../log.ts'
import { VERSION } from '../version.ts'
import { Admission } from './admission.ts'
import { OwnersKey } from './api-token.ts'
import { makeApp } from './app.ts'
import { BadTokens } from './bad-tokens.ts'
import { DroppedFiles } from './dropped-files.ts'
import { mountDropped } from './dropped-mount.ts'
import { cursorOf, EventStreams } from './event-stream.ts'
import { type ForeignApi, mountForeign } from './foreign-mount.ts'
import { HttpError } from './http-error.ts'
import { Listener } from './listener.ts'
import { type MediaFile, MediaLinks } from './media-links.ts'
import { mountMedia, type WholeFile } from './media-mount.ts'
import type { Metrics } from './metrics.ts'
import { type Admit, mountCalls } from './mounted-calls.ts'
import { OwnNames } from './own-names.ts'
import { PageFiles } from './page-files.ts'
import { mountPage } from './page-mount.ts'
import { mountPreview, type PreviewOf } from './preview-mount.ts'
import { SecretFile } from './secret-file.ts'
import { mountSession } from './session-mount.ts'
import { Sessions } from './sessions.ts'
import { Tokens } from './tokens.ts'
import { mountWatch } from './watch-mount.ts'

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

type ServerSettingKey = 'server.host' | 'server.port' | 'server.names' | 'server.remote'

/** The settings as the server needs them: read when needed, so that a change holds at once. */
export interface ServerSettings {
  readonly values: Pick<Settings, ServerSettingKey>
  rows(): readonly Pick<SettingRow, 'key' | 'from'>[]
}

/** Calls that are answered here: who may come in is nobody else's business. */
export type DoorCall = 'tokens' | 'addToken' | 'removeToken' | 'pageLink' | 'mediaLink' | 'libraryMediaLink'

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
  readonly disk: Disk
  saveFolder(): string
  /** For playing: undefined while it is not whole. @throws CodedError for what there is none of */
  wholeFile(file: MediaFile): Promise<WholeFile | undefined>
  /** Small pictures of what messages offer; there are none without it. */
  readonly preview?: PreviewOf
  readonly foreign?: readonly ForeignApi[]
  /** Milliseconds that never go back. */
  readonly now?: () => number
  /** Milliseconds since 1970. */
  readonly wallMs?: () => number
  /** How long it waits for heads and bodies; tests wait less. */
  readonly patience?: { readonly headersMs: number; readonly bodyMs: number }
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
  const { settings, log, feed, guard, stateFolder, disk, saveFolder, wholeFile } = options
  const { now = () => performance.now(), wallMs = Date.now } = options
  const host = settings.values['server.host']
  if (!LOOPBACK_HOSTS.has(host) && !settings.values['server.remote'])
    throw new HttpError('SERVER_NOT_LOCAL', { host })

  const owner = await OwnersKey.open(stateFolder)
  const tokens = await Tokens.open(new SecretFile(stateFolder, 'tokens.json', log), wallMs)
  const sessions = await Sessions.open(new SecretFile(stateFolder, 'sessions.json', log), wallMs)
  const admission = new Admission([owner, tokens, sessions], new BadTokens(now), guard)
  const streams = new EventStreams(feed)
  const links = new MediaLinks(wallMs)
  const names = namesOf(settings, log, () => ownAddress(host, listener.port))
  const listener = new Listener(options.patience?.headersMs)
  const { routes, passage } = makeApp({
    names,
    guard,
    log,
    listener: (answer) => listener.make(answer),
    ...(options.patience === undefined ? {} : { bodyMs: options.patience.bodyMs }),
  })

  const admit: Admit = (request, scope) => admission.admit(request.raw, passage(request), scope)
  const signed = async (file: MediaFile): Promise<{ path: string; expiresAt: string }> => {
    const whole = await wholeFile(file)
    if (whole === undefined) throw new HttpError('MEDIA_NOT_WHOLE')
    const { path, untilMs } = links.sign(file, whole.name)
    return { path, expiresAt: new Date(untilMs).toISOString() }
  }
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
    mediaLink: (file) => signed(file),
    libraryMediaLink: ({ content }) => signed({ id: content, index: 0 }),
  }
  const dropped = new DroppedFiles({ disk, saveFolder })
  let loaded: Promise<Metrics> | undefined
  const metrics = (): Promise<Metrics> => {
    loaded ??= import('./metrics.ts').then((part) => new part.Metrics({ feed, handlers, guard }))
    return loaded
  }
  mountCalls(routes, { handlers, feed, admit })
  mountSession(routes, { sessions, admission, passage, ended: (holderId) => streams.endOf(holderId) })
  mountEvents(routes, streams, admit)
  mountOpenApi(routes)
  await mountDropped(routes, dropped, admit)
  mountMedia(routes, { disk, links, wholeFile })
  if (options.preview !== undefined) mountPreview(routes, options.preview, admit)
  mountWatch(routes, { metrics, handlers, admit, now })
  for (const api of options.foreign ?? []) await mountForeign(routes, api, admit)
  mountPage(routes, await PageFiles.read(options.pageFolder))
  await routes.ready()
  const chosen = settings.rows().some(({ key, from }) => key === 'server.port' && from !== 'default')
  await listener.listen({ host, port: settings.values['server.port'], orAnother: !chosen })
  void dropped.tidy()
  log.write('info', 'listening', { host, port: listener.port })
  return {
    port: listener.port,
    url: urlOf(host, listener.port),
    async close() {
      streams.close()
      await listener.close()
      const figures = await loaded
      figures?.close()
      await routes.close()
      await tokens.close()
      await sessions.close()
    },
  }
}

function urlOf(host: string, port: number): string {
  return ownAddress(host, port) ?? `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`
}

/** Where it hears on one address that is not loopback, programs of this computer name it by that; no page does. */
function ownAddress(host: string, port: number): string | undefined {
  if (LOOPBACK_HOSTS.has(host) || EVERYWHERE.has(host)) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
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

function mountOpenApi(routes: ReturnType<typeof makeApp>['routes']): void {
  let text: string | undefined
  routes.get(`${API_ROOT}/openapi.json`, async (_, reply) => {
    const { openApiDocument } = await import('../../api/openapi.ts')
    text ??= JSON.stringify(openApiDocument(VERSION))
    reply.header('content-type', 'application/json; charset=utf-8')
    return text
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
function namesOf(settings: ServerSettings, log: Log, own: () => string | undefined): () => OwnNames {
  let listed: readonly string[] | undefined
  let names = new OwnNames([])
  return () => {
    const now = settings.values['server.names']
    if (now !== listed) {
      listed = now
      const address = own()
      names = new OwnNames(address === undefined ? now : [...now, address])
      for (const name of names.invalid) log.write('warn', 'server-name-invalid', { name })
    }
    return names
  }
}
