// HTTP CONNECT (RFC 9110, section 9.3.6) with Basic authentication (RFC 7617), as the client speaks it. Pure.
// Invariant: never holds more than MAX_ANSWER_BYTES; whatever follows the answer's head is given back as `rest`.

import { concatBytes, utf8 } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Negotiation, ProxyCode, ProxyStep } from './negotiation.ts'
import type { ProxyCredentials } from './proxy-address.ts'

/** Heads of proxies have a few lines; Node's own limit for all headers of a message. */
const MAX_ANSWER_BYTES = 16 * 1024

/** The fate of the connection asked for, where a status tells it. */
const STATUS: Readonly<Record<number, ProxyCode>> = {
  403: 'DENIED',
  405: 'UNSUPPORTED',
  407: 'LOGIN',
  501: 'UNSUPPORTED',
  502: 'REFUSED',
  503: 'UNREACHABLE',
  504: 'TIMEOUT',
}

export class ConnectNegotiation implements Negotiation {
  /** There is no greeting before the question: who takes the connection has let us in, until it says otherwise. */
  readonly accepted = true
  readonly #request: Uint8Array
  #held: Uint8Array = new Uint8Array(0)
  #over = false

  constructor(to: Endpoint, credentials: ProxyCredentials | undefined) {
    const authority = endpointText(to)
    const login =
      credentials === undefined
        ? ''
        : `Proxy-Authorization: Basic ${base64(utf8(`${credentials.user}:${credentials.password}`))}\r\n`
    this.#request = utf8(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`)
  }

  start(): Uint8Array {
    return this.#request
  }

  receive(bytes: Uint8Array): ProxyStep {
    if (this.#over) return { kind: 'failed', code: 'PROTOCOL' }
    // Looks again only at what could complete the end of the head.
    const from = Math.max(0, this.#held.length - 3)
    this.#held = concatBytes([this.#held, bytes])
    const end = endOfHead(this.#held, from)
    if (end === undefined) {
      const fine = this.#held.length <= MAX_ANSWER_BYTES && couldBeHttp(this.#held)
      return fine
        ? { kind: 'more', send: new Uint8Array(0) }
        : this.#end({ kind: 'failed', code: 'PROTOCOL' })
    }
    const status = statusOf(this.#held.subarray(0, Math.min(end, MAX_ANSWER_BYTES)))
    if (end > MAX_ANSWER_BYTES || status === undefined || status < 200)
      return this.#end({ kind: 'failed', code: 'PROTOCOL' })
    if (status > 299) return this.#end({ kind: 'failed', code: STATUS[status] ?? 'OTHER' })
    return this.#end({ kind: 'open', bound: undefined, rest: this.#held.slice(end) })
  }

  #end(step: ProxyStep): ProxyStep {
    this.#over = true
    this.#held = new Uint8Array(0)
    return step
  }
}

const [CR, LF] = [13, 10]

/** Index after the empty line. */
function endOfHead(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + 3 < bytes.length; at++) {
    if (bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF)
      return at + 4
  }
  return undefined
}

const BEGINNING = utf8('HTTP/1.')

function couldBeHttp(bytes: Uint8Array): boolean {
  return BEGINNING.every((byte, i) => i >= bytes.length || bytes[i] === byte)
}

function statusOf(head: Uint8Array): number | undefined {
  const line = String.fromCharCode(...head.subarray(0, 64)).split('\r\n', 1)[0] as string
  const match = /^HTTP\/1\.[01] ([1-9][0-9]{2})( .*)?$/.exec(line)
  return match === null ? undefined : Number(match[1])
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
