// Syncs a file that is open for reading only: what others left in the system's memory becomes durable.

import { DiskError, type DiskFile } from '../../base/ports.ts'

/** Systems that refuse (Windows, some network file systems) are believed; an I/O error is not. @throws DiskError EIO */
export async function syncReading(opened: DiskFile): Promise<void> {
  try {
    await opened.sync()
  } catch (error) {
    if (!(error instanceof DiskError) || error.code === 'EIO') throw error
  }
}
