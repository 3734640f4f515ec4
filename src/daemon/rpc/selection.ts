// Which torrents a request means: numbers, hashes, those of the last minute, or all.

import type { TransferRow } from '../../api/schemas/transfer.ts'
import type { Feed } from '../feed.ts'
import { type Arguments, wrong } from './arguments.ts'
import { classicName } from './names.ts'
import { RpcError } from './rpc-error.ts'
import type { TorrentNumbers } from './torrent-numbers.ts'

export const RECENTLY_ACTIVE = 'recently-active'

/**
 * In the order asked, each once; no `ids` at all means all, an empty list none (as Transmission itself does it).
 * Unknown ones are left out.
 */
export function selected(args: Arguments, feed: Feed, numbers: TorrentNumbers): TransferRow[] {
  const ids = args.get('ids')
  if (ids === undefined) return [...feed.rows()]
  if (isRecent(ids)) return [...feed.rows()].filter(({ id }) => numbers.isRecent(id))
  const rows = new Set<TransferRow>()
  const byHash = new Map<string, TransferRow>()
  for (const named of typeof ids === 'number' || typeof ids === 'string' ? [ids] : (args.list('ids') ?? [])) {
    const row = typeof named === 'number' ? byNumber(named) : byName(named)
    if (row !== undefined) rows.add(row)
  }
  return [...rows]

  function byNumber(number: number): TransferRow | undefined {
    const id = numbers.id(number)
    return id === undefined ? undefined : feed.row(id)
  }

  function byName(named: unknown): TransferRow | undefined {
    if (typeof named !== 'string') throw wrong('ids', 'a list of numbers and hashes')
    const name = named.toLowerCase()
    const row = feed.row(name)
    if (row !== undefined) return row
    // The id of a hybrid or v2 torrent may be another hash than the one that a client knows.
    if (byHash.size === 0)
      for (const each of feed.rows())
        for (const hash of [each.infohashV1, each.infohashV2]) if (hash !== null) byHash.set(hash, each)
    return byHash.get(name)
  }
}

export function isRecent(ids: unknown): boolean {
  return typeof ids === 'string' && classicName(ids) === RECENTLY_ACTIVE
}

/** @throws RpcError unless it is exactly one */
export function selectedOne(args: Arguments, feed: Feed, numbers: TorrentNumbers): TransferRow {
  const [row, other] = args.has('ids') ? selected(args, feed, numbers) : []
  if (row === undefined) throw new RpcError('RPC_TORRENT_UNKNOWN')
  if (other !== undefined) throw wrong('ids', 'exactly one torrent')
  return row
}
