// What one transfer's row is made from, gathered from its record, its torrent, and the queue.

import type { TransferSurroundings } from './surroundings.ts'
import type { Transfer } from './transfer.ts'
import type { RowFacts } from './transfer-row.ts'

export function rowFactsOf(transfer: Transfer, around: TransferSurroundings): RowFacts {
  const { torrent } = transfer
  const engine = around.engine()
  const queue = engine?.session.queue
  return {
    record: transfer.record,
    status: torrent === undefined ? undefined : engine?.statusOf(torrent),
    parked: torrent !== undefined && queue?.isParked(torrent) === true,
    noWayOut: around.noWayOut(),
    activity: transfer.activity,
    problem: transfer.problem,
    allPaused: around.allPaused(),
    trackers: torrent?.discovery.trackers ?? [],
    queuePosition: torrent === undefined ? null : (queue?.position(torrent) ?? null),
    stopRule: transfer.stopRule,
    check: transfer.arrival.state,
    webPage: around.webPage(transfer.id),
    ...transfer.sums,
  }
}
