// The Http port on Node: one bounded GET, redirects followed by hand.
// Promise: connects only to an address that mayConnect allowed, resolved here and used as it is (a name cannot change in
// between); reads no more than the limits, packed and unpacked; verifies TLS; ends within timeoutMs whatever happens.

import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { createGunzip } from 'node:zlib'
import { canonicalIp } from '../base/address.ts'
import { concatBytes } from '../base/bytes.ts'
import { isIPv6 } from '../base/endpoint.ts'
import type { Http, HttpFailure, HttpRequest, HttpResult, Names } from '../base/ports.ts'
import { NodeNames } from './names.ts'
import { errnoOf } from './socket-errors.ts'

export interface NodeHttpOptions {
  /** The system's resolver unless given. */
  readonly names?: Names
  /** Certificates (PEM) trusted instead of the system's; for tests. */
  readonly certificates?: string
}

/** Addresses of one name that are tried before giving up. */
const MAX_ADDRESSES_TRIED = 4
/** While there is another address to try, a silent one does not get more than this. */
const NEXT_ADDRESS_AFTER_MS = 5_000
/** Headers of a response; Node's own default, said here because it is a limit. */
const MAX_HEADER_BYTES = 16 * 1024

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

interface Settings {
  readonly names: Names
  readonly certificates: string | undefined
}

type Failed = Extract<HttpResult, { ok: false }>
type Step = HttpResult | { readonly redirect: string; readonly remote: string }

export class NodeHttp implements Http {
  readonly #settings: Settings

  constructor(options: NodeHttpOptions = {}) {
    this.#settings = { names: options.names ?? new NodeNames(), certificates: options.certificates }
  }

  get(request: HttpRequest, family?: 4 | 6): { readonly result: Promise<HttpResult>; cancel(): void } {
    const exchange = new Exchange(this.#settings, request, family)
    return { result: exchange.run(), cancel: () => exchange.end(failed('OTHER', 'cancelled')) }
  }
}

/** One get() from the first look-up to the last byte. */
class Exchange {
  readonly #settings: Settings
  readonly #request: HttpRequest
  readonly #family: 4 | 6 | undefined
  /** Resolves when the exchange ends early: its time is over, or it was cancelled. */
  readonly #ended: Promise<HttpResult>
  #resolveEnded: (result: HttpResult) => void = () => {}
  #over = false
  #current: ClientRequest | undefined

  constructor(settings: Settings, request: HttpRequest, family: 4 | 6 | undefined) {
    this.#settings = settings
    this.#request = request
    this.#family = family
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
  }

  async run(): Promise<HttpResult> {
    const timer = setTimeout(() => this.end(failed('TIMEOUT', '')), this.#request.timeoutMs)
    try {
      return await Promise.race([this.#follow(), this.#ended])
    } finally {
      clearTimeout(timer)
      this.end(failed('OTHER', 'over'))
    }
  }

  /** From here on nothing is contacted any more. */
  end(result: HttpResult): void {
    this.#over = true
    this.#current?.destroy()
    this.#resolveEnded(result)
  }

  async #follow(): Promise<HttpResult> {
    let url = parseUrl(this.#request.url, undefined)
    let redirectedBy: string | undefined
    for (let redirects = 0; ; redirects++) {
      if (url === undefined) return failed('REDIRECTS', 'not an http address')
      const step = await this.#ask(url, redirectedBy)
      if (!('redirect' in step)) return step
      if (redirects >= this.#request.maxRedirects) return failed('REDIRECTS', 'too many')
      const next = parseUrl(step.redirect, url)
      if (url.protocol === 'https:' && next?.protocol === 'http:')
        return failed('REDIRECTS', 'from https to http')
      url = next
      redirectedBy = step.remote
    }
  }

  /** One hop: the allowed addresses of its host, one after the other, until one lets us connect. */
  async #ask(url: URL, redirectedBy: string | undefined): Promise<Step> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const found = (await this.#settings.names.resolve(host)).filter(
      (address) => this.#family === undefined || (this.#family === 6) === isIPv6(address),
    )
    if (this.#over) return failed('OTHER', 'over')
    if (found.length === 0) return failed('NAME_NOT_FOUND', host)
    const allowed = found.filter((address) =>
      this.#request.mayConnect(address, { url: url.href, redirectedBy }),
    )
    if (allowed.length === 0) return failed('ADDRESS_REFUSED', found[0] as string)
    const tried = allowed.slice(0, MAX_ADDRESSES_TRIED)
    let step: Step = failed('REFUSED', host)
    for (const [i, address] of tried.entries()) {
      const last = i === tried.length - 1
      const attempt = await this.#attempt(url, host, address, last ? undefined : NEXT_ADDRESS_AFTER_MS)
      step = attempt.step
      if (attempt.connected || this.#over) break
    }
    return step
  }

  #attempt(
    url: URL,
    host: string,
    address: string,
    connectMs: number | undefined,
  ): Promise<{ readonly step: Step; readonly connected: boolean }> {
    return new Promise((resolve) => {
      let connected = false
      const settle = (step: Step): void => {
        clearTimeout(timer)
        resolve({ step, connected })
      }
      const request = this.#open(url, host, address)
      const timer =
        connectMs === undefined
          ? undefined
          : setTimeout(() => {
              if (!connected) request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }))
            }, connectMs)
      this.#current = request
      request.on('socket', (socket) => {
        socket.once('connect', () => {
          connected = true
        })
      })
      request.on('error', (error) => settle(failed(failureOf(error), errnoOf(error))))
      request.on('response', (response) => {
        connected = true
        void this.#read(response, address).then((step) => {
          settle(step)
          request.destroy()
        })
      })
      request.end()
    })
  }

  /** `host` decides certificate and Host header; the connection goes to `address`, which was checked. */
  #open(url: URL, host: string, address: string): ClientRequest {
    const common = {
      method: 'GET',
      host: address,
      port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: { ...this.#request.headers, host: url.host, 'accept-encoding': 'gzip', connection: 'close' },
      ...(url.username === '' ? {} : { auth: credentials(url) }),
      agent: false,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    } as const
    if (url.protocol === 'http:') return requestPlain(common)
    const { certificates } = this.#settings
    return requestTls({
      ...common,
      // A literal address is verified as such and sends no server name.
      servername: canonicalIp(host) === undefined ? host : '',
      rejectUnauthorized: true,
      ...(certificates === undefined ? {} : { ca: certificates }),
    })
  }

  async #read(response: IncomingMessage, remote: string): Promise<Step> {
    const status = response.statusCode ?? 0
    const { location } = response.headers
    if (REDIRECTS.has(status) && location !== undefined) return { redirect: location, remote }
    const { limitBytes, limitUnpackedBytes } = this.#request
    const declared = Number(response.headers['content-length'] ?? 0)
    if (declared > limitBytes) return failed('TOO_LARGE', `${declared} bytes announced`)
    const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase()
    const packed = encoding === 'gzip' || encoding === 'x-gzip'
    if (!packed && encoding !== 'identity') return failed('BAD_RESPONSE', `encoding ${encoding.slice(0, 20)}`)
    const body = await collect(response, packed, limitBytes, limitUnpackedBytes)
    return body instanceof Uint8Array ? { ok: true, status, body, remote } : body
  }
}

