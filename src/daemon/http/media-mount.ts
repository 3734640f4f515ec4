// `GET /media/…`: one whole file of a transfer, by an address that was signed for it, with ranges. Never what runs in a page:
// kinds come from a fixed list, everything else is saved, and a sandbox holds whatever a browser makes of it.

import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance } from 'fastify'
import type { Disk, DiskFile } from '../../base/ports.ts'
import { type ByteRange, byteRange } from './byte-range.ts'
import { HttpError } from './http-error.ts'
import type { MediaFile, MediaLinks } from './media-links.ts'
import { mediaTypeOf } from './media-types.ts'

/** Where one finished, verified file lies. */
export interface WholeFile {
  /** Absolute, below `folder`: no link between them is followed. */
  readonly path: string
  readonly folder: string
  readonly name: string
  readonly lengthBytes: number
}

export interface MediaMount {
  readonly disk: Disk
  readonly links: MediaLinks
  /** Undefined while it is not whole. @throws CodedError for what there is none of */
  wholeFile(file: MediaFile): Promise<WholeFile | undefined>
}

/** Players open several at once; the rest of the connections is for calls. */
const MAX_AT_ONCE = 12
/** A paused player comes back with a range. */
const IDLE_MS = 60_000
const READ_BYTES = 262_144

export function mountMedia(app: FastifyInstance, { disk, links, wholeFile }: MediaMount): void {
  let running = 0
  app.route<{ Params: Readonly<Record<'signature' | 'until' | 'id' | 'index', string>> }>({
    method: ['GET', 'HEAD'],
    url: '/media/:signature/:until/:id/:index/:name',
    handler: async (request, reply) => {
      const { signature, until, id, index } = request.params
      const signed = links.verify(signature, until, id, index)
      if (signed === undefined) throw new HttpError('MEDIA_EXPIRED')
      const whole = await wholeFile(signed)
      if (whole === undefined) throw new HttpError('MEDIA_NOT_WHOLE')
      if (running >= MAX_AT_ONCE) throw new HttpError('STREAMS_TOO_MANY')
      running++
      try {
        const file = await disk.open(whole.path, 'read', whole.folder)
        try {
          const { lengthBytes, modifiedMs } = await file.stat()
          // Changed since it was verified: it is not what was checked.
          if (lengthBytes !== whole.lengthBytes) throw new HttpError('MEDIA_NOT_WHOLE')
          reply.hijack()
          const tag = `"${lengthBytes.toString(36)}-${Math.floor(modifiedMs).toString(36)}"`
          const condition = request.headers['if-range']
          const asked = condition === undefined || condition === tag ? request.headers.range : undefined
          await send(file, whole, reply.raw, { range: byteRange(asked, lengthBytes), tag })
        } finally {
          await file.close()
        }
      } finally {
        running--
      }
    },
  })
}

async function send(
  file: DiskFile,
  { name, lengthBytes }: WholeFile,
  response: ServerResponse,
  { range, tag }: { readonly range: ByteRange | 'whole' | 'none'; readonly tag: string },
): Promise<void> {
  const { type, attachment } = mediaTypeOf(name)
  const shown = encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
  response.setHeader('content-type', type)
  response.setHeader(
    'content-disposition',
    `${attachment ? 'attachment' : 'inline'}; filename*=UTF-8''${shown}`,
  )
  response.setHeader('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'none'")
  response.setHeader('cache-control', 'private, no-cache')
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('etag', tag)
  if (range === 'none') {
    response.writeHead(416, { 'content-range': `bytes */${lengthBytes}` }).end()
    return
  }
  const { first, last } = range === 'whole' ? { first: 0, last: lengthBytes - 1 } : range
  if (range !== 'whole') response.setHeader('content-range', `bytes ${first}-${last}/${lengthBytes}`)
  response.writeHead(range === 'whole' ? 200 : 206, { 'content-length': last - first + 1 })
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.setTimeout(IDLE_MS, () => response.destroy())
  try {
    await pipeline(Readable.from(stretches(file, first, last), { objectMode: false }), response)
  } catch {
    // The reader left, or the disk failed in the middle: the head is sent, so an end before the length says it all.
    response.destroy()
  }
}

async function* stretches(file: DiskFile, first: number, last: number): AsyncGenerator<Uint8Array> {
  for (let at = first; at <= last; ) {
    const bytes = new Uint8Array(Math.min(READ_BYTES, last - at + 1))
    const read = await file.read(bytes, at)
    if (read === 0) throw new Error('the file became shorter')
    at += read
    yield bytes.subarray(0, read)
  }
}
