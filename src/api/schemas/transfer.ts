// A transfer as every face shows it: the row of lists and deltas, and the details behind it.

import { z } from 'zod'
import { FileCheck } from './checks.ts'
import {
  AbsolutePath,
  Audience,
  Bytes,
  BytesPerSecond,
  Coded,
  ForeignText,
  Label,
  Limit,
  MAX_FILE_ENTRIES,
  Moment,
  StopRule,
  TransferId,
} from './primitives.ts'

export const TransferState = z.enum([
  /** The daemon has just started and has not opened it yet. */
  'opening',
  /** A share whose files are being hashed. */
  'hashing',
  /** Asking others for the list of files. */
  'listing',
  /** Looking at what is on disk. */
  'checking',
  /** Somebody who has what is missing is connected. */
  'getting',
  /** Something is missing, and nobody who has it is here. */
  'waiting',
  /** Has all that is wanted, and gives. */
  'giving',
  /** Waits for its place among those that may run. */
  'queued',
  'paused',
  /** Has all that is wanted, and stopped giving by its rule. */
  'done',
  'moving',
  /** Stopped by something that only a person can mend; `problem` says what. */
  'failed',
])
export type TransferState = z.infer<typeof TransferState>

/**
 * What is known of what arrived, the worst of its files; null while nothing arrived. "Not scanned" is never shown as
 * checked. `careful-clean`: a scanner found nothing, and it still runs code or pretends.
 */
export const CheckState = z.enum([
  'checking',
  'clean',
  'plain-not-scanned',
  'careful-not-scanned',
  'careful-clean',
  'locked',
])
export type CheckState = z.infer<typeof CheckState>

export const TransferRow = z.object({
  id: TransferId,
  name: ForeignText,
  /** Whether it began as something fetched, or as something offered. */
  role: z.enum(['get', 'share']),
  audience: Audience,
  private: z.boolean(),
  state: TransferState,
  /** A person must do something. */
  needsYou: z.boolean(),
  problem: Coded.nullable(),
  /** What holds it up now; code NONE when nothing does. */
  bottleneck: Coded,
  /** 0 … 1 while hashing, listing, checking or moving, else 1. */
  preparing: z.number(),
  totalBytes: Bytes,
  wantedBytes: Bytes,
  /** Verified bytes of wanted files. */
  doneBytes: Bytes,
  fileCount: z.number().int(),
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  secondsLeft: z.number().nullable(),
  /** Since it was added, all runs together. */
  takenBytes: Bytes,
  givenBytes: Bytes,
  /** Given divided by size. */
  ratio: z.number(),
  peers: z.number().int(),
  sources: z.number().int(),
  seeds: z.number().int(),
  leeches: z.number().int(),
  /** Who fetch from us now. */
  receivers: z.number().int(),
  copiesElsewhere: z.number(),
  category: Label.nullable(),
  tags: z.array(Label),
  saveFolder: z.string(),
  /** The file or folder itself. */
  path: z.string(),
  /** Host of the tracker that works, or of the first one. */
  tracker: ForeignText.nullable(),
  /** Every tracker that was asked fails. */
  trackersFail: z.boolean(),
  upLimit: Limit,
  downLimit: Limit,
  /** From 0, among all; null when it is not in the queue. */
  queuePosition: z.number().int().nullable(),
  /** Runs whatever the limits of the queue say. */
  forced: z.boolean(),
  sequential: z.boolean(),
  stopRule: StopRule,
  check: CheckState.nullable(),
  /** The page for a phone on this network, while there is one. */
  webPage: z.string().nullable(),
  addedAt: Moment,
  finishedAt: Moment.nullable(),
  /** Payload moved last. */
  lastActiveAt: Moment.nullable(),
  /** Somebody who has it was last connected. */
  lastSeenAt: Moment.nullable(),
  infohashV1: z.string().nullable(),
  infohashV2: z.string().nullable(),
})
export type TransferRow = z.infer<typeof TransferRow>

export const FileRow = z.object({
  index: z.number().int(),
  /** Components below the save folder. */
  path: z.array(ForeignText),
  lengthBytes: Bytes,
  doneBytes: Bytes,
  /** 0 not wanted … 7. */
  priority: z.number().int().min(0).max(7),
  /** What it pretends to be or can do (`runs-code`, `pretends`, `hidden-characters`); empty when plain or not looked at. */
  dangers: z.array(z.string()),
  /** What is known of it since it arrived; null before. */
  check: FileCheck.nullable().optional(),
})
export type FileRow = z.infer<typeof FileRow>

export const PeerRow = z.object({
  address: z.string(),
  client: ForeignText,
  /** How we heard of it: tracker, dht, pex, lan, hand, incoming, web seed … */
  source: z.string(),
  /** Among members of a circle `tls`, straight from engine to engine, or `stream`, through the people processes. */
  transport: z.enum(['tcp', 'utp', 'http', 'tls', 'stream']),
  encryption: z.string(),
  incoming: z.boolean(),
  seed: z.boolean(),
  amChoking: z.boolean(),
  amInterested: z.boolean(),
  peerChoking: z.boolean(),
  peerInterested: z.boolean(),
  snubbed: z.boolean(),
  /** 0 … 1 of the pieces. */
  progress: z.number(),
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  downloadedBytes: Bytes,
  uploadedBytes: Bytes,
})
export type PeerRow = z.infer<typeof PeerRow>