/** The whole body, unpacked; stops reading at the first byte too many. */
function collect(
  response: IncomingMessage,
  packed: boolean,
  limitBytes: number,
  limitUnpackedBytes: number,
): Promise<Uint8Array | Failed> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = []
    let receivedBytes = 0
    let unpackedBytes = 0
    const unpack = packed ? createGunzip() : undefined
    const settle = (result: Uint8Array | Failed): void => {
      resolve(result)
      unpack?.destroy()
      response.destroy()
    }
    const take = (bytes: Uint8Array): void => {
      unpackedBytes += bytes.length
      if (unpackedBytes > limitUnpackedBytes) settle(failed('TOO_LARGE', `over ${limitUnpackedBytes} bytes`))
      else parts.push(bytes)
    }
    const finish = (): void => settle(concatBytes(parts))
    response.on('data', (bytes: Uint8Array) => {
      receivedBytes += bytes.length
      if (receivedBytes > limitBytes) {
        settle(failed('TOO_LARGE', `over ${limitBytes} bytes`))
        return
      }
      if (unpack === undefined) take(bytes)
      else if (!unpack.write(bytes)) {
        response.pause()
        unpack.once('drain', () => response.resume())
      }
    })
    response.on('end', () => {
      if (!response.complete) settle(failed('BAD_RESPONSE', 'cut short'))
      else if (unpack === undefined) finish()
      else unpack.end()
    })
    response.on('error', (error) => settle(failed('BAD_RESPONSE', errnoOf(error))))
    response.on('close', () => {
      if (!response.complete) settle(failed('BAD_RESPONSE', 'cut short'))
    })
    unpack?.on('data', take)
    unpack?.on('end', finish)
    unpack?.on('error', (error) => settle(failed('BAD_RESPONSE', errnoOf(error))))
  })
}

function parseUrl(text: string, base: URL | undefined): URL | undefined {
  if (!URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

function credentials(url: URL): string {
  const plain = (text: string) => {
    try {
      return decodeURIComponent(text)
    } catch {
      // Not valid percent-encoding: the person meant it literally.
      return text
    }
  }
  return `${plain(url.username)}:${plain(url.password)}`
}

function failed(failure: HttpFailure, detail: string): Failed {
  return { ok: false, failure, detail }
}

/** OpenSSL's verification errors have names of their own; the rest begins with ERR_TLS or ERR_SSL. */
const TLS_ERRORS = /^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/

const FAILURES: Readonly<Record<string, HttpFailure>> = {
  ECONNREFUSED: 'REFUSED',
  ETIMEDOUT: 'TIMEOUT',
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
