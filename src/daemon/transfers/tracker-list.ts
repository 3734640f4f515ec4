// Trackers that a person added to a transfer or took out of it: kept in its record, and asked or left by its torrent.

import { trackerUrl } from '../../metainfo/hints.ts'
import { isAmong } from './engine-options.ts'
import type { TransferRecord } from './record.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

/** Kept of one transfer; the engine asks fewer (engine/discovery). */
const MAX_TRACKERS = 100

/** @throws TransferError TRACKER_INVALID */
export function checkedTracker(text: string): string {
  const url = trackerUrl(text)
  if (url === undefined) throw new TransferError('TRACKER_INVALID', { url: text })
  return url
}

/** @throws TransferError TOO_MANY_TRACKERS */
export function trackersAfter(
  record: TransferRecord,
  added: readonly string[],
  removed: readonly string[],
): Pick<TransferRecord, 'addedTrackers' | 'removedTrackers'> {
  const gone = new Set(removed)
  const addedTrackers = [...new Set([...record.addedTrackers, ...added])].filter((url) => !gone.has(url))
  const removedTrackers = [...new Set([...record.removedTrackers, ...removed])].filter(
    (url) => !added.includes(url),
  )
  if (addedTrackers.length > MAX_TRACKERS || removedTrackers.length > MAX_TRACKERS)
    throw new TransferError('TOO_MANY_TRACKERS', { most: MAX_TRACKERS })
  return { addedTrackers, removedTrackers }
}

export function askTrackers(transfer: Transfer, added: readonly string[], removed: readonly string[]): void {
  const { torrent, record } = transfer
  if (torrent === undefined) return
  for (const url of removed) torrent.discovery.removeTracker(url)
  // An unlisted transfer keeps typed trackers for the day it is widened; it tells none of them (TRANSFER.md).
  if (record.audience !== 'everyone' && !record.summary.private) return
  for (const url of added) torrent.discovery.addTracker(url, 'hand')
}

/**
 * Those of a link or torrent that is here already. A private torrent keeps to its own (BEP 27); what a person took out, or did
 * not want to be contacted, only a person brings back.
 */
export async function mergeTrackers(
  transfer: Transfer,
  typed: readonly string[],
  told: readonly string[],
): Promise<void> {
  const { record, torrent } = transfer
  const hosts = new Set(record.exceptHosts)
  const urls = [
    ...typed,
    ...told.filter((url) => !record.removedTrackers.includes(url) && !isAmong(hosts, url)),
  ]
  const has = new Set([...record.addedTrackers, ...(torrent?.discovery.trackers.map(({ url }) => url) ?? [])])
  const room = MAX_TRACKERS - record.addedTrackers.length
  const fresh = [...new Set(urls)].filter((url) => !has.has(url)).slice(0, room)
  if (fresh.length === 0 || record.summary.private) return
  await transfer.update(trackersAfter(record, fresh, []))
  askTrackers(transfer, fresh, [])
}
