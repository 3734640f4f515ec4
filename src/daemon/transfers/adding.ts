// How something to get comes in: what it is, where it goes, and whether it is here already. The record is on disk before
// the call is answered.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { parseEndpoint } from '../../base/address.ts'
import { endpointText } from '../../base/endpoint.ts'
import { webSeedUrl } from '../../metainfo/hints.ts'
import { formatMagnet } from '../../metainfo/magnet.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import { kindOfName } from '../../safety/file-nature.ts'
import { refusedTarget, shareRootFacts } from '../../safety/share-roots.ts'
import { hostsIn, isUnlisted } from '../get-source.ts'
import type { TorrentInput } from '../torrent-input.ts'
import { absolute, freeBytesAt } from './places.ts'
import { BLANK, type Selection, saidOf, type TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import { rootOf, selectedPriorities, summaryOf, targetOf } from './selection.ts'
import { idOf, readSource, type SourcePorts, wireHashesOf } from './source.ts'
import { checkedTracker, mergeTrackers } from './tracker-list.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import { linkFor } from './transfer-link.ts'
import type { Transfers } from './transfers.ts'

export interface AddingSurroundings {
  readonly transfers: Transfers
  readonly store: RecordStore
  wallMs(): number
  readonly stateFolder: string
  /** Needs no engine, but where something is fetched: what is added then waits for one. */
  readonly ports: SourcePorts
  /** Of its files, what is here already and is taken from here. */
  hereBytes(metainfo: Metainfo): Promise<number>
  /** Why a file is not wanted. */
  blocked(file: TorrentFile): { readonly why: string; readonly who: string } | undefined
  /** By category or setting; absolute. @throws TransferError CATEGORY_UNKNOWN */
  saveFolder(category: string | null): string
  /** Addresses may be exchanged with others (network.pex). */
  pex(): boolean
  /** Something was added: the daemon is not fresh any more. */
  added(transfer: Transfer, queue: 'top' | 'bottom'): void
}

type Request = ValidInputOf<'addTransfer'>

/** What is got in a circle. */
export type Within = Pick<TransferRecord, 'realm' | 'message'>
const NOWHERE: Within = { realm: null, message: null }

export class Adding {
  readonly #around: AddingSurroundings

  constructor(around: AddingSurroundings) {
    this.#around = around
  }

  /** @throws CodedError when it cannot be read or fetched */
  async inspect(source: Request['source']): Promise<OutputOf<'inspect'>> {
    const { transfers, ports } = this.#around
    const input = await readSource(source, ports)
    const metainfo = metainfoOf(input)
    const { infohashV1, infohashV2 } = input.kind === 'torrent' ? input.torrent.metainfo : input.magnet
    const saveFolder = this.#around.saveFolder(null)
    return {
      kind: input.kind,
      id: idOf(input),
      name: nameOf(input),
      audience: isUnlisted(input) ? 'link' : 'everyone',
      private: metainfo?.private ?? false,
      totalBytes: metainfo?.geometry.payloadBytes ?? null,
      files: metainfo === undefined ? null : filesOf(metainfo, this.#around.blocked),
      hosts: hostsIn(input),
      trackers: [...trackersOf(input)],
      infohashV1: infohashV1 ?? null,
      infohashV2: infohashV2 ?? null,
      here: transfers.findByHash(wireHashesOf(input)) !== undefined,
      ...(metainfo === undefined ? {} : { hereBytes: await this.#around.hereBytes(metainfo) }),
      saveFolder,
      freeBytes: await freeBytesAt(ports.disk, saveFolder),
    }
  }

  /** @throws CodedError when it cannot be read, fetched, kept, or may not lie there */
  async add(request: Request, within: Within = NOWHERE): Promise<OutputOf<'addTransfer'>> {
    const { transfers, store } = this.#around
    const input = await readSource(request.source, this.#around.ports)
    const typed = (request.trackers ?? []).map(checkedTracker)
    const here = transfers.findByHash(wireHashesOf(input))
    if (here !== undefined) return await this.#again(here, input, typed)
    const record = { ...this.#recordOf(request, input, typed), ...within }
    const metainfo = metainfoOf(input)
    if (metainfo !== undefined) await this.#checkPlace(metainfo, record)
    // Somebody else may have added it meanwhile; from here on it is known in one go.
    const meanwhile = transfers.findByHash(wireHashesOf(input))
    if (meanwhile !== undefined) return await this.#again(meanwhile, input, typed)
    const transfer = transfers.place(record)
    try {
      if (input.kind === 'torrent') {
        const { torrentCrc, written } = store.writeTorrent(record.id, input.bytes)
        await Promise.all([written, transfer.update({ torrentCrc })])
      } else await transfer.save()
    } catch (error) {
      transfer.forget()
      transfers.take(transfer)
      throw error
    }
    await transfer.open({ asked: true, ...(input.kind === 'torrent' ? { content: input.torrent } : {}) })
    this.#around.added(transfer, request.queue ?? 'bottom')
    return { transfer: transfer.row(), added: true }
  }

  /** Nothing is changed but trackers added; what is answered is durable, whoever added it. */
  async #again(
    known: Transfer,
    input: TorrentInput,
    typed: readonly string[],
  ): Promise<OutputOf<'addTransfer'>> {
    await mergeTrackers(known, typed, known.record.audience === 'everyone' ? trackersOf(input) : [])
    await known.save()
    return { transfer: known.row(), added: false }
  }

  #recordOf(request: Request, input: TorrentInput, typed: readonly string[]): TransferRecord {
    const { infohashV1, infohashV2 } = input.kind === 'torrent' ? input.torrent.metainfo : input.magnet
    const category = request.category ?? null
    const saveFolder =
      request.saveFolder === undefined ? this.#around.saveFolder(category) : absolute(request.saveFolder)
    const selection: Selection | null =
      request.files === undefined && request.select === undefined
        ? null
        : { files: request.files ?? null, globs: request.select ?? null }
    const record: TransferRecord = {
      ...BLANK,
      id: idOf(input),
      role: 'get',
      audience: isUnlisted(input) ? 'link' : 'everyone',
      infohashV1: infohashV1 ?? null,
      infohashV2: infohashV2 ?? null,
      magnet: input.kind === 'magnet' ? formatMagnet(input.magnet) : linkFor(input.torrent, 'everyone'),
      name: nameOf(input),
      journalFolder: saveFolder,
      saveFolder,
      selection,
      category,
      tags: [...new Set(request.tags ?? [])],
      paused: request.paused ?? false,
      upLimit: request.upLimit ?? null,
      downLimit: request.downLimit ?? null,
      stopRule: saidOf(request.stopRule),
      sequential: request.sequential ?? false,
      pex: this.#around.pex(),
      agreed: request.agreed ?? false,
      addedTrackers: [...new Set(typed)],
      exceptHosts: request.exceptHosts ?? [],
      webSeeds: (request.webSeeds ?? []).map((url) => checkedWebSeed(url)),
      peers: (request.peers ?? []).map(checkedPeer),
      addedAt: this.#around.wallMs(),
    }
    const metainfo = metainfoOf(input)
    if (metainfo === undefined) return record
    const priorities = selectedPriorities(metainfo, selection, undefined)
    if (priorities.every((priority) => priority === 0) && metainfo.geometry.payloadBytes > 0)
      throw new TransferError('NOTHING_SELECTED', { name: record.name })
    return {
      ...record,
      name: rootOf(metainfo),
      priorities,
      summary: { ...BLANK.summary, ...summaryOf(metainfo, priorities) },
    }
  }

  /** @throws TransferError PLACE_REFUSED, NOT_ENOUGH_SPACE */
  async #checkPlace(metainfo: Metainfo, record: TransferRecord): Promise<void> {
    const { ports, stateFolder } = this.#around
    const refused = refusedTarget(targetOf(metainfo, record.saveFolder), shareRootFacts(stateFolder))
    if (refused !== undefined)
      throw new TransferError('PLACE_REFUSED', {
        name: record.name,
        folder: 'folder' in refused ? refused.folder : record.saveFolder,
      })
    // What is there already needs no room; how much of it is right only a check can tell.
    if ((await ports.disk.stat(targetOf(metainfo, record.saveFolder))) !== undefined) return
    const freeBytes = await freeBytesAt(ports.disk, record.saveFolder)
    const neededBytes = record.summary.wantedBytes
    if (freeBytes !== null && freeBytes < neededBytes)
      throw new TransferError('NOT_ENOUGH_SPACE', {
        name: record.name,
        path: record.saveFolder,
        neededBytes,
        freeBytes,
      })
  }
}

/** Undefined while only peers know it. */
function metainfoOf(input: TorrentInput): Metainfo | undefined {
  return input.kind === 'torrent' ? input.torrent.metainfo : input.metainfo
}

function nameOf(input: TorrentInput): string {
  const known = metainfoOf(input)
  if (known !== undefined || input.kind === 'torrent') return known?.name ?? ''
  const { displayName, infohashV2, infohashV1 } = input.magnet
  return displayName ?? infohashV1 ?? infohashV2 ?? ''
}

/** An unlisted link's trackers are not asked (TRANSFER.md). */
function trackersOf(input: TorrentInput): readonly string[] {
  if (input.kind === 'torrent') return input.torrent.hints.trackers.flat()
  return isUnlisted(input) ? [] : input.magnet.trackers
}

function filesOf({ files }: Metainfo, blockedBy: AddingSurroundings['blocked']) {
  return files
    .filter((file) => !file.pad)
    .map((file) => {
      const blocked = blockedBy(file)
      return {
        index: file.index,
        path: [...file.path],
        lengthBytes: file.lengthBytes,
        kind: kindOfName(file.path.at(-1) ?? ''),
        ...(blocked === undefined ? {} : { blocked }),
      }
    })
}

function checkedWebSeed(text: string): string {
  const url = webSeedUrl(text)
  if (url === undefined) throw new TransferError('ADDRESS_INVALID', { address: text })
  return url
}

/** @throws TransferError ADDRESS_INVALID */
export function checkedPeer(text: string): string {
  const endpoint = parseEndpoint(text.trim())
  if (endpoint === undefined) throw new TransferError('ADDRESS_INVALID', { address: text })
  return endpointText(endpoint)
}
