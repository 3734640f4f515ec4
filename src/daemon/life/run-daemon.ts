// The life of a daemon in this process: takes the state folder, opens it, says where it answers, waits for the wish to end,
// ends in order. What it opens is not its business.
// Promise: while the run file is there the API answers; the lock is released last, when nothing works on the folder any more.

import { NodeDisk } from '../../platform/disk.ts'
import { makeStateFolder } from '../../platform/state-folder.ts'
import { VERSION } from '../version.ts'
import { BACKGROUND_VARIABLE } from './background.ts'
import { END_WITHIN_MS, EndSignals } from './end-signals.ts'
import { LifeError } from './life-error.ts'
import { type RunFile, removeRunFile, writeRunFile } from './run-file.ts'
import { isNotified, notifyManager } from './service-manager.ts'
import { takeStateLock } from './state-lock.ts'

/** What answers, once it does. */
export interface Living {
  /** Of page and API by loopback, or by the address it was told. */
  readonly url: string
  readonly port: number
  rereadSettings(): Promise<void>
  close(): Promise<void>
}

export interface LifeOptions {
  /** Absolute; made if it is not there. */
  readonly stateFolder: string
  readonly environment: NodeJS.ProcessEnv
  /** @param shutdown asks this life to end */
  open(shutdown: () => void): Promise<Living>
  answers(run: RunFile): void
  /** @param why a signal, or `shutdown` */
  ends(why: string): void
}

/** Where whoever started us has none, others could write what we make. */
const NO_UMASK = 0
const USUAL_UMASK = 0o022

/** Resolves when it has ended in order. @throws LifeError DAEMON_RUNNING, DAEMON_CUT, and whatever it does not open for */
export async function runDaemon(options: LifeOptions): Promise<void> {
  const { stateFolder, environment } = options
  if (process.umask() === NO_UMASK) process.umask(USUAL_UMASK)
  await makeStateFolder(stateFolder, new NodeDisk())
  const lock = takeStateLock(stateFolder)
  const startedAt = new Date().toISOString()
  let living: Living | undefined
  const signals = new EndSignals(() => void living?.rereadSettings(), process)
  try {
    // A removable volume that it was started on can be unplugged; it holds the folder of its state in any case.
    process.chdir(stateFolder)
    removeRunFile(stateFolder)
    living = await options.open(() => signals.end('shutdown'))
    const run: RunFile = {
      pid: process.pid,
      url: living.url,
      port: living.port,
      startedAt,
      version: VERSION,
      kept: keptBy(environment),
    }
    writeRunFile(stateFolder, run)
    options.answers(run)
    void notifyManager(environment, 'READY=1', `STATUS=Page at ${run.url}`)
    options.ends(await signals.wish)
  } finally {
    removeRunFile(stateFolder)
    await Promise.all([notifyManager(environment, 'STOPPING=1'), endInTime(living)])
    signals.close()
    lock.release()
  }
}

/** @throws LifeError DAEMON_CUT */
async function endInTime(living: Living | undefined): Promise<void> {
  if (living === undefined) return
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new LifeError('DAEMON_CUT', { seconds: END_WITHIN_MS / 1_000 })),
    END_WITHIN_MS,
  )
  try {
    await Promise.race([living.close(), late])
  } finally {
    clearTimeout(timer)
  }
}

function keptBy(environment: NodeJS.ProcessEnv): RunFile['kept'] {
  if (isNotified(environment)) return 'systemd'
  return environment[BACKGROUND_VARIABLE] === '1' ? 'background' : 'foreground'
}
