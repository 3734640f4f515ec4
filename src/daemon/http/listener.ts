// The one listener of API and page, on Node's server: where it hears, and what it bounds before a request is one.
// SAFETY.md, API: 32 connections, and a head within 5 s.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { SocketError } from '../../base/ports.ts'
import { ConnectionRoom } from './connection-room.ts'

const MAX_CONNECTIONS = 32
const HEADERS_MS = 5_000
/** How often it is looked who is late. */
const LOOK_MS = 1_000
const MAX_HEADER_BYTES = 16_384
/** Longer than nginx keeps its own idle connections, in which it may ask again at any moment. */
const IDLE_MS = 65_000
/** For answers that are on their way when it ends; the daemon has 10 s for everything. */
const CLOSE_MS = 500

export interface ListenAt {
  readonly host: string
  readonly port: number
  /** Take any free port when this one is taken. */
  readonly orAnother: boolean
}

export class Listener {
  readonly #headersMs: number
  #server: Server | undefined
  readonly #room = new ConnectionRoom<Socket>(MAX_CONNECTIONS)

  /** @param headersMs tests have less patience */
  constructor(headersMs = HEADERS_MS) {
    this.#headersMs = headersMs
  }

  make(answer: RequestListener): Server {
    const heard: RequestListener = (request, response) => {
      const answered = this.#room.asked(request.socket)
      response.once('close', () => {
        answered()
        if (!server.listening) request.socket.destroySoon()
      })
      answer(request, response)
    }
    const server = createServer(
      {
        headersTimeout: this.#headersMs,
        // Bodies have their own limit of time: dropped files take as long as they move.
        requestTimeout: 0,
        connectionsCheckingInterval: Math.min(LOOK_MS, this.#headersMs),
        keepAliveTimeout: IDLE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
        // A missing Host is answered by the door as everything is.
        requireHostHeader: false,
        insecureHTTPParser: false,
      },
      heard,
    )
    server.on('checkContinue', heard)
    server.on('connection', (socket) => this.#room.came(socket))
    this.#server = server
    return server
  }

  get port(): number {
    const address = this.#server?.address() as AddressInfo | undefined
    return address?.port ?? 0
  }

  /** @throws SocketError */
  async listen({ host, port, orAnother }: ListenAt): Promise<void> {
    try {
      await this.#listenAt(host, port)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && orAnother) await this.#listenAt(host, 0)
      else if (code === 'EADDRINUSE') throw new SocketError('IN_USE', { port }, error)
      else if (code === 'EACCES') throw new SocketError('DENIED', { port }, error)
      else throw new SocketError('OTHER', { port, errno: code }, error)
    }
  }

  #listenAt(host: string, port: number): Promise<void> {
    const server = this.#server as Server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    const server = this.#server as Server
    const closed = new Promise((resolve) => server.close(resolve))
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
    await closed
    clearTimeout(cut)
  }
}
