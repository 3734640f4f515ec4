// What was looked at after it arrived: by what, when, and what is kept locked (INTERFACE.md A7).

import { z } from 'zod'
import { Bytes, Coded, ForeignText, Moment, TransferId } from './primitives.ts'

/** Why something was not scanned. Never shown as checked. */
export const NotScanned = z.enum([
  'no-scanner',
  'too-large',
  'scanner-stopped',
  'scanner-slow',
  'scanner-error',
  'no-signatures',
  'password',
  'too-deep',
  'changed',
  'waiting',
])
export type NotScanned = z.infer<typeof NotScanned>

export const Scanner = z.object({
  /** `none`: there is no scanner on this computer, or it is switched off. */
  state: z.enum(['ready', 'none', 'stopped', 'no-signatures']),
  name: z.string().nullable(),
  version: z.string().nullable(),
  signatures: z.string().nullable(),
  signaturesAt: Moment.nullable(),
  /** Above this a file is not scanned. */
  largestBytes: Bytes.nullable(),
  problem: Coded.nullable(),
  waitingFiles: z.number().int(),
})
export type Scanner = z.infer<typeof Scanner>

export const LockedFile = z.object({
  transfer: TransferId,
  index: z.number().int(),
  name: ForeignText,
  lengthBytes: Bytes,
  /** What was found, in the scanner's word, or the blocklist's reason. */
  found: ForeignText,
  by: z.string(),
  at: Moment,
  deleted: z.boolean(),
})

export const Checks = z.object({
  scanner: Scanner,
  /** Files by check state. */
  counts: z.record(z.string(), z.number().int()),
  locked: z.array(LockedFile),
})
export type Checks = z.infer<typeof Checks>

/** One file's state with its reason; part of a file's row. */
export const FileCheck = z.object({
  state: z.enum(['checking', 'clean', 'plain-not-scanned', 'careful-not-scanned', 'careful-clean', 'locked']),
  notScanned: NotScanned.nullable(),
  found: ForeignText.nullable(),
  by: z.string().nullable(),
  at: Moment.nullable(),
  /** What it is by what is in it, and what its name makes it look like: video, program, script, archive … */
  kind: z.string().optional(),
  named: z.string().optional(),
  /** Where something was found: by a scanner, or on a list of what is not wanted. */
  because: z.enum(['scanner', 'list']).optional(),
  /** What became of it then; `marked`: neither renamed nor closed, as its category or its being a share wants it. */
  kept: z.enum(['locked', 'marked', 'deleted']).optional(),
})
export type FileCheck = z.infer<typeof FileCheck>
