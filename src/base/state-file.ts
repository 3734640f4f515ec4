// Writes files of state so that each is old or new at any instant, never mixed (SAFETY.md, G2): aside, synced, put in place.

import type { Disk } from './ports.ts'

export interface StateFile {
  /** In the folder, which exists. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** @param name in `folder`, which exists. Calls for one file must not overlap. @throws DiskError; then the old one stays */
export async function writeStateFile(
  disk: Disk,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await putInPlace(disk, folder, { name, bytes })
  await disk.syncDirectory(folder)
}

/** Written together where many change at once: a thousand of them take one look at the folder, not a thousand. */
const AT_ONCE = 16

/** Each old or new for itself; all of them durable when it resolves. @throws DiskError; then some may be new */
export async function writeStateFiles(
  disk: Disk,
  folder: string,
  files: readonly StateFile[],
): Promise<void> {
  const left = files.values()
  const put = async (): Promise<void> => {
    for (const file of left) await putInPlace(disk, folder, file)
  }
  const puts = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, files.length) }, put))
  // Not before all have ended: whoever hears of it may write one of them again.
  for (const result of puts) if (result.status === 'rejected') throw result.reason
  await disk.syncDirectory(folder)
}

async function putInPlace(disk: Disk, folder: string, { name, bytes }: StateFile): Promise<void> {
  const path = disk.join(folder, name)
  const aside = `${path}.new`
  const file = await disk.open(aside, 'create')
  try {
    await file.truncate(bytes.length)
    await file.write(bytes, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.replace(aside, path)
}
