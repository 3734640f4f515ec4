// What is offered: surveyed, hashed while its row shows how far, given until told to stop; and the link of each.
// Promise: when a stop is answered nothing of it is given any more; the person's files are only ever read.

import path from 'node:path'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { toHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import { wireHash } from '../../base/ids.ts'
import type { Random } from '../../base/ports.ts'
import type { Torrent as Content } from '../../metainfo/metainfo.ts'
import type { Engine } from '../compose.ts'
import { addressesNow, linkAddresses } from '../link-addresses.ts'
import { diskPathsOf, hashSurvey, readDescribed, shareLink } from '../share-content.ts'
import type { SharePages } from '../share-page/share-pages.ts'
import type { ShareSurvey } from '../share-survey.ts'
import { type ToolPorts, toolPorts } from '../tool-ports.ts'
import { ownAddressesBy } from '../way-out.ts'
import { changeAudience } from './audience.ts'
import { torrentFileOf } from './content.ts'
import { absolute } from './places.ts'
import { BLANK, saidOf, type TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import { rootOf, summaryOf, WANTED_PRIORITY } from './selection.ts'
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
  /** Undefined while there is none. */
  engine(): Engine | undefined
  pex(): boolean
  touch(id: string): void
  added(transfer: Transfer, queue: 'top' | 'bottom'): void
  readonly pages: SharePages
}

type Request = ValidInputOf<'addShare'>
type Facts = OutputOf<'share'>

const ID_BYTES = 20

export class Shares {
  readonly #around: ShareSurroundings
  /** Cancels, by the id that a share has while it is hashed. */
  readonly #hashing = new Map<string, { cancelled: boolean }>()
  /** Hashing goes through one share at a time: the disk is no faster for two. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(around: ShareSurroundings) {
    this.#around = around
  }

  /** @throws ShareError, CreateError, InputError, MetainfoError */
  survey({ path: given, exclude }: ValidInputOf<'survey'>): Promise<OutputOf<'survey'>> {
    const { tools, stateFolder } = this.#around
    return surveyAnswer(absolute(given), exclude, tools, stateFolder)
  }

  #survey(root: string, exclude: readonly string[] | undefined): Promise<ShareSurvey> {
    const { tools, stateFolder } = this.#around
    return surveyBelow(root, exclude, tools.disk, stateFolder)
  }

  // ── offering ──

  /** @throws ShareError and others when it may not or cannot be shared; hashing begins after the answer */
  async add(request: Request): Promise<Facts> {
    const root = absolute(request.path)
    const asked: Request = { ...request, path: root, trackers: (request.trackers ?? []).map(checkedTracker) }
    if (await isTorrentFile(root, this.#around.tools.disk)) return await this.#addDescribed(asked)
    const survey = await this.#survey(root, request.exclude)
    const again = this.#hashedNow(asked)
    if (again !== undefined) return await this.facts(again)
    const transfer = this.#around.transfers.place({
      ...this.#recordOf(asked, path.dirname(root)),
      id: toHex(this.#around.tools.random.bytes(ID_BYTES)),
      name: path.basename(root),
      hashing: asked,
      summary: { ...BLANK.summary, totalBytes: survey.totalBytes, fileCount: survey.source.files.length },
    })
    await this.#keep(transfer)
    this.#around.added(transfer, 'bottom')
    void this.hash(transfer)
    return await this.facts(transfer)
  }

  /** The same path is being hashed for the same people. */
  #hashedNow({ path: root, audience }: Request): Transfer | undefined {
    for (const transfer of this.#around.transfers) {
      const { hashing } = transfer.record
      if (hashing?.path === root && hashing.audience === audience) return transfer
    }
    return undefined
  }

  #recordOf(request: Request, saveFolder: string): TransferRecord {
    return {
      ...BLANK,
      id: '',
      role: 'share',
      audience: request.audience,
      journalFolder: saveFolder,
      saveFolder,
      shownName: request.name ?? null,
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

  /** Begins to hash what its record says, now or after the others. */
  hash(transfer: Transfer): Promise<void> {
    const watch = { cancelled: false }
    this.#hashing.set(transfer.id, watch)
    transfer.activity = { kind: 'hashing', progress: 0 }
    transfer.problem = null
    this.#around.touch(transfer.id)
    const turn = this.#turn.then(() => this.#hash(transfer, watch))
    this.#turn = turn
    return turn
  }

  async #hash(transfer: Transfer, watch: { cancelled: boolean }): Promise<void> {
    const request = transfer.record.hashing
    // Threads of its own, for as long as it takes.
    const tools = toolPorts()
    try {
      if (request === null || watch.cancelled) return
      const survey = await this.#survey(request.path, request.exclude)
      const content = await hashSurvey(
        survey,
        {
          trackers: request.trackers ?? [],
          webSeeds: request.webSeeds ?? [],
          comment: request.comment,
          format: request.format ?? 'hybrid',
        },
        tools,
        {
          progress: (done, total) => {
            transfer.activity = { kind: 'hashing', progress: total === 0 ? 0 : done / total }
          },
          cancelled: () => watch.cancelled,
        },
      )
      if (watch.cancelled) return
      const saveFolder = path.dirname(survey.root)
      const diskPaths = diskPathsOf(survey, content.metainfo, saveFolder, request.format ?? 'hybrid')
      await this.#become(transfer, content, {
        diskPaths: diskPaths.some((each) => each !== undefined)
          ? diskPaths.map((each) => each ?? null)
          : null,
      })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (watch.cancelled) return
      transfer.problem = coded(error.code, error.data)
      transfer.report(transfer.problem)
    } finally {
      await tools.close()
      this.#hashing.delete(transfer.id)
      transfer.activity = { kind: 'none' }
      this.#around.touch(transfer.id)
    }
  }

  /** What was hashed has its own id from now on; the one it had until now leads there while the daemon runs. */
  async #become(before: Transfer, content: Content, found: Pick<TransferRecord, 'diskPaths'>): Promise<void> {
    const { transfers } = this.#around
    const wish = { ...before.record, ...found, hashing: null }
    const now = await this.#offer(content, wish, true, () => before.removed)
    if (now === undefined) return
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

  async #addDescribed(request: Request): Promise<Facts> {
    const { tools, stateFolder } = this.#around
    const folder =
      request.dataFolder === undefined ? path.dirname(request.path) : absolute(request.dataFolder)
    const { content, here } = await readDescribed(request.path, folder, tools, stateFolder)
    const priorities = here.map((each) => (each ? WANTED_PRIORITY : 0))
    const record = { ...this.#recordOf(request, folder), priorities }
    const transfer = await this.#offer(content, record, false)
    return await this.facts(transfer as Transfer)
  }

  /** @param stopped meanwhile. @returns undefined when it was: then it is not here */
  async #offer(
    content: Content,
    wish: TransferRecord,
    justHashed: boolean,
    stopped = () => false,
  ): Promise<Transfer | undefined> {
    const { transfers, store } = this.#around
    const { metainfo } = content
    const { infohashV1, infohashV2 } = metainfo
    const hashes = [infohashV1, infohashV2].filter((hash) => hash !== undefined).map((hash) => wireHash(hash))
    const known = transfers.findByHash(hashes)
    if (known !== undefined) {
      // Given to nobody until now, it is for those who are meant now; else it is never narrowed by this.
      if (known.record.stopped) await changeAudience(known, wish.audience)
      await known.update({ stopped: false, paused: false })
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

  /** Nothing of them is given any more when this resolves. */
  async stop(chosen: readonly Transfer[]): Promise<OutputOf<'stopShares'>> {
    const stopping = chosen.map(async (transfer) => {
      const hashing = this.#hashing.get(transfer.id)
      if (hashing !== undefined || transfer.record.hashing !== null) {
        if (hashing !== undefined) hashing.cancelled = true
        transfer.forget()
        this.#around.transfers.take(transfer)
        await this.#around.store.remove(transfer.id)
        return
      }
      // The record first: files of many that are closed at once would keep the disk from it.
      const kept = Promise.all([transfer.update({ stopped: true }), this.#around.pages.close(transfer.id)])
      // It is given no more, whether that could be kept or not.
      await kept.finally(() => transfer.rest())
    })
    await Promise.all(stopping)
    return { stopped: chosen.map((transfer) => ({ id: transfer.id, name: transfer.row().name })) }
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
    for (const watch of this.#hashing.values()) watch.cancelled = true
    await this.#turn
  }

  /** Everything that others may take: what was offered, and what was got and is given on. */
  offered(): Transfer[] {
    return [...this.#around.transfers].filter(
      ({ record }) =>
        !record.stopped && (record.role === 'share' || (record.summary.finished && !record.paused)),
    )
  }

  // ── showing ──

  async facts(transfer: Transfer): Promise<Facts> {
    return this.#facts(transfer, await this.#addresses())
  }

  async list(): Promise<Facts[]> {
    const addresses = await this.#addresses()
    return this.offered().map((transfer) => this.#facts(transfer, addresses))
  }

  #facts(transfer: Transfer, addresses: readonly Endpoint[]): Facts {
    const { record, content } = transfer
    const row = transfer.row()
    return {
      transfer: row,
      audience: record.audience,
      since: row.addedAt,
      link:
        content === undefined || record.hashing !== null
          ? null
          : shareLink(content, record.audience, record.addedTrackers, addresses),
      fetchedBy: transfer.sums.fetchedBy,
      webPage: pageOf(this.#around.pages, record.id),
    }
  }

  /** Whoever takes it finds us by the addresses in it; undefined while there is nothing to take. */
  linkNow({ record, content }: Transfer): string | undefined {
    if (content === undefined || record.hashing !== null) return undefined
    if (record.role === 'get' && !record.summary.finished) return undefined
    const engine = this.#around.engine()
    const addresses =
      engine === undefined ? [] : addressesNow(engine.session.reach, () => ownAddressesBy(engine.exit))
    return shareLink(content, record.audience, record.addedTrackers, addresses)
  }

  async #addresses(): Promise<readonly Endpoint[]> {
    const engine = this.#around.engine()
    if (engine === undefined) return []
    const { session, ports, exit } = engine
    return await linkAddresses(session.reach, ports.clock, () => ownAddressesBy(exit))
  }

  /** @throws TransferError TRANSFER_NO_SHARE when nobody could take it */
  get(id: string): Transfer {
    const transfer = this.#around.transfers.get(id)
    if (transfer.record.role === 'get' && !transfer.record.summary.finished)
      throw new TransferError('TRANSFER_NO_SHARE', { id, name: transfer.record.name })
    return transfer
  }
}

function pageOf(pages: SharePages, id: string): Facts['webPage'] {
  const open = pages.addressOf(id)
  return open === undefined ? null : { url: open.url, address: open.address }
}
