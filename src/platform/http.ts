// The Http port on Node: bounded exchanges read whole, and bodies handed on as they come.
// Promise: reads no more than the limits, packed and unpacked, and ends within timeoutMs whatever happens. Where it
// connects is http-trail.ts's promise, how http-request.ts's.

import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import { concatBytes } from '../base/bytes.ts'
import type {
  Http,
  HttpFailed,
  HttpOpening,
  HttpRequest,
  HttpResult,
  HttpSink,
  HttpStream,
  Names,
} from '../base/ports.ts'
import { DIRECT, type Exit } from './exit/exit.ts'
import { type HttpAgents, keepingAgents } from './http-request.ts'
import { NodeHttpStream } from './http-stream.ts'
import { failed, type HttpSettings, HttpTrail } from './http-trail.ts'
import { NodeNames } from './names.ts'
import { errnoOf } from './socket-errors.ts'

export interface NodeHttpOptions {
  /** The system's resolver unless given. */
  readonly names?: Names
  /** Certificates (PEM) trusted instead of the system's; for tests. */
  readonly certificates?: string
  /** Which way connections leave, and who resolves names then; directly unless given. */
  readonly exit?: Exit
}

export class NodeHttp implements Http {
  readonly #settings: HttpSettings
  #agents: HttpAgents | undefined

  constructor(options: NodeHttpOptions = {}) {
    const { exit = DIRECT, certificates } = options
    const names = options.names ?? (exit.kind === 'direct' ? new NodeNames() : exit.names)
    const maker = exit.kind === 'direct' ? undefined : exit
    this.#settings = { names, certificates, maker }
  }

  get(request: HttpRequest, family?: 4 | 6): { readonly result: Promise<HttpResult>; cancel(): void } {
    const exchange = new Exchange(this.#settings, request, family)
    return { result: exchange.run(), cancel: () => exchange.end(failed('OTHER', 'cancelled')) }
  }

  open(opening: HttpOpening, sink: HttpSink): HttpStream {
    this.#agents ??= keepingAgents(this.#settings.maker)
    const trail = new HttpTrail({
      settings: this.#settings,
      request: opening,
      acceptEncoding: 'identity',
      agents: this.#agents,
    })
    return new NodeHttpStream(trail, opening.headTimeoutMs, sink)
  }
}

/** One get() from the first look-up to the last byte. */
class Exchange {
  readonly #request: HttpRequest
  readonly #trail: HttpTrail
  /** Resolves when the exchange ends early: its time is over, or it was cancelled. */
  readonly #ended: Promise<HttpResult>
  #resolveEnded: (result: HttpResult) => void = () => {}

  constructor(settings: HttpSettings, request: HttpRequest, family: 4 | 6 | undefined) {
    this.#request = request
    this.#trail = new HttpTrail({ settings, request, acceptEncoding: 'gzip', family })
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
  }

  async run(): Promise<HttpResult> {
    const timer = setTimeout(() => this.end(failed('TIMEOUT', '')), this.#request.timeoutMs)
    try {
      return await Promise.race([this.#exchange(), this.#ended])
    } finally {
      clearTimeout(timer)
      this.end(failed('OTHER', 'over'))
    }
  }

  /** From here on nothing is contacted any more. */
  end(result: HttpResult): void {
    this.#trail.end()
    this.#resolveEnded(result)
  }

  async #exchange(): Promise<HttpResult> {
    const arrived = await this.#trail.follow()
    return arrived.ok ? this.#read(arrived.response, arrived.remote) : arrived
  }

  async #read(response: IncomingMessage, remote: string): Promise<HttpResult> {
    const status = response.statusCode ?? 0
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
): Promise<Uint8Array | HttpFailed> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = []
    let receivedBytes = 0
    let unpackedBytes = 0
    const unpack = packed ? createGunzip() : undefined
    const settle = (result: Uint8Array | HttpFailed): void => {
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
