// The calls about transfers (api/routes.ts), each handed to whoever does it.

import type { Handlers } from '../../api/routes.ts'
import type { Adding } from './adding.ts'
import { forEach } from './outcome.ts'
import type { Removal } from './removal.ts'
import type { RowFeed } from './row-feed.ts'
import type { Transfers } from './transfers.ts'

type Mine =
  | 'listTransfers'
  | 'inspect'
  | 'addTransfer'
  | 'pauseTransfers'
  | 'resumeTransfers'
  | 'removeTransfers'
  | 'restoreTransfers'

export interface TransferParts {
  readonly transfers: Transfers
  readonly adding: Adding
  readonly removal: Removal
  readonly feed: RowFeed
  resume(id: string): Promise<void>
}

export function transferHandlers(parts: TransferParts): Handlers<Mine> {
  const { transfers, adding, removal, feed } = parts
  return {
    listTransfers: ({ filter }) => ({
      epoch: feed.epoch,
      transfers: feed.list(filter),
      cursor: feed.cursor,
    }),
    inspect: ({ source }) => adding.inspect(source),
    addTransfer: (request) => adding.add(request),
    pauseTransfers: ({ ids }) => forEach(ids, (id) => transfers.get(id).pause()),
    resumeTransfers: ({ ids }) => forEach(ids, (id) => parts.resume(id)),
    removeTransfers: ({ ids, data }) => forEach(ids, (id) => removal.remove(transfers.get(id), data)),
    restoreTransfers: ({ ids }) => forEach(ids, (id) => removal.restore(id)),
  }
}
