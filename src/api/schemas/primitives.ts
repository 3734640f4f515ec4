// The small values that every schema of the API is made of: ids, times, amounts, paths. Bounded here, once, at the edge.

import { z } from 'zod'

/** Longest path that any system takes (PATH_MAX). */
export const MAX_PATH_CHARACTERS = 4_096
/** A magnet link with many trackers is long; a longer one is an attack. */
export const MAX_LINK_CHARACTERS = 65_536
/** Transfers named by one request: every one that a large seedbox has. */
export const MAX_IDS = 20_000
/** Files of one torrent (SAFETY.md). */
export const MAX_FILE_ENTRIES = 100_000
/** BASE64 of a torrent file of 10 MB (SAFETY.md). */
export const MAX_TORRENT_BASE64_CHARACTERS = 14_000_000

/** 40 hex digits: the hash by which a transfer is known on the wire (v1 whole, v2 truncated). */
export const TransferId = z.string().regex(/^[0-9a-f]{40}$/)
export const TransferIds = z.array(TransferId).min(1).max(MAX_IDS)
export const AbsolutePath = z.string().min(1).max(MAX_PATH_CHARACTERS)
export const Link = z.string().min(1).max(MAX_LINK_CHARACTERS)
/** ISO 8601, UTC. */
export const Moment = z.iso.datetime()
export const Bytes = z.number().int().nonnegative()
export const BytesPerSecond = z.number().nonnegative()
/** Bytes per second, at least one kilobyte; null lifts the limit. */
export const Limit = z.number().int().min(1_000).max(1e12).nullable()
/** Name of a category or tag. */
export const Label = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf},]+$/u)
/** Text from the network or from disk: hostile, shown as text only. */
export const ForeignText = z.string()
export const Coded = z.object({
  code: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

export type Coded = z.infer<typeof Coded>

/** INTERFACE.md A1; a person and a circle come with them. */
export const Audience = z.enum(['link', 'everyone'])
export type Audience = z.infer<typeof Audience>

/** When a transfer that has everything stops giving: at whichever comes first; all null gives on until told. */
export const StopRule = z.object({
  /** Given divided by size. */
  ratio: z.number().min(0).max(10_000).nullable(),
  /** Since it had everything. */
  seconds: z.number().int().min(0).max(1e10).nullable(),
  /** Whole copies at others. */
  copies: z.number().min(0).max(1_000).nullable(),
})

export type StopRule = z.infer<typeof StopRule>

export const Empty = z.object({})
