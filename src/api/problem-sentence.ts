// What stopped a transfer, in the few words that fit into its state, and what a person can do. Codes come from storage, from
// reading metadata and from the daemon's records; errors of commands have longer sentences (errors.ts).

import { formatSize } from './format-quantity.ts'

export interface ProblemReport {
  /** Fits behind "Paused: "; no full stop. */
  readonly cause: string
  readonly remedy?: string
}

type Data = Readonly<Record<string, unknown>>
interface Entry {
  readonly cause: string | ((data: Data) => string)
  readonly remedy?: string
}

const OTHER_FOLDER = 'Move it to another folder.'

const TABLE: Readonly<Record<string, Entry>> = {
  NO_SPACE: {
    cause: (data) =>
      typeof data.bytesMissing === 'number' && data.bytesMissing > 0
        ? `disk full, ${formatSize(data.bytesMissing)} short${on(data)}`
        : `disk full${on(data)}`,
    remedy: 'Make room, or move it to another volume. It goes on by itself.',
  },
  QUOTA: { cause: (data) => `your quota is used up${on(data)}`, remedy: 'Make room. It goes on by itself.' },
  READ_ONLY: { cause: (data) => `${at(data)} is read-only`, remedy: OTHER_FOLDER },
  PERMISSION: {
    cause: (data) => `the system does not let Shoal write to ${at(data)}`,
    remedy: `Change the permissions, or move it to another folder.`,
  },
  IO_ERROR: { cause: (data) => `the disk fails at ${at(data)}`, remedy: "Look at the disk's health." },
  SYNC_FAILED: { cause: 'the disk did not confirm what was written; it is written again' },
  FILE_MISSING: {
    cause: (data) => `${file(data)} was removed`,
    remedy: 'Put it back and recheck, or recheck to get it again.',
  },
  FILE_CHANGED: {
    cause: (data) => `${file(data)} was changed by somebody else`,
    remedy: 'Recheck, and what is wrong is got again.',
  },
  MISSING_VOLUME: {
    cause: (data) => `the volume of ${at(data)} is not there`,
    remedy: 'Connect it. It goes on by itself.',
  },
  NAME_TAKEN: {
    cause: (data) => `something else is named ${at(data)}; it was not touched`,
    remedy: OTHER_FOLDER,
  },
  FILE_DIFFERS: {
    cause: (data) => `${file(data)} exists with other contents; it was not touched`,
    remedy: 'Move that file away, or choose another folder.',
  },
  PATH_IN_USE: { cause: (data) => `another transfer works with ${at(data)}`, remedy: OTHER_FOLDER },
  UNSAFE_PATH: {
    cause: (data) => `${at(data)} is a link or no plain file; it was not followed`,
    remedy: OTHER_FOLDER,
  },
  NAME_TOO_LONG: { cause: 'a name is longer than the volume allows', remedy: OTHER_FOLDER },
  FILE_TOO_BIG: {
    cause: 'a file is bigger than the volume allows',
    remedy: 'Move it to another volume.',
  },
  TOO_MANY_OPEN_FILES: {
    cause: 'the system does not let Shoal open more files',
    remedy: 'Close other programs, or raise the limit. It goes on by itself.',
  },
  STATE_UNWRITABLE: {
    cause: 'the state folder cannot be written',
    remedy: 'Make it writable, or make room there.',
  },
  BUSY: { cause: 'its files are being moved or renamed' },
  OTHER: {
    cause: (data) =>
      `the disk did not do what was asked${data.detail === undefined ? '' : ` (${String(data.detail)})`}`,
  },
  HYBRID_DISAGREES: {
    cause: 'its two halves (v1 and v2) describe different files',
    remedy: 'Remove it; whoever made it must make it anew.',
  },
}

export function explainProblem(problem: { readonly code: string; readonly data: Data }): ProblemReport {
  const entry = Object.hasOwn(TABLE, problem.code) ? TABLE[problem.code] : undefined
  if (entry === undefined)
    return { cause: `it cannot be used (${problem.code.toLowerCase().replaceAll('_', ' ')})` }
  const cause = typeof entry.cause === 'string' ? entry.cause : entry.cause(problem.data)
  return entry.remedy === undefined ? { cause } : { cause, remedy: entry.remedy }
}

function on({ path }: Data): string {
  return path === undefined ? '' : ` on ${String(path)}`
}

function at({ path }: Data): string {
  return path === undefined ? 'the folder it is saved in' : String(path)
}

function file({ path }: Data): string {
  return path === undefined ? 'a file' : String(path)
}
