// The one stream of changes: deltas of rows since a cursor, so that a page or a program is never behind and never polls.
// A resumed stream begins with every row that changed since the cursor; `reset` says that the cursor is too old.

import { z } from 'zod'
import { Message } from './conversations.ts'
import { ForeignText, TransferId } from './primitives.ts'
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

/**
 * Something about people changed: look at it again. Ids as in the calls; a cursor is not kept for these, so whoever was away
 * asks anew after a `reset` or a new connection.
 */
export const PeopleChange = z.object({
  /** message: written, changed, or where it is; typing; conversation: unread, name; circle; joining; person; nearby; offer; wish; network. */
  kind: z.enum([
    'message',
    'typing',
    'conversation',
    'circle',
    'joining',
    'person',
    'nearby',
    'offer',
    'wish',
    'network',
    'me',
  ]),
  /** Of the conversation, circle, invite, person, device, offer or wish. */
  id: z.string().nullable(),
  message: Message.optional(),
  /** Worth telling the person: a mention, a direct message, an offer, a wish that came true. */
  notify: z.object({ title: ForeignText, text: ForeignText }).optional(),
})
export type PeopleChange = z.infer<typeof PeopleChange>

export const Change = z.object({
  cursor: z.number().int(),
  /** Everything known before is to be thrown away: rows that are not among `transfers` are gone. */
  reset: z.boolean().optional(),
  epoch: z.string().optional(),
  transfers: z.array(TransferDelta).optional(),
  removed: z.array(TransferId).optional(),
  totals: Totals.partial().optional(),
  notices: z.array(Notice).optional(),
  people: z.array(PeopleChange).optional(),
})
export type Change = z.infer<typeof Change>
