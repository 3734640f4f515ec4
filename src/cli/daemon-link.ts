// The command line's way to the Shoal that runs on a state folder: found by its run file, spoken to by HTTP with the token
// that only the owner's files hold.
// Promise: the token leaves for an address of this very computer, or not at all; what comes back is bounded in size and time.

import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { API_ROOT, ApiClient, ApiError, type ApiRequest, type ApiResponse } from '../api/client.ts'
import { type InputOf, type OutputOf, ROUTES, type RouteName } from '../api/routes.ts'
import type { Change } from '../api/schemas/events.ts'
import { scopeOf } from '../base/address.ts'
import { CodedError } from '../base/errors.ts'
import { LifeError } from '../daemon/life/life-error.ts'
import { findDaemon, type RunFile } from '../daemon/life/run-file.ts'
import { VERSION } from '../daemon/version.ts'
import { EventLines } from './event-lines.ts'

export class LinkError extends CodedError<
  'DAEMON_DOOR' | 'DAEMON_ELSEWHERE' | 'DAEMON_OTHER_VERSION' | 'DAEMON_LOST'
> {}

const TOKEN_FILE = 'api-token'
const MAX_TOKEN_CHARACTERS = 1_024

/** A list of 20,000 transfers, twice. */
const MAX_ANSWER_BYTES = 64_000_000
/** The doctor takes a quarter of a minute; everything else answers at once, or goes on after it has answered. */
const ANSWERS_WITHIN_MS = 60_000
/** The stream is never this silent: a comment comes every quarter of a minute. */
const STREAM_SILENCE_MS = 60_000
/** How long a daemon that has just started is waited for. */
const STARTS_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 20

const NOT_FOUND = 404

export class DaemonLink {
  readonly run: RunFile
  readonly stateFolder: string
  readonly #client: ApiClient
  readonly #token: string

  constructor(stateFolder: string, run: RunFile, token: string) {
    this.run = run
    this.stateFolder = stateFolder
    this.#token = token
    this.#client = new ApiClient((asked) => this.#send(asked), ROUTES)
  }

  /** A version that differs from this command's own; most calls are the same in both. */
  get otherVersion(): string | undefined {
    return this.run.version === VERSION ? undefined : this.run.version
  }

  /** @throws ApiError with the daemon's own sentence, LinkError, LifeError DAEMON_SILENT */
  async call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    try {
      return await this.#client.call(name, input)
    } catch (error) {
      if (error instanceof SyntaxError) throw this.#notUnderstood(error)
      const unknown =
        error instanceof ApiError && error.status === NOT_FOUND && error.code === 'ROUTE_UNKNOWN'
      if (unknown && this.otherVersion !== undefined) throw this.#notUnderstood(error)
      throw error
    }
  }

  /** Changes as they come, from now on, or since a cursor. Ends when `stop` says so; throws when the daemon is gone. */
  async *changes(
    since: { epoch: string; cursor: number } | undefined,
    stop: AbortSignal,
  ): AsyncGenerator<Change> {
    const query =
      since === undefined ? '' : `?epoch=${encodeURIComponent(since.epoch)}&cursor=${since.cursor}`
    const asked = this.#ask('GET', `${API_ROOT}/events${query}`, 'text/event-stream', STREAM_SILENCE_MS)
    const end = (): void => void asked.destroy()
    stop.addEventListener('abort', end, { once: true })
    try {
      asked.end()
      const answer = await answerOf(asked)
      if (answer.statusCode !== 200) throw new LinkError('DAEMON_LOST')
      const lines = new EventLines()
      const decoder = new TextDecoder()
      for await (const part of answer) {
        for (const { data } of lines.take(decoder.decode(part as Uint8Array, { stream: true })))
          yield JSON.parse(data) as Change
      }
      if (!stop.aborted) throw new LinkError('DAEMON_LOST')
    } catch (error) {
      if (stop.aborted) return
      throw error instanceof CodedError ? error : new LinkError('DAEMON_LOST', {}, error)
    } finally {
      stop.removeEventListener('abort', end)
      end()
    }
  }

  async #send({ method, path: at, body }: ApiRequest): Promise<ApiResponse> {
    const asked = this.#ask(method, at, 'application/json', ANSWERS_WITHIN_MS)
    const deadline = setTimeout(() => asked.destroy(new Error('TIMEOUT')), ANSWERS_WITHIN_MS)
    try {
      if (body !== undefined) asked.setHeader('content-type', 'application/json')
      asked.end(body)
      const answer = await answerOf(asked)
      return { status: answer.statusCode ?? 0, body: await textOf(answer) }
    } catch (error) {
      throw this.#unanswered(error)
    } finally {
      clearTimeout(deadline)
    }
  }

  #ask(method: string, at: string, accept: string, silenceMs: number): ClientRequest {
    const { hostname, port, host } = new URL(this.run.url)
    return request({
      method,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      path: at,
      headers: { accept, host, authorization: `Bearer ${this.#token}` },
      timeout: silenceMs,
      agent: false,
    }).on('timeout', function silent(this: ClientRequest) {
      this.destroy(new Error('TIMEOUT'))
    })
  }

  #unanswered(error: unknown): Error {
    if (error instanceof CodedError) return error
    const found = findDaemon(this.stateFolder)
    if (found.state === 'none') return new LinkError('DAEMON_LOST', {}, error)
    return new LifeError('DAEMON_SILENT', { pid: this.run.pid }, error)
  }

  #notUnderstood(cause: unknown): Error {
    return new LinkError('DAEMON_OTHER_VERSION', { running: this.run.version, own: VERSION }, cause)
  }
}

