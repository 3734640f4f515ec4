// Web servers in memory, by address: an Http port that asks mayConnect as the real one does, and follows no redirects.

import { isIPv6 } from '../../src/base/endpoint.ts'
import { after } from '../../src/base/ids.ts'
import type {
  Clock,
  Http,
  HttpOpening,
  HttpRequest,
  HttpResult,
  HttpSink,
  HttpStream,
  Names,
} from '../../src/base/ports.ts'

/** What a server says: a body, a whole result, or 'silence' (until the time is over or it is cancelled). */
export type WebAnswer = string | HttpResult | 'silence'

export interface Asked {
  readonly host: string
  readonly url: URL
  readonly timeoutMs: number
}

export class PretendedWeb implements Http, Names {
  /** Requests that reached a server, in order. */
  readonly asked: Asked[] = []
  /** Names that were looked up, in order. */
  readonly lookedUp: string[] = []
  readonly #names: Readonly<Record<string, readonly string[]>>
  readonly #answer: (asked: Asked) => WebAnswer
  readonly #clock: Clock

  constructor(
    clock: Clock,
    names: Readonly<Record<string, readonly string[]>>,
    answer: (asked: Asked) => WebAnswer,
  ) {
    this.#clock = clock
    this.#names = names
    this.#answer = answer
  }

  async resolve(name: string): Promise<readonly string[]> {
    this.lookedUp.push(name)
    return this.#names[name] ?? (/^[0-9.]+$|:/.test(name) ? [name] : [])
  }

  get(request: HttpRequest, family?: 4 | 6): { readonly result: Promise<HttpResult>; cancel(): void } {
    const url = new URL(request.url)
    const name = url.hostname.replace(/^\[|\]$/g, '')
    let end = (_: HttpResult): void => {}
    const ended = new Promise<HttpResult>((resolve) => {
      end = resolve
    })
    const late = after(this.#clock.now(), request.timeoutMs)
    const stopAlarm = this.#clock.schedule(late, () => end({ ok: false, failure: 'TIMEOUT', detail: '' }))
    return {
      result: Promise.race([this.#exchange(request, url, name, family), ended]).finally(stopAlarm),
      cancel: () => end({ ok: false, failure: 'OTHER', detail: 'cancelled' }),
    }
  }

  /** The whole answer in one part. */
  open(opening: HttpOpening, sink: HttpSink): HttpStream {
    const { headTimeoutMs: timeoutMs, ...rest } = opening
    const exchange = this.get({ ...rest, timeoutMs, limitBytes: 0, limitUnpackedBytes: 0 })
    let cancelled = false
    void exchange.result.then((result) => {
      if (cancelled) return
      if (!result.ok) {
        sink.ended(result)
        return
      }
      sink.head({ status: result.status, headers: new Map(), remote: result.remote })
      if (!cancelled) sink.data(result.body)
      if (!cancelled) sink.ended(undefined)
    })
    return {
      pause() {},
      resume() {},
      cancel() {
        cancelled = true
        exchange.cancel()
      },
    }
  }

  async #exchange(
    request: HttpRequest,
    url: URL,
    name: string,
    family: 4 | 6 | undefined,
  ): Promise<HttpResult> {
    const addresses = this.#names[name] ?? [name]
    const host = addresses.find(
      (address) =>
        (family === undefined || isIPv6(address) === (family === 6)) &&
        request.mayConnect(address, { url: request.url, redirectedBy: undefined }),
    )
    if (host === undefined) return { ok: false, failure: 'ADDRESS_REFUSED', detail: name }
    const asked = { host, url, timeoutMs: request.timeoutMs }
    this.asked.push(asked)
    const answer = this.#answer(asked)
    if (answer === 'silence') return new Promise<HttpResult>(() => {})
    if (typeof answer !== 'string') return answer
    const body = Uint8Array.from(answer, (character) => character.charCodeAt(0))
    return { ok: true, status: 200, body, remote: host }
  }
}
