// A row of the API as the views of the command line show a transfer: the same words and lines as with an engine of its own.

import type { TransferDetails, TransferRow } from '../api/schemas/transfer.ts'
import type { ShownStatus } from './transfer-view.ts'

const STATES: Readonly<Record<TransferRow['state'], ShownStatus['state']>> = {
  opening: 'checking',
  hashing: 'checking',
  listing: 'metadata',
  checking: 'checking',
  getting: 'live',
  waiting: 'live',
  giving: 'live',
  queued: 'paused',
  paused: 'paused',
  done: 'paused',
  moving: 'checking',
  failed: 'failed',
}

export type RowStatus = Omit<ShownStatus, 'problem'> & {
  readonly problem: { readonly code: string; readonly data: Readonly<Record<string, unknown>> } | undefined
}

/** What a row counts over all runs, before the command began. */
export interface Before {
  readonly takenBytes: number
  readonly givenBytes: number
}

export function statusOfRow(
  row: TransferRow,
  { takenBytes, givenBytes }: Before,
  details?: Pick<TransferDetails, 'wastedBytes' | 'checkedBytes' | 'webSeeds'>,
): RowStatus {
  return {
    state: STATES[row.state],
    name: row.name,
    problem: row.problem ?? undefined,
    preparing: row.preparing,
    totalBytes: row.totalBytes,
    wantedBytes: row.wantedBytes,
    doneBytes: row.doneBytes,
    downBytesPerSecond: row.downBytesPerSecond,
    upBytesPerSecond: row.upBytesPerSecond,
    takenBytes: row.takenBytes - takenBytes,
    givenBytes: row.givenBytes - givenBytes,
    peers: row.peers,
    sources: row.sources,
    receivers: row.receivers,
    copiesElsewhere: row.copiesElsewhere,
    bottleneck: { code: row.bottleneck.code, evidence: evidenceOf(row.bottleneck.data) },
    ...(details === undefined
      ? {}
      : {
          wastedBytes: details.wastedBytes,
          checkedBytes: details.checkedBytes ?? 0,
          webSeeds: details.webSeeds ?? [],
        }),
  }
}

function evidenceOf(data: TransferRow['bottleneck']['data']): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === 'boolean' ? String(value) : value]),
  )
}
