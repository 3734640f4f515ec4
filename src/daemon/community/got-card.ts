// How far what a message offers, or what was sent, has come: of its files together. Pure.

import path from 'node:path'
import type { FileCard } from '../../api/schemas/conversations.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { Previews } from '../../safety/preview/previews.ts'

export interface GotFile {
  readonly row: TransferRow
  /** Where it lies, or is to lie. */
  readonly at: string
  /** As soon as the transfer is done; false while a copy of it is to be made. */
  readonly there: boolean
  /** Why there is no copy. */
  readonly problem: string | null
}

export function cardOf(files: readonly GotFile[]): Partial<FileCard> {
  const [first] = files
  const sum = (of: (row: TransferRow) => number) => files.reduce((total, { row }) => total + of(row), 0)
  const failed = files.find(({ row }) => row.state === 'failed')?.row
  const uncopied = files.find(({ problem }) => problem !== null)?.problem
  const problem = failed?.problem ?? (uncopied == null ? null : { code: uncopied, data: {} })
  const locked = files.some(({ row }) => row.check === 'locked')
  // Done is when the transfer says so, its files having their names: a moment after the last byte.
  const got = files.every(
    ({ row, there }) =>
      there && row.wantedBytes > 0 && row.doneBytes >= row.wantedBytes && row.finishedAt !== null,
  )
  const broken = failed !== undefined || problem !== null
  const state = locked ? 'blocked' : broken ? 'failed' : got ? 'got' : 'getting'
  const one = files.length === 1
  return {
    state,
    doneBytes: sum(({ doneBytes }) => doneBytes),
    sources: Math.max(0, ...files.map(({ row }) => row.sources)),
    transfer: one ? (first?.row.id ?? null) : null,
    saved: !got || first === undefined ? null : one ? first.at : folderOf(files.map(({ at }) => at)),
    problem,
    preview: got && !locked && one && Previews.mayHave(first?.row.name ?? '', first?.row.totalBytes ?? 0),
  }
}

/** The innermost folder that all of them are in. */
function folderOf(files: readonly string[]): string {
  const [first = '', ...others] = files
  let folder = path.dirname(first)
  while (
    others.some((file) => !file.startsWith(folder === path.parse(folder).root ? folder : folder + path.sep))
  )
    folder = path.dirname(folder)
  return folder
}
