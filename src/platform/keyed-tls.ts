// TLS 1.3 over a connection that is there already, with a key that both sides have and nobody else. No certificate, no name: whoever has not
// the key gets no further than the handshake. What was recorded stays closed when the key is known later (X25519 with ML-KEM).
// It makes no connection: the socket is one of the one way out.

import type { Socket } from 'node:net'
import { connect, TLSSocket, type TLSSocketOptions } from 'node:tls'
import type { Endpoint } from '../base/endpoint.ts'
import { SocketError } from '../base/ports.ts'
import { socketError } from './socket-errors.ts'
import { TcpConnection } from './tcp-connection.ts'

export type TlsSide = 'caller' | 'called'

export interface KeyedTls {
  readonly side: TlsSide
  /** 32 random bytes, for this handshake alone. */
  readonly key: Uint8Array
  /** Who is at the other end, as its owner is to see it. */
  readonly remote: Endpoint
  /** Sent as they are, before the handshake (caller). */
  readonly before?: Uint8Array
  /** Arrived already, and belongs to the handshake (called). */
  readonly early?: Uint8Array
  readonly timeoutMs: number
}

/** Which key it is was agreed on before: the name only has to be the same. */
const KEY_NAME = 'shoal'
/** SHA-256 is what a key without a hash of its own goes with (RFC 8446, 4.2.11); AES is in the processor. */
const VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } as const

/** Takes the connection, whatever comes of it. Its new owner sets events in the turn in which it hears of it. */
export function keyedTls(inner: TcpConnection, how: KeyedTls): Promise<TcpConnection | SocketError> {
  const { side, key, remote, before, early, timeoutMs } = how
  const { promise, resolve } = Promise.withResolvers<TcpConnection | SocketError>()
  const socket = inner.release()
  if (socket === undefined) {
    inner.close()
    return Promise.resolve(new SocketError('CLOSED'))
  }
  if (before !== undefined) socket.write(before)
  if (early !== undefined && early.length > 0) socket.unshift(early)
  const tls = side === 'caller' ? calling(socket, key) : new TLSSocket(socket, calledOptions(key))
  const fail = (error: SocketError): void => {
    clearTimeout(timer)
    tls.destroy()
    socket.destroy()
    resolve(error)
  }
  const timer = setTimeout(() => fail(new SocketError('TIMEOUT', { timeoutMs })), timeoutMs)
  tls.on('error', (cause) => fail(socketError(cause)))
  tls.once('close', () => fail(new SocketError('RESET')))
  tls.once(side === 'caller' ? 'secureConnect' : 'secure', () => {
    clearTimeout(timer)
    const connection = new TcpConnection(tls, inner.local, remote, 'tls')
    resolve(connection)
    // After its owner set events.
    setImmediate(() =>
      tls.on('data', (data: Buffer) =>
        connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ),
    )
  })
  return promise
}

function calling(socket: Socket, key: Uint8Array): TLSSocket {
  return connect({
    ...VERSION,
    socket,
    pskCallback: () => ({ identity: KEY_NAME, psk: key }),
    rejectUnauthorized: true,
    // Asked for certificates only, and not where the key was used: whoever shows one instead has not the key.
    checkServerIdentity: () => new Error('a certificate in the place of the key'),
  })
}

function calledOptions(key: Uint8Array): TLSSocketOptions {
  return {
    ...VERSION,
    isServer: true,
    pskCallback: (_socket: unknown, name: string) => (name === KEY_NAME ? key : null),
  } as TLSSocketOptions
}
