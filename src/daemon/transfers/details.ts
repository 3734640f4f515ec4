// What is shown of one transfer beside its row: pieces, history, who gave and took, peers and trackers. Made when asked for.

import type { OutputOf } from '../../api/routes.ts'
import type { PeerRow, TrackerRow } from '../../api/schemas/transfer.ts'
import type { TrackerState } from '../../engine/discovery/discovery.ts'
import { contributionsOf, pieceMapOf } from '../../engine/torrent/details.ts'
import { peerStatusOf } from '../../engine/torrent/status-of.ts'
import { STEP_SECONDS } from './history.ts'
import type { Transfer } from './transfer.ts'
import { linkFor } from './transfer-link.ts'
import { coded, moment } from './transfer-row.ts'

/** More bars than this nobody can tell apart. */
const SHOWN_CONTRIBUTIONS = 20
/** 0 … 1 with three digits. */
const THOUSANDTH = 1_000

/** @param link with which others get it from here, once they can */
export function detailsOf(transfer: Transfer, link: string | undefined): OutputOf<'transfer'> {
  const { torrent, content, metainfo, record } = transfer
  const map = torrent === undefined ? undefined : pieceMapOf(torrent)
  const history = transfer.history?.read() ?? { down: [], up: [] }
  const { each, others } = torrent === undefined ? { each: [], others: NOTHING } : contributionsOf(torrent)
  const rest = { ...others }
  for (const { downloadedBytes, uploadedBytes } of each.slice(SHOWN_CONTRIBUTIONS)) {
    rest.downloadedBytes += downloadedBytes
    rest.uploadedBytes += uploadedBytes
  }
  return {
    row: transfer.row(),
    magnet: link ?? (content === undefined ? record.magnet : linkFor(content, record.audience)),
    comment: content?.hints.comment ?? null,
    createdBy: content?.hints.createdBy ?? null,
    pieceLengthBytes: metainfo?.pieceLengthBytes ?? null,
    pieceCount: metainfo?.geometry.pieceCount ?? null,
    pieceMap: base64(map?.here),
    availabilityMap: base64(map?.availability),
    history: {
      stepSeconds: STEP_SECONDS,
      downBytesPerSecond: history.down,
      upBytesPerSecond: history.up,
    },
    contributions: each.slice(0, SHOWN_CONTRIBUTIONS).map((one) => ({ ...one })),
    others: rest,
    wastedBytes: torrent?.swarm.wastedBytes ?? 0,
    checkedBytes: torrent?.status().checkedBytes ?? 0,
    webSeeds: webSeedsOf(transfer).map(({ url: _, reason, ...seed }) => ({
      ...seed,
      reason: reason ?? null,
      downBytesPerSecond: Math.round(seed.downBytesPerSecond),
    })),
    log: transfer.reports.map(({ at, entry }) => ({ at: moment(at) as string, entry })),
  }
}

const NOTHING = { downloadedBytes: 0, uploadedBytes: 0 }

function base64(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : bytes.toBase64()
}

export function peerRowsOf(transfer: Transfer): PeerRow[] {
  const { torrent } = transfer
  if (torrent === undefined) return []
  const now = torrent.now
  const peers = [...torrent.swarm.peers].map((peer): PeerRow => {
    const { outstanding: _, ...status } = peerStatusOf(peer, now)
    return {
      ...status,
      progress: Math.round(status.progress * THOUSANDTH) / THOUSANDTH,
      downBytesPerSecond: Math.round(status.downBytesPerSecond),
      upBytesPerSecond: Math.round(status.upBytesPerSecond),
    }
  })
  return [...peers, ...webSeedRowsOf(transfer)]
}

function webSeedsOf({ torrent }: Transfer) {
  return torrent?.webSeeds?.status(torrent.now) ?? []
}

/** Servers of web seeds that are being fetched from: they count as connected. */
function webSeedRowsOf(transfer: Transfer): PeerRow[] {
  return webSeedsOf(transfer)
    .filter(({ state }) => state === 'fetching')
    .map(({ name, downBytesPerSecond, downloadedBytes }) => ({
      address: name,
      client: '',
      source: 'web seed',
      transport: 'http',
      encryption: '',
      incoming: false,
      seed: true,
      amChoking: true,
      amInterested: true,
      peerChoking: false,
      peerInterested: false,
      snubbed: false,
      progress: 1,
      downBytesPerSecond: Math.round(downBytesPerSecond),
      upBytesPerSecond: 0,
      downloadedBytes,
      uploadedBytes: 0,
    }))
}

/** @param wallMsAt the wall time of a moment of the monotonic clock */
export function trackerRowsOf(transfer: Transfer, wallMsAt: (at: number) => number): TrackerRow[] {
  const at = (when: number | undefined) => (when === undefined ? null : moment(wallMsAt(when)))
  return (transfer.torrent?.discovery.trackers ?? []).map((tracker) => ({
    url: tracker.url,
    tier: tracker.tier,
    status: tracker.status,
    seeds: tracker.seeds ?? null,
    leeches: tracker.leeches ?? null,
    downloads: tracker.downloads ?? null,
    said: saidBy(tracker),
    failure:
      tracker.failure === undefined ? null : coded(tracker.failure.code, { detail: tracker.failure.detail }),
    lastAnswerAt: at(tracker.lastAnswerAt),
    nextAnnounceAt: at(tracker.nextAnnounceAt),
  }))
}

function saidBy({ failure, warning }: TrackerState): string | null {
  return (failure?.code === 'SAID_NO' ? failure.detail : undefined) ?? warning ?? null
}
