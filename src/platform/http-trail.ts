// The way from a URL to the server that answers it: names resolved, addresses allowed, redirects followed by hand.
// Promise: connects only to an address that mayConnect allowed, resolved here and used as it is (a name cannot change in
// between); never from https to http; after end() nothing is contacted any more.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { isIPv6 } from '../base/endpoint.ts'
import type { HttpFailed, HttpFailure, HttpRequest, Names } from '../base/ports.ts'
import type { StreamMaker } from './exit/exit.ts'
import { type HttpAgents, passingAgents, sendRequest, type Target } from './http-request.ts'
import { errnoOf } from './socket-errors.ts'

/** Addresses of one name that are tried before giving up. */
const MAX_ADDRESSES_TRIED = 4
/** While there is another address to try, a silent one does not get more than this. */
const NEXT_ADDRESS_AFTER_MS = 5_000

/** The body of a redirect that is read for the sake of the connection: most are some hundred bytes of HTML. */
const MAX_PASSED_BYTES = 16 * 1024
const PASSING_MS = 2_000

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface HttpSettings {
  readonly names: Names
  readonly certificates: string | undefined
  /** Opens the connections, where the system may not. */
  readonly maker: StreamMaker | undefined
}

export interface TrailOptions {
  readonly settings: HttpSettings
  readonly request: Pick<HttpRequest, 'url' | 'method' | 'body' | 'headers' | 'maxRedirects' | 'mayConnect'>
  readonly acceptEncoding: 'gzip' | 'identity'
  readonly family?: 4 | 6 | undefined
  readonly agents?: HttpAgents
}

/** An answer whose body was not read yet. */
export interface Arrived {
  readonly ok: true
  readonly response: IncomingMessage
  readonly request: ClientRequest
  readonly remote: string
}

type Attempt = { readonly outcome: Arrived | HttpFailed; readonly connected: boolean }

export class HttpTrail {
  readonly #options: TrailOptions
  #over = false
  #current: ClientRequest | undefined
  #giveUp: () => void = () => {}

  constructor(options: TrailOptions) {
    this.#options = options
  }

  end(): void {
    this.#over = true
    this.#current?.destroy()
    this.#giveUp()
  }

  async follow(): Promise<Arrived | HttpFailed> {
    const { request } = this.#options
    let url = parseUrl(request.url, undefined)
    let redirectedBy: string | undefined
    for (let redirects = 0; ; redirects++) {
      if (url === undefined) return failed('REDIRECTS', 'not an http address')
      const outcome = await this.#ask(url, redirectedBy)
      const location = outcome.ok ? redirectOf(outcome.response) : undefined
      if (!outcome.ok || location === undefined) return outcome
      this.#letGo(outcome)
      if (request.method === 'POST') return failed('REDIRECTS', 'of what was posted')
      if (redirects >= request.maxRedirects) return failed('REDIRECTS', 'too many')
      const next = parseUrl(location, url)
      if (url.protocol === 'https:' && next?.protocol === 'http:')
        return failed('REDIRECTS', 'from https to http')
      url = next
      redirectedBy = outcome.remote
    }
  }

