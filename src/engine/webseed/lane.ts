// One connection's worth of work at a web seed: a run of blocks, fetched by one request after another.
// Promise: it ends exactly once for each run, and then no block of it is outstanding any more; no byte beyond what was
// asked is read, a body that hardly moves is given up, and a limited rate holds the server back through the socket.

import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { HttpHead, HttpOpening, HttpSink, HttpStream } from '../../base/ports.ts'
import type { Allowance } from '../peer/host.ts'
import type { PeerKey } from '../picker/world.ts'
import { judgeHead, RETRY_BODY_BYTES, retryOfBody, type Setback, setbackOf } from './answer.ts'
import type { Fetch } from './fetches.ts'
import type { WebSeedHost } from './host.ts'
import type { BodySink } from './sink.ts'

/** Names, connections, TLS, redirects and a server that reads from a slow disk. */
export const HEAD_TIMEOUT_MS = 30_000
/** SAFETY.md. */
export const MAX_REDIRECTS = 3
/** Less than this in that time is no progress: others shall have the blocks. A phone line brings ten times as much. */
export const SLOW_WINDOW_MS = 30_000
export const SLOW_BYTES = 16_384
/** Some servers refuse requests without one; it names no version and no person. */
const USER_AGENT = 'Shoal'

export interface LaneOptions {
  readonly host: WebSeedHost
  readonly key: PeerKey
  /** Where a fetch is sent. */
  readonly urlOf: (fetch: Fetch) => string
  readonly mayConnect: HttpOpening['mayConnect']
  /** Bytes came from the server. */
  readonly took: (lengthBytes: number) => void
  /** A whole body came. */
  readonly answered: () => void
  /** The run is over: all of it was asked for, or something is wrong. */
  readonly ended: (setback: Setback | undefined) => void
}

export class Lane {
  readonly #options: LaneOptions
  readonly #allowance: Allowance
  #sink: BodySink | undefined
  #fetches: Fetch[] = []
  #exchange: Exchange | undefined
  /** Bytes that came and were not granted yet: while there are some, nothing is read. */
  #owedBytes = 0
  /** Came and could not be used yet for lack of memory: while there is some, nothing is read. */
  #rest: Uint8Array | undefined
  /** The body has ended, and what came of it is not used or not paid for yet. */
  #endedBehind = false
  #windowFrom = 0 as Millis
  #windowBytes = 0

  constructor(options: LaneOptions) {
    this.#options = options
    this.#allowance = options.host.allowance()
  }

  /** At work, or bytes of the last run are owed still. */
  get busy(): boolean {
    return this.#sink !== undefined || this.#owedBytes > 0
  }

  start(sink: BodySink, fetches: readonly Fetch[]): void {
    this.#sink = sink
    this.#fetches = [...fetches]
    this.#next()
  }

  /** Gives up the run; `ended` is not called. */
  stop(): void {
    this.#exchange?.cancel()
    this.#exchange = undefined
    this.#rest = undefined
    this.#endedBehind = false
    this.#sink?.abandon()
    this.#sink = undefined
  }

  drop(piece: PieceIndex, block: number): void {
    const sink = this.#sink
    if (sink === undefined) return
    sink.drop(piece, block)
    if (sink.wanted) return
    // Others were faster with all of the rest.
    this.#end(undefined)
  }

  /** There may be memory for what waits. */
  retry(now: Millis): void {
    if (this.#rest !== undefined) this.#useRest(now)
  }

  tick(now: Millis): void {
    if (this.#rest !== undefined || this.#owedBytes > 0) {
      this.#watchFrom(now)
      this.#useRest(now)
      return
    }
    if (this.#exchange?.receiving !== true) this.#watchFrom(now)
    else if (now >= after(this.#windowFrom, SLOW_WINDOW_MS)) {
      const slow = this.#windowBytes < SLOW_BYTES
      this.#watchFrom(now)
      if (slow) this.#end({ kind: 'later', code: 'TOO_SLOW', retryMs: undefined })
    }
  }

  #watchFrom(now: Millis): void {
    this.#windowFrom = now
    this.#windowBytes = 0
  }

  #next(): void {
    const fetch = this.#fetches.shift()
    if (fetch === undefined || this.#sink?.wanted !== true) {
      this.#end(undefined)
      return
    }
    this.#watchFrom(this.#options.host.clock.now())
    const exchange = new Exchange(fetch, this.#options, {
      body: (bytes) => this.#body(bytes),
      ended: (setback) => {
        if (this.#exchange !== exchange) return
        if (setback !== undefined) this.#end(setback)
        else if (this.#rest !== undefined || this.#owedBytes > 0) this.#endedBehind = true
        else this.#answered()
      },
    })
    this.#exchange = exchange
  }

  #answered(): void {
    this.#exchange = undefined
    this.#endedBehind = false
    this.#options.answered()
    this.#next()
  }

  /** The rest of the body is of no use. */
  #enough(): void {
    this.#options.answered()
    this.#end(undefined)
  }

