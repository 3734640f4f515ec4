// Whether a transfer that has everything goes on giving, and what a person's word does to its rule.

import { partsMet, type RulePart } from './stop-rule.ts'
import type { Transfer } from './transfer.ts'

/** Parts of its rule that are met now; none while it lacks something. */
export function rulePartsMet(transfer: Transfer, wallMs: number): RulePart[] {
  const { summary, finishedAt, addedAt } = transfer.record
  if (!summary.finished) return []
  const rule = transfer.stopRule
  if (rule.ratio === null && rule.seconds === null && rule.copies === null) return []
  return partsMet(rule, {
    givenBytes: transfer.sums.givenBytes,
    totalBytes: summary.totalBytes,
    secondsSinceDone: Math.max(0, (wallMs - (finishedAt ?? addedAt)) / 1_000),
    copiesElsewhere: rule.copies === null ? 0 : (transfer.torrent?.status().copiesElsewhere ?? 0),
  })
}
