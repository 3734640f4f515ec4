// What a record says of how its torrent runs, carried to the torrent where it is not so yet.

import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { TransferRecord } from './record.ts'

/** @param usualMaxPeers of the settings */
export function applyRecord(record: TransferRecord, torrent: Torrent, usualMaxPeers: number): void {
  const { upLimit, downLimit, sequential, superSeed, maxPeers } = record
  torrent.upLimit = upLimit ?? undefined
  torrent.downLimit = downLimit ?? undefined
  const most = maxPeers ?? usualMaxPeers
  if (torrent.maxPeers !== most) torrent.setMaxPeers(most)
  if (torrent.wishes.sequential !== sequential) torrent.wishes.setSequential(sequential)
  if (torrent.wishes.superSeed !== superSeed) torrent.wishes.setSuperSeed(superSeed)
}
