// The library of the daemon: opens its threads, and joins what they know with shares, content torrents and transfers.
// Promises: without it the daemon runs on and nothing of it is offered; what the last run was told to stop is ended before
// anything is offered again.

import { mkdir, realpath, stat } from 'node:fs/promises'
import type { Coded } from '../../api/schemas/primitives.ts'
import type { Totals } from '../../api/schemas/status.ts'
import { toHex } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Clock, Disk, Random } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { ContentId } from '../../metainfo/content-id.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import type { Contents } from '../content/contents.ts'
import type { LibraryLookups } from '../content/library-lookups.ts'
import type { Log } from '../log.ts'
import { removeStrayCopies } from '../review/gate.ts'
import { refuseRoot, ShareError } from '../share-survey.ts'
import type { Sharing } from '../sharing.ts'
import type { StopList } from '../transfers/stop-list.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { coded } from '../transfers/transfer-row.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { CatalogueHeads } from './catalogue-heads.ts'
import { LibraryLink } from './library-link.ts'
import { LibraryShares } from './library-shares.ts'
import { LibraryTransfers } from './library-transfers.ts'
import { Offers, type StillMeant } from './offers.ts'
import { type BlockedContents, WithheldContents } from './withheld-contents.ts'

export interface LibrarySurroundings {
  readonly stateFolder: string
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly transfers: Transfers
  readonly stopList: StopList
  readonly contents: Pick<Contents, 'join' | 'offersChanged'>
  wallMs(): number
  readonly blocks: BlockedContents
  /** Whether this device is in `circle:<id>`, or knows `person:<id>`. */
  isInCircle?(audience: string): boolean
  /** Something else is offered, or by other catalogues. */
  offersMoved?(): Promise<void>
}

const FOLDER_ID_BYTES = 8
/** Transfers that move so much keep disk and processor of a small computer busy by themselves. */
const BUSY_BYTES_PER_SECOND = 50_000_000

export class Library {
  /** Signs what others see. */
  readonly heads: CatalogueHeads
  readonly #around: LibrarySurroundings
  readonly #withheld: WithheldContents
  #link: LibraryLink | undefined
  #offers: Offers | undefined
  #shares: LibraryShares | undefined
  #transfers: LibraryTransfers | undefined
  /** Names of the folders that are offered, by id. */
  readonly #offered = new Map<string, string>()
  /** What is being done of what was said last, by folder. */
  readonly #words = new Map<string, symbol>()
  /** Stopped, and the library does not say so yet: nothing of it is offered. */
  #silent: boolean
  #ending: Promise<void> = Promise.resolve()
  #agreeing: Promise<void> = Promise.resolve()

  constructor(around: LibrarySurroundings) {
    this.#around = around
    this.#withheld = new WithheldContents(around.blocks)
    this.heads = new CatalogueHeads(around.stateFolder, around.random, new SystemSignatures())
    this.#silent = around.stopList.library
  }

  /** Undefined before begin(). */
  get link(): LibraryLink | undefined {
    return this.#link
  }

