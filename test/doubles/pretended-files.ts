// A server of static files that does what a test says, request by request: the streaming half of the Http port without
// a network. Bytes are lent as the real one lends them: spoilt after the call.

import type { HttpFailure, HttpOpening, HttpSink, HttpStream } from '../../src/base/ports.ts'

export class PretendedRequest implements HttpStream {
  readonly opening: HttpOpening
  readonly #sink: HttpSink
  paused = false
  cancelled = false
  ended = false
  /** Bytes of the body given so far. */
  givenBytes = 0

  constructor(opening: HttpOpening, sink: HttpSink) {
    this.opening = opening
    this.#sink = sink
  }

  get path(): string {
    return new URL(this.opening.url).pathname
  }

  /** First and last byte asked for; undefined when no range was. */
  get range(): { readonly first: number; readonly last: number } | undefined {
    const match = /^bytes=(\d+)-(\d+)$/.exec(this.opening.headers?.range ?? '')
    return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) }
  }

  get lengthBytes(): number {
    return this.range === undefined ? 0 : this.range.last - this.range.first + 1
  }

  get open(): boolean {
    return !this.cancelled && !this.ended
  }

  head(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.#sink.head({ status, headers: new Map(Object.entries(headers)), remote: '203.0.113.9' })
  }

  /** The head of an answer that gives exactly what was asked. */
  accept(fileBytes: number): void {
    const { first, last } = this.range ?? { first: 0, last: fileBytes - 1 }
    this.head(206, { 'content-range': `bytes ${first}-${last}/${fileBytes}` })
  }

  data(bytes: Uint8Array): void {
    if (!this.open) return
    const lent = bytes.slice()
    this.givenBytes += lent.length
    this.#sink.data(lent)
    lent.fill(0xdd)
  }

  end(failure?: HttpFailure): void {
    if (!this.open) return
    this.ended = true
    this.#sink.ended(failure === undefined ? undefined : { ok: false, failure, detail: '' })
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  cancel(): void {
    this.cancelled = true
  }
}

export class PretendedFiles {
  readonly requests: PretendedRequest[] = []

  open(opening: HttpOpening, sink: HttpSink): HttpStream {
    const request = new PretendedRequest(opening, sink)
    this.requests.push(request)
    return request
  }

  /** Requests that nobody answered or gave up yet. */
  get waiting(): readonly PretendedRequest[] {
    return this.requests.filter(({ open }) => open)
  }

  get last(): PretendedRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('nothing was asked')
    return last
  }
}
