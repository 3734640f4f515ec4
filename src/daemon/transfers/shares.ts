// What is offered: surveyed, hashed while its row shows how far, given until told to stop; and the link of each.
// Promise: when a stop is answered nothing of it is given any more; the person's files are only ever read.

import path from 'node:path'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { toHex } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import { wireHash } from '../../base/ids.ts'
import type { Random } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { Torrent as Content } from '../../metainfo/metainfo.ts'
import { type GateTools, type LookedAt, refuseUnlessAnswered, refuseWithoutLicence } from '../review/gate.ts'
import type { Reviews } from '../review/reviews.ts'
import { readDescribed } from '../share-content.ts'
import type { SharePages } from '../share-page/share-pages.ts'
import type { ToolPorts } from '../tool-ports.ts'
import { changeAudience } from './audience.ts'
import { torrentFileOf } from './content.ts'
import { absolute } from './places.ts'
import { BLANK, type HashingWish, saidOf, type TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import { rootOf, summaryOf } from './selection.ts'
import { ShareHashing, type ShareWish } from './share-hashing.ts'
import type { ShareShowing } from './share-showing.ts'
import { ShareStopping } from './share-stopping.ts'
import type { StopList } from './stop-list.ts'
import { isTorrentFile, surveyAnswer, surveyBelow } from './surveying.ts'
import { checkedTracker } from './tracker-list.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import { linkFor } from './transfer-link.ts'
import { coded } from './transfer-row.ts'
import type { Transfers } from './transfers.ts'
import { pagedShareOf } from './web-pages.ts'

export interface ShareSurroundings {
  readonly transfers: Transfers
  readonly store: RecordStore
  readonly stateFolder: string
  wallMs(): number
  /** Needs no engine: looking and hashing go on without one. */
  readonly tools: Pick<ToolPorts, 'disk' | 'digest'> & { readonly random: Random }
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly showing: ShareShowing
  pex(): boolean
  /** Nobody is given by its content what is not offered any more when this resolves. */
  offersChanged(): Promise<void>
  touch(id: string): void
  added(transfer: Transfer, queue: 'top' | 'bottom'): void
  readonly pages: SharePages
  readonly stopList: StopList
  unwritten(error: unknown): void
  endOffers(): void
  /** The frozen files of a library folder. */
  frozen(folder: string): Promise<LookedAt>
  folderShared(folder: string, id: string): void
}

type Facts = OutputOf<'share'>

const ID_BYTES = 20

export class Shares {
  readonly #around: ShareSurroundings
  readonly #hashing: ShareHashing
  readonly #stopping: ShareStopping
  /** How often all sharing was stopped. */
  #stops = 0

  constructor(around: ShareSurroundings) {
    this.#around = around
    this.#hashing = new ShareHashing({
      ...around,
      ready: (before, content, found, justHashed) => this.#become(before, content, found, justHashed),
    })
    this.#stopping = new ShareStopping(around, this.#hashing)
  }

  /** @throws ShareError, CreateError, InputError, MetainfoError */
  survey({ path: given, exclude }: ValidInputOf<'survey'>): Promise<OutputOf<'survey'>> {
    const { tools, stateFolder } = this.#around
    return surveyAnswer(absolute(given), exclude, tools, stateFolder)
  }

  // ── offering ──

  /**
   * What was looked at and answered is hashed after the answer; without a look it is looked at first, and waits if that finds
   * something. @throws ShareError and others when it may not or cannot be shared; LibraryError, ReviewError
   */
  async add(request: ShareWish): Promise<Facts> {
    refuseWithoutLicence(request.audience, request.licence)
    const root = absolute(request.path)
    const wish: ShareWish = {
      ...request,
      path: root,
      trackers: (request.trackers ?? []).map(checkedTracker),
    }
    const asked = request.review === undefined ? wish : this.answered(wish, request.review)
    const stops = this.#stops
    const counted = await this.#counted(asked)
    // Whoever stopped everything meanwhile meant this, too.
    if (stops !== this.#stops) throw new LibraryError('SHARING_STOPPED', { path: root })
    const again = this.#hashedNow(asked)
    if (again !== undefined) return await this.#again(again, asked)
    const folder = request.dataFolder === undefined ? path.dirname(root) : absolute(request.dataFolder)
    const transfer = this.#around.transfers.place({
      ...this.#recordOf(asked, folder),
      id: toHex(this.#around.tools.random.bytes(ID_BYTES)),
      name: counted.name,
      hashing: asked,
      summary: { ...BLANK.summary, totalBytes: counted.totalBytes, fileCount: counted.fileCount },
    })
    await this.#keep(transfer)
    if (transfer.removed) throw new LibraryError('SHARING_STOPPED', { path: root })
    this.#around.added(transfer, 'bottom')
    void this.hash(transfer)
    return await this.facts(transfer)
  }

  /** Of the frozen files of a library folder, for people with the link; hashing begins after the answer. */
  async addOfFolder(folder: string, root: string): Promise<Transfer> {
    const asked: ShareWish = { path: root, audience: 'link', format: 'hybrid' }
    const transfer = this.#around.transfers.place({
      ...this.#recordOf(asked, path.dirname(root)),
      id: toHex(this.#around.tools.random.bytes(ID_BYTES)),
      name: path.basename(root),
      hashing: asked,
      libraryFolder: folder,
    })
    await this.#keep(transfer)
    this.#around.added(transfer, 'bottom')
    void this.hash(transfer)
    return transfer
  }

  /** Its folder is not offered so any more: given to nobody when it resolves, and gone. */
  async drop(transfer: Transfer): Promise<void> {
    const { transfers, pages, store } = this.#around
    this.#hashing.cancel(transfer)
    transfers.take(transfer)
    await Promise.all([transfer.close(), pages.close(transfer.id)])
    transfer.forget()
    await store.remove(transfer.id)
  }

  /** It is hashed already, or waits: what was looked at since is what it waited for. */
  async #again(transfer: Transfer, asked: HashingWish): Promise<Facts> {
    const { hashing } = transfer.record
    const waits = !this.#hashing.isWorking(transfer)
    if (waits || (asked.review !== undefined && asked.review !== hashing?.review)) {
      await transfer.update({ hashing: asked, ...licenceOf(asked), paused: false, stopped: false })
      void this.hash(transfer)
    }
    return await this.facts(transfer)
  }

  /**
   * With a look at exactly this, over and answered for these people.
   * @throws LibraryError REVIEW_UNKNOWN, REVIEW_NEEDED, REVIEW_UNFINISHED; ReviewError SHARE_NEEDS_ANSWER
   */
  answered(asked: ShareWish, id: string): HashingWish {
    const review = this.#around.reviews.get(id)
    const { root, exclude } = review.subject
    const same = root === asked.path && sameSet(exclude, asked.exclude ?? [])
    if (!same) throw new LibraryError('REVIEW_NEEDED', { path: asked.path })
    refuseUnlessAnswered(review, asked.audience)
    return { ...asked, leavesOut: review.pathsLeftOut }
  }

  /** What its row says of it until it is hashed. @throws ShareError, CreateError, InputError, MetainfoError */
  async #counted(
    asked: ShareWish,
  ): Promise<{ readonly name: string; readonly totalBytes: number; readonly fileCount: number }> {
    const { tools, reviews, stateFolder } = this.#around
    const review = asked.review === undefined ? undefined : reviews.find(asked.review)
    if (review !== undefined) {
      const { name, sharedBytes: totalBytes, sharedFiles: fileCount } = review.told(0)
      return { name, totalBytes, fileCount }
    }
    if (await isTorrentFile(asked.path, tools.disk)) {
      const folder = asked.dataFolder === undefined ? path.dirname(asked.path) : absolute(asked.dataFolder)
      const { content } = await readDescribed(asked.path, folder, tools, stateFolder)
      return { name: rootOf(content.metainfo), ...summaryOf(content.metainfo, null) }
    }
    const { root, source, totalBytes } = await surveyBelow(asked.path, asked.exclude, tools.disk, stateFolder)
    return { name: path.basename(root), totalBytes, fileCount: source.files.length }
  }

  /** The same path is being hashed for the same people. */
  #hashedNow({ path: root, audience }: ShareWish): Transfer | undefined {
    for (const transfer of this.#around.transfers) {
      const { hashing } = transfer.record
      if (hashing?.path === root && hashing.audience === audience) return transfer
    }
    return undefined
  }

  #recordOf(request: ShareWish, saveFolder: string): TransferRecord {
    return {
      ...BLANK,
      id: '',
      role: 'share',
      audience: request.audience,
      journalFolder: saveFolder,
      saveFolder,
      shownName: request.name ?? null,
      ...licenceOf(request),
      upLimit: request.upLimit ?? null,
      stopRule: saidOf(request.stopRule),
      superSeed: request.superSeed ?? false,
      pex: this.#around.pex(),
      webPage: request.webPage ?? false,
      addedTrackers: [...new Set(request.trackers ?? [])],
      addedAt: this.#around.wallMs(),
    }
  }

  async #keep(transfer: Transfer): Promise<void> {
    try {
      await transfer.save()
    } catch (error) {
      transfer.forget()
      this.#around.transfers.take(transfer)
      throw error
    }
  }

  /** Begins to look at and hash what its record says, now or after the others. */
  hash(transfer: Transfer): Promise<void> {
    return this.#hashing.begin(transfer)
  }

  /** What was hashed has its own id from now on; the one it had until now leads there while the daemon runs. */
  async #become(
    before: Transfer,
    content: Content,
    found: Partial<TransferRecord>,
    justHashed: boolean,
  ): Promise<void> {
    const { transfers } = this.#around
    const wish = { ...before.record, ...found, hashing: null }
    const now = await this.#offer(content, wish, justHashed, () => before.removed)
    if (now === undefined) return
    const folder = before.record.libraryFolder
    if (folder !== null && now.record.libraryFolder === folder) this.#around.folderShared(folder, now.id)
    before.forget()
    transfers.alias(before.id, now.id)
    transfers.take(before)
    await this.#around.store.remove(before.id)
    if (now.record.webPage && !now.record.stopped) await this.#openPageTold(now)
  }

  /** Nobody waits for it: why there is none is among the reports of the share, which goes on. */
  async #openPageTold(transfer: Transfer): Promise<void> {
    try {
      await this.openPage(transfer)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      transfer.report(coded(error.code, error.data))
      this.#around.touch(transfer.id)
    }
  }

  /** @param stopped meanwhile. @returns undefined when it was: then it is not here */
  async #offer(
    content: Content,
    wish: TransferRecord,
    justHashed: boolean,
    stopped = () => false,
  ): Promise<Transfer | undefined> {
    const { transfers, store } = this.#around
    await this.#stopping.settled()
    if (stopped()) return undefined
    const { metainfo } = content
    const { infohashV1, infohashV2 } = metainfo
    const hashes = [infohashV1, infohashV2].filter((hash) => hash !== undefined).map((hash) => wireHash(hash))
    const known = transfers.findByHash(hashes)
    if (known !== undefined) {
      // Given to nobody until now, it is for those who are meant now; else it is never narrowed by this.
      if (known.record.stopped) await changeAudience(known, wish.audience)
      const { looked, licence, publisher } = wish
      await known.update({
        stopped: false,
        paused: false,
        looked,
        ...(licence === null ? {} : { licence, publisher }),
      })
      if (wish.audience === 'everyone') await changeAudience(known, 'everyone')
      known.go()
      return known
    }
    const id = hashes[0] as string
    const { torrentCrc, written } = store.writeTorrent(id, torrentFileOf(content))
    const transfer = transfers.place({
      ...wish,
      id,
      infohashV1: infohashV1 ?? null,
      infohashV2: infohashV2 ?? null,
      magnet: linkFor(content, wish.audience),
      name: rootOf(metainfo),
      summary: { ...BLANK.summary, ...summaryOf(metainfo, wish.priorities) },
      torrentCrc,
    })
    await Promise.all([written, this.#keep(transfer)])
    if (!stopped()) await transfer.open({ asked: false, justHashed, content })
    if (stopped()) {
      transfers.take(transfer)
      await transfer.close()
      transfer.forget()
      await store.remove(id)
      return undefined
    }
    this.#around.added(transfer, 'bottom')
    return transfer
  }

  // ── stopping ──

  /** Nothing of them is given any more when this resolves. @param library nor of the library, from now on */
  async stop(chosen: readonly Transfer[], library = false): Promise<OutputOf<'stopShares'>> {
    if (library) this.#stops++
    const stopped = chosen.map(({ id, record }) => ({ id, name: record.shownName ?? record.name }))
    await this.#stopping.stop(chosen, library)
    await this.#around.offersChanged()
    return { stopped }
  }

  /** What the last run was told to stop and did not come to write. @param gone ids of what was being hashed */
  goOnStopping(gone: readonly string[]): void {
    this.#stopping.goOn(gone, this.#around.stopList.transfers)
  }

  /** What stopped is in the records: what is shared or goes on from here on stays so. */
  stopSettled(): Promise<void> {
    return this.#stopping.settled()
  }

  // ── for phones on this network ──

  async openPage(transfer: Transfer): Promise<Facts> {
    await this.#around.pages.open(pagedShareOf(transfer))
    this.#around.touch(transfer.id)
    return await this.facts(transfer)
  }

  async closePage(transfer: Transfer): Promise<Facts> {
    await this.#around.pages.close(transfer.id)
    this.#around.touch(transfer.id)
    return await this.facts(transfer)
  }

  /** The daemon ends: what is being hashed is begun anew at the next start. */
  async cancelAll(): Promise<void> {
    await Promise.all([this.#hashing.cancelAll(), this.#stopping.settled()])
  }

  /** Everything that others may take: what was offered, and what was got and is given on. */
  offered(): Transfer[] {
    return [...this.#around.transfers].filter(
      ({ record }) =>
        !record.stopped && (record.role === 'share' || (record.summary.finished && !record.paused)),
    )
  }

  // ── showing ──

  facts(transfer: Transfer): Promise<Facts> {
    return this.#around.showing.facts(transfer)
  }

  list(): Promise<Facts[]> {
    return this.#around.showing.list(this.offered())
  }

  /** @throws TransferError TRANSFER_NO_SHARE when nobody could take it */
  get(id: string): Transfer {
    const transfer = this.#around.transfers.get(id)
    if (transfer.record.role === 'get' && !transfer.record.summary.finished)
      throw new TransferError('TRANSFER_NO_SHARE', { id, name: transfer.record.name })
    return transfer
  }
}

function licenceOf({ licence, publisher }: ShareWish): Pick<TransferRecord, 'licence' | 'publisher'> {
  return { licence: licence ?? null, publisher: publisher ?? null }
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a)
  return set.size === new Set(b).size && b.every((each) => set.has(each))
}
