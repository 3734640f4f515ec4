// What a client says to a proxy until a stream (or a relay for datagrams) is open, whichever protocol the proxy speaks.

import type { Endpoint } from '../../base/endpoint.ts'
import type { SocketCode } from '../../base/ports.ts'

/**
 * `LOGIN`: user or password are wrong, or missing. `PROTOCOL`: this is no such proxy. `UNSUPPORTED`: it does not do what
 * was asked. All others are the fate of the connection that the proxy was asked for.
 */
export type ProxyCode = SocketCode | 'LOGIN' | 'PROTOCOL' | 'UNSUPPORTED'

export type ProxyStep =
  /** `send` may be empty. */
  | { readonly kind: 'more'; readonly send: Uint8Array }
  /** `bound` is the proxy's address for it, where it told; `rest` came from the other side of it already. */
  | { readonly kind: 'open'; readonly bound: Endpoint | undefined; readonly rest: Uint8Array }
  | { readonly kind: 'failed'; readonly code: ProxyCode }

export interface Negotiation {
  /** The first bytes to send. */
  start(): Uint8Array
  receive(bytes: Uint8Array): ProxyStep
  /** The proxy has let us in: what fails from here on is the fate of what was asked for, not the proxy's. */
  readonly accepted: boolean
}