export const TrackerRow = z.object({
  url: z.string(),
  tier: z.number().int(),
  status: z.string(),
  seeds: z.number().nullable(),
  leeches: z.number().nullable(),
  downloads: z.number().nullable(),
  /** The tracker's own words, and hostile. */
  said: ForeignText.nullable(),
  failure: Coded.nullable(),
  lastAnswerAt: Moment.nullable(),
  nextAnnounceAt: Moment.nullable(),
})
export type TrackerRow = z.infer<typeof TrackerRow>

/** One bar of "from whom" and "to whom": bytes by peer, the largest first, the rest as one. */
export const Contribution = z.object({
  who: z.string(),
  client: ForeignText,
  downloadedBytes: Bytes,
  uploadedBytes: Bytes,
  connected: z.boolean(),
})

export const TransferDetails = z.object({
  row: TransferRow,
  /** Undefined parts of a link that is not known yet are left out; null while there is no hash. */
  magnet: z.string(),
  comment: ForeignText.nullable(),
  createdBy: ForeignText.nullable(),
  pieceLengthBytes: z.number().nullable(),
  pieceCount: z.number().nullable(),
  /** Base64 of at most 500 bytes, each the share (0 … 255) of its stretch of pieces that is here. */
  pieceMap: z.string(),
  /** As many bytes: the least availability of the stretch among connected peers, capped at 255. */
  availabilityMap: z.string(),
  /** One value a step, the newest last. */
  history: z.object({
    stepSeconds: z.number(),
    downBytesPerSecond: z.array(z.number()),
    upBytesPerSecond: z.array(z.number()),
  }),
  contributions: z.array(Contribution),
  others: z.object({ downloadedBytes: Bytes, uploadedBytes: Bytes }),
  wastedBytes: Bytes,
  /** Hashed from disk in this run to find out what is here; 0 when that was known. */
  checkedBytes: Bytes.optional(),
  /** Servers that have the files too, each as it fares. */
  webSeeds: z
    .array(
      z.object({
        name: ForeignText,
        state: z.enum(['idle', 'fetching', 'waiting', 'dropped']),
        /** Why it waits or was dropped: a code. */
        reason: z.string().nullable(),
        downBytesPerSecond: BytesPerSecond,
        downloadedBytes: Bytes,
      }),
    )
    .optional(),
  /** Its own reports, oldest first, at most 200. */
  log: z.array(z.object({ at: Moment, entry: Coded })),
})
export type TransferDetails = z.infer<typeof TransferDetails>

export const TransferFilter = z.object({
  /** Words in the name, or `state:`, `tracker:`, `tag:`, `category:`, `folder:`, `size:`, `ratio:` with a value. */
  filter: z.string().max(1_000).optional(),
})

export const TransferList = z.object({
  /** Changes with each start of the daemon: cursors of another epoch mean nothing. */
  epoch: z.string(),
  /** Where the event stream goes on from here. */
  cursor: z.number().int(),
  transfers: z.array(TransferRow),
})
export type TransferList = z.infer<typeof TransferList>

/** What changing one or many asks; what is absent stays. */
export const TransferChange = z.object({
  upLimit: Limit.optional(),
  downLimit: Limit.optional(),
  category: Label.nullable().optional(),
  addTags: z.array(Label).max(100).optional(),
  removeTags: z.array(Label).max(100).optional(),
  stopRule: StopRule.partial().optional(),
  sequential: z.boolean().optional(),
  superSeed: z.boolean().optional(),
  maxPeers: z.number().int().min(1).max(10_000).optional(),
  forced: z.boolean().optional(),
  queue: z.enum(['top', 'up', 'down', 'bottom']).optional(),
  /** From 0; only for a single one. */
  queuePosition: z.number().int().min(0).max(100_000).optional(),
  addTrackers: z.array(z.string().max(2_048)).max(100).optional(),
  removeTrackers: z.array(z.string().max(2_048)).max(100).optional(),
})
export type TransferChange = z.infer<typeof TransferChange>

/** Of a request for many: what was done, and what was not. */
export const Outcome = z.object({
  done: z.array(TransferId),
  failed: z.array(z.object({ id: TransferId, error: z.lazy(() => ErrorBody) })),
})
export type Outcome = z.infer<typeof Outcome>

/** `{error: ...}` (INTERFACE.md B4). Codes are stable. */
export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  help: z.string().optional(),
  retry: z.boolean(),
})

export const FileChange = z.object({
  /** By file index. */
  priorities: z
    .array(z.object({ index: z.number().int().min(0), priority: z.number().int().min(0).max(7) }))
    .max(MAX_FILE_ENTRIES),
})

export const Move = z.object({
  folder: AbsolutePath,
  /** False: the files are there already, or will be; nothing is moved. */
  data: z.boolean().default(true),
})
