// Lists of files that are too long for a message: contents of their own, in a folder of the state folder. Mine lie there while they are
// offered; those of others are fetched before anything that stands in them, read once, and gone.
// Promise: a list is used only when it is whole, has its hash, and says as many files and bytes as the message that named it.

import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { writeStateFile } from '../../base/state-file.ts'
import {
  decodeItems,
  encodeItems,
  type FileOffer,
  type OfferedPath,
} from '../../community/chat/file-offer.ts'
import { CommunityError, RecordError } from '../../community/community-error.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { LooseFile } from '../../library/loose-offers.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import { createTorrent } from '../../metainfo/create.ts'
import { identityOf } from '../library/offers.ts'
import { toolPorts } from '../tool-ports.ts'
import { type ContentFetchGround, fetchContent } from './content-fetch.ts'

export const LISTS_FOLDER = 'offered-lists'
const FETCHED_FOLDER = 'fetched'

export class OfferLists {
  readonly #ground: ContentFetchGround
  readonly #folder: string
  readonly #closed = new AbortController()
  #made = 0

  constructor(stateFolder: string, ground: ContentFetchGround) {
    this.#folder = path.join(stateFolder, LISTS_FOLDER)
    this.#ground = ground
  }

  /** @throws RecordError for more than a list may hold */
  async write(items: readonly OfferedPath[]): Promise<LooseFile> {
    const { disk } = this.#ground
    const bytes = encodeItems(items)
    await disk.makeDirectory(this.#folder)
    const name = `${Date.now().toString(36)}-${process.pid}-${++this.#made}`
    const at = path.join(this.#folder, name)
    await writeStateFile(disk, this.#folder, name, bytes)
    const stat = await disk.stat(at)
    if (stat?.kind !== 'file') throw new CommunityError('OFFER_UNKNOWN', {})
    const tools = toolPorts()
    try {
      const file = { path: at, components: [name], lengthBytes: stat.lengthBytes }
      const source = { name, singleFile: true, files: [file] }
      const { torrent } = await createTorrent(source, { version: 'v2', hints: {} }, tools, {})
      const root = torrent.metainfo.files[0]?.root
      if (root === undefined) throw new TypeError('a file of v2 without a root')
      return { path: at, ...identityOf(stat), root, folder: '', name }
    } finally {
      await tools.close()
    }
  }

  /** It is offered no more. */
  async remove(lists: readonly { readonly path: string }[]): Promise<void> {
    for (const { path: at } of lists) if (path.dirname(at) === this.#folder) await rm(at, { force: true })
  }

  /** What an earlier run left: lists that are not offered, and what was fetched and not read. */
  async sweep(offered: readonly string[]): Promise<void> {
    // No folder: there was never a list.
    const names = await readdir(this.#folder).catch(() => [])
    const kept = new Set(offered.map((at) => path.basename(at)))
    for (const name of names)
      if (!kept.has(name)) await rm(path.join(this.#folder, name), { recursive: true, force: true })
  }

  /**
   * Waits until somebody who has it is there.
   * @throws RecordError where it does not say what was promised; CommunityError OFFER_UNKNOWN when this ends before it is here
   */
  async got(realm: ClosedRealm, offer: FileOffer): Promise<readonly OfferedPath[]> {
    if (offer.what.kind !== 'listed') throw new TypeError('an offer without a list of its own')
    const { list } = offer.what
    const folder = path.join(this.#folder, FETCHED_FOLDER, realm.replace(':', '-'))
    const at = path.join(folder, contentIdText(list))
    try {
      const whole = await fetchContent(realm, list, folder, this.#closed.signal, this.#ground)
      if (!whole) throw new CommunityError('OFFER_UNKNOWN', {})
      const items = decodeItems(new Uint8Array(await readFile(at)))
      const lengthBytes = items.reduce((sum, item) => sum + item.lengthBytes, 0)
      if (items.length !== offer.files || lengthBytes !== offer.lengthBytes)
        throw new RecordError('RECORD_INVALID', { what: 'list of files' })
      return items
    } finally {
      await rm(at, { force: true })
    }
  }

  close(): void {
    this.#closed.abort()
  }
}
