// Names and HTTP of the simulated network: sites answered by a function on a host. No redirects, no TLS, no packing:
// what those can do to a client is the real adapter's contract suite. A body that is opened (not got) comes over both
// hosts' lines like any other connection's bytes; each has a connection of its own.

import { canonicalIp } from '../../src/base/address.ts'
import { isIPv6 } from '../../src/base/endpoint.ts'
import {
  type Http,
  type HttpFailed,
  type HttpFailure,
  type HttpOpening,
  type HttpRequest,
  type HttpResult,
  type HttpSink,
  type HttpStream,
  LOW_WATER_BYTES,
  type Names,
} from '../../src/base/ports.ts'
import { SimConnection } from './connection.ts'
import type { SimHost, SimProgram } from './host.ts'
import type { SimNetwork } from './network.ts'

export interface SiteRequest {
  readonly url: URL
  /** Address the request came from. */
  readonly from: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SiteAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type Site = (request: SiteRequest) => SiteAnswer | Promise<SiteAnswer>

/** Names and sites known on the network. */
export class SimWeb {
  readonly #network: SimNetwork
  readonly #names = new Map<string, SimHost>()
  readonly #sites = new Map<SimHost, Map<number, Site>>()

  constructor(network: SimNetwork) {
    this.#network = network
  }

  name(name: string, host: SimHost): void {
    this.#names.set(name.toLowerCase(), host)
  }

  serve(host: SimHost, port: number, site: Site): void {
    const sites = this.#sites.get(host) ?? new Map<number, Site>()
    sites.set(port, site)
    this.#sites.set(host, sites)
  }

  addressesOf(name: string): readonly string[] {
    const literal = canonicalIp(name.replace(/^\[(.*)\]$/, '$1'))
    return literal === undefined ? (this.#names.get(name.toLowerCase())?.addresses ?? []) : [literal]
  }

  siteAt(
    address: string,
    port: number,
    from: SimHost,
  ): { readonly host: SimHost; readonly site: Site | undefined } | undefined {
    const host = this.#network.hostAt(address, from)
    return host === undefined ? undefined : { host, site: this.#sites.get(host)?.get(port) }
  }
}

export class SimNames implements Names {
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #program: SimProgram

  constructor(network: SimNetwork, host: SimHost) {
    this.#network = network
    this.#host = host
    this.#program = host.program
  }

  resolve(name: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.#network.world.after(LOOK_UP_MS, () => {
        if (!this.#program.ended) resolve(this.#host.online ? this.#network.web.addressesOf(name) : [])
      })
    })
  }
}

/** A resolver nearby. */
const LOOK_UP_MS = 5

export class SimHttp implements Http {
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #program: SimProgram

  constructor(network: SimNetwork, host: SimHost) {
    this.#network = network
    this.#host = host
    this.#program = host.program
  }

  get(request: HttpRequest, family?: 4 | 6): { readonly result: Promise<HttpResult>; cancel(): void } {
    const { promise, resolve } = Promise.withResolvers<HttpResult>()
    let settled = false
    const settle = (result: HttpResult): void => {
      if (settled) return
      settled = true
      cancelTimeout()
      if (!this.#program.ended) resolve(result)
    }
    const fail = (failure: HttpFailure, detail: string): void => settle({ ok: false, failure, detail })
    const { world } = this.#network
    const cancelTimeout = world.after(request.timeoutMs, () => fail('TIMEOUT', request.url))
    world.after(LOOK_UP_MS, () =>
      this.#ask(request, family, fail, ({ answer, remote, target, roundTripMs }) => {
        world.after(roundTripMs / 2, () => {
          if (!this.#host.online || !target.online) return
          if (answer.body.length > request.limitBytes) return fail('TOO_LARGE', request.url)
          settle({ ok: true, status: answer.status, body: answer.body, remote })
        })
      }),
    )
    return { result: promise, cancel: () => fail('OTHER', 'cancelled') }
  }

