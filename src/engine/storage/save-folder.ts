// Makes the folder that a torrent's files go to, so that it is still there after a crash.

import { type Disk, DiskError } from '../../base/ports.ts'

/** Missing parents too; a link to a folder is fine. @throws DiskError ENOTDIR and others */
export async function makeSaveFolder(disk: Disk, folder: string): Promise<void> {
  const stat = await disk.stat(folder, 'follow')
  if (stat?.kind === 'directory') return
  if (stat !== undefined) throw new DiskError('ENOTDIR', { path: folder })
  const parents: string[] = []
  for (let parent = disk.join(folder, '..'); ; parent = disk.join(parent, '..')) {
    parents.push(parent)
    if ((await disk.stat(parent, 'follow')) !== undefined || parent === disk.join(parent, '..')) break
  }
  await disk.makeDirectory(folder)
  for (const parent of parents.reverse()) await disk.syncDirectory(parent)
}
