// Calls of the library, of reviews before sharing, of checks after arriving, and of blocklists: part of the one table in routes.ts.

import { z } from 'zod'
import { route } from './route.ts'
import { BlockEvent, BlockedContent, Blocklist, NewBlocklist } from './schemas/blocking.ts'
import { Checks } from './schemas/checks.ts'
import {
  AudienceRequest,
  BrowseAnswer,
  BrowseRequest,
  ContentIdText,
  DuplicatesAnswer,
  FolderId,
  LibraryEntry,
  LibraryFolder,
  LibraryState,
  NewFolder,
  Page,
  ProposalsAnswer,
  SearchAnswer,
  SearchRequest,
  SeenAnswer,
  SeenRequest,
} from './schemas/library.ts'
import { Empty, Moment, TransferId, TransferIds } from './schemas/primitives.ts'
import { Answers, RememberedAnswer, Review, ReviewRequest } from './schemas/review.ts'
import { Outcome } from './schemas/transfer.ts'

const OneFolder = z.object({ id: FolderId })
const OneReview = z.object({ id: z.string().max(64) })

export const LIBRARY_ROUTES = {
  // ── the library ──
  library: route({
    method: 'GET',
    path: '/library',
    scope: 'read',
    input: Empty,
    output: LibraryState,
    summary: 'How much is in the library and how far its hashing is',
  }),
  libraryFolders: route({
    method: 'GET',
    path: '/library/folders',
    scope: 'read',
    input: Empty,
    output: z.object({ folders: z.array(LibraryFolder) }),
    summary: 'The folders of the library, each with who can get what is in it',
  }),
  addLibraryFolder: route({
    method: 'POST',
    path: '/library/folders',
    scope: 'control',
    input: NewFolder,
    output: LibraryFolder,
    summary: 'Adds a folder for oneself: found and searched here, offered to nobody',
  }),
  removeLibraryFolder: route({
    method: 'DELETE',
    path: '/library/folders/:id',
    scope: 'control',
    input: OneFolder,
    output: Empty,
    summary: 'Forgets a folder and stops offering it; its files are untouched',
  }),
  scanLibrary: route({
    method: 'POST',
    path: '/library/scan',
    scope: 'control',
    input: z.object({ id: FolderId.optional() }),
    output: z.object({ folders: z.array(LibraryFolder) }),
    summary: 'Looks at a folder, or all, again now',
  }),
  changeFolderAudience: route({
    method: 'POST',
    path: '/library/folders/:id/audience',
    scope: 'control',
    input: OneFolder.extend(AudienceRequest.shape),
    output: LibraryFolder,
    summary: 'Widens (with a finished review) or narrows (at once) who can get a folder',
  }),
  folderProposals: route({
    method: 'GET',
    path: '/library/folders/:id/proposals',
    scope: 'read',
    input: OneFolder.extend(Page),
    output: ProposalsAnswer,
    summary: 'Files that appeared or changed since the folder was offered; nobody gets them yet',
  }),
  acceptProposals: route({
    method: 'POST',
    path: '/library/folders/:id/proposals',
    scope: 'control',
    input: OneFolder.extend({
      /** A finished review of the proposals, without open findings. */
      review: z.string().max(64),
    }),
    output: LibraryFolder,
    summary: 'Offers the proposals of a review, but for those left out',
  }),
  dismissProposals: route({
    method: 'DELETE',
    path: '/library/folders/:id/proposals',
    scope: 'control',
    input: OneFolder,
    output: LibraryFolder,
    summary: 'Keeps all that waits as proposals to oneself, as long as they stay as they are',
  }),
  browseLibrary: route({
    method: 'GET',
    path: '/library/browse',
    scope: 'read',
    input: BrowseRequest,
    output: BrowseAnswer,
    summary: 'What lies in a library folder',
  }),
  search: route({
    method: 'GET',
    path: '/search',
    scope: 'read',
    input: SearchRequest,
    output: SearchAnswer,
    summary: 'Finds in everything that is here: folders and transfers, grouped by content',
  }),
  libraryEntry: route({
    method: 'GET',
    path: '/library/entry',
    scope: 'read',
    input: z.object({ content: ContentIdText, ...Page }),
    output: LibraryEntry,
    summary: 'One content with the places where it lies',
  }),
  libraryMediaLink: route({
    method: 'POST',
    path: '/library/media',
    scope: 'control',
    input: z.object({ content: ContentIdText }),
    output: z.object({ path: z.string(), expiresAt: Moment }),
    summary: 'An address from which one file of the library can be played, for ten minutes',
  }),
  duplicates: route({
    method: 'GET',
    path: '/library/duplicates',
    scope: 'read',
    input: z.object(Page),
    output: DuplicatesAnswer,
    summary: 'What is there more than once, and what could be freed',
  }),
  seenBy: route({
    method: 'GET',
    path: '/library/seen-by',
    scope: 'read',
    input: SeenRequest,
    output: SeenAnswer,
    summary: 'Exactly what a stranger, a person or a circle gets to see',
  }),

  // ── the look before sharing ──
  startReview: route({
    method: 'POST',
    path: '/reviews',
    scope: 'control',
    input: ReviewRequest,
    output: Review,
    summary: 'Begins to look at what sharing something would show; nothing is shared',
  }),
  review: route({
    method: 'GET',
    path: '/reviews/:id',
    scope: 'control',
    input: OneReview.extend({ after: z.coerce.number().int().min(0).max(1_000_000).default(0) }),
    output: Review,
    summary: 'How far it is, and the findings since the last look',
  }),
  answerReview: route({
    method: 'POST',
    path: '/reviews/:id/answers',
    scope: 'control',
    input: OneReview.extend({ answers: Answers }),
    output: Review,
    summary: 'Answers findings, one by one or by class; while it still looks, too',
  }),
  endReview: route({
    method: 'DELETE',
    path: '/reviews/:id',
    scope: 'control',
    input: OneReview,
    output: Empty,
    summary: 'Ends a review without sharing',
  }),
  rememberedAnswers: route({
    method: 'GET',
    path: '/reviews/answers',
    scope: 'read',
    input: z.object(Page),
    output: z.object({ total: z.number().int(), answers: z.array(RememberedAnswer) }),
    summary: 'Answers that are remembered for unchanged files',
  }),
  forgetAnswers: route({
    method: 'DELETE',
    path: '/reviews/answers',
    scope: 'control',
    input: z.object({ path: z.string().max(4_096).optional() }),
    output: Empty,
    summary: 'Forgets remembered answers, of one path or all: they are asked again',
  }),

  // ── the look after arriving ──
  checks: route({
    method: 'GET',
    path: '/checks',
    scope: 'read',
    input: Empty,
    output: Checks,
    summary: 'The scanner, how many files are in which check state, and what is kept locked',
  }),
  scanTransfers: route({
    method: 'POST',
    path: '/checks/scan',
    scope: 'control',
    input: z.object({ ids: TransferIds }),
    output: Outcome,
    summary: 'Looks at everything of these transfers again',
  }),
  deleteLocked: route({
    method: 'POST',
    path: '/checks/delete',
    scope: 'control',
    input: z.object({ id: TransferId, index: z.number().int().min(0) }),
    output: Empty,
    summary: 'Deletes one locked file for good',
  }),

  // ── blocking ──
  blocklists: route({
    method: 'GET',
    path: '/blocklists',
    scope: 'read',
    input: Empty,
    output: z.object({ lists: z.array(Blocklist) }),
    summary: 'Lists of content and addresses that are not wanted',
  }),
  addBlocklist: route({
    method: 'POST',
    path: '/blocklists',
    scope: 'control',
    input: NewBlocklist,
    output: Blocklist,
    summary: 'Subscribes to a signed list of content, or takes one from a file',
  }),
  removeBlocklist: route({
    method: 'DELETE',
    path: '/blocklists/:id',
    scope: 'control',
    input: z.object({ id: z.string().max(100) }),
    output: Empty,
    summary: 'Forgets a list and what it blocked',
  }),
  refreshBlocklist: route({
    method: 'POST',
    path: '/blocklists/:id/refresh',
    scope: 'control',
    input: z.object({ id: z.string().max(100) }),
    output: Blocklist,
    summary: 'Fetches a list again now',
  }),
  blockedContent: route({
    method: 'GET',
    path: '/blocked',
    scope: 'read',
    input: z.object(Page),
    output: z.object({ total: z.number().int(), contents: z.array(BlockedContent) }),
    summary: 'Contents blocked by the person themselves',
  }),
  blockContent: route({
    method: 'POST',
    path: '/blocked',
    scope: 'control',
    input: z.object({
      content: ContentIdText,
      name: z.string().max(255).optional(),
      why: z.string().max(500),
    }),
    output: Empty,
    summary: 'Blocks a content: it is not kept, opened or given on',
  }),
  unblockContent: route({
    method: 'DELETE',
    path: '/blocked',
    scope: 'control',
    input: z.object({ content: ContentIdText }),
    output: Empty,
    summary: 'Takes that back',
  }),
  blockLog: route({
    method: 'GET',
    path: '/blocked/log',
    scope: 'read',
    input: z.object({ last: z.coerce.number().int().min(1).max(1_000).default(200) }),
    output: z.object({ events: z.array(BlockEvent) }),
    summary: 'What was turned away by a list, newest first',
  }),
} as const

export type LibraryRouteName = keyof typeof LIBRARY_ROUTES
