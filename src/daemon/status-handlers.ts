// The call about the daemon as a whole: what it does now.

import type { Handlers } from '../api/routes.ts'
import type { Counts } from '../api/schemas/status.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import type { Engine } from './compose.ts'
import type { RowFeed } from './transfers/row-feed.ts'
import type { Transfers } from './transfers/transfers.ts'
import { VERSION } from './version.ts'

export interface StatusParts {
  readonly transfers: Transfers
  readonly feed: RowFeed
  readonly stateFolder: string
  readonly startedAt: number
  engine(): Engine
  saveFolder(): string
}

export function statusHandlers(parts: StatusParts): Handlers<'status'> {
  const { transfers, feed } = parts
  return {
    status: () => {
      const rows = [...feed.rows()]
      return {
        version: VERSION,
        pid: process.pid,
        startedAt: new Date(parts.startedAt).toISOString(),
        stateFolder: parts.stateFolder,
        page: '',
        port: parts.engine().session.listenPort || null,
        counts: countsOf(rows),
        totals: feed.totals,
        takenBytes: rows.reduce((sum, row) => sum + row.takenBytes, 0),
        givenBytes: rows.reduce((sum, row) => sum + row.givenBytes, 0),
        saveFolder: parts.saveFolder(),
        opened: transfers.opened,
        fresh: rows.length === 0,
      }
    },
  }
}

type Counted = Exclude<keyof Counts, 'total' | 'needsYou'>

const COUNTED: Partial<Record<TransferRow['state'], Counted>> = {
  getting: 'getting',
  listing: 'getting',
  checking: 'getting',
  giving: 'giving',
  waiting: 'waiting',
  queued: 'queued',
  paused: 'paused',
}

export function countsOf(rows: readonly TransferRow[]): Counts {
  const counts = { total: rows.length, getting: 0, giving: 0, waiting: 0, queued: 0, paused: 0, needsYou: 0 }
  for (const { state, needsYou } of rows) {
    const counted = COUNTED[state]
    if (counted !== undefined) counts[counted]++
    if (needsYou) counts.needsYou++
  }
  return counts
}
