// The listener of share pages: of its own, on one address of the local network, for GET and HEAD of what a page has.
// Promise: whatever else is asked gets the same 404, so that nothing tells a wrong key from a closed page.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Log } from '../log.ts'
import type { OpenPage } from './open-page.ts'
import type { Pace } from './paced-answer.ts'
import { PAGE_POLICY } from './page-document.ts'
import { PageRoom } from './page-room.ts'
import { readTarget } from './page-target.ts'
import { AnswerCut, FileChanged, SharePageError } from './share-page-error.ts'

/** Until a request is there (SAFETY.md, API), and for one that never ends. */
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
/** Between requests of one reader. */
const IDLE_MS = 10_000
/** A reader that takes nothing for this long is let go. */
const STALL_MS = 30_000
const CHECK_MS = 1_000
/** A phone's request has a kilobyte. */
const MAX_HEADER_BYTES = 8_192
const MAX_HEADERS = 64

const NOT_FOUND = Buffer.from('There is nothing here, or not any more.\n')

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

export interface PageServerOptions {
  readonly address: string
  /** Of the page with this key. */
  readonly find: (key: string) => OpenPage | undefined
  /** For one download of a share. */
  readonly pace: (id: string) => Omit<Pace, 'stallMs'>
  readonly log: Log
  /** Shorter in tests. */
  readonly limits?: { readonly stallMs?: number; readonly headersMs?: number }
}

export class PageServer {
  readonly #options: PageServerOptions
  readonly #server: Server
  readonly #room = new PageRoom()
  /** Those that are being answered. */
  readonly #busy = new WeakSet<Socket>()

  private constructor(options: PageServerOptions) {
    this.#options = options
    const headersMs = options.limits?.headersMs ?? HEADERS_MS
    this.#server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: Math.max(headersMs, REQUEST_MS),
        connectionsCheckingInterval: Math.min(CHECK_MS, headersMs),
        keepAliveTimeout: IDLE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
        requireHostHeader: false,
        insecureHTTPParser: false,
      },
      (request, response) => void this.#answer(request, response),
    )
    this.#server.maxHeadersCount = MAX_HEADERS
    this.#server.on('connection', (socket: Socket) => this.#came(socket))
    // What is no HTTP gets no answer that could tell what is here.
    this.#server.on('clientError', (_, socket) => socket.destroy())
    for (const event of ['upgrade', 'connect'] as const)
      this.#server.on(event, (_, socket) => (socket as Socket).destroy())
    this.#server.on('checkContinue', (_, response: ServerResponse) => notFound(response))
    this.#server.on('checkExpectation', (_, response: ServerResponse) => notFound(response))
  }

  /** @throws SharePageError PAGE_NOT_OPENED */
  static async open(options: PageServerOptions): Promise<PageServer> {
    const pages = new PageServer(options)
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        const { address } = options
        reject(new SharePageError('PAGE_NOT_OPENED', { address, errno: error.code }, error))
      }
      pages.#server.once('error', failed)
      pages.#server.listen({ host: options.address, port: 0 }, () => {
        pages.#server.off('error', failed)
        resolve()
      })
    })
    return pages
  }

  /** As a browser is told: `http://192.168.1.7:40001`. */
  get origin(): string {
    return `http://${this.#host}`
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  get #host(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  #came(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    if (!this.#room.enter(address)) {
      socket.destroy()
      return
    }
    socket.once('close', () => this.#room.left(address))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    if (this.#busy.has(socket)) {
      // A thousand requests fit into one packet, and each would hold a file open: no browser sends the next one early.
      socket.destroy()
      return
    }
    this.#busy.add(socket)
    response.once('close', () => this.#busy.delete(socket))
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { method = '', url = '', headers } = request
    const target = method === 'GET' || method === 'HEAD' ? readTarget(url) : undefined
    // Another name would be one that a foreign page's owner chose.
    const page =
      target === undefined || headers.host !== this.#host ? undefined : this.#options.find(target.key)
    const { stallMs = STALL_MS } = this.#options.limits ?? {}
    try {
      const pace = page === undefined ? undefined : { ...this.#options.pace(page.share.id), stallMs }
      const there =
        target !== undefined && pace !== undefined && (await page?.answer(target, request, response, pace))
      if (there !== true) notFound(response)
    } catch (error) {
      response.destroy()
      if (error instanceof AnswerCut) return
      const changed = error instanceof FileChanged
      this.#options.log.write(changed ? 'warn' : 'error', changed ? 'page-file-changed' : 'page-failed', {
        why: changed ? error.message : String((error as { code?: unknown }).code ?? 'mistake'),
      })
    }
  }
}

function notFound(response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  response.writeHead(404, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': NOT_FOUND.length,
    // A body that nobody reads is not waited for.
    connection: 'close',
  })
  response.end(response.req.method === 'HEAD' ? undefined : NOT_FOUND)
}
