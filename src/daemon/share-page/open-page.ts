// The page of one share while it is open: its key, its files as they were then, and the downloads under way.
// Promise: once it is closed nothing of it is given any more, and what is under way is cut.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { readRange } from './byte-range.ts'
import { archiveOf } from './folder-archive.ts'
import { type Pace, sendPaced } from './paced-answer.ts'
import { isZipped, pageDocument } from './page-document.ts'
import { newPageKey, type PageTarget } from './page-target.ts'
import { attachment } from './page-text.ts'
import type { PagedFile, PagedShare } from './paged-share.ts'
import { SealedFile } from './sealed-file.ts'
import { FileChanged, SharePageError } from './share-page-error.ts'

/** Files looked at together when a page opens. */
const SEALS_AT_ONCE = 32

/** A file's bytes are saved and never looked at as anything. */
const FILE_TYPE = 'application/octet-stream'

export class OpenPage {
  readonly share: PagedShare
  readonly key: string = newPageKey()
  readonly #sealed: readonly (SealedFile | undefined)[]
  readonly #answers = new Set<ServerResponse>()
  #closed = false

  private constructor(share: PagedShare, sealed: readonly (SealedFile | undefined)[]) {
    this.share = share
    this.#sealed = sealed
  }

  /** @throws SharePageError PAGE_NOTHING_WHOLE */
  static async seal(share: PagedShare): Promise<OpenPage> {
    const sealed: (SealedFile | undefined)[] = []
    for (let at = 0; at < share.files.length; at += SEALS_AT_ONCE)
      sealed.push(
        ...(await Promise.all(
          share.files.slice(at, at + SEALS_AT_ONCE).map((file) => SealedFile.seal(file)),
        )),
      )
    // Whether all of a file is checked and here is asked when it is wanted: a share that has just begun is not there yet.
    if (sealed.every((file) => file === undefined))
      throw new SharePageError('PAGE_NOTHING_WHOLE', { name: share.name })
    return new OpenPage(share, sealed)
  }

  close(): void {
    this.#closed = true
    for (const response of this.#answers) response.destroy()
    this.#answers.clear()
  }

  /**
   * @returns false when there is nothing at this target; the answer is untouched then
   * @throws whatever cut the answer
   */
  async answer(
    { kind, ...rest }: PageTarget,
    request: IncomingMessage,
    response: ServerResponse,
    pace: Pace,
  ): Promise<boolean> {
    if (this.#closed) return false
    this.#answers.add(response)
    response.once('close', () => this.#answers.delete(response))
    if (kind === 'page') return this.#document(request, response)
    if (kind === 'all') return await this.#archive(request, response, pace)
    return await this.#file('index' in rest ? rest.index : -1, request, response, pace)
  }

  #document(request: IncomingMessage, response: ServerResponse): boolean {
    const html = Buffer.from(pageDocument(this.share, this.key))
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': html.length })
    response.end(request.method === 'HEAD' ? undefined : html)
    return true
  }

  async #file(
    index: number,
    { headers, method }: IncomingMessage,
    response: ServerResponse,
    pace: Pace,
  ): Promise<boolean> {
    const sealed = this.#given(index)
    const file = this.share.files[index]
    if (sealed === undefined || file === undefined) return false
    const handle = await opened(sealed)
    if (handle === undefined) return false
    const tag = sealed.tag(this.key)
    const condition = headers['if-range']
    const asked = condition === undefined || condition === tag ? headers.range : undefined
    const range = readRange(asked, sealed.lengthBytes)
    response.setHeader('accept-ranges', 'bytes')
    response.setHeader('etag', tag)
    if (range.kind === 'beyond') {
      await handle.close()
      response.writeHead(416, { 'content-range': `bytes */${sealed.lengthBytes}`, 'content-length': 0 })
      response.end()
      return true
    }
    const [first, last] = range.kind === 'part' ? [range.first, range.last] : [0, sealed.lengthBytes - 1]
    response.writeHead(range.kind === 'part' ? 206 : 200, {
      ...saved(nameOf(file)),
      'content-length': last + 1 - first,
      ...(range.kind === 'part' ? { 'content-range': `bytes ${first}-${last}/${sealed.lengthBytes}` } : {}),
    })
    if (method === 'HEAD') {
      await handle.close()
      response.end()
    } else await sendPaced(response, sealed.bytes(handle, first, last), pace)
    return true
  }

  /** All that can be given, in one file; without ranges, because it is made as it is sent. */
  async #archive({ method }: IncomingMessage, response: ServerResponse, pace: Pace): Promise<boolean> {
    if (!isZipped(this.share)) return false
    const entries = this.share.files.flatMap(({ path }, index) => {
      const file = this.#given(index)
      return file === undefined ? [] : [{ path, file }]
    })
    // A part would pass for all of it.
    if (entries.length < this.share.files.length) return false
    const archive = await archiveOf(entries)
    try {
      response.writeHead(200, {
        ...saved(`${this.share.name}.zip`),
        'content-length': archive.lengthBytes,
        'accept-ranges': 'none',
      })
      if (method === 'HEAD') response.end()
      else await sendPaced(response, archive.bytes, pace)
    } finally {
      archive.cancel()
    }
    return true
  }

  #given(index: number): SealedFile | undefined {
    return (this.share.whole?.(index) ?? true) ? this.#sealed[index] : undefined
  }
}

async function opened(sealed: SealedFile): Promise<Awaited<ReturnType<SealedFile['open']>> | undefined> {
  try {
    return await sealed.open()
  } catch (error) {
    // Not as it was shared: as if it had never been there.
    if (error instanceof FileChanged) return undefined
    throw error
  }
}

function saved(name: string): Record<string, string> {
  return { 'content-type': FILE_TYPE, 'content-disposition': attachment(name) }
}

function nameOf({ path }: PagedFile): string {
  return path.at(-1) ?? ''
}
