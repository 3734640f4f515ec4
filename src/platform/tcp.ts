// The Tcp port on node:net: dialling with a deadline, listening on both families.
// Promises: nothing here resolves a name; no socket error is ever unhandled; addresses are canonical, IPv4 peers of a
// dual-stack listener included.

import net from 'node:net'
import { canonicalIp } from '../base/address.ts'
import { type Endpoint, isIPv6 } from '../base/endpoint.ts'
import { type Connection, type Listener, SocketError, type Tcp } from '../base/ports.ts'
import type { BoundExit } from './exit/bound-exit.ts'
import { DIRECT, type Exit, type StreamMaker } from './exit/exit.ts'
import { errnoOf, socketError } from './socket-errors.ts'
import { TcpConnection } from './tcp-connection.ts'

/** One read of a dialled socket: loopback gives 4.5 GB/s at 256 KiB and 3 at 64 (YARDSTICKS.md). */
const READ_BYTES = 262_144

/** Waiting connections the kernel keeps for us; what Node and most servers ask for, the system may cap it lower. */
const BACKLOG = 511

/** The system has no IPv6, or has it switched off. */
const NO_IPV6: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT'])

export class NodeTcp implements Tcp {
  readonly #exit: Exit
  /**
   * Read buffer of all sockets: bytes are lent for the length of one call, and a read is made only after the call for
   * the previous one returned.
   */
  readonly #readBuffer = new Uint8Array(READ_BYTES)

  constructor(exit: Exit = DIRECT) {
    this.#exit = exit
  }

