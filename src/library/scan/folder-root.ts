// Where a file system begins: the top of a library folder, and volumes mounted below it. Decides whether what lies there
// now is what was walked before. Promise: a volume that is not there is never taken for one whose files were deleted.

import { type BigIntStats, lstatSync, opendirSync, realpathSync, statSync } from 'node:fs'
import { type Inodes, inodesOf, isOnDisk, type Mounts } from './mounts.ts'
import type { KnownRoot } from './scan-store.ts'

/** Why a folder or a part of it counts as missing; nothing of it is forgotten then. */
export type MissingCode =
  /** Nothing is there, or it does not answer. */
  | 'FOLDER_GONE'
  /** An empty directory where files were: a mount point without its volume. */
  | 'VOLUME_GONE'
  /** Another directory or volume, in which nothing is known. */
  | 'FOLDER_REPLACED'

export interface FolderRoot extends KnownRoot {
  /** Real and absolute, without a separator at its end. */
  readonly realPath: string
  readonly inodes: Inodes
  readonly device: bigint
}

/** What a system answers about a volume that was pulled out or a server that is away. */
const AWAY: ReadonlySet<string> = new Set(
  'ENOENT ENOTDIR ENODEV ENXIO EIO ESTALE ENOTCONN EHOSTDOWN EHOSTUNREACH ETIMEDOUT'.split(' '),
)

export function isAway(code: string): boolean {
  return AWAY.has(code)
}

export function errno(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'OTHER'
}

export function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`
}

/** The folder itself may be a link: its owner named it. */
export function findRoot(folderPath: string, mounts: Mounts): FolderRoot | { readonly failed: string } {
  try {
    const real = realpathSync.native(folderPath)
    const stats = statSync(real, { bigint: true })
    if (!stats.isDirectory()) return { failed: 'ENOTDIR' }
    // `/` itself is the empty text, so that a component can be put behind any root.
    return rootAt('', real === '/' ? '' : real, stats, mounts)
  } catch (error) {
    return { failed: errno(error) }
  }
}

export function rootAt(path: string, realPath: string, stats: BigIntStats, mounts: Mounts): FolderRoot {
  const inodes = inodesOf(mounts.holding(realPath))
  return { path, realPath, identity: identityOf(stats), inodes, device: stats.dev }
}

/** Known names that are looked for before a directory counts as another one. */
const LOOKED_FOR = 1_000

/**
 * Whether this root must be taken for another one than was walked, so that nothing of it may be forgotten.
 * A file system gets another device number at another start of the computer: so a different identity alone is nothing,
 * as long as something known is found there.
 * @param knownNames of files and directories directly in it
 */
export function isMissing(
  root: FolderRoot,
  before: KnownRoot | undefined,
  knownNames: () => readonly string[],
  mounts: Mounts,
): MissingCode | undefined {
  const type = mounts.holding(root.realPath)
  // A mounted server can show an empty top while it has lost what is behind it; a disk that is empty was emptied.
  const believed = before?.identity === root.identity && (type === undefined || isOnDisk(type))
  if (believed) return undefined
  const names = knownNames()
  if (names.length === 0) return undefined
  if (isEmpty(root.realPath)) return 'VOLUME_GONE'
  if (before === undefined || before.identity === root.identity) return undefined
  const found = names
    .slice(0, LOOKED_FOR)
    .some((name) => lstatSync(`${root.realPath}/${name}`, { throwIfNoEntry: false }) !== undefined)
  return found ? undefined : 'FOLDER_REPLACED'
}

function isEmpty(realPath: string): boolean {
  const directory = opendirSync(`${realPath}/`)
  try {
    return directory.readSync() === null
  } finally {
    directory.closeSync()
  }
}

/** Whether the same directory still lies there. */
export function isStillThere(root: FolderRoot): boolean {
  try {
    return identityOf(statSync(`${root.realPath}/`, { bigint: true })) === root.identity
  } catch {
    // Gone or unreadable: not the same, and whoever asks keeps everything.
    return false
  }
}
