// What one transfer reported, newest last; only in memory.

import type { Coded } from '../../api/schemas/primitives.ts'

export interface Report {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly entry: Coded
}

/** As many as are shown (api/schemas/transfer.ts). */
const MAX_REPORTS = 200

export function addReport(reports: Report[], entry: Coded, at: number): void {
  reports.push({ at, entry })
  if (reports.length > MAX_REPORTS) reports.shift()
}