  #body(bytes: Uint8Array): void {
    const now = this.#options.host.clock.now()
    this.#windowBytes += bytes.length
    this.#options.took(bytes.length)
    const used = this.#sink?.write(bytes) ?? bytes.length
    if (used < bytes.length) {
      // Lent for the call only.
      this.#rest = bytes.slice(used)
      this.#exchange?.pause()
    }
    if (!this.#allowance.unlimited) {
      this.#owedBytes += bytes.length
      this.#pay(now)
    }
    if (this.#sink?.over === true) this.#enough()
  }

  #useRest(now: Millis): void {
    if (this.#rest !== undefined) {
      const used = this.#sink?.write(this.#rest) ?? this.#rest.length
      this.#rest = used < this.#rest.length ? this.#rest.subarray(used) : undefined
    }
    this.#pay(now)
    if (this.#sink?.over === true) this.#enough()
    else if (this.#endedBehind && this.#rest === undefined && this.#owedBytes === 0) this.#answered()
  }

  #pay(now: Millis): void {
    if (this.#owedBytes > 0) this.#owedBytes -= this.#allowance.take(this.#owedBytes, now)
    if (this.#owedBytes > 0) {
      this.#exchange?.pause()
      this.#options.host.wakeAt(this.#allowance.nextAt(now))
    } else if (this.#rest === undefined) this.#exchange?.resume()
  }

  #end(setback: Setback | undefined): void {
    if (this.#sink === undefined) return
    this.stop()
    this.#options.ended(setback)
  }
}

interface ExchangeEvents {
  /** Part of what was asked for. */
  body(bytes: Uint8Array): void
  /** Once, last: undefined when all of it came. */
  ended(setback: Setback | undefined): void
}

/** One request and its answer. */
class Exchange implements HttpSink {
  readonly #fetch: Fetch
  readonly #events: ExchangeEvents
  readonly #wallMs: () => number
  readonly #stream: HttpStream
  #leftBytes: number
  #longer = false
  /** Said with the head; the body is not what was asked for. */
  #setback: Setback | undefined
  #retryText: string | undefined
  #over = false
  receiving = false

  constructor(fetch: Fetch, { host, urlOf, mayConnect }: LaneOptions, events: ExchangeEvents) {
    this.#fetch = fetch
    this.#events = events
    this.#leftBytes = fetch.lengthBytes
    this.#wallMs = () => host.clock.wallMs()
    this.#stream = host.http.open(
      {
        url: urlOf(fetch),
        headers: headersFor(fetch),
        headTimeoutMs: HEAD_TIMEOUT_MS,
        maxRedirects: MAX_REDIRECTS,
        mayConnect,
      },
      this,
    )
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  cancel(): void {
    this.#over = true
    this.#stream.cancel()
  }

  head(head: HttpHead): void {
    const judged = judgeHead(head, this.#fetch, this.#wallMs())
    if ('longer' in judged) {
      this.#longer = judged.longer
      this.receiving = true
      return
    }
    this.#setback = judged
    // BEP 17 says in the body after how many seconds to come back.
    if (this.#fetch.kind === 'piece' && judged.code === 'BUSY' && judged.kind === 'later') {
      this.#retryText = ''
      return
    }
    this.#end(judged)
  }

  data(bytes: Uint8Array): void {
    if (this.#over) return
    if (this.#setback !== undefined) {
      this.#retry(bytes)
      return
    }
    const take = Math.min(bytes.length, this.#leftBytes)
    this.#leftBytes -= take
    // More than was asked for although the head said otherwise: cut off, and the bytes will be judged by their hash.
    const over = take < bytes.length || (this.#longer && this.#leftBytes === 0)
    this.#events.body(take === bytes.length ? bytes : bytes.subarray(0, take))
    if (over) this.#end(undefined)
  }

  ended(failure: Parameters<HttpSink['ended']>[0]): void {
    if (this.#over) return
    this.#over = true
    if (this.#setback !== undefined) this.#events.ended(this.#patience())
    else if (failure !== undefined) this.#events.ended(setbackOf(failure))
    else if (this.#leftBytes > 0) this.#events.ended({ kind: 'later', code: 'CUT_SHORT', retryMs: undefined })
    else this.#events.ended(undefined)
  }

  #retry(bytes: Uint8Array): void {
    this.#retryText += String.fromCharCode(...bytes.subarray(0, RETRY_BODY_BYTES))
    if ((this.#retryText ?? '').length >= RETRY_BODY_BYTES) this.#end(this.#patience())
  }

  #patience(): Setback | undefined {
    const setback = this.#setback
    if (setback?.kind !== 'later' || setback.retryMs !== undefined) return setback
    return { ...setback, retryMs: retryOfBody(this.#retryText ?? '') }
  }

  #end(setback: Setback | undefined): void {
    if (this.#over) return
    this.cancel()
    this.#events.ended(setback)
  }
}

function headersFor(fetch: Fetch): Record<string, string> {
  const common = { 'user-agent': USER_AGENT, accept: '*/*' }
  if (fetch.kind !== 'file') return common
  // Always, also for a whole file: the answer then says that it is one, and how long it is.
  return { ...common, range: `bytes=${fetch.first}-${fetch.first + fetch.lengthBytes - 1}` }
}
