// A stream through a proxy: connects to the proxy, negotiates, and hands the socket over as if it had been dialled.
// Promise: one deadline for all of it; nothing of the stream is lost or read ahead; only the proxy is ever contacted.

import net from 'node:net'
import type { Endpoint } from '../../base/endpoint.ts'
import { SocketError } from '../../base/ports.ts'
import { socketError } from '../socket-errors.ts'
import type { Negotiation, ProxyCode } from './negotiation.ts'

/** What came of an attempt. `proxy` says that it is the proxy itself that failed, not what lies behind it. */
export type Tunnelled =
  | { readonly kind: 'open'; readonly socket: net.Socket; readonly bound: Endpoint | undefined }
  | {
      readonly kind: 'failed'
      readonly code: ProxyCode
      readonly proxy: boolean
      readonly error: SocketError
    }

export interface TunnelAttempt {
  readonly result: Promise<Tunnelled>
  cancel(): void
}

/** @param proxy a literal address */
export function tunnel(proxy: Endpoint, negotiation: Negotiation, timeoutMs: number): TunnelAttempt {
  const { promise, resolve } = Promise.withResolvers<Tunnelled>()
  const socket = new net.Socket({ allowHalfOpen: true })
  let settled = false
  let connected = false
  const fail = (code: ProxyCode, atProxy: boolean, cause?: unknown): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    socket.destroy()
    const error = asSocketError(code, cause)
    resolve({ kind: 'failed', code, proxy: atProxy, error })
  }
  const proxyFails = (): boolean => !(connected && negotiation.accepted)
  const timer = setTimeout(() => fail('TIMEOUT', proxyFails()), timeoutMs)
  // Stays for the life of the socket, so that a late error has a listener.
  socket.on('error', (cause) => fail(socketError(cause).code, proxyFails(), cause))
  const gone = (): void => fail('RESET', proxyFails())
  socket.on('close', gone)
  socket.on('end', gone)
  const read = (): void => {
    for (let bytes = socket.read() as Buffer | null; bytes !== null; bytes = socket.read() as Buffer | null) {
      const step = negotiation.receive(new Uint8Array(bytes))
      if (step.kind === 'more') {
        if (step.send.length > 0) socket.write(step.send)
        continue
      }
      if (step.kind === 'failed') {
        fail(step.code, step.code === 'LOGIN' || step.code === 'PROTOCOL')
        return
      }
      if (settled) return
      settled = true
      clearTimeout(timer)
      socket.off('readable', read)
      socket.off('close', gone)
      socket.off('end', gone)
      if (step.rest.length > 0) socket.unshift(step.rest)
      resolve({ kind: 'open', socket, bound: step.bound })
      return
    }
  }
  socket.on('connect', () => {
    connected = true
    socket.write(negotiation.start())
  })
  socket.on('readable', read)
  socket.setNoDelay(true)
  socket.connect({ host: proxy.host, port: proxy.port, autoSelectFamily: false })
  return { result: promise, cancel: () => fail('CLOSED', false) }
}

function asSocketError(code: ProxyCode, cause: unknown): SocketError {
  if (code === 'LOGIN' || code === 'PROTOCOL' || code === 'UNSUPPORTED')
    return new SocketError('OTHER', { errno: `PROXY_${code}` }, cause)
  return new SocketError(code, {}, cause)
}
