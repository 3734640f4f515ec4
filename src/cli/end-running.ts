// Asks the running Shoal to end, and waits until its process has.

import { LifeError } from '../daemon/life/life-error.ts'
import { findDaemon } from '../daemon/life/run-file.ts'
import { daemonProcess, isThere } from '../daemon/life/state-lock.ts'
import { findLink } from './daemon-link.ts'

/** It has ten seconds for itself (SAFETY.md G19), and a machine under load some more. */
const ENDS_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 20

/** @returns the process that ended; undefined where none ran. @throws LifeError DAEMON_STAYS */
export async function endRunning(stateFolder: string): Promise<number | undefined> {
  const running = daemonProcess(stateFolder)
  if (running === undefined) return undefined
  const { pid } = running
  await ask(stateFolder, pid)
  const until = performance.now() + ENDS_WITHIN_MS
  while (isThere(running)) {
    if (performance.now() > until)
      throw new LifeError('DAEMON_STAYS', { pid, seconds: ENDS_WITHIN_MS / 1_000 })
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return pid
}

/** Over the API, which every system has; by a signal where it does not answer. */
async function ask(stateFolder: string, pid: number): Promise<void> {
  try {
    if (findDaemon(stateFolder).state === 'answers') {
      await (await findLink(stateFolder))?.call('shutdown', {})
      return
    }
  } catch {
    // It does not answer, or not to us: the system's way is left.
  }
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // Gone meanwhile, or somebody else's: the wait says which.
  }
}
