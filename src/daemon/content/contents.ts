// Joins what knows of content with the engine: transfers' own files and the library are what is offered by content, and what is
// taken from disk. Promise: a place is given to the engine with what the file is like now, and only while it is what it was when it
// was hashed; nothing is offered that is not for everyone.

import { after } from '../../base/ids.ts'
import type { Clock, Digest, Disk } from '../../base/ports.ts'
import { DiskError } from '../../base/ports.ts'
import type { ContentSource, OfferedContent } from '../../engine/session/content-source.ts'
import type { Session } from '../../engine/session/session.ts'
import type { LocalPlace } from '../../engine/storage/from-disk.ts'
import type { LocalContent } from '../../engine/torrent/take-from-disk.ts'
import type { ContentId } from '../../metainfo/content-id.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { Engine } from '../compose.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { LibraryLookups, LibraryPlace } from './library-lookups.ts'
import { TransferContents } from './transfer-contents.ts'

/** Changes come in bursts: those that came within this are read together. */
const READ_AFTER_MS = 100
/** Of one content: many copies are no better than some, and each costs a look. */
const MAX_PLACES = 16
/** Files of one torrent that are looked for before it is added: a person waits for the answer. */
const MAX_LOOKED_FOR = 2_000

export interface ContentsOptions {
  readonly clock: Clock
  readonly digest: Digest
  readonly disk: Pick<Disk, 'stat'>
  readonly transfers: { find(id: string): Transfer | undefined }
  readonly host: { readonly engine: Pick<Engine, 'session'> | undefined }
  /** Counts what content torrents gave that strangers had opened. */
  readonly volumes: { add(takenBytes: number, givenBytes: number): void }
}

export class Contents {
  readonly #options: ContentsOptions
  readonly #transfers: TransferContents
  #library: LibraryLookups | undefined
  #cancelReading: (() => void) | undefined
  #counted: { readonly session: Session; bytes: number } | undefined
  #closed = false

  constructor(options: ContentsOptions) {
    this.#options = options
    this.#transfers = new TransferContents(options.digest, (id) => options.transfers.find(id))
  }

  /** From now on what is in the library is found and offered, too; undefined takes that back. */
  join(library: LibraryLookups | undefined): void {
    this.#library = library
  }

  /** Something about a transfer changed. */
  touch(id: string): void {
    this.#transfers.touch(id)
    if (this.#cancelReading !== undefined || this.#closed) return
    const { clock } = this.#options
    this.#cancelReading = clock.schedule(after(clock.now(), READ_AFTER_MS), () => {
      this.#cancelReading = undefined
      void this.#read()
    })
  }

  async #read(): Promise<void> {
    if (await this.#transfers.refresh()) await this.#session?.offersChanged()
  }

  /** What is offered changed: when this resolves nobody is given what is not offered any more. */
  readonly offersChanged = async (): Promise<void> => {
    await this.#transfers.refresh()
    await this.#session?.offersChanged()
  }

  /** Counts what was given since it was asked last. */
  beat(): void {
    const session = this.#session
    if (session?.content === undefined) return
    const before = this.#counted?.session === session ? this.#counted.bytes : 0
    const bytes = session.content.givenBytes
    this.#counted = { session, bytes }
    if (bytes > before) this.#options.volumes.add(0, bytes - before)
  }

  close(): void {
    this.#closed = true
    this.#cancelReading?.()
  }

  get #session(): Session | undefined {
    return this.#options.host.engine?.session
  }

  // ── what the engine asks ──

  readonly source: ContentSource = {
    byInfohash: async (hash) => {
      await this.#fresh()
      return this.#transfers.byInfohash(hash) ?? (await this.#still(await this.#library?.offered({ hash })))
    },
    byTag: async (tag) => {
      await this.#fresh()
      return this.#transfers.byTag(tag) ?? (await this.#still(await this.#library?.offered({ tag })))
    },
    after: async (hash, count) => {
      await this.#fresh()
      const own = this.#transfers.after(hash, count)
      const library = (await this.#library?.offeredAfter(hash, count)) ?? []
      const all = new Map([...own, ...library].map((each) => [each.toHex(), each]))
      return [...all]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, each]) => each)
        .slice(0, count)
    },
  }

  readonly local: LocalContent = {
    places: async (content) => {
      await this.#fresh()
      const places: LocalPlace[] = []
      for (const path of this.#transfers.places(content)) {
        const place = await this.#now(path, content)
        if (place !== undefined) places.push(place)
        if (places.length >= MAX_PLACES) return places
      }
      for (const found of (await this.#library?.byContent(content)) ?? []) {
        const still = await this.#still(found)
        if (still !== undefined) places.push(still)
        if (places.length >= MAX_PLACES) return places
      }
      return places
    },
  }

  /** Of the options that an engine is opened with. */
  get engine(): { readonly content: ContentSource; readonly local: LocalContent } {
    return { content: this.source, local: this.local }
  }

  /** Of its files, what is here already and would be taken from here. */
  async hereBytes(metainfo: Metainfo): Promise<number> {
    let bytes = 0
    let lookedFor = 0
    for (const { root, lengthBytes } of metainfo.files) {
      if (root === undefined) continue
      if (++lookedFor > MAX_LOOKED_FOR) break
      if ((await this.local.places({ root, lengthBytes })).length > 0) bytes += lengthBytes
    }
    return bytes
  }

  /** A place of the library, if it is what it was when it was hashed. */
  still(found: LibraryPlace): Promise<OfferedContent | undefined> {
    return this.#still(found)
  }

  async #fresh(): Promise<void> {
    if (this.#transfers.stale) await this.#read()
  }

  /** What lies there now; whether it is that content is found out by hashing what is made of it. */
  async #now(path: string, { lengthBytes }: ContentId): Promise<LocalPlace | undefined> {
    const stat = await this.#stat(path)
    if (stat?.kind !== 'file' || stat.lengthBytes !== lengthBytes) return undefined
    const { modifiedMs, identity } = stat
    return { path, identity: { lengthBytes, modifiedMs, identity } }
  }

  /** It is what it was when it was hashed: with the engine's own way to say so. */
  async #still(found: LibraryPlace | undefined): Promise<OfferedContent | undefined> {
    if (found === undefined) return undefined
    const { root, lengthBytes, layer } = found
    const content = { root, lengthBytes }
    const place = await this.#now(found.path, content)
    if (place === undefined) return undefined
    const inode = place.identity.identity.split(':')[1]
    if (place.identity.modifiedMs !== found.modifiedMs || inode !== found.inode) return undefined
    return { ...place, content, ...(layer === undefined ? {} : { layer }) }
  }

  async #stat(path: string) {
    try {
      return await this.#options.disk.stat(path)
    } catch (error) {
      if (error instanceof DiskError) return undefined
      throw error
    }
  }
}