  dial(to: Endpoint, timeoutMs: number): Dial {
    // net.connect would look a name up.
    if (net.isIP(to.host) === 0) {
      return { result: Promise.resolve(new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })), cancel() {} }
    }
    const exit = this.#exit
    if (exit.kind === 'proxy') return dialThrough(exit, to, timeoutMs)
    if (exit.kind === 'direct') return dialOn(undefined, to, timeoutMs, this.#readBuffer)
    return dialWhenReady(
      exit,
      timeoutMs,
      (fd, leftMs) => dialOn({ fd, exit }, to, leftMs, this.#readBuffer),
      to,
    )
  }

  async listen(at: Endpoint, accepted: (connection: Connection) => void): Promise<Listener> {
    const exit = this.#exit
    // Nobody could reach us by the proxy, and by any other way nobody shall.
    if (exit.kind === 'proxy') throw new SocketError('DENIED', { errno: 'BEHIND_PROXY' })
    if (exit.kind === 'bound') {
      return keepListening(exit, at, (on) => listenOn(on, this.#readBuffer, accepted, exit))
    }
    try {
      return await listenOn(at, this.#readBuffer, accepted)
    } catch (cause) {
      if (at.host !== '::' || !NO_IPV6.has(errnoOf(cause))) throw socketError(cause)
    }
    try {
      return await listenOn({ host: '0.0.0.0', port: at.port }, this.#readBuffer, accepted)
    } catch (cause) {
      throw socketError(cause)
    }
  }
}

type Dial = ReturnType<Tcp['dial']>

/** A socket that is tied to an interface. */
interface Tied {
  readonly fd: number
  readonly exit: BoundExit
}

/** @param tied undefined lets the system make one */
function dialOn(tied: Tied | undefined, to: Endpoint, timeoutMs: number, readBuffer: Uint8Array): Dial {
  const { promise, resolve } = Promise.withResolvers<Connection | SocketError>()
  let connection: TcpConnection | undefined
  let settled = false
  const socket = new net.Socket({
    ...(tied === undefined ? {} : { fd: tied.fd }),
    allowHalfOpen: true,
    onread: {
      buffer: readBuffer,
      callback: (lengthBytes, buffer) => {
        connection?.receive((buffer as Uint8Array).subarray(0, lengthBytes))
        return true
      },
    },
  })
  tied?.exit.watch(socket)
  const fail = (error: SocketError): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    socket.destroy()
    resolve(error)
  }
  const timer = setTimeout(() => fail(new SocketError('TIMEOUT', { timeoutMs })), timeoutMs)
  // Stays for the life of the socket, so that an error after a cancellation has a listener too.
  socket.on('error', (cause) => fail(socketError(cause)))
  socket.on('connect', () => {
    if (settled) return
    const local = endpointOf(socket.localAddress, socket.localPort)
    if (local === undefined) return fail(new SocketError('RESET'))
    settled = true
    clearTimeout(timer)
    connection = new TcpConnection(socket, local, { host: canonicalIp(to.host) ?? to.host, port: to.port })
    resolve(connection)
  })
  const target: net.TcpSocketConnectOpts = { host: to.host, port: to.port, autoSelectFamily: false }
  socket.setNoDelay(true)
  socket.connect(target)
  return { result: promise, cancel: () => fail(new SocketError('CLOSED')) }
}

/** While the interface is away a dial waits for it, within its time. */
function dialWhenReady(
  exit: BoundExit,
  timeoutMs: number,
  dial: (fd: number, leftMs: number) => Dial,
  to: Endpoint,
): Dial {
  let begun: Dial | undefined
  const gaveUp = new AbortController()
  const run = async (): Promise<Connection | SocketError> => {
    const from = performance.now()
    const ready = await exit.ready(timeoutMs, gaveUp.signal)
    if (gaveUp.signal.aborted) return new SocketError('CLOSED')
    if (!ready) return new SocketError('NO_WAY_OUT')
    try {
      const fd = exit.descriptor('stream', { host: isIPv6(to.host) ? '::' : '0.0.0.0', port: 0 })
      begun = dial(fd, Math.max(1, timeoutMs - (performance.now() - from)))
    } catch (error) {
      if (error instanceof SocketError) return error
      throw error
    }
    return begun.result
  }
  return {
    result: run(),
    cancel: () => {
      gaveUp.abort()
      begun?.cancel()
    },
  }
}

/** Through a proxy: the stream is there already when it becomes a connection. */
function dialThrough(exit: StreamMaker, to: Endpoint, timeoutMs: number): Dial {
  const opening = exit.open(to, timeoutMs)
  const result = opening.result.then((opened) => {
    if (opened instanceof SocketError) return opened
    const local = endpointOf(opened.localAddress, opened.localPort)
    if (local === undefined) {
      opened.destroy()
      return new SocketError('RESET')
    }
    const connection = new TcpConnection(opened, local, {
      host: canonicalIp(to.host) ?? to.host,
      port: to.port,
    })
    // Its owner sets events in this turn; a listener lets it flow, unless it was paused by then.
    setImmediate(() =>
      opened.on('data', (data: Buffer) =>
        connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ),
    )
    return connection
  })
  return { result, cancel: () => opening.cancel() }
}

/** A listener on an interface is made anew when the interface was away and is another one now. */
async function keepListening(
  exit: BoundExit,
  at: Endpoint,
  listen: (at: Endpoint) => Promise<Listener>,
): Promise<Listener> {
  const begin = async (on: Endpoint): Promise<Listener> => {
    try {
      return await listen(on)
    } catch (cause) {
      const error = socketError(cause)
      if (on.host !== '::' || !NO_IPV6.has(String(error.data.errno))) throw error
    }
    return await listen({ host: '0.0.0.0', port: on.port })
  }
  let current: Listener | undefined = await begin(at)
  const { local } = current
  let closed = false
  const forget = exit.onRenewed(() => {
    void (async () => {
      await current?.close()
      current = undefined
      try {
        const next = await begin({ host: at.host, port: local.port })
        if (closed) await next.close()
        else current = next
      } catch {
        // Gone again already, or its port taken: the next renewal tries once more.
      }
    })()
  })
  return {
    local,
    close: async () => {
      closed = true
      forget()
      await current?.close()
    },
  }
}

function listenOn(
  at: Endpoint,
  readBuffer: Uint8Array,
  accepted: (connection: Connection) => void,
  exit?: BoundExit,
): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<Listener>()
  const where =
    exit === undefined
      ? { host: at.host, port: at.port, ipv6Only: false }
      : { fd: exit.descriptor('stream', at, true) }
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
    welcome(socket, readBuffer, accepted, exit),
  )
  // After listening began this is accept() failing (too many open files): the connection is lost, the listener is not.
  server.on('error', reject)
  server.listen({ ...where, backlog: BACKLOG, exclusive: true }, () => {
    const { address, port } = server.address() as net.AddressInfo
    resolve({
      local: { host: canonicalIp(address) ?? address, port },
      // The port is free when this returns; net's own callback would wait for all accepted connections to end.
      close: async () => {
        server.close()
      },
    })
  })
  return promise
}

function welcome(
  socket: net.Socket,
  readBuffer: Uint8Array,
  accepted: (connection: Connection) => void,
  exit: BoundExit | undefined,
): void {
  const local = endpointOf(socket.localAddress, socket.localPort)
  const remote = endpointOf(socket.remoteAddress, socket.remotePort)
  if (local === undefined || remote === undefined) {
    // Gone again before we looked.
    socket.on('error', () => {})
    socket.destroy()
    return
  }
  let connection: TcpConnection | undefined
  const lent = withReadBuffer(socket, readBuffer, (bytes) => connection?.receive(bytes))
  exit?.watch(lent ?? socket)
  connection = new TcpConnection(lent ?? socket, local, remote)
  accepted(connection)
  if (lent !== undefined) return
  // Plain views: a Buffer's slice() is no copy, and the pure folders expect that of a Uint8Array.
  socket.on('data', (data: Buffer) =>
    connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  )
  socket.resume()
}

/**
 * An accepted socket again, with a read buffer: a server makes its sockets itself and gives them none, so that each read
 * allocates 64 KiB, which together with collecting it costs three times the processor time (lab/bench/tcp.ts).
 * @returns undefined where this Node does not let us: its documentation does not promise `_handle`
 */
function withReadBuffer(
  accepted: net.Socket,
  buffer: Uint8Array,
  receive: (bytes: Uint8Array) => void,
): net.Socket | undefined {
  const inside = accepted as unknown as { _handle?: unknown }
  const handle = inside._handle
  if (typeof handle !== 'object' || handle === null) return undefined
  const callback = (lengthBytes: number, into: Uint8Array) => {
    receive(into.subarray(0, lengthBytes))
    return true
  }
  const options = { handle, allowHalfOpen: true, onread: { buffer, callback } }
  try {
    const socket = new net.Socket(options as unknown as net.SocketConstructorOpts)
    inside._handle = null
    accepted.destroy()
    return socket
  } catch {
    return undefined
  }
}

/** Canonical, IPv4-mapped addresses as IPv4, zones (fe80::1%eth0) dropped. */
function endpointOf(address: string | undefined, port: number | undefined): Endpoint | undefined {
  if (address === undefined || port === undefined) return undefined
  const host = canonicalIp(isIPv6(address) ? (address.split('%', 1)[0] as string) : address)
  return host === undefined ? undefined : { host, port }
}
