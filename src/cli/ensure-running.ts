// A running Shoal for a state folder: the one that is there, or one started now.

import { ApiError } from '../api/client.ts'
import { startInBackground } from '../daemon/life/background.ts'
import { type DaemonLink, findLink, needLink } from './daemon-link.ts'
import type { Environment } from './options.ts'

export interface Running {
  readonly link: DaemonLink
  /** By this call, not before it. */
  readonly started: boolean
}

const FAILED = 500

/** @throws the error that the started one ended with, LifeError, LinkError */
export async function ensureRunning(stateFolder: string, environment: Environment): Promise<Running> {
  const there = await findLink(stateFolder)
  if (there !== undefined) return { link: there, started: false }
  const start = await startInBackground(stateFolder, environment)
  if (start.outcome === 'answers') return { link: await needLink(stateFolder), started: true }
  // Somebody else started one at the same moment.
  const other = start.words.code === 'DAEMON_RUNNING' ? await findLink(stateFolder) : undefined
  if (other === undefined) throw new ApiError(FAILED, start.words)
  return { link: other, started: false }
}
