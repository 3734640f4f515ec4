// How far everything that is being got is, as one number; and how many transfers need a person.

import type { TransferRow } from '../../../src/api/schemas/transfer.ts'

export interface ShareOfAll {
  /** 0 … 1 of the bytes wanted by what is being got; undefined when nothing is. */
  readonly share: number | undefined
  readonly needsYou: number
}

export function shareOfAll(
  rows: Iterable<Pick<TransferRow, 'state' | 'needsYou' | 'doneBytes' | 'wantedBytes'>>,
): ShareOfAll {
  let [done, wanted, needsYou] = [0, 0, 0]
  for (const row of rows) {
    if (row.needsYou) needsYou++
    if (row.state !== 'getting') continue
    done += row.doneBytes
    wanted += row.wantedBytes
  }
  return { share: wanted === 0 ? undefined : Math.min(1, done / wanted), needsYou }
}
