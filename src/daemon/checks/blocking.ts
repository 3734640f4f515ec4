// What a person does not want: their own blocks, and signed lists that are fetched again each day. Kept before it is answered.
// Invariant: of one subscription only the first key is believed, and no edition older than the last.

import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { BlockedContent, Blocklist } from '../../api/schemas/blocking.ts'
import { mayContact } from '../../base/address.ts'
import { CodedError } from '../../base/errors.ts'
import type { Http, Signatures } from '../../base/ports.ts'
import { writeStateFile } from '../../base/state-file.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import type { TorrentFile } from '../../metainfo/metainfo.ts'
import {
  type Blocked,
  ContentBlocks,
  MAX_LISTS,
  MAX_OWN_BLOCKS,
  type OwnBlock,
} from '../../safety/blocklists/content-blocks.ts'
import {
  BlocklistError,
  isSignedList,
  MAX_LIST_BYTES,
  readSignedList,
  type SignedList,
} from '../../safety/blocklists/signed-list.ts'
import { readWhole } from '../checked-file.ts'
import { KeptFile, type KeptPlace } from '../kept-file.ts'

interface Subscription {
  readonly id: string
  readonly url: string | null
  readonly key: string
  readonly sequence: number
  readonly name: string
  readonly addedAtMs: number
  readonly updatedAtMs: number | null
  readonly problem: string | null
}

interface Kept {
  readonly own: readonly OwnBlock[]
  readonly lists: readonly Subscription[]
}

export interface BlockingOptions {
  readonly place: KeptPlace
  readonly signatures: Signatures
  /** The engine's own way out. */
  readonly http: () => Http
  /** What is blocked is another than before. */
  readonly changed: () => Promise<void>
}

const FILE = 'blocking.json'
const FOLDER = 'blocklists'
/** Lists of malware are made anew each day. */
const REFRESH_MS = 86_400_000
const LOOK_EVERY_MS = 3_600_000
const FETCH_TIMEOUT_MS = 60_000
const MAX_REDIRECTS = 5
const ID_DIGITS = 16

