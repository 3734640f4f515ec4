// A server of a made torrent's files on real sockets: a good one that knows ranges, or one with the manners of a test.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, WebServer } from '../contracts/http/server.ts'
import type { MadeTorrent } from './made-torrent.ts'
import type { SelfSigned } from './self-signed.ts'

/** What was asked of a file that the torrent has. */
export interface FileQuestion {
  readonly path: string
  readonly content: Uint8Array
  readonly first: number
  /** Inclusive. */
  readonly last: number
  readonly ranged: boolean
}

export type FileManner = (question: FileQuestion, response: ServerResponse, request: IncomingMessage) => void

export const goodManner: FileManner = ({ content, first, last, ranged }, response) => {
  response.writeHead(ranged ? 206 : 200, {
    'content-length': String(last - first + 1),
    ...(ranged ? { 'content-range': `bytes ${first}-${last}/${content.length}` } : {}),
  })
  response.end(content.subarray(first, last + 1))
}

/** What a file server answers; 404 for what the torrent has not. */
export function filesOf(made: MadeTorrent, manner: FileManner = goodManner): Answer {
  const byPath = new Map(
    made.metainfo.files.map((file) => [`/${file.path.map(encodeURIComponent).join('/')}`, file.index]),
  )
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://files.test').pathname
    const content = made.contents[byPath.get(path) ?? -1]
    if (content === undefined) {
      response.writeHead(404, { 'content-type': 'text/html' })
      response.end('<html><script>alert(1)</script>not here</html>')
      return
    }
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const [first, last] = match === null ? [0, content.length - 1] : [Number(match[1]), Number(match[2])]
    manner({ path, content, first, last, ranged: match !== null }, response, request)
  }
}

/** @param host where it listens */
export function serveFiles(
  made: MadeTorrent,
  manner?: FileManner,
  host?: string,
  tls?: SelfSigned,
): Promise<WebServer> {
  return WebServer.start(filesOf(made, manner), host, tls)
}
