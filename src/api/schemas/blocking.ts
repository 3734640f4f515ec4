// Whom and what a person does not want: lists with who, why and when, and everything that was turned away by them.

import { z } from 'zod'
import { ContentIdText } from './library.ts'
import { AbsolutePath, Coded, ForeignText, Moment } from './primitives.ts'

export const Blocklist = z.object({
  id: z.string(),
  kind: z.enum(['content', 'peers']),
  name: ForeignText,
  /** Where it is fetched again; null for one of our own or from a file. */
  url: z.string().nullable(),
  /** Hex of the Ed25519 key that signs it; null for one that is not signed. */
  key: z.string().nullable(),
  entries: z.number().int(),
  addedAt: Moment,
  updatedAt: Moment.nullable(),
  problem: Coded.nullable(),
})
export type Blocklist = z.infer<typeof Blocklist>

export const NewBlocklist = z.union([
  z.strictObject({
    url: z.url().max(2_048),
    /** Without it the first key seen is kept and asked for from then on. */
    key: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
  z.strictObject({ path: AbsolutePath }),
])

export const BlockedContent = z.object({
  content: ContentIdText,
  name: ForeignText,
  why: ForeignText,
  /** `me`, or the list's name. */
  who: ForeignText,
  at: Moment,
})

export type BlockedContent = z.infer<typeof BlockedContent>

export const BlockEvent = z.object({
  at: Moment,
  kind: z.enum(['content', 'peer']),
  what: ForeignText,
  why: ForeignText,
  list: ForeignText,
})
export type BlockEvent = z.infer<typeof BlockEvent>
