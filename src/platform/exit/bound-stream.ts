// A stream on one interface, for who needs a socket rather than a connection (HTTP).

import net from 'node:net'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { SocketError } from '../../base/ports.ts'
import { socketError } from '../socket-errors.ts'
import type { BoundExit } from './bound-exit.ts'
import type { Opened, Opening } from './exit.ts'

/** @param to a literal address */
export function openStream(
  exit: Pick<BoundExit, 'ready' | 'descriptor' | 'watch'>,
  to: Endpoint,
  timeoutMs: number,
): Opening {
  const { promise, resolve } = Promise.withResolvers<Opened>()
  let socket: net.Socket | undefined
  let settled = false
  const over = new AbortController()
  const settle = (opened: Opened): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    over.abort()
    if (opened instanceof SocketError) socket?.destroy()
    resolve(opened)
  }
  const timer = setTimeout(() => settle(new SocketError('TIMEOUT', { timeoutMs })), timeoutMs)
  void exit.ready(timeoutMs, over.signal).then((ready) => {
    if (settled) return
    if (!ready) return settle(new SocketError('NO_WAY_OUT'))
    try {
      const fd = exit.descriptor('stream', { host: isIPv6(to.host) ? '::' : '0.0.0.0', port: 0 })
      socket = new net.Socket({ fd, allowHalfOpen: true })
      exit.watch(socket)
    } catch (error) {
      return settle(socketError(error))
    }
    socket.on('error', (cause) => settle(socketError(cause)))
    socket.on('connect', () => settle(socket as net.Socket))
    socket.setNoDelay(true)
    socket.connect({ host: to.host, port: to.port, autoSelectFamily: false })
  })
  return { result: promise, cancel: () => settle(new SocketError('CLOSED')) }
}