  /** Of a redirect nothing is wanted. Where connections are kept, a short body is read to its end, so that this one is. */
  #letGo({ request, response }: Arrived): void {
    const length = Number(response.headers['content-length'] ?? Number.NaN)
    if (this.#options.agents === undefined || !(length <= MAX_PASSED_BYTES)) {
      request.destroy()
      return
    }
    response.on('error', () => request.destroy())
    request.setTimeout(PASSING_MS, () => request.destroy())
    response.resume()
  }

  /** One hop: the allowed addresses of its host, one after the other, until one lets us connect. */
  async #ask(url: URL, redirectedBy: string | undefined): Promise<Arrived | HttpFailed> {
    const { settings, request, family } = this.#options
    const host = url.hostname.replace(/^\[|\]$/g, '')
    // A name that is resolved beyond a proxy has no family here.
    const found = settings.names.beyond?.(host)
      ? [host]
      : (await settings.names.resolve(host)).filter(
          (address) => family === undefined || (family === 6) === isIPv6(address),
        )
    if (this.#over) return failed('OTHER', 'over')
    if (found.length === 0) return failed('NAME_NOT_FOUND', host)
    const allowed = found.filter((address) => request.mayConnect(address, { url: url.href, redirectedBy }))
    if (allowed.length === 0) return failed('ADDRESS_REFUSED', found[0] as string)
    const tried = allowed.slice(0, MAX_ADDRESSES_TRIED)
    let outcome: Arrived | HttpFailed = failed('REFUSED', host)
    for (const [i, address] of tried.entries()) {
      const last = i === tried.length - 1
      const attempt = await this.#attempt(
        { url, host, address },
        this.#options.agents,
        last ? undefined : NEXT_ADDRESS_AFTER_MS,
      )
      outcome = attempt.outcome
      if (attempt.connected || this.#over) break
    }
    return outcome
  }

  #attempt(target: Target, agents: HttpAgents | undefined, connectMs: number | undefined): Promise<Attempt> {
    return new Promise((resolve) => {
      let connected = false
      const settle = (outcome: Arrived | HttpFailed): void => {
        clearTimeout(timer)
        resolve({ outcome, connected })
      }
      const { request: asked, acceptEncoding, settings } = this.#options
      const headers = { ...asked.headers, 'accept-encoding': acceptEncoding }
      const passing = agents === undefined && settings.maker !== undefined && passingAgents(settings.maker)
      const ways = agents ?? (passing === false ? undefined : passing)
      const request = sendRequest(target, headers, ways, settings.certificates, asked.method)
      if (passing !== false) {
        // What is still being opened for it is given up with it; Node tells of no end before there is a socket.
        this.#giveUp = () => {
          passing.plain.destroy()
          passing.tls.destroy()
        }
      }
      const timer =
        connectMs === undefined
          ? undefined
          : setTimeout(() => {
              if (connected) return
              request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }))
              this.#giveUp()
            }, connectMs)
      this.#current = request
      request.on('socket', (socket) => {
        // What an exit opened is connected already.
        if (request.reusedSocket || !socket.connecting) connected = true
        else
          socket.once('connect', () => {
            connected = true
          })
      })
      let answered = false
      request.on('error', (error) => {
        // The server had given up the kept connection: nothing was heard, so it is asked once more on a new one.
        if (request.reusedSocket && !answered && !this.#over) {
          clearTimeout(timer)
          void this.#attempt(target, undefined, connectMs).then(resolve)
        } else settle(failed(failureOf(error), errnoOf(error)))
      })
      request.on('response', (response) => {
        connected = true
        answered = true
        settle({ ok: true, response, request, remote: target.address })
      })
      request.end(asked.body)
    })
  }
}

function redirectOf(response: IncomingMessage): string | undefined {
  return REDIRECTS.has(response.statusCode ?? 0) ? response.headers.location : undefined
}

function parseUrl(text: string, base: URL | undefined): URL | undefined {
  if (!URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

export function failed(failure: HttpFailure, detail: string): HttpFailed {
  return { ok: false, failure, detail }
}

/** OpenSSL's verification errors have names of their own; the rest begins with ERR_TLS or ERR_SSL. */
const TLS_ERRORS = /^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/

const FAILURES: Readonly<Record<string, HttpFailure>> = {
  ECONNREFUSED: 'REFUSED',
  ETIMEDOUT: 'TIMEOUT',
  REFUSED: 'REFUSED',
  TIMEOUT: 'TIMEOUT',
  RESET: 'BAD_RESPONSE',
  ECONNRESET: 'BAD_RESPONSE',
  EPIPE: 'BAD_RESPONSE',
  ENOTFOUND: 'NAME_NOT_FOUND',
}

function failureOf(error: unknown): HttpFailure {
  const errno = errnoOf(error)
  if (TLS_ERRORS.test(errno)) return 'TLS'
  if (errno.startsWith('HPE_')) return 'BAD_RESPONSE'
  return FAILURES[errno] ?? 'OTHER'
}
