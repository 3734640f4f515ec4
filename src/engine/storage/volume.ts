// Tells a torrent's volume from the empty folder it was mounted on (SAFETY.md G8). Device numbers alone do not:
// they change from one mount to the next; so the place of the mount is remembered too.
// Invariant: nothing is said to be present on a volume other than the one that was there before.

import type { Disk } from '../../base/ports.ts'

export interface VolumeMark {
  readonly device: string
  /** The topmost folder on the same device. */
  readonly mountRoot: string
}

/** Undefined when the folder is not there. @throws DiskError */
export async function markVolume(disk: Disk, folder: string): Promise<VolumeMark | undefined> {
  const stat = await disk.stat(folder, 'follow')
  if (stat?.kind !== 'directory') return undefined
  let mountRoot = folder
  for (;;) {
    const parent = disk.join(mountRoot, '..')
    if (parent === mountRoot) break
    const above = await disk.stat(parent, 'follow')
    if (above === undefined || above.device !== stat.device) break
    mountRoot = parent
  }
  return { device: stat.device, mountRoot }
}

/**
 * `same`: certainly. `mounted`: something is mounted where it was, with another number: our files will tell.
 * `missing`: not there.
 */
export async function findVolume(
  disk: Disk,
  folder: string,
  before: VolumeMark | undefined,
): Promise<'same' | 'mounted' | 'missing'> {
  const stat = await disk.stat(folder, 'follow').catch(() => undefined)
  if (stat?.kind !== 'directory') return 'missing'
  if (before === undefined || stat.device === before.device) return 'same'
  const now = await markVolume(disk, folder).catch(() => undefined)
  return now?.mountRoot === before.mountRoot ? 'mounted' : 'missing'
}

/** The folder is not there, but the volume it was on is: somebody took the folder away. */
export async function isFolderRemoved(
  disk: Disk,
  folder: string,
  before: VolumeMark | undefined,
): Promise<boolean> {
  if (before === undefined || (await disk.stat(folder, 'follow')) !== undefined) return false
  const root = await disk.stat(before.mountRoot, 'follow')
  return root?.kind === 'directory' && root.device === before.device
}
