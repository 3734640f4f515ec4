// The look before anything becomes visible: what would be seen, what in it looks private, and what the person answered.

import { z } from 'zod'
import { FolderId, LibraryAudience } from './library.ts'
import { AbsolutePath, Audience, Bytes, Coded, ForeignText, TransferId } from './primitives.ts'

export const MAX_ANSWERS = 10_000

/** What a finding is about. `photo-place`: the photo says where it was taken. */
export const FindingClass = z.enum([
  'private-key',
  'secret',
  'password-store',
  'wallet',
  'mail',
  'card-number',
  'bank-account',
  'national-id',
  'tax',
  'medical',
  'payroll',
  'identity-paper',
  'legal',
  'private-words',
  'messages',
  'contacts',
  'browser-data',
  'backup',
  'photo-place',
  'private-folder',
  'hidden-file',
  /** It could not be looked into (a password, a damaged document): a person must say. */
  'unreadable',
])
export type FindingClass = z.infer<typeof FindingClass>

export const Answer = z.enum(['leave-out', 'share', 'without-place'])
export type Answer = z.infer<typeof Answer>

export const Finding = z.object({
  /** Stable for the same file and class: also what `--allow` takes. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  class: FindingClass,
  /** Below what is reviewed; a folder's own finding names the folder. */
  path: z.array(ForeignText),
  folder: z.boolean(),
  lengthBytes: Bytes,
  sure: z.boolean(),
  /** What the sentence needs (`what`, `count`, `masked`, `country` …); never a secret itself. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** What is meant unless the person says otherwise: keys are left out. */
  suggested: Answer,
  answer: Answer.nullable(),
  /** The answer was given at an earlier review of the same unchanged file. */
  remembered: z.boolean(),
})
export type Finding = z.infer<typeof Finding>

/** Whom it would be shared with; everyone unless said. Answers given for people with the link do not hold for everyone. */
const ReviewAudience = Audience

/** A path, several, a library folder (all of it, or only what waits as proposal), or a share. */
export const ReviewRequest = z.union([
  z.strictObject({
    path: AbsolutePath,
    exclude: z.array(z.string().min(1).max(4_096)).max(1_000).optional(),
    /** Folder with the data that a torrent file describes; beside it unless given. */
    dataFolder: AbsolutePath.optional(),
    audience: ReviewAudience.optional(),
  }),
  /** Several at once, each under its own name: for `send` and `offerFiles`. */
  z.strictObject({ paths: z.array(AbsolutePath).min(2).max(100), audience: ReviewAudience.optional() }),
  z.strictObject({
    folder: FolderId,
    only: z.enum(['all', 'proposals']),
    audience: ReviewAudience.optional(),
  }),
  /** The files of a share as it is, before more people get it. */
  z.strictObject({ share: TransferId, audience: ReviewAudience.optional() }),
])
export type ReviewRequest = z.infer<typeof ReviewRequest>

export const Review = z.object({
  id: z.string(),
  state: z.enum(['counting', 'scanning', 'done', 'failed']),
  problem: Coded.nullable(),
  path: z.string(),
  name: ForeignText,
  folder: FolderId.nullable(),
  fileCount: z.number().int(),
  totalBytes: Bytes,
  scannedFiles: z.number().int(),
  kinds: z.array(z.object({ kind: z.string(), count: z.number().int(), totalBytes: Bytes })),
  /** A few names of each kind. */
  examples: z.array(ForeignText),
  /** Links, special files, names that are no text. */
  leftOut: z.array(ForeignText),
  /** Findings since `after`, in the order found; ask again with `next`. */
  findings: z.array(Finding),
  next: z.number().int(),
  byClass: z.array(z.object({ class: FindingClass, count: z.number().int(), open: z.number().int() })),
  /** Findings without an answer; the review can be used when it is done and this is 0. */
  open: z.number().int(),
  /** Files that would be shared by the answers as they stand. */
  sharedFiles: z.number().int(),
  sharedBytes: Bytes,
})
export type Review = z.infer<typeof Review>

/** As in the survey's files: components below what is reviewed. */
const PathBelow = z.array(z.string().min(1).max(4_096)).min(1).max(200)

/**
 * One by one, a whole class at once, or any path: a file, or a folder with all below it, which is left out whatever was found in
 * it, so that its findings are not open. Later ones win. Null takes an answer back.
 */
export const Answers = z
  .array(
    z.union([
      z.strictObject({ id: Finding.shape.id, answer: Answer.nullable() }),
      z.strictObject({ class: FindingClass, answer: Answer.nullable() }),
      z.strictObject({ path: PathBelow, answer: z.literal('leave-out').nullable() }),
    ]),
  )
  .max(MAX_ANSWERS)

export const RememberedAnswer = z.object({
  path: z.string(),
  class: FindingClass,
  answer: Answer,
  audience: LibraryAudience.nullable(),
  at: z.string(),
})
