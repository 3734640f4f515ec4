// What the operating system says about sockets, in the words of the ports.
// Promise: every error becomes one SocketError; what has no word of its own is OTHER with the system's name in data.

import { type SocketCode, SocketError } from '../base/ports.ts'

const CODES: Readonly<Record<string, SocketCode>> = {
  ECONNREFUSED: 'REFUSED',
  EHOSTUNREACH: 'UNREACHABLE',
  ENETUNREACH: 'UNREACHABLE',
  EHOSTDOWN: 'UNREACHABLE',
  ENETDOWN: 'UNREACHABLE',
  EADDRNOTAVAIL: 'UNREACHABLE',
  EAFNOSUPPORT: 'UNREACHABLE',
  ETIMEDOUT: 'TIMEOUT',
  ECONNRESET: 'RESET',
  ECONNABORTED: 'RESET',
  EPIPE: 'RESET',
  ENOTCONN: 'RESET',
  EADDRINUSE: 'IN_USE',
  EACCES: 'DENIED',
  EPERM: 'DENIED',
  ECANCELED: 'CLOSED',
  ERR_STREAM_DESTROYED: 'CLOSED',
}

export function socketError(cause: unknown): SocketError {
  if (cause instanceof SocketError) return cause
  const errno = errnoOf(cause)
  return new SocketError(CODES[errno] ?? 'OTHER', { errno }, cause)
}

export function errnoOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return 'UNKNOWN'
  const { code } = cause as { readonly code?: unknown }
  return typeof code === 'string' ? code : 'UNKNOWN'
}
