// Where this system wants programs to keep their state, and how to name what belongs to one user.

import os from 'node:os'
import path from 'node:path'

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
