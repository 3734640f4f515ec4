// How something is fetched: what was given, what it turns out to be, and the choices before it starts.

import { z } from 'zod'
import {
  AbsolutePath,
  Audience,
  Bytes,
  ForeignText,
  Label,
  Limit,
  Link,
  MAX_FILE_ENTRIES,
  MAX_TORRENT_BASE64_CHARACTERS,
  StopRule,
  TransferId,
} from './primitives.ts'
import { TransferRow } from './transfer.ts'

/** Exactly one of them. A link may be a magnet link, a bare infohash, or an http(s) address of a torrent file. */
export const Source = z.union([
  z.strictObject({ link: Link }),
  z.strictObject({ torrent: z.base64().max(MAX_TORRENT_BASE64_CHARACTERS) }),
])

/** What a link or torrent is, before anything is added or anybody contacted (an http address is fetched). */
export const Inspection = z.object({
  kind: z.enum(['torrent', 'magnet']),
  id: TransferId,
  name: ForeignText,
  audience: Audience,
  private: z.boolean(),
  /** Null while only a link is known. */
  totalBytes: Bytes.nullable(),
  files: z
    .array(
      z.object({
        index: z.number().int(),
        path: z.array(ForeignText),
        lengthBytes: Bytes,
        kind: z.string(),
        /** It is on a list of what is not wanted, and will not be got. */
        blocked: z.object({ why: ForeignText, who: ForeignText }).optional(),
      }),
    )
    .nullable(),
  /** Who will see our address: trackers, peers, nodes and web seeds named in it. */
  hosts: z.array(ForeignText),
  trackers: z.array(ForeignText),
  infohashV1: z.string().nullable(),
  infohashV2: z.string().nullable(),
  /** It is among the transfers. */
  here: z.boolean(),
  /** Of its files, as far as they are known, what lies in the library and is taken from there. */
  hereBytes: Bytes.optional(),
  saveFolder: z.string(),
  freeBytes: Bytes.nullable(),
})
export type Inspection = z.infer<typeof Inspection>

export const AddRequest = z.object({
  source: Source,
  saveFolder: AbsolutePath.optional(),
  category: Label.nullable().optional(),
  tags: z.array(Label).max(100).optional(),
  paused: z.boolean().optional(),
  /** Files to get, by index; all unless given. */
  files: z.array(z.number().int().min(0)).max(MAX_FILE_ENTRIES).optional(),
  /** Globs over paths and names; all unless given. */
  select: z.array(z.string().max(4_096)).max(100).optional(),
  /** Trackers beside those of the link or torrent. */
  trackers: z.array(z.string().max(2_048)).max(100).optional(),
  /** Hosts of the link or torrent that are not to be contacted. */
  exceptHosts: z.array(z.string().max(300)).max(1_000).optional(),
  webSeeds: z.array(z.string().max(2_048)).max(100).optional(),
  /** `host:port`. */
  peers: z.array(z.string().max(300)).max(100).optional(),
  sequential: z.boolean().optional(),
  upLimit: Limit.optional(),
  downLimit: Limit.optional(),
  stopRule: StopRule.partial().optional(),
  /** Complete existing files of the same names in place, after a check. */
  agreed: z.boolean().optional(),
  queue: z.enum(['top', 'bottom']).optional(),
})
export type AddRequest = z.infer<typeof AddRequest>

export const Added = z.object({
  transfer: TransferRow,
  /** False: it was among the transfers already, and nothing was changed but trackers added. */
  added: z.boolean(),
})
