// Makes the folder that a torrent's files go to, so that it is still there after a crash.

import { type Disk, type DiskCode, DiskError } from '../../base/ports.ts'

/**
 * Missing parents too; a link to a folder is fine. Names on the way are made durable even if the folder is there
 * already: an earlier run may have been killed right after making it. @throws DiskError ENOTDIR and others
 */
export async function makeSaveFolder(disk: Disk, folder: string): Promise<void> {
  const stat = await disk.stat(folder, 'follow')
  if (stat === undefined) await disk.makeDirectory(folder)
  else if (stat.kind !== 'directory') throw new DiskError('ENOTDIR', { path: folder })
  let at = folder
  for (let parent = disk.join(at, '..'); parent !== at; parent = disk.join(at, '..')) {
    if (!(await synced(disk, parent))) return
    at = parent
  }
}

/** These say nothing of whose folder it is: the name is still to be made durable. */
const OWED: ReadonlySet<DiskCode> = new Set(['EIO', 'EMFILE', 'ENOSPC', 'EDQUOT'])

/** Folders of others that we may pass but not read are not ours to have made. */
async function synced(disk: Disk, folder: string): Promise<boolean> {
  try {
    await disk.syncDirectory(folder)
    return true
  } catch (error) {
    if (error instanceof DiskError && !OWED.has(error.code)) return false
    throw error
  }
}
