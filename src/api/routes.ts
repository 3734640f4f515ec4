// Every call of the API: name, method, path, who may, what goes in and what comes out. The daemon answers exactly these,
// the typed client and the OpenAPI document are made of them, and nothing is said about a call anywhere else.
// Calls that carry bytes instead of JSON (event stream, dropped files, media, metrics) are named in docs/api.md.

import { z } from 'zod'
import { LIBRARY_ROUTES } from './library-routes.ts'
import { PEOPLE_ROUTES } from './people-routes.ts'
import { type Route, route } from './route.ts'
import { Added, AddRequest, Inspection, Source } from './schemas/adding.ts'
import { Demo } from './schemas/demo.ts'
import { GivenLicence, Publisher } from './schemas/library.ts'
import {
  Category,
  Folder,
  FolderRequest,
  Scope,
  SettingRow,
  SettingValue,
  TokenRow,
} from './schemas/machine.ts'
import {
  AbsolutePath,
  Audience,
  Empty,
  Label,
  Moment,
  TransferId,
  TransferIds,
} from './schemas/primitives.ts'
import { ShareFacts, ShareRequest, Stopped, Survey, SurveyRequest } from './schemas/share.ts'
import { Findings, LogEntry, Network, Status } from './schemas/status.ts'
import {
  FileChange,
  FileRow,
  Move,
  Outcome,
  PeerRow,
  TrackerRow,
  TransferChange,
  TransferDetails,
  TransferFilter,
  TransferList,
  TransferRow,
} from './schemas/transfer.ts'

export type { Route } from './route.ts'

const One = z.object({ id: TransferId })
const Many = z.object({ ids: TransferIds })