  open(opening: HttpOpening, sink: HttpSink): HttpStream {
    const { world } = this.#network
    const stream = new SimStream(this.#network, this.#host, sink)
    const cancelTimeout = world.after(opening.headTimeoutMs, () => stream.fail('TIMEOUT', opening.url))
    world.after(LOOK_UP_MS, () =>
      this.#ask(
        opening,
        undefined,
        (failure, detail) => {
          cancelTimeout()
          stream.fail(failure, detail)
        },
        (answered) => {
          world.after(answered.roundTripMs / 2, () => {
            cancelTimeout()
            if (this.#host.online && answered.target.online) stream.begin(answered)
          })
        },
      ),
    )
    return stream
  }

  #ask(
    request: Pick<HttpRequest, 'url' | 'headers' | 'mayConnect'>,
    family: 4 | 6 | undefined,
    fail: (failure: HttpFailure, detail: string) => void,
    answered: (what: Answered) => void,
  ): void {
    const url = new URL(request.url)
    const found = this.#network.web.addressesOf(url.hostname)
    const usable = found.filter((address) => family === undefined || isIPv6(address) === (family === 6))
    if (usable.length === 0) {
      fail('NAME_NOT_FOUND', url.hostname)
      return
    }
    const hop = { url: request.url, redirectedBy: undefined }
    const remote = usable.find((address) => request.mayConnect(address, hop))
    if (remote === undefined) {
      fail('ADDRESS_REFUSED', usable[0] as string)
      return
    }
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
    const target = this.#network.web.siteAt(remote, port, this.#host)
    const from = this.#host.addresses.find((address) => isIPv6(address) === isIPv6(remote))
    // Nobody there: silence, until the time is over.
    if (target === undefined || from === undefined) return
    const { world } = this.#network
    const roundTripMs = this.#network.roundTripMs(this.#host, target.host)
    const connected = (): boolean => this.#host.online && target.host.online
    world.after(roundTripMs, () => {
      if (!connected()) return
      const { site } = target
      if (site === undefined || !target.host.alive) return fail('REFUSED', remote)
      world.after(roundTripMs / 2, async () => {
        if (!connected()) return
        const answer = await site({ url, from, headers: request.headers ?? {} })
        answered({ answer, remote, from, port, target: target.host, roundTripMs })
      })
    })
  }
}

interface Answered {
  readonly answer: SiteAnswer
  readonly remote: string
  readonly from: string
  readonly port: number
  readonly target: SimHost
  readonly roundTripMs: number
}

/** A body on its way over the lines of both hosts. */
class SimStream implements HttpStream {
  readonly #network: SimNetwork
  readonly #host: SimHost
  readonly #program: SimProgram
  #sink: HttpSink | undefined
  #connection: SimConnection | undefined
  #paused = false

  constructor(network: SimNetwork, host: SimHost, sink: HttpSink) {
    this.#network = network
    this.#host = host
    this.#program = host.program
    this.#sink = sink
  }

  pause(): void {
    this.#paused = true
    this.#connection?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#connection?.resume()
  }

  cancel(): void {
    this.#sink = undefined
    this.#connection?.close()
  }

  fail(failure: HttpFailure, detail: string): void {
    this.#end({ ok: false, failure, detail })
  }

  begin({ answer, remote, from, port, target }: Answered): void {
    if (this.#sink === undefined || this.#program.ended) return
    const { status, headers = {}, body } = answer
    const [near, far] = SimConnection.pair(
      this.#network,
      { host: this.#host, at: { host: from, port: 0 } },
      { host: target, at: { host: remote, port } },
    )
    this.#connection = near
    let leftBytes = body.length
    near.events = {
      data: (bytes) => {
        leftBytes -= bytes.length
        this.#sink?.data(bytes)
        if (leftBytes === 0) this.#end(undefined)
      },
      drain() {},
      closed: () => this.fail('BAD_RESPONSE', 'cut short'),
    }
    far.events = { data() {}, drain: () => send(), closed() {} }
    let sentBytes = 0
    const send = (): void => {
      while (sentBytes < body.length && far.queuedBytes <= LOW_WATER_BYTES) {
        const part = body.subarray(sentBytes, sentBytes + PART_BYTES)
        sentBytes += part.length
        far.write(part)
      }
    }
    if (this.#paused) near.pause()
    this.#sink.head({ status, headers: new Map(Object.entries(headers)), remote })
    if (leftBytes === 0) this.#end(undefined)
    else send()
  }

  #end(failure: HttpFailed | undefined): void {
    const sink = this.#sink
    this.#sink = undefined
    this.#connection?.close()
    if (!this.#program.ended) sink?.ended(failure)
  }
}

/** More than LOW_WATER_BYTES, so that drain() follows each. */
const PART_BYTES = 262_144
