// One callback call of node:fs as a promise, and the system's error as a DiskError that names the path.

import { type DiskCode, DiskError } from '../base/ports.ts'

const KNOWN: ReadonlySet<string> = new Set<DiskCode>([
  'ENOENT',
  'EEXIST',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'ENOTDIR',
  'EISDIR',
  'ENOTEMPTY',
  'EMFILE',
  'ENAMETOOLONG',
  'EXDEV',
  'EFBIG',
  'ELOOP',
  'ESTALE',
  'ENODEV',
])

export function diskError(error: NodeJS.ErrnoException, at: string): DiskError {
  const errno = error.code ?? 'unknown'
  if (errno === 'ENFILE') return new DiskError('EMFILE', { path: at }, error)
  const code = KNOWN.has(errno) ? (errno as DiskCode) : 'OTHER'
  return new DiskError(code, { path: at, errno }, error)
}

export type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void

/** One fs callback call as a promise that rejects with a DiskError. */
export function call<T>(at: string, start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error instanceof DiskError ? error : diskError(error, at))
      else resolve(value)
    })
  })
}
