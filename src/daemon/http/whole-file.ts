// Where one finished file of a transfer lies: below the save folder by its own path, or, where what is shared has another name
// than the torrent gives it, below the shared folder itself.

import path from 'node:path'
import type { Handlers } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import type { Disk } from '../../base/ports.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import type { MediaFile } from './media-links.ts'
import type { WholeFile } from './media-mount.ts'

export interface WholeFileSources {
  readonly handlers: Pick<Handlers, 'transferFiles'>
  readonly feed: { row(id: string): Pick<TransferRow, 'saveFolder' | 'path'> | undefined }
  readonly disk: Pick<Disk, 'stat'>
}

/** Undefined while it is not whole, or not where it should be. @throws CodedError for a transfer that there is none of */
export async function wholeFile(
  { id, index }: MediaFile,
  { handlers, feed, disk }: WholeFileSources,
): Promise<WholeFile | undefined> {
  const { files } = await handlers.transferFiles({ id })
  const [file, row] = [files.find((each) => each.index === index), feed.row(id)]
  if (file?.check?.state === 'locked')
    throw new TransferError('FILE_LOCKED', { name: file.path.at(-1) ?? '' })
  if (file?.check?.state === 'checking')
    throw new TransferError('FILE_CHECKING', { name: file.path.at(-1) ?? '' })
  if (file === undefined || row === undefined || file.doneBytes !== file.lengthBytes) return undefined
  const { lengthBytes, path: components } = file
  const name = components.at(-1) ?? ''
  for (const [folder, below] of [
    [row.saveFolder, components],
    [path.dirname(row.path), [path.basename(row.path), ...components.slice(1)]],
  ] as const) {
    const at = path.join(folder, ...below)
    // A component that is no folder: nothing is there either.
    const found = await disk.stat(at).catch(() => undefined)
    if (found?.kind === 'file' && found.lengthBytes === lengthBytes)
      return { path: at, folder, name, lengthBytes }
  }
  return undefined
}
