// What the event stream, the list and the Transmission RPC are fed from: rows that are always current, and their changes.
// The transfers' table fills it (daemon/transfers); whoever serves it over HTTP only forwards.

import type { Change } from '../api/schemas/events.ts'
import type { Totals } from '../api/schemas/status.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'

export interface Feed {
  /** New with each start of the daemon. */
  readonly epoch: string
  readonly cursor: number
  readonly totals: Totals
  /** Current, in the order they were added; read only. */
  rows(): Iterable<TransferRow>
  row(id: string): TransferRow | undefined
  /** The answer of listTransfers as JSON, made of rows that are kept as JSON: thousands of rows cost no stringifying. */
  listJson(filter: string | undefined): string | Promise<string | Uint8Array>
  /**
   * `first` brings whoever knew `since` up to date, or resets (undefined: no rows, from now on). Later changes go to
   * `sink`, at most two a second, none while nothing changes.
   */
  follow(
    since: { readonly epoch: string; readonly cursor: number } | undefined,
    sink: (change: Change) => void,
  ): { readonly first: Change; close(): void }
}
