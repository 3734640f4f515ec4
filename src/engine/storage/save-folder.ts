// Makes the folder that a torrent's files go to, so that it is still there after a crash.

import { type Disk, type DiskCode, DiskError } from '../../base/ports.ts'

/**
 * Folders whose names were made durable in this run, by what they are: thousands of torrents are saved in a few, and each
 * would have all its parents synced again.
 */
const known = new WeakMap<Disk, Map<string, string>>()
/** Distinct ones; more are synced whenever they are used. */
const MAX_KNOWN = 10_000

/**
 * Missing parents too; a link to a folder is fine. Names on the way are made durable even if the folder is there
 * already: an earlier run may have been killed right after making it. @throws DiskError ENOTDIR and others
 */
export async function makeSaveFolder(disk: Disk, folder: string): Promise<void> {
  const stat = await disk.stat(folder, 'follow')
  if (stat === undefined) await disk.makeDirectory(folder)
  else if (stat.kind !== 'directory') throw new DiskError('ENOTDIR', { path: folder })
  const durable = known.get(disk) ?? new Map<string, string>()
  known.set(disk, durable)
  if (stat !== undefined && durable.get(folder) === stat.identity) return
  await syncAbove(disk, folder)
  const made = stat ?? (await disk.stat(folder, 'follow'))
  if (made !== undefined && durable.size < MAX_KNOWN) durable.set(folder, made.identity)
}

async function syncAbove(disk: Disk, folder: string): Promise<void> {
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
