// A web server on loopback that behaves as badly as a test asks it to, and remembers what reached it.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SelfSigned } from '../../doubles/self-signed.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export class WebServer implements AsyncDisposable {
  readonly port: number
  /** Paths asked for, in order. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** @param host 127.0.0.1 or ::1 */
  static async start(answer: Answer, host = '127.0.0.1', tls?: SelfSigned): Promise<WebServer> {
    const listen = (request: IncomingMessage, response: ServerResponse): void => {
      web.asked.push(request.url ?? '')
      answer(request, response)
    }
    const server =
      tls === undefined
        ? createServer(listen)
        : createTlsServer({ cert: tls.certificate, key: tls.key }, listen)
    server.listen(0, host)
    await once(server, 'listening')
    const web = new WebServer(server)
    return web
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
