// The real HTTP server on a free port of loopback in front of a pretended daemon, and ways to ask it that a well-bred client
// has not: any header twice, any target, bytes one by one. Promise: everything ends with the test.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Handlers } from '../../src/api/routes.ts'
import { Guard } from '../../src/daemon/guard.ts'
import { type HttpServer, openServer, type ServerOptions } from '../../src/daemon/http/server.ts'
import { NO_LOG } from '../../src/daemon/log.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { type Heard, PretendedFeed, PretendedSettings, pretendedHandlers } from './pretended-daemon.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly bytes: Buffer
}

export interface Served {
  readonly server: HttpServer
  readonly feed: PretendedFeed
  readonly settings: PretendedSettings
  readonly guard: Guard
  readonly heard: readonly Heard[]
  readonly folder: string
  /** Of the `api-token` file. */
  readonly token: string
  /** As a program with the owner's token, unless headers say otherwise. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>
  /** Bytes as they are; the answer as it is, until the server closes. */
  raw(bytes: string, address?: string): Promise<string>
  /** A connection that a test writes to by itself. */
  dial(): Promise<Socket>
}

export interface AskOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Without the owner's token. */
  readonly anonymous?: boolean
}

export interface ServeOptions extends Partial<Omit<ServerOptions, 'handlers' | 'settings' | 'feed'>> {
  readonly handlers?: Partial<Handlers>
  readonly settings?: PretendedSettings
}

export async function serve(t: TestContext, options: ServeOptions = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-http-'))
  endWith(t, () => rm(folder, { recursive: true, force: true }))
  const { stateFolder = join(folder, 'state'), pageFolder = join(folder, 'page') } = options
  await mkdir(stateFolder, { recursive: true, mode: 0o700 })
  await mkdir(join(pageFolder, 'assets'), { recursive: true })
  if (options.pageFolder === undefined) {
    await writeFile(
      join(pageFolder, 'index.html'),
      '<!doctype html><html><head></head><body><p id="ours">page</p><script>ranInline = true</script></body></html>',
    )
    await writeFile(join(pageFolder, 'assets', 'main-1.js'), `"${'script '.repeat(100)}"`)
  }
  const { handlers, heard } = pretendedHandlers(options.handlers)
  const feed = new PretendedFeed()
  const settings = options.settings ?? new PretendedSettings()
  const guard = options.guard ?? new Guard(Date.now)
  const server = await openServer({
    log: NO_LOG,
    ...options,
    handlers,
    feed,
    settings,
    guard,
    stateFolder,
    pageFolder,
    disk: options.disk ?? new NodeDisk(),
    saveFolder: options.saveFolder ?? (() => join(folder, 'saved')),
    wholeFile: options.wholeFile ?? (async () => undefined),
  })
  endWith(t, () => server.close())
  const token = (await readFile(join(stateFolder, 'api-token'), 'utf8')).trim()
  return {
    server,
    feed,
    settings,
    guard,
    heard,
    folder,
    token,
    ask: (method, path, { body, headers = {}, anonymous = false } = {}) => {
      const json = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      return exchange(server.port, method, path, json, {
        ...(anonymous ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      })
    },
    raw: (bytes, address = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, address, () => socket.write(bytes))
        let answer = ''
        socket.setEncoding('latin1')
        socket.on('data', (text: string) => {
          answer += text
        })
        socket.once('close', () => resolve(answer))
        socket.once('error', (error: NodeJS.ErrnoException) => {
          // What the server cut off after its answer is not read any more.
          if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
        })
      }),
    dial: () =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () => resolve(socket))
        t.after(() => socket.destroy())
        // A test sees that the server cut it by its end.
        socket.on('error', () => reject(new Error('no connection')))
      }),
  }
}

const endings = new WeakMap<TestContext, (() => Promise<void>)[]>()

/** The last first: a server may write into the folder of another one at its end. */
function endWith(t: TestContext, end: () => Promise<void>): void {
  const known = endings.get(t)
  if (known !== undefined) {
    known.unshift(end)
    return
  }
  const all = [end]
  endings.set(t, all)
  t.after(async () => {
    for (const each of all) await each()
  })
}

function exchange(
  port: number,
  method: string,
  path: string,
  body: string | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString('utf8'),
            bytes: Buffer.concat(parts),
          }),
        )
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

/** The code of the error in an answer. */
export function codeIn({ body }: Answer): string {
  return (JSON.parse(body) as { error: { code: string } }).error.code
}
