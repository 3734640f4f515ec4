// The few groups that anybody tells apart, each a chip with its count above the list.

import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'

export const CHIPS = ['all', 'getting', 'giving', 'waiting', 'needs-you'] as const
export type Chip = (typeof CHIPS)[number]

export type ChipCounts = Readonly<Record<Chip, number>>

const GROUPS: Readonly<Partial<Record<TransferRow['state'], Chip>>> = {
  getting: 'getting',
  listing: 'getting',
  checking: 'getting',
  giving: 'giving',
  hashing: 'giving',
  waiting: 'waiting',
  queued: 'waiting',
  opening: 'waiting',
}

export function fitsChip(row: Pick<TransferRow, 'state' | 'needsYou'>, chip: Chip): boolean {
  if (chip === 'all') return true
  return chip === 'needs-you' ? row.needsYou : GROUPS[row.state] === chip
}

export function countChips(rows: Iterable<Pick<TransferRow, 'state' | 'needsYou'>>): ChipCounts {
  const counts = { all: 0, getting: 0, giving: 0, waiting: 0, 'needs-you': 0 }
  for (const row of rows) {
    counts.all++
    const group = GROUPS[row.state]
    if (group !== undefined) counts[group]++
    if (row.needsYou) counts['needs-you']++
  }
  return counts
}
