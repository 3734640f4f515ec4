// How an HTTP request leaves: the one place where sockets for HTTP and TLS are made.
// Promise: the connection goes to the address it is given, which was resolved and allowed before; TLS is verified for
// the host's name; an answer's headers are bounded.

import { type ClientRequest, Agent as PlainAgent, request as requestPlain } from 'node:http'
import { request as requestTls, Agent as TlsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { canonicalIp } from '../base/address.ts'
import type { StreamMaker } from './exit/exit.ts'
import { PlainExitAgent, TlsExitAgent } from './exit/http-agents.ts'

/** Headers of a response; Node's own default, said here because it is a limit. */
const MAX_HEADER_BYTES = 16 * 1024
/** How long a connection without a request is kept: the next range follows at once, or not at all. */
const IDLE_MS = 10_000
/** Connections without a request to one server, and to all. */
const MAX_IDLE_SOCKETS = 4
const MAX_IDLE_SOCKETS_IN_ALL = 32

/** What one read takes from the kernel. The parser's copies are as large; larger ones only made more to clear away. */
const READ_BYTES = 64 * 1024

export interface Target {
  readonly url: URL
  /** Decides certificate and Host header. */
  readonly host: string
  readonly address: string
}

export interface HttpAgents {
  readonly plain: PlainAgent
  readonly tls: TlsAgent
}

/**
 * Connections that serve one request after another. Node keys them by address, port and TLS name.
 * @param maker opens them, where the system may not
 */
export function keepingAgents(maker: StreamMaker | undefined): HttpAgents {
  const options = {
    keepAlive: true,
    maxFreeSockets: MAX_IDLE_SOCKETS,
    maxTotalSockets: Number.POSITIVE_INFINITY,
    timeout: IDLE_MS,
    scheduling: 'lifo',
  } as const
  const agents =
    maker === undefined
      ? { plain: new ReusingPlainAgent(options), tls: new ReusingTlsAgent(options) }
      : { plain: new PlainExitAgent(maker, options), tls: new TlsExitAgent(maker, options) }
  for (const agent of [agents.plain, agents.tls]) boundIdle(agent)
  return agents
}

/** For one request, through an exit. */
export function passingAgents(maker: StreamMaker): HttpAgents {
  return { plain: new PlainExitAgent(maker, {}), tls: new TlsExitAgent(maker, {}) }
}

type Connecting = Parameters<PlainAgent['createConnection']>

class ReusingPlainAgent extends PlainAgent {
  override createConnection(options: Connecting[0], callback?: Connecting[1]): Duplex | null | undefined {
    return readingIntoOneBuffer((onread) => super.createConnection({ ...options, ...onread }, callback))
  }
}

class ReusingTlsAgent extends TlsAgent {
  override createConnection(options: Connecting[0], callback?: Connecting[1]): Duplex | null | undefined {
    return readingIntoOneBuffer((onread) => super.createConnection({ ...options, ...onread }, callback))
  }
}

/**
 * A connection that reads into the same memory again and again: fresh memory for each read would cost as much as the rest
 * of HTTP. Node's parser copies what it hands on, so nobody sees the memory being used again.
 */
function readingIntoOneBuffer(
  connect: (onread: { readonly onread: object }) => Duplex | null | undefined,
): Duplex | null | undefined {
  const read = (lengthBytes: number, bytes: Uint8Array): boolean => {
    socket?.emit('data', bytes.subarray(0, lengthBytes))
    return true
  }
  const socket = connect({ onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: read } })
  return socket
}

/** Servers by the thousand must not leave a socket each behind: beyond the bound, those idle longest go. */
function boundIdle(agent: PlainAgent): void {
  agent.on('free', () => {
    const idle = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])
    for (const socket of idle.slice(0, Math.max(0, idle.length - MAX_IDLE_SOCKETS_IN_ALL))) socket.destroy()
  })
}

/** @param agents undefined: the connection serves this request only */
export function sendRequest(
  { url, host, address }: Target,
  headers: Readonly<Record<string, string>>,
  agents: HttpAgents | undefined,
  certificates: string | undefined,
  method: 'GET' | 'POST' = 'GET',
): ClientRequest {
  const common = {
    method,
    host: address,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, ...(agents === undefined ? { connection: 'close' } : {}) },
    ...(url.username === '' ? {} : { auth: credentials(url) }),
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  } as const
  if (url.protocol === 'http:') return requestPlain({ ...common, agent: agents?.plain ?? false })
  return requestTls({
    ...common,
    agent: agents?.tls ?? false,
    // A literal address is verified as such and sends no server name.
    servername: canonicalIp(host) === undefined ? host : '',
    rejectUnauthorized: true,
    ...(certificates === undefined ? {} : { ca: certificates }),
  })
}

function credentials(url: URL): string {
  const plain = (text: string) => {
    try {
      return decodeURIComponent(text)
    } catch {
      // Not valid percent-encoding: the person meant it literally.
      return text
    }
  }
  return `${plain(url.username)}:${plain(url.password)}`
}
