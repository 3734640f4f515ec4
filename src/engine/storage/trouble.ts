// What can be wrong with the place where a torrent's files live, in words a person can be told.
// Expected outcomes, not exceptions: the torrent stops downloading, goes on giving what is readable, and
// resumes by itself when the cause is gone.

import { type DiskCode, DiskError } from '../../base/ports.ts'

export type ProblemCode =
  /** The volume is full, or our reserve on it is reached (G6). */
  | 'NO_SPACE'
  | 'QUOTA'
  | 'READ_ONLY'
  | 'PERMISSION'
  | 'IO_ERROR'
  /** fsync failed: what was written since the last good one is not trusted and is verified and written again. */
  | 'SYNC_FAILED'
  /** A file of ours was removed underneath. */
  | 'FILE_MISSING'
  /** A file of ours was truncated, replaced or changed by somebody else. */
  | 'FILE_CHANGED'
  /** The save folder is not on the volume it was on. */
  | 'MISSING_VOLUME'
  /** Something else has the name that a file of ours needs. */
  | 'NAME_TAKEN'
  /** What was found under the final name is not this torrent's file; nothing was touched. */
  | 'FILE_DIFFERS'
  /** Another torrent of this session works with the same path. */
  | 'PATH_IN_USE'
  /** A link or something that is no plain file is in the way. */
  | 'UNSAFE_PATH'
  | 'NAME_TOO_LONG'
  | 'FILE_TOO_BIG'
  | 'TOO_MANY_OPEN_FILES'
  /** The resume journal cannot be written. */
  | 'STATE_UNWRITABLE'
  /** Of a move: something else is going on with these files, or they cannot be moved. */
  | 'BUSY'
  | 'OTHER'

export interface StorageProblem {
  readonly code: ProblemCode
  readonly path?: string
  /** NO_SPACE: how much more must become free. */
  readonly bytesMissing?: number
  /** The system's own word, for OTHER. */
  readonly detail?: string
}

const BY_DISK_CODE: Readonly<Record<DiskCode, ProblemCode>> = {
  ENOENT: 'FILE_MISSING',
  EEXIST: 'NAME_TAKEN',
  EACCES: 'PERMISSION',
  EPERM: 'PERMISSION',
  EROFS: 'READ_ONLY',
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'QUOTA',
  EIO: 'IO_ERROR',
  ENOTDIR: 'NAME_TAKEN',
  EISDIR: 'NAME_TAKEN',
  ENOTEMPTY: 'NAME_TAKEN',
  EMFILE: 'TOO_MANY_OPEN_FILES',
  ENAMETOOLONG: 'NAME_TOO_LONG',
  EXDEV: 'OTHER',
  EFBIG: 'FILE_TOO_BIG',
  ELOOP: 'UNSAFE_PATH',
  ESTALE: 'MISSING_VOLUME',
  ENODEV: 'MISSING_VOLUME',
  OTHER: 'OTHER',
}

/** A failure that already is a problem, on its way up through a rejected promise. */
export class ProblemError extends Error {
  readonly problem: StorageProblem

  constructor(problem: StorageProblem) {
    super(problem.code)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** @throws what is neither a DiskError nor a ProblemError: that is a bug, not trouble. */
export function problemOf(error: unknown, path?: string): StorageProblem {
  if (error instanceof ProblemError) return error.problem
  if (!(error instanceof DiskError)) throw error
  const at = typeof error.data.path === 'string' ? error.data.path : path
  return {
    code: BY_DISK_CODE[error.code],
    ...(at === undefined ? {} : { path: at }),
    ...(error.code === 'OTHER' ? { detail: String(error.data.errno ?? '') } : {}),
  }
}

/** Whether a problem goes away only by the person's word (a check, another folder), not by waiting. */
export function needsPerson(problem: StorageProblem): boolean {
  return problem.code === 'FILE_DIFFERS' || problem.code === 'PATH_IN_USE'
}
