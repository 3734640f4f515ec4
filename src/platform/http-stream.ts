// A body handed on as it comes, with back-pressure: the streaming half of the Http port on Node.
// Promise: the sink hears head, data and one end, in this order and nothing after cancel(); a paused stream reads no
// more than what Node and the kernel hold already; a connection read to its end is kept for the next opening.

import type { IncomingMessage } from 'node:http'
import type { HttpFailed, HttpSink, HttpStream } from '../base/ports.ts'
import { type Arrived, failed, type HttpTrail } from './http-trail.ts'
import { errnoOf } from './socket-errors.ts'

export class NodeHttpStream implements HttpStream {
  readonly #trail: HttpTrail
  #sink: HttpSink | undefined
  #response: IncomingMessage | undefined
  #paused = false
  readonly #timer: NodeJS.Timeout

  constructor(trail: HttpTrail, headTimeoutMs: number, sink: HttpSink) {
    this.#trail = trail
    this.#sink = sink
    this.#timer = setTimeout(() => this.#end(failed('TIMEOUT', '')), headTimeoutMs)
    void this.#follow()
  }

  pause(): void {
    this.#paused = true
    this.#response?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#response?.resume()
  }

  cancel(): void {
    this.#sink = undefined
    this.#end(undefined)
  }

  async #follow(): Promise<void> {
    const outcome = await this.#trail.follow()
    clearTimeout(this.#timer)
    if (outcome.ok) this.#arrived(outcome)
    else this.#end(outcome)
  }

  #arrived({ response, request, remote }: Arrived): void {
    if (this.#sink === undefined) {
      request.destroy()
      return
    }
    this.#response = response
    response.on('end', () => this.#end(response.complete ? undefined : CUT_SHORT))
    response.on('error', (error) => this.#end(failed('BAD_RESPONSE', errnoOf(error))))
    response.on('close', () => this.#end(response.complete ? undefined : CUT_SHORT))
    this.#sink.head({ status: response.statusCode ?? 0, headers: headersOf(response), remote })
    response.on('data', (bytes: Uint8Array) => this.#sink?.data(bytes))
    if (this.#paused) response.pause()
  }

  #end(failure: HttpFailed | undefined): void {
    const sink = this.#sink
    const whole = this.#response?.complete === true && this.#response.readableEnded
    this.#sink = undefined
    clearTimeout(this.#timer)
    // What was read to its end goes back to the agent by itself.
    if (!whole) this.#trail.end()
    sink?.ended(failure)
  }
}

const CUT_SHORT = failed('BAD_RESPONSE', 'cut short')

function headersOf(response: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const [name, values] of Object.entries(response.headersDistinct))
    if (values !== undefined) headers.set(name, values.join(', '))
  return headers
}