export const ROUTES = {
  // ── transfers ──
  listTransfers: route({
    method: 'GET',
    path: '/transfers',
    scope: 'read',
    input: TransferFilter,
    output: TransferList,
    summary: 'All transfers, or those that a filter fits, and the cursor for the event stream',
  }),
  inspect: route({
    method: 'POST',
    path: '/inspect',
    scope: 'control',
    input: z.object({ source: Source }),
    output: Inspection,
    summary: 'What a link or torrent file is; nothing is added',
  }),
  addTransfer: route({
    method: 'POST',
    path: '/transfers',
    scope: 'control',
    input: AddRequest,
    output: Added,
    summary: 'Begins to get what a link or torrent file names',
  }),
  transfer: route({
    method: 'GET',
    path: '/transfers/:id',
    scope: 'read',
    input: One,
    output: TransferDetails,
    summary: 'One transfer with its pieces, its history and from whom it came',
  }),
  transferFiles: route({
    method: 'GET',
    path: '/transfers/:id/files',
    scope: 'read',
    input: One,
    output: z.object({ files: z.array(FileRow) }),
    summary: 'Its files, each with its progress and priority',
  }),
  changeFiles: route({
    method: 'PATCH',
    path: '/transfers/:id/files',
    scope: 'control',
    input: One.extend(FileChange.shape),
    output: Empty,
    summary: 'Sets priorities of files; 0 leaves a file out',
  }),
  renameFile: route({
    method: 'POST',
    path: '/transfers/:id/rename',
    scope: 'control',
    input: One.extend({
      /** Undefined renames the transfer as shown, and nothing on disk. */
      index: z.number().int().min(0).optional(),
      /** New components below the save folder, or the one new name shown. */
      to: z.array(z.string().min(1).max(240)).min(1).max(100),
    }),
    output: TransferRow,
    summary: 'Renames one file on disk, or the transfer as it is shown',
  }),
  transferPeers: route({
    method: 'GET',
    path: '/transfers/:id/peers',
    scope: 'read',
    input: One,
    output: z.object({ peers: z.array(PeerRow) }),
    summary: 'Who is connected',
  }),
  addPeers: route({
    method: 'POST',
    path: '/transfers/:id/peers',
    scope: 'control',
    input: One.extend({ peers: z.array(z.string().max(300)).min(1).max(100) }),
    output: Empty,
    summary: 'Connects to addresses given as host:port',
  }),
  transferTrackers: route({
    method: 'GET',
    path: '/transfers/:id/trackers',
    scope: 'read',
    input: One,
    output: z.object({ trackers: z.array(TrackerRow) }),
    summary: 'Its trackers and how each fares',
  }),
  mediaLink: route({
    method: 'POST',
    path: '/transfers/:id/media',
    scope: 'control',
    input: One.extend({ index: z.number().int().min(0) }),
    output: z.object({
      /** Path on this server, with its signature: also for a player that has no session. */
      path: z.string(),
      expiresAt: Moment,
    }),
    summary: 'An address from which one whole file can be played, for ten minutes',
  }),
  transferTorrent: route({
    method: 'GET',
    path: '/transfers/:id/torrent',
    scope: 'read',
    input: One,
    output: z.object({ name: z.string(), torrent: z.base64() }),
    summary: 'Its torrent file, once the list of files is known',
  }),
  pauseTransfers: route({
    method: 'POST',
    path: '/transfers/pause',
    scope: 'control',
    input: Many,
    output: Outcome,
    summary: 'Pauses',
  }),
  resumeTransfers: route({
    method: 'POST',
    path: '/transfers/resume',
    scope: 'control',
    input: Many,
    output: Outcome,
    summary: 'Goes on, or tries again what failed',
  }),
  recheckTransfers: route({
    method: 'POST',
    path: '/transfers/recheck',
    scope: 'control',
    input: Many,
    output: Outcome,
    summary: 'Looks at every byte on disk again',
  }),
  reannounceTransfers: route({
    method: 'POST',
    path: '/transfers/reannounce',
    scope: 'control',
    input: Many,
    output: Outcome,
    summary: 'Asks trackers and the DHT for others now',
  }),
  changeTransfers: route({
    method: 'POST',
    path: '/transfers/change',
    scope: 'control',
    input: Many.extend({ change: TransferChange }),
    output: Outcome,
    summary: 'Sets limits, category, tags, rules, trackers or place in the queue',
  }),
  moveTransfers: route({
    method: 'POST',
    path: '/transfers/move',
    scope: 'control',
    input: Many.extend(Move.shape),
    output: Outcome,
    summary: 'Moves the data to another folder, or says that it lies there',
  }),
  removeTransfers: route({
    method: 'POST',
    path: '/transfers/remove',
    scope: 'control',
    input: Many.extend({
      /** What becomes of the files. A share's files are the person's own and are always kept. */
      data: z.enum(['keep', 'trash', 'delete']).default('keep'),
    }),
    output: Outcome,
    summary: 'Forgets transfers; files are kept unless said otherwise',
  }),
  removedTransfers: route({
    method: 'GET',
    path: '/transfers/removed',
    scope: 'read',
    input: Empty,
    output: z.object({
      transfers: z.array(
        z.object({
          id: TransferId,
          name: z.string(),
          infohashV1: z.string().nullable(),
          infohashV2: z.string().nullable(),
        }),
      ),
    }),
    summary: 'What was removed and can still be taken back',
  }),
  restoreTransfers: route({
    method: 'POST',
    path: '/transfers/restore',
    scope: 'control',
    input: Many,
    output: Outcome,
    summary: 'Takes a removal back, within a minute of it and while its files are where they were',
  }),

  // ── shares ──
  survey: route({
    method: 'POST',
    path: '/shares/survey',
    scope: 'control',
    input: SurveyRequest,
    output: Survey,
    summary: 'What sharing a path would show; nothing is shared',
  }),
  listShares: route({
    method: 'GET',
    path: '/shares',
    scope: 'read',
    input: Empty,
    output: z.object({ shares: z.array(ShareFacts) }),
    summary: 'What is shared, with whom, since when',
  }),
  addShare: route({
    method: 'POST',
    path: '/shares',
    scope: 'control',
    input: ShareRequest,
    output: ShareFacts,
    summary:
      'Shares a file, a folder, or what a torrent file describes; answers at once and hashes meanwhile',
  }),
  share: route({
    method: 'GET',
    path: '/shares/:id',
    scope: 'read',
    input: One,
    output: ShareFacts,
    summary: 'One share with its link',
  }),
  changeAudience: route({
    method: 'POST',
    path: '/shares/:id/audience',
    scope: 'control',
    input: One.extend({
      audience: Audience,
      /** Needed to widen what was not looked at for everyone: a finished review of this share without open findings. */
      review: z.string().max(64).optional(),
      /** Needed for everyone. */
      licence: GivenLicence.optional(),
      publisher: Publisher.optional(),
    }),
    output: ShareFacts,
    summary: 'Widens (what was looked at, with a licence) or narrows (at once) who can get it',
  }),
  stopShares: route({
    method: 'POST',
    path: '/shares/stop',
    scope: 'control',
    input: z.union([Many, z.strictObject({ all: z.literal(true) })]),
    output: Stopped,
    summary: 'Stops sharing, one, some or all: nothing is given any more when it answers; files stay',
  }),
  openWebPage: route({
    method: 'PUT',
    path: '/shares/:id/page',
    scope: 'control',
    input: One,
    output: ShareFacts,
    summary: 'Opens the page from which a phone on this network fetches it',
  }),
  closeWebPage: route({
    method: 'DELETE',
    path: '/shares/:id/page',
    scope: 'control',
    input: One,
    output: ShareFacts,
    summary: 'Closes that page',
  }),

  // ── the daemon ──
  status: route({
    method: 'GET',
    path: '/status',
    scope: 'read',
    input: Empty,
    output: Status,
    summary: 'What the daemon does, in one answer',
  }),
  network: route({
    method: 'GET',
    path: '/network',
    scope: 'read',
    input: Empty,
    output: Network,
    summary: 'How it is reached, how much went each way, who was turned away',
  }),
  liftBan: route({
    method: 'POST',
    path: '/network/lift',
    scope: 'control',
    input: z.object({ reason: z.string().max(100) }),
    output: Empty,
    summary: 'Takes back what the guard did for a reason that can be taken back',
  }),
  doctor: route({
    method: 'POST',
    path: '/network/doctor',
    scope: 'control',
    input: Empty,
    output: Findings,
    summary: 'Looks at reach, router, firewall, provider, disk and clock',
  }),
  leakTest: route({
    method: 'POST',
    path: '/network/leak-test',
    scope: 'control',
    input: Empty,
    output: Findings,
    summary: 'Looks whether everything leaves by the proxy or interface that is set',
  }),
  pauseAll: route({
    method: 'POST',
    path: '/pause-all',
    scope: 'control',
    input: z.object({ until: z.union([Moment, z.literal('told')]) }),
    output: Empty,
    summary: 'Everything rests until then',
  }),
  resumeAll: route({
    method: 'POST',
    path: '/resume-all',
    scope: 'control',
    input: Empty,
    output: Empty,
    summary: 'Ends that rest; what was paused by itself stays paused',
  }),
  shutdown: route({
    method: 'POST',
    path: '/shutdown',
    scope: 'control',
    input: Empty,
    output: Empty,
    summary: 'Ends the daemon cleanly; answers before it does',
  }),
  log: route({
    method: 'GET',
    path: '/log',
    scope: 'read',
    input: z.object({ last: z.coerce.number().int().min(1).max(10_000).default(200) }),
    output: z.object({ entries: z.array(LogEntry) }),
    summary: 'The last entries of the log, without names of files',
  }),

  // ── the machine ──
  folder: route({
    method: 'GET',
    path: '/folder',
    scope: 'control',
    input: FolderRequest.extend({ hidden: z.stringbool().optional() }),
    output: Folder,
    summary: 'A folder to choose from, or the places to begin with',
  }),
  makeFolder: route({
    method: 'POST',
    path: '/folder',
    scope: 'control',
    input: z.object({ path: AbsolutePath }),
    output: Folder,
    summary: 'Makes a folder',
  }),
  categories: route({
    method: 'GET',
    path: '/categories',
    scope: 'read',
    input: Empty,
    output: z.object({ categories: z.array(Category), tags: z.array(Label) }),
    summary: 'Categories with their save folders, and the tags in use',
  }),
  setCategory: route({
    method: 'PUT',
    path: '/categories',
    scope: 'control',
    input: Category,
    output: Empty,
    summary: 'Makes a category or changes its folder; what is there already is not moved',
  }),
  removeCategory: route({
    method: 'DELETE',
    path: '/categories',
    scope: 'control',
    input: z.object({ name: Label }),
    output: Empty,
    summary: 'Removes a category; its transfers have none then',
  }),
  settings: route({
    method: 'GET',
    path: '/settings',
    scope: 'read',
    input: Empty,
    output: z.object({ settings: z.array(SettingRow) }),
    summary: 'Every setting with its value, its default and where the value comes from',
  }),
  changeSettings: route({
    method: 'PATCH',
    path: '/settings',
    scope: 'control',
    input: z.object({
      /** Null is nothing (no limit) where a setting can be that, and the default where it cannot. */
      values: z.record(z.string().max(100), SettingValue),
      /** Keys that get their default back. */
      defaults: z.array(z.string().max(100)).max(200).optional(),
    }),
    output: z.object({ settings: z.array(SettingRow) }),
    summary: 'Changes settings at once, or gives them their default back',
  }),

  // ── a swarm to watch ──
  demo: route({
    method: 'GET',
    path: '/demo',
    scope: 'read',
    input: Empty,
    output: Demo,
    summary: 'How the demo stands: a swarm of four processes on this computer',
  }),
  startDemo: route({
    method: 'POST',
    path: '/demo',
    scope: 'control',
    input: Empty,
    output: Demo,
    summary: 'Begins the demo unless it runs; nothing of it stays',
  }),
  stopDemo: route({
    method: 'DELETE',
    path: '/demo',
    scope: 'control',
    input: Empty,
    output: Demo,
    summary: 'Ends the demo; answers when its processes and files are gone',
  }),

  // ── who may ──
  tokens: route({
    method: 'GET',
    path: '/tokens',
    scope: 'control',
    input: Empty,
    output: z.object({ tokens: z.array(TokenRow) }),
    summary: 'Tokens that programs hold, without their secrets',
  }),
  addToken: route({
    method: 'POST',
    path: '/tokens',
    scope: 'control',
    input: z.object({ name: Label, scope: Scope }),
    output: z.object({ token: TokenRow, secret: z.string() }),
    summary: 'Makes a token; its secret is told this once',
  }),
  removeToken: route({
    method: 'DELETE',
    path: '/tokens/:id',
    scope: 'control',
    input: z.object({ id: z.string().max(100) }),
    output: Empty,
    summary: 'Ends a token at once',
  }),
  pageLink: route({
    method: 'POST',
    path: '/page-link',
    scope: 'control',
    input: Empty,
    output: z.object({
      /** By loopback, for a browser on the same computer or through a tunnel. */
      url: z.string(),
      /** The same by each name of server.names that has TLS; the link works once, by whichever of them. */
      elsewhere: z.array(z.string()),
      expiresAt: Moment,
    }),
    summary: 'A link that opens the page once, within five minutes',
  }),

  ...LIBRARY_ROUTES,
  ...PEOPLE_ROUTES,
} as const satisfies Readonly<Record<string, Route>>

export type RouteName = keyof typeof ROUTES
/** As the caller gives it: defaults may be left out. */
export type InputOf<Name extends RouteName> = z.input<(typeof ROUTES)[Name]['input']>
/** As the daemon sees it, validated. */
export type ValidInputOf<Name extends RouteName> = z.output<(typeof ROUTES)[Name]['input']>
export type OutputOf<Name extends RouteName> = z.input<(typeof ROUTES)[Name]['output']>

/**
 * Who asks. `owner` proved by the `api-token` file that the account itself asks (the local command line): it may name any
 * path. `page` (a session) and `program` (a scoped token) may name paths below the allowed roots only.
 */
export interface Caller {
  readonly kind: 'owner' | 'page' | 'program'
  /** Of a program's token. */
  readonly scope?: z.infer<typeof Scope>
}

/**
 * What answers the calls: the daemon's parts, each with its own. Throws CodedError for what it refuses. Without a caller
 * a call counts as a program's.
 */
export type Handlers<Names extends RouteName = RouteName> = {
  readonly [Name in Names]: (
    input: ValidInputOf<Name>,
    caller?: Caller,
  ) => OutputOf<Name> | Promise<OutputOf<Name>>
}
