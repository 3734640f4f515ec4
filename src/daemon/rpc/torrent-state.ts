// A transfer's state, trouble and place in Transmission's terms.

import { basename, dirname } from 'node:path'
import { explainProblem } from '../../api/problem-sentence.ts'
import type { TransferRow, TransferState } from '../../api/schemas/transfer.ts'

const STOPPED = 0
const CHECK_WAIT = 1
const CHECK = 2
const DOWNLOAD_WAIT = 3
const DOWNLOAD = 4
const SEED_WAIT = 5
const SEED = 6

const STATUS: Readonly<Record<Exclude<TransferState, 'queued'>, number>> = {
  opening: CHECK_WAIT,
  hashing: CHECK,
  listing: DOWNLOAD,
  checking: CHECK,
  getting: DOWNLOAD,
  waiting: DOWNLOAD,
  giving: SEED,
  paused: STOPPED,
  done: STOPPED,
  // Busy with what is on disk: who imports finished torrents must wait until they lie where they belong.
  moving: CHECK,
  failed: STOPPED,
}

export function statusNumber(row: Pick<TransferRow, 'state'> & Partial<TransferRow>): number {
  if (row.state !== 'queued') return STATUS[row.state]
  const left =
    row.wantedBytes === undefined || row.doneBytes === undefined || leftBytes(row as TransferRow) > 0
  return left || row.fileCount === 0 ? DOWNLOAD_WAIT : SEED_WAIT
}

export function leftBytes({ wantedBytes, doneBytes }: TransferRow): number {
  return Math.max(0, wantedBytes - doneBytes)
}

const LOCAL_ERROR = 3

/** What only a person can mend. Trackers that fail are told in trackerStats: a torrent may do well without them. */
export function errorCode({ problem, state }: TransferRow): number {
  return problem !== null || state === 'failed' ? LOCAL_ERROR : 0
}

export function errorText(row: TransferRow): string {
  const { problem } = row
  if (problem === null) return errorCode(row) === 0 ? '' : 'This needs you: see Shoal.'
  const { cause, remedy } = explainProblem(problem)
  const sentence = `${cause.slice(0, 1).toUpperCase()}${cause.slice(1)}.`
  return remedy === undefined ? sentence : `${sentence} ${remedy}`
}

/** The file or folder as it lies on disk: programs that import join it to the folder. */
export function nameOnDisk({ path, saveFolder, name }: TransferRow): string {
  return path !== '' && path !== saveFolder ? basename(path) : name
}

export function downloadFolder({ path, saveFolder }: TransferRow): string {
  return path !== '' && path !== saveFolder ? dirname(path) : saveFolder
}

/** Whole seconds since 1970 of an ISO moment; of `otherwise` (milliseconds) when there is none. */
export function secondsAt(moment: string | null, otherwise = 0): number {
  return Math.floor((moment === null ? otherwise : Date.parse(moment)) / 1_000)
}
