// What a person offers: the survey before anything is visible, the request, and the share as it is.

import { z } from 'zod'
import { FolderId, GivenLicence, Publisher } from './library.ts'
import {
  AbsolutePath,
  Audience,
  Bytes,
  ForeignText,
  Limit,
  Moment,
  StopRule,
  TransferId,
} from './primitives.ts'
import { TransferRow } from './transfer.ts'

const Globs = z.array(z.string().min(1).max(4_096)).max(1_000)

export const SurveyRequest = z.object({ path: AbsolutePath, exclude: Globs.optional() })

export const Survey = z.object({
  path: z.string(),
  name: ForeignText,
  /** A torrent file describes the data beside it; that is what is shared. */
  kind: z.enum(['file', 'folder', 'torrent']),
  fileCount: z.number().int(),
  totalBytes: Bytes,
  kinds: z.array(z.object({ kind: z.string(), count: z.number().int() })),
  /** The first 1,000, by path. */
  files: z.array(z.object({ path: z.array(ForeignText), lengthBytes: Bytes })),
  /** Links, special files and names that are no text. */
  leftOut: z.array(ForeignText),
})
export type Survey = z.infer<typeof Survey>

export const ShareRequest = z.object({
  path: AbsolutePath,
  exclude: Globs.optional(),
  audience: Audience.default('link'),
  /** Instead of the name of the file or folder. */
  name: z.string().min(1).max(240).optional(),
  /** Folder with the data that a torrent file describes; beside it unless given. */
  dataFolder: AbsolutePath.optional(),
  stopRule: StopRule.partial().optional(),
  upLimit: Limit.optional(),
  trackers: z.array(z.string().max(2_048)).max(100).optional(),
  webSeeds: z.array(z.string().max(2_048)).max(100).optional(),
  format: z.enum(['hybrid', 'v1', 'v2', 'content']).default('hybrid'),
  /** A finished review of this path without open findings; without one the share waits until it was looked at. */
  review: z.string().max(64).optional(),
  /** Findings that may be shared: ids, classes or globs of paths. For those who cannot be asked. */
  allow: z.array(z.string().min(1).max(4_096)).max(1_000).optional(),
  /** Needed for everyone. */
  licence: GivenLicence.optional(),
  publisher: Publisher.optional(),
  comment: z.string().max(1_000).optional(),
  superSeed: z.boolean().optional(),
  /** The page for phones on this network, from the start. */
  webPage: z.boolean().optional(),
})
export type ShareRequest = z.infer<typeof ShareRequest>

/** One thing that is offered. Hashing comes first; the link is null until then. */
export const ShareFacts = z.object({
  transfer: TransferRow,
  audience: Audience,
  since: Moment,
  link: z.string().nullable(),
  /** Different peers that took some of it, all runs together. */
  fetchedBy: z.number().int(),
  /** Addresses that the link carries answer to nobody outside this network unless others can reach us. */
  webPage: z.object({ url: z.string(), address: z.string() }).nullable(),
})
export type ShareFacts = z.infer<typeof ShareFacts>

/** "Stop all sharing": what stopped, and what it was. */
export const Stopped = z.object({
  stopped: z.array(z.object({ id: TransferId, name: ForeignText })),
  /** Library folders that are for oneself again. */
  folders: z.array(z.object({ id: FolderId, name: ForeignText })).optional(),
})
