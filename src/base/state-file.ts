// Writes a file of state so that it is old or new at any instant, never mixed (SAFETY.md, G2): aside, synced, put in place.

import type { Disk } from './ports.ts'

/** @param name in `folder`, which exists. Calls for one file must not overlap. @throws DiskError; then the old one stays */
export async function writeStateFile(
  disk: Disk,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
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
  await disk.syncDirectory(folder)
}
