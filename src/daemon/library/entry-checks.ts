// What entries of the library say of how their content was checked: the worst of what is known of it in transfers, and of what is
// withheld that it is locked. Cheap: no look at a disk, no call of the library, and each transfer is gone through once for a page.

import type { LibraryEntry } from '../../api/schemas/library.ts'
import type { CheckState } from '../../api/schemas/transfer.ts'
import { type ContentId, parseContentId } from '../../metainfo/content-id.ts'
import { worstOf } from '../checks/file-state.ts'
import type { Transfer } from '../transfers/transfer.ts'

export interface CheckedTransfers {
  find(id: string): Transfer | undefined
}

type Unchecked = Pick<LibraryEntry, 'content' | 'lengthBytes' | 'places'>

/** @param isWithheld given to nobody, and not played. @returns entries as they were given, each with its check */
export function withChecks<Entry extends Unchecked>(
  entries: readonly Entry[],
  transfers: CheckedTransfers,
  isWithheld: (content: ContentId) => boolean,
): (Entry & { check: CheckState | null })[] {
  const states = entries.map((): CheckState[] => [])
  for (const [id, wanted] of placesByTransfer(entries)) {
    const transfer = transfers.find(id)
    if (transfer !== undefined) lookUp(transfer, wanted, states)
  }
  return entries.map((entry, at) => {
    const content = entry.content === null ? undefined : parseContentId(entry.content)
    const locked = content !== undefined && isWithheld(content)
    return { ...entry, check: locked ? 'locked' : worstOf(states[at] ?? []) }
  })
}

interface Wanted {
  /** Of the entry. */
  readonly at: number
  /** Below the transfer. */
  readonly path: string
}
/** By length, which tells most files apart without making a path of them: a transfer may have a hundred thousand. */
type ByLength = Map<number, Wanted[]>

function placesByTransfer(entries: readonly Unchecked[]): Map<string, ByLength> {
  const all = new Map<string, ByLength>()
  for (const [at, { lengthBytes, places }] of entries.entries())
    for (const { where, id, path } of places) {
      if (where !== 'transfer') continue
      const its: ByLength = all.get(id) ?? new Map()
      its.set(lengthBytes, [...(its.get(lengthBytes) ?? []), { at, path }])
      all.set(id, its)
    }
  return all
}

/** A file that has another name than the library knows is told to it soon. */
function lookUp({ metainfo, record, arrival }: Transfer, wanted: ByLength, states: CheckState[][]): void {
  for (const file of metainfo?.files ?? []) {
    const alike = wanted.get(file.lengthBytes)
    if (alike === undefined || file.pad) continue
    const path = (record.renamed[file.index] ?? file.path).join('/')
    for (const each of alike) {
      const state = each.path === path ? arrival.checkOf(file.index)?.state : undefined
      if (state !== undefined) states[each.at]?.push(state)
    }
  }
}
