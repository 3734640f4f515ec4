// How large the body of a call may be, by what its schema takes: small unless it carries a torrent file or long lists.
// SAFETY.md: 64 KiB, and 10 MiB for torrent files.

import type { Route } from './routes.ts'
import { MAX_FILE_ENTRIES, MAX_IDS, MAX_TORRENT_BASE64_CHARACTERS } from './schemas/primitives.ts'

export const USUAL_BODY_BYTES = 65_536

/** Bytes that a field of that name takes at its longest, as JSON. */
const LONG_FIELDS: Readonly<Record<string, number>> = {
  /** 40 hex digits, quotes and a comma each. */
  ids: MAX_IDS * 43,
  /** `"torrent":"…"`; everything around it is within the usual size. */
  source: MAX_TORRENT_BASE64_CHARACTERS,
  /** `100000,` each. */
  files: MAX_FILE_ENTRIES * 7,
  /** `{"index":100000,"priority":7},` each. */
  priorities: MAX_FILE_ENTRIES * 31,
}

export function bodyLimitOf({ input }: Pick<Route, 'input'>): number {
  let limit = USUAL_BODY_BYTES
  for (const field of fieldsOf(input)) if (Object.hasOwn(LONG_FIELDS, field)) limit += LONG_FIELDS[field] ?? 0
  return limit
}

/** Names of fields that the schema of an object, or each of a union, has. */
export function fieldsOf(schema: unknown): ReadonlySet<string> {
  const { shape, options } = schema as { shape?: object; options?: readonly unknown[] }
  if (shape !== undefined) return new Set(Object.keys(shape))
  return new Set((options ?? []).flatMap((option) => [...fieldsOf(option)]))
}
