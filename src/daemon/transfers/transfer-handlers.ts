// The calls about transfers (api/routes.ts), each handed to whoever does it.

import type { Handlers } from '../../api/routes.ts'
import { parseEndpoint } from '../../base/address.ts'
import type { Clock, Disk } from '../../base/ports.ts'
import type { Engine } from '../compose.ts'
import { type Adding, checkedPeer } from './adding.ts'
import type { Categories } from './categories.ts'
import { changeTransfer } from './changing.ts'
import { torrentFileOf } from './content.ts'
import { detailsOf, peerRowsOf, trackerRowsOf } from './details.ts'
import { changeFiles, fileRowsOf, rename } from './files.ts'
import { move, relocate } from './moving.ts'
import { forEach } from './outcome.ts'
import type { QueueFile } from './queue-file.ts'
import type { Removal } from './removal.ts'
import type { RowFeed } from './row-feed.ts'
import type { ShareShowing } from './share-showing.ts'
import type { Shares } from './shares.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import type { Transfers } from './transfers.ts'

type Mine =
  | 'listTransfers'
  | 'inspect'
  | 'addTransfer'
  | 'transfer'
  | 'transferFiles'
  | 'changeFiles'
  | 'renameFile'
  | 'transferPeers'
  | 'addPeers'
  | 'transferTrackers'
  | 'transferTorrent'
  | 'pauseTransfers'
  | 'resumeTransfers'
  | 'recheckTransfers'
  | 'reannounceTransfers'
  | 'changeTransfers'
  | 'moveTransfers'
  | 'removeTransfers'
  | 'removedTransfers'
  | 'restoreTransfers'

export interface TransferParts {
  readonly transfers: Transfers
  readonly adding: Adding
  readonly removal: Removal
  readonly shares: Shares
  readonly showing: ShareShowing
  readonly categories: Categories
  readonly queue: QueueFile
  readonly feed: RowFeed
  readonly clock: Clock
  readonly disk: Disk
  readonly stateFolder: string
  /** @throws when there is none */
  engine(): Engine
}

export function transferHandlers(parts: TransferParts): Handlers<Mine> {
  const { transfers, adding, removal, feed, clock } = parts
  const wallMsAt = (at: number): number => clock.wallMs() + at - clock.now()
  return {
    listTransfers: ({ filter }) => ({
      epoch: feed.epoch,
      transfers: feed.list(filter),
      cursor: feed.cursor,
    }),
    inspect: ({ source }) => adding.inspect(source),
    addTransfer: (request) => adding.add(request),
    transfer: ({ id }) => {
      const transfer = transfers.get(id)
      return detailsOf(transfer, parts.showing.linkNow(transfer))
    },
    transferFiles: ({ id }) => ({ files: fileRowsOf(transfers.get(id)) }),
    changeFiles: async ({ id, priorities }) => {
      await changeFiles(transfers.get(id), priorities, parts.stateFolder)
      return {}
    },
    renameFile: async ({ id, index, to }) => {
      const transfer = transfers.get(id)
      await rename(transfer, index, to, parts.disk.nameRules)
      return transfer.row()
    },
    transferPeers: ({ id }) => ({ peers: peerRowsOf(transfers.get(id)) }),
    addPeers: async ({ id, peers }) => {
      await addPeers(transfers.get(id), peers)
      return {}
    },
    transferTrackers: ({ id }) => ({ trackers: trackerRowsOf(transfers.get(id), wallMsAt) }),
    transferTorrent: ({ id }) => {
      const { content, torrent, record } = transfers.get(id)
      if (content === undefined) throw new TransferError('FILES_UNKNOWN', { name: record.name })
      return { name: record.name, torrent: torrentFileOf(content, torrent?.layers).toBase64() }
    },
    pauseTransfers: ({ ids }) => forEach(ids, (id) => transfers.get(id).pause()),
    resumeTransfers: ({ ids }) => forEach(ids, (id) => resume(transfers.get(id), parts.shares)),
    recheckTransfers: ({ ids }) => forEach(ids, async (id) => transfers.get(id).recheck()),
    reannounceTransfers: ({ ids }) => forEach(ids, async (id) => transfers.get(id).torrent?.reannounce()),
    changeTransfers: ({ ids, change }) => changeAll(parts, ids, change),
    moveTransfers: ({ ids, folder, data }) =>
      forEach(ids, (id) =>
        data
          ? move(transfers.get(id), folder, parts.stateFolder, clock)
          : relocate(transfers.get(id), folder),
      ),
    removeTransfers: ({ ids, data }) => forEach(ids, (id) => removal.remove(transfers.get(id), data)),
    removedTransfers: () => ({ transfers: removal.removed() }),
    restoreTransfers: ({ ids }) => forEach(ids, (id) => removal.restore(id)),
  }
}

/** Typed by a person, and kept: asked again after a restart. */
const MAX_KEPT_PEERS = 100

async function addPeers(transfer: Transfer, given: readonly string[]): Promise<void> {
  const peers = given.map(checkedPeer)
  const kept = [...new Set([...transfer.record.peers, ...peers])].slice(-MAX_KEPT_PEERS)
  await transfer.update({ peers: kept })
  for (const peer of peers) {
    const endpoint = parseEndpoint(peer)
    if (endpoint !== undefined) transfer.torrent?.addPeer(endpoint)
  }
}

/** A share that could not be hashed is hashed again. */
async function resume(transfer: Transfer, shares: Shares): Promise<void> {
  await shares.stopSettled()
  await transfer.resume()
  if (transfer.record.hashing !== null && transfer.activity.kind === 'none') void shares.hash(transfer)
}

async function changeAll(
  { transfers, categories, queue, engine }: TransferParts,
  ids: readonly string[],
  change: Parameters<Handlers<'changeTransfers'>['changeTransfers']>[0]['change'],
): ReturnType<typeof forEach> {
  if (change.category !== null && change.category !== undefined) categories.folderOf(change.category)
  const moves = change.queue !== undefined || change.queuePosition !== undefined
  if (change.queuePosition !== undefined && ids.length > 1) throw new TransferError('ONE_ONLY')
  const outcome = await forEach(ids, (id) => changeTransfer(transfers.get(id), change))
  if (moves) {
    const chosen = outcome.done.map((id) => transfers.get(id))
    await queue.move(chosen, change, transfers, engine())
  }
  return outcome
}
