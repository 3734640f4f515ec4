// Rows that fit the words of a filter (api/transfer-filter.ts).

import type { TransferRow } from '../../api/schemas/transfer.ts'
import { parseTransferFilter } from '../../api/transfer-filter.ts'

export function fitsOf(filter: string): (row: TransferRow) => boolean {
  const parsed = parseTransferFilter(filter)
  return (row) => parsed.fits(row)
}