  /** @throws LibraryError LIBRARY_UNAVAILABLE */
  need(): LibraryLink {
    if (this.#link === undefined) throw new LibraryError('LIBRARY_UNAVAILABLE', { why: 'it is being opened' })
    return this.#link
  }

  /** @throws LibraryError LIBRARY_UNAVAILABLE */
  get offers(): Offers {
    if (this.#offers === undefined)
      throw new LibraryError('LIBRARY_UNAVAILABLE', { why: 'it is being opened' })
    return this.#offers
  }

  /** Why there is none, or what became of the one there was. */
  get problem(): Coded | null {
    const problem = this.#link?.problem
    if (problem !== undefined) return coded(problem.code, problem.data)
    const path = this.#link?.setAside
    return path === undefined ? null : coded('LIBRARY_DAMAGED', { path })
  }

  mayOpen(record: Transfer['record']): boolean {
    return record.libraryFolder === null || this.#shares?.mayOpen(record) === true
  }

  /** On a list of what is not wanted, or locked: given to nobody, and not played. */
  isWithheld(content: ContentId): boolean {
    return this.#withheld.has(content)
  }

  touch(id: string): void {
    this.#transfers?.touch(id)
    if (this.#withheld.touch(id, this.#around.transfers.find(id))) void this.withholdAnew()
  }

  /** What is blocked or locked is another than before: when this resolves nobody sees or gets any of it. */
  async withholdAnew(): Promise<void> {
    if (this.#link === undefined) return
    // Without a library nothing of it is offered; it is told when it is there.
    await this.#withheld.tell(this.#link).catch((error: unknown) => this.#told(error))
    await this.offersChanged()
  }

  /** Hashing makes room for transfers as they are now. */
  makeRoomFor({
    downBytesPerSecond,
    upBytesPerSecond,
  }: Pick<Totals, 'downBytesPerSecond' | 'upBytesPerSecond'>): void {
    if (this.#link === undefined) return
    this.#link.pressure = Math.min(1, (downBytesPerSecond + upBytesPerSecond) / BUSY_BYTES_PER_SECOND)
  }

  /** Opens it; what is offered follows when it is there. */
  async begin({ shares, reviews, gate }: Sharing): Promise<void> {
    const { stateFolder, disk, clock, log, transfers, contents, wallMs } = this.#around
    await mkdir(stateFolder, { recursive: true })
    const link = new LibraryLink({
      path: disk.join(stateFolder, 'library.db'),
      clock,
      never: [await realpath(stateFolder)],
      changed: () => this.#changed(),
      offersChanged: () => void this.offersChanged(),
    })
    this.#link = link
    this.#shares = new LibraryShares({ shares, transfers, log })
    this.#transfers = new LibraryTransfers({ link, transfers })
    this.#offers = new Offers({
      link: () => link,
      reviews,
      gate,
      disk,
      stateFolder,
      wallMs,
      shares: this.#shares,
      isInCircle: (audience) => this.#around.isInCircle?.(audience) === true,
      mayPublish: () => this.heads.ready(),
      offersChanged: () => this.offersChanged(),
    })
    contents.join(this.#lookups(link))
  }

  /** What a share of a folder became known by. */
  became(folder: string, id: string): void {
    this.#shares?.became(folder, id)
    this.#link?.ask('setShare', folder, id).catch((error: unknown) => this.#told(error))
  }

  // ── folders ──

  /** @throws ShareError, LibraryError */
  async addFolder(given: string) {
    const { random, stateFolder, wallMs } = this.#around
    const found = await stat(given).catch(() => undefined)
    if (found === undefined) throw new ShareError('SHARE_NOT_FOUND', { path: given })
    if (!found.isDirectory()) throw new LibraryError('FOLDER_UNKNOWN', { path: given })
    const root = await realpath(given)
    refuseRoot(root, stateFolder)
    return this.offers.row(
      await this.need().ask('addFolder', toHex(random.bytes(FOLDER_ID_BYTES)), root, wallMs()),
    )
  }

  /** A person's word about who gets a folder: after what was stopped is written. What is said later overtakes it. */
  async decided<T>(folder: string, work: (stillMeant: StillMeant) => Promise<T>): Promise<T> {
    const word = Symbol(folder)
    this.#words.set(folder, word)
    await this.#ending
    try {
      return await work(() => {
        if (this.#words.get(folder) !== word) throw new LibraryError('SHARING_STOPPED', { folder })
      })
    } finally {
      if (this.#words.get(folder) === word) this.#words.delete(folder)
      await this.#learnOffers().catch((error: unknown) => this.#told(error))
    }
  }

  /** Offered to nobody any more, and its share gone, when it resolves. @throws LibraryError */
  async keepToOneself(folder: string): Promise<void> {
    await this.decided(folder, (stillMeant) => this.offers.change({ id: folder, audience: 'me' }, stillMeant))
  }

  // ── stopping ──

  /** Folders that offer something now. */
  offered(): { id: string; name: string }[] {
    return [...this.#offered].map(([id, name]) => ({ id, name }))
  }

  /** Nothing of it is offered from here on; the list on disk says so until the library does. */
  stopAll(): void {
    this.#silent = true
    this.#offered.clear()
    this.#words.clear()
    this.#ending = this.#end().catch((error: unknown) => this.#told(error))
  }

  async #end(): Promise<void> {
    await this.need().ask('endAll')
    await this.#shares?.endAll()
    await this.#around.stopList.librarySaysIt()
    this.#silent = false
    await this.offersChanged()
  }

  async offersChanged(): Promise<void> {
    await Promise.all([this.#around.contents.offersChanged(), this.#around.offersMoved?.()])
  }

  /** Nothing of it is given, whatever it says, while it does not know yet that all was stopped. */
  get silent(): boolean {
    return this.#silent
  }

  // ── opening ──

  /** It is there, or it is not any more. */
  #changed(): void {
    this.#agreeing = this.#agreeing.then(() => this.#agree()).catch((error: unknown) => this.#told(error))
  }

  async #agree(): Promise<void> {
    const link = this.need()
    if (link.problem !== undefined) {
      this.#around.log.write('warn', 'library-unavailable', { why: link.problem.code })
      return
    }
    if (this.#around.stopList.library) await this.#end()
    for (const transfer of this.#around.transfers) this.#withheld.touch(transfer.id, transfer)
    await this.#withheld.tell(link, true)
    await this.#learnOffers()
    const folders = await link.ask('folders')
    const byLink = folders.filter(({ offer }) => offer?.audience === 'link')
    await this.#shares?.agree(new Map(byLink.map(({ folder }) => [folder.id, folder.path])))
    await this.#transfers?.agree()
    await this.offersChanged()
    const kept = [...this.#around.transfers].flatMap(({ record }) => record.copies ?? [])
    const offered = (await link.ask('copyPaths')).map((at) => at.split(/[\\/]/).at(-2) as string)
    await removeStrayCopies(this.#around.disk, this.#around.stateFolder, new Set([...kept, ...offered]))
  }

  async #learnOffers(): Promise<void> {
    const folders = await this.need().ask('folders')
    this.#offered.clear()
    for (const { folder, offer } of folders)
      if (offer !== undefined) this.#offered.set(folder.id, folder.path.split(/[\\/]/).at(-1) as string)
  }

  #told(error: unknown): void {
    if (!(error instanceof CodedError)) throw error
    this.#around.log.write('warn', 'library-failed', { why: error.code })
  }

  #lookups(link: LibraryLink): LibraryLookups {
    const orNothing = async <T>(ask: () => Promise<T>, nothing: T): Promise<T> => {
      try {
        return await ask()
      } catch (error) {
        // Without a library nothing of it is found or offered.
        if (error instanceof LibraryError) return nothing
        throw error
      }
    }
    return {
      offered: (key) =>
        orNothing(async () => {
          const place = this.#silent ? undefined : await link.ask('offered', key)
          return place === undefined || this.#withheld.has(place) ? undefined : place
        }, undefined),
      offeredAfter: (hash, count) =>
        orNothing(async () => (this.#silent ? [] : await link.ask('offeredAfter', hash, count)), []),
      byContent: ({ root, lengthBytes }) => orNothing(() => link.ask('byContent', { root, lengthBytes }), []),
    }
  }

  /** Resolves when all is in the file. */
  async close(): Promise<void> {
    this.#around.contents.join(undefined)
    await this.#agreeing
    await this.#ending
    await this.#transfers?.close()
    await this.#link?.close()
  }
}
