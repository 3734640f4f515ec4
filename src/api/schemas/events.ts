// The one stream of changes: deltas of rows since a cursor, so that a page or a program is never behind and never polls.
// A resumed stream begins with every row that changed since the cursor; `reset` says that the cursor is too old.

import { z } from 'zod'
import { TransferId } from './primitives.ts'
import { Totals } from './status.ts'
import { TransferRow } from './transfer.ts'

/** Fields that changed, and the id. */
export const TransferDelta = TransferRow.partial().extend({ id: TransferId })
export type TransferDelta = z.infer<typeof TransferDelta>

export const Notice = z.object({
  /** arrived | failed | stopped | settings | tokens: what to look at again. */
  kind: z.enum(['arrived', 'failed', 'stopped', 'settings']),
  id: TransferId.nullable(),
  code: z.string().nullable(),
})

export const Change = z.object({
  cursor: z.number().int(),
  /** Everything known before is to be thrown away: rows that are not among `transfers` are gone. */
  reset: z.boolean().optional(),
  epoch: z.string().optional(),
  transfers: z.array(TransferDelta).optional(),
  removed: z.array(TransferId).optional(),
  totals: Totals.partial().optional(),
  notices: z.array(Notice).optional(),
})
export type Change = z.infer<typeof Change>