/** The running Shoal of this state folder, or undefined. Waits for one that has just started. @throws LinkError, LifeError */
export async function findLink(stateFolder: string): Promise<DaemonLink | undefined> {
  const until = performance.now() + STARTS_WITHIN_MS
  for (;;) {
    const found = findDaemon(stateFolder)
    if (found.state === 'none') return undefined
    if (found.state === 'answers')
      return new DaemonLink(stateFolder, checked(found.run, stateFolder), tokenIn(stateFolder))
    if (performance.now() > until)
      throw new LifeError('DAEMON_SILENT', { pid: found.pid, seconds: STARTS_WITHIN_MS / 1_000 })
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** @throws LifeError DAEMON_NOT_RUNNING besides */
export async function needLink(stateFolder: string): Promise<DaemonLink> {
  const link = await findLink(stateFolder)
  if (link === undefined) throw new LifeError('DAEMON_NOT_RUNNING')
  return link
}

function checked(run: RunFile, stateFolder: string): RunFile {
  const host = new URL(run.url).hostname.replace(/^\[(.*)\]$/, '$1')
  if (!isOfThisComputer(host))
    throw new LinkError('DAEMON_ELSEWHERE', { path: path.join(stateFolder, 'daemon.json'), host })
  return run
}

/** Loopback, or an address that one of our own interfaces has: server.host may name one. */
function isOfThisComputer(host: string): boolean {
  if (scopeOf(host) === 'loopback') return true
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host))
}

function tokenIn(stateFolder: string): string {
  const file = path.join(stateFolder, TOKEN_FILE)
  try {
    const token = readFileSync(file, 'utf8').trim()
    if (/^[\x21-\x7e]+$/.test(token) && token.length <= MAX_TOKEN_CHARACTERS) return token
    throw new LinkError('DAEMON_DOOR', { path: file })
  } catch (error) {
    if (error instanceof LinkError) throw error
    throw new LinkError('DAEMON_DOOR', { path: file }, error)
  }
}

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve)
    asked.on('error', reject)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = []
  let lengthBytes = 0
  for await (const part of answer as AsyncIterable<Uint8Array>) {
    lengthBytes += part.length
    if (lengthBytes > MAX_ANSWER_BYTES) throw new Error('the answer has no end')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
