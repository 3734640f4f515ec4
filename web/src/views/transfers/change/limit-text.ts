// Limits as they are typed: `2M`, `500 kB/s`, `16mbit`, or nothing for no limit.

import { formatRate } from '../../../../../src/api/format-quantity.ts'
import { parseRate } from '../../../../../src/api/parse-quantity.ts'

/** Below this nothing would move (schemas/primitives.ts). */
const LEAST = 1_000

/** Bytes per second, null for no limit, undefined for what is none. */
export function readLimit(text: string): number | null | undefined {
  if (text.trim() === '') return null
  const rate = parseRate(text)
  return rate === undefined || rate < LEAST ? undefined : rate
}

export function showLimit(limit: number | null | undefined): string {
  return limit === null || limit === undefined ? '' : formatRate(limit)
}
