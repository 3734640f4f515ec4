// What the page cannot see by itself on the person's computer: folders to choose from, categories, settings, tokens.

import { z } from 'zod'
import { AbsolutePath, Bytes, ForeignText, Label, Moment } from './primitives.ts'

export const FolderRequest = z.object({
  /** The places to begin with (recent, Desktop, volumes …) unless given. */
  path: AbsolutePath.optional(),
  hidden: z.boolean().optional(),
})

export const FolderEntry = z.object({
  name: ForeignText,
  path: z.string(),
  kind: z.enum(['folder', 'file', 'volume']),
  lengthBytes: Bytes.nullable(),
  changedAt: Moment.nullable(),
  /** Why it may not be shared (a code: HOME, DRIVE_ROOT, KEYS …), or null. */
  refused: z.string().nullable(),
})

export const Folder = z.object({
  path: z.string().nullable(),
  parent: z.string().nullable(),
  freeBytes: Bytes.nullable(),
  writable: z.boolean(),
  refused: z.string().nullable(),
  entries: z.array(FolderEntry),
  /** There were more than 10,000. */
  cut: z.boolean(),
})
export type Folder = z.infer<typeof Folder>

export const Category = z.object({
  name: Label,
  saveFolder: AbsolutePath.nullable(),
  /** What becomes of a file in which something was found: `lock` (the default), or `mark` only, for servers. */
  checks: z.enum(['lock', 'mark']).optional(),
})
export type Category = z.infer<typeof Category>

export const SettingValue = z.union([
  z.string().max(4_096),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(4_096)).max(1_000),
])
export type SettingValue = z.infer<typeof SettingValue>

export const SettingRow = z.object({
  /** As in the file and on the command line: `speed.down`. */
  key: z.string(),
  value: SettingValue,
  default: SettingValue,
  /** Where the value comes from. */
  from: z.enum(['default', 'file', 'environment', 'option']),
})
export type SettingRow = z.infer<typeof SettingRow>

export const Scope = z.enum([
  /** See everything, change nothing. */
  'read',
  /** Everything. */
  'control',
  /** /metrics and /health only. */
  'metrics',
  /** The Transmission RPC only. */
  'rpc',
])
export type Scope = z.infer<typeof Scope>

export const TokenRow = z.object({
  id: z.string(),
  name: Label,
  scope: Scope,
  createdAt: Moment,
  lastUsedAt: Moment.nullable(),
})
export type TokenRow = z.infer<typeof TokenRow>
