// One daemon for each state folder: whoever has `daemon.lock` is it.
// Promise: the second one is told who has it; a daemon that was killed does not keep it (platform/lock.ts).

import path from 'node:path'
import { holderOf, isAlive, isHeld, type Lock, type LockHolder, takeLock } from '../../platform/lock.ts'
import { LifeError } from './life-error.ts'

const NAME = 'daemon.lock'

/** The folder must exist. @throws LifeError DAEMON_RUNNING, STATE_UNWRITABLE */
export function takeStateLock(stateFolder: string): Lock {
  const file = path.join(stateFolder, NAME)
  let outcome: ReturnType<typeof takeLock>
  try {
    outcome = takeLock(file)
  } catch (error) {
    throw new LifeError('STATE_UNWRITABLE', { path: file }, error)
  }
  if (isHeld(outcome)) throw new LifeError('DAEMON_RUNNING', { pid: outcome.pid })
  return outcome
}

export type DaemonProcess = LockHolder
export const isThere: (process: DaemonProcess) => boolean = isAlive

/** The process of the daemon that has this folder, starting and ending ones among them. */
export function daemonProcess(stateFolder: string): DaemonProcess | undefined {
  try {
    return holderOf(path.join(stateFolder, NAME))
  } catch {
    // A folder that is not ours to read has no daemon of ours.
    return undefined
  }
}