export class Blocking {
  readonly blocks: ContentBlocks
  readonly #options: BlockingOptions
  readonly #file: KeptFile<Kept>
  readonly #lists = new Map<string, Subscription>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: BlockingOptions) {
    this.#options = options
    this.blocks = new ContentBlocks(options.place.wallMs)
    this.#file = new KeptFile(options.place, FILE)
  }

  /** @throws StateError, DiskError */
  async open(): Promise<void> {
    const { disk, log, stateFolder } = this.#options.place
    await disk.makeDirectory(this.#folder)
    const { own = [], lists = [] } = (await this.#file.read()) ?? {}
    for (const entry of own) this.blocks.block(entry)
    for (const subscription of lists) {
      this.#lists.set(subscription.id, subscription)
      const bytes = await readWhole(disk, this.#pathOf(subscription.id), MAX_LIST_BYTES).catch(
        () => undefined,
      )
      try {
        // Signed, so whatever befell the file is noticed.
        if (bytes !== undefined)
          this.blocks.setList(subscription.id, readSignedList(bytes, this.#options.signatures))
      } catch (error) {
        if (!(error instanceof BlocklistError)) throw error
        log.write('error', 'blocklist-damaged', { id: subscription.id, folder: stateFolder })
      }
    }
    this.#timer = setInterval(() => void this.refreshDue(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Why a file that a torrent names is not wanted. */
  reasonFor({ root, lengthBytes }: Pick<TorrentFile, 'root' | 'lengthBytes'>): Blocked | undefined {
    return root === undefined ? undefined : this.blocks.reasonFor(contentIdText({ root, lengthBytes }))
  }

  // ── lists ──

  rows(): Blocklist[] {
    const own: Blocklist = {
      id: 'me',
      kind: 'content',
      name: 'Blocked by you',
      url: null,
      key: null,
      entries: this.blocks.own.size,
      addedAt: moment(
        Math.min(this.#options.place.wallMs(), ...[...this.blocks.own.values()].map(({ atMs }) => atMs)),
      ),
      updatedAt: null,
      problem: null,
    }
    const now = this.#options.place.wallMs()
    const rows = [...this.#lists.values()].map((each): Blocklist => {
      const list = this.blocks.list(each.id)
      const expired = list?.expiresMs != null && list.expiresMs <= now
      const code = expired ? 'BLOCKLIST_EXPIRED' : list === undefined ? 'BLOCKLIST_SIGNATURE' : each.problem
      return {
        id: each.id,
        kind: 'content',
        name: each.name,
        url: each.url,
        key: each.key,
        entries: list?.entries.size ?? 0,
        addedAt: moment(each.addedAtMs),
        updatedAt: each.updatedAtMs === null ? null : moment(each.updatedAtMs),
        problem: code === null ? null : { code, data: {} },
      }
    })
    return [...(own.entries > 0 ? [own] : []), ...rows]
  }

  /** @throws BlocklistError, DiskError */
  async subscribe(url: string, key: string | undefined): Promise<Blocklist> {
    return await this.#add(await this.#download(url), url, key)
  }

  /** @returns undefined when the file is no such list. @throws BlocklistError */
  async take(path: string): Promise<Blocklist | undefined> {
    const bytes = await bytesOf(path)
    return isSignedList(bytes) ? await this.#add(bytes, null, undefined) : undefined
  }

  async #add(bytes: Uint8Array, url: string | null, key: string | undefined): Promise<Blocklist> {
    const { wallMs } = this.#options.place
    const list = this.#read(bytes)
    if (key !== undefined && key !== list.key)
      throw new BlocklistError('BLOCKLIST_OTHER_KEY', { name: list.name })
    // One of each author and place: again it is a refresh.
    const id = createHash('sha256')
      .update(`${list.key} ${url ?? ''}`)
      .digest('hex')
      .slice(0, ID_DIGITS)
    const before = this.#lists.get(id)
    if (before === undefined && this.#lists.size >= MAX_LISTS)
      throw new BlocklistError('BLOCKLISTS_TOO_MANY', { limit: MAX_LISTS })
    const fresh = { id, url, key: list.key, addedAtMs: wallMs(), sequence: 0 }
    await this.#accept(before ?? { ...fresh, name: list.name, updatedAtMs: null, problem: null }, list, bytes)
    return this.#row(id)
  }

  /** @throws BlocklistError, DiskError */
  async refresh(id: string): Promise<Blocklist> {
    const subscription = this.#lists.get(id)
    if (subscription === undefined) throw new BlocklistError('BLOCKLIST_UNKNOWN', { id })
    const { url } = subscription
    if (url === null) return this.#row(id)
    try {
      const bytes = await this.#download(url)
      await this.#accept(subscription, this.#read(bytes), bytes)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // What it said last still holds.
      this.#lists.set(id, { ...subscription, problem: error.code })
      await this.#keep()
      throw error
    }
    return this.#row(id)
  }

  async refreshDue(): Promise<void> {
    const due = this.#options.place.wallMs() - REFRESH_MS
    for (const { id, url, updatedAtMs } of [...this.#lists.values()]) {
      if (url === null || (updatedAtMs ?? 0) > due) continue
      // Its row says what was wrong; it is tried again within the hour.
      await this.refresh(id).catch(() => undefined)
    }
  }

  /** @returns whether there was one. @throws DiskError */
  async remove(id: string): Promise<boolean> {
    if (!this.#lists.delete(id)) return false
    this.blocks.setList(id, undefined)
    await this.#keep()
    const { disk } = this.#options.place
    // Nothing reads it any more.
    await disk.remove(this.#pathOf(id)).catch(() => undefined)
    await this.#options.changed()
    return true
  }

  #read(bytes: Uint8Array): SignedList {
    const list = readSignedList(bytes, this.#options.signatures)
    if (list.expiresMs !== null && list.expiresMs <= this.#options.place.wallMs())
      throw new BlocklistError('BLOCKLIST_EXPIRED', { name: list.name })
    return list
  }

  async #accept(subscription: Subscription, list: SignedList, bytes: Uint8Array): Promise<void> {
    const { place } = this.#options
    const { id, key, sequence } = subscription
    if (list.key !== key) throw new BlocklistError('BLOCKLIST_OTHER_KEY', { name: list.name })
    if (list.sequence < sequence) throw new BlocklistError('BLOCKLIST_OLDER', { name: list.name })
    await writeStateFile(place.disk, this.#folder, fileOf(id), bytes)
    const { name } = list
    const updatedAtMs = place.wallMs()
    this.#lists.set(id, { ...subscription, name, sequence: list.sequence, updatedAtMs, problem: null })
    this.blocks.setList(id, list)
    await this.#keep()
    await this.#options.changed()
  }

  async #download(url: string): Promise<Uint8Array> {
    const host = URL.canParse(url) ? new URL(url).host : url
    if (!/^https?:\/\//i.test(url))
      throw new BlocklistError('BLOCKLIST_UNREACHABLE', { host, why: 'ADDRESS_INVALID' })
    const { result } = this.#options.http().get({
      url,
      timeoutMs: FETCH_TIMEOUT_MS,
      limitBytes: MAX_LIST_BYTES,
      limitUnpackedBytes: MAX_LIST_BYTES,
      maxRedirects: MAX_REDIRECTS,
      // Typed by the person; where a server sends us on to is the server's word (SAFETY.md, Scope of addresses).
      mayConnect: (to, { redirectedBy }) => mayContact(to, redirectedBy ?? 'hand'),
    })
    const answer = await result
    if (!answer.ok) throw new BlocklistError('BLOCKLIST_UNREACHABLE', { host, why: answer.failure })
    if (answer.status !== 200)
      throw new BlocklistError('BLOCKLIST_UNREACHABLE', { host, why: `HTTP ${answer.status}` })
    return answer.body
  }

  #row(id: string): Blocklist {
    return this.rows().find((row) => row.id === id) as Blocklist
  }

  // ── the person's own ──

  ownRows(after: number, count: number): { total: number; contents: BlockedContent[] } {
    const all = [...this.blocks.own.values()].reverse()
    const contents = all
      .slice(after, after + count)
      .map(({ content, name, why, atMs }) => ({ content, name, why, who: 'me', at: moment(atMs) }))
    return { total: all.length, contents }
  }

  /** @throws BlocklistError, DiskError */
  async block(content: string, name: string, why: string): Promise<void> {
    if (this.blocks.own.size >= MAX_OWN_BLOCKS)
      throw new BlocklistError('BLOCKS_TOO_MANY', { limit: MAX_OWN_BLOCKS })
    this.blocks.block({ content, name, why, atMs: this.#options.place.wallMs() })
    await this.#keep()
    await this.#options.changed()
  }

  /** @throws DiskError */
  async unblock(content: string): Promise<void> {
    if (!this.blocks.unblock(content)) return
    await this.#keep()
    await this.#options.changed()
  }

  #keep(): Promise<void> {
    return this.#file.write({ own: [...this.blocks.own.values()], lists: [...this.#lists.values()] })
  }

  get #folder(): string {
    const { disk, stateFolder } = this.#options.place
    return disk.join(stateFolder, FOLDER)
  }

  #pathOf(id: string): string {
    return this.#options.place.disk.join(this.#folder, fileOf(id))
  }
}

function fileOf(id: string): string {
  return `${id}.txt`
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString()
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const stats = await stat(path)
    // A pipe would be waited for, and a device never ends.
    if (!stats.isFile()) throw new BlocklistError('BLOCKLIST_NOT_ONE')
    if (stats.size > MAX_LIST_BYTES)
      throw new BlocklistError('BLOCKLIST_TOO_LARGE', { limit: MAX_LIST_BYTES })
    return await readFile(path)
  } catch (error) {
    if (error instanceof BlocklistError) throw error
    throw new BlocklistError('BLOCKLIST_UNREACHABLE', { host: path, why: 'UNREADABLE' }, error)
  }
}
