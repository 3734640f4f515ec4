// Where this system wants programs to keep their state, and the folder for it, which is its owner's alone: names in it are
// infohashes, and that of an unlisted share is its link.

import { mkdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Disk, DiskError } from '../base/ports.ts'
import { errnoOf } from './socket-errors.ts'

/** @returns an absolute path; it need not exist yet. */
export function defaultStateFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = os.homedir(),
): string {
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Shoal')
  if (platform === 'win32')
    return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Shoal')
  // XDG Base Directory: state that should persist between restarts but is not precious enough to back up; relative values are ignored.
  const state = environment.XDG_STATE_HOME
  return path.join(
    state !== undefined && path.isAbsolute(state) ? state : path.join(home, '.local', 'state'),
    'shoal',
  )
}

/** For nobody else to look into; one that is there already stays as it is. */
const OWNER_ONLY = 0o700

/** @throws DiskError */
export async function makeStateFolder(folder: string, disk: Disk): Promise<void> {
  await disk.makeDirectory(path.dirname(folder))
  try {
    await mkdir(folder, { mode: OWNER_ONLY })
  } catch (error) {
    // What stands there instead of a folder is said by whoever writes into it.
    if (errnoOf(error) === 'EEXIST') return
    throw new DiskError('OTHER', { path: folder, errno: errnoOf(error) }, error)
  }
}
