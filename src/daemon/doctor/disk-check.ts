// Whether a folder takes what is written to it, keeps it, and has room. Writes one small file there and removes it again.

import { toHex } from '../../base/bytes.ts'
import { type Disk, DiskError, type Random } from '../../base/ports.ts'
import type { Finding } from './finding.ts'

/** Enough to be a real write, small enough for a disk that is nearly full. */
const PROBE_BYTES = 65_536
/** Below this a download of ordinary size will not fit beside the reserve that always stays free. */
const LITTLE_BYTES = 2_000_000_000
/** A batch of pieces is made durable every few seconds; a disk that needs this long for one small file holds that up. */
const SLOW_SYNC_MS = 1_000

export interface DiskCheckPorts {
  readonly disk: Disk
  readonly random: Random
  /** Milliseconds that never go back. */
  readonly now: () => number
}

/** @param check which folder it is, for the report: `disk-save`, `disk-state` */
export async function checkDisk(check: string, folder: string, ports: DiskCheckPorts): Promise<Finding> {
  const { disk, random, now } = ports
  const found = (state: Finding['state'], code: string, data: Finding['data'] = {}): Finding => ({
    check,
    state,
    code,
    data: { folder, ...data },
  })
  const probe = disk.join(folder, `.shoal-probe-${toHex(random.bytes(6))}`)
  try {
    const { freeBytes } = await disk.space(folder)
    const began = now()
    const file = await disk.open(probe, 'new')
    try {
      await file.write(random.bytes(PROBE_BYTES), 0)
      await file.sync()
    } finally {
      await file.close()
      await disk.remove(probe)
    }
    const syncMs = Math.round(now() - began)
    if (freeBytes < LITTLE_BYTES) return found('careful', 'DISK_LITTLE_SPACE', { freeBytes })
    if (syncMs >= SLOW_SYNC_MS) return found('careful', 'DISK_SLOW', { syncMs, freeBytes })
    return found('good', 'DISK_GOOD', { freeBytes })
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    return found('bad', CODES[error.code] ?? 'DISK_FAILED', { why: error.code })
  }
}

const CODES: Readonly<Partial<Record<DiskError['code'], string>>> = {
  ENOENT: 'DISK_MISSING',
  ENOTDIR: 'DISK_MISSING',
  EROFS: 'DISK_READ_ONLY',
  EACCES: 'DISK_DENIED',
  EPERM: 'DISK_DENIED',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
}
