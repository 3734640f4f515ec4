// Where things are saved: what a call says, else its category's folder, else the setting; and how much room is there.

import path from 'node:path'
import { type Disk, DiskError } from '../../base/ports.ts'
import { TransferError } from './transfer-error.ts'

/** @throws TransferError FOLDER_RELATIVE */
export function absolute(folder: string): string {
  if (!path.isAbsolute(folder)) throw new TransferError('FOLDER_RELATIVE', { folder })
  return path.resolve(folder)
}

/** Of the nearest folder above that is there; null where nobody can tell. */
export async function freeBytesAt(disk: Disk, folder: string): Promise<number | null> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      if ((await disk.stat(at, 'follow')) !== undefined) return (await disk.space(at)).freeBytes
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      return null
    }
    if (path.dirname(at) === at) return null
  }
}
