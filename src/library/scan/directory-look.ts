// One look at one directory: what lies in it now. Follows no link, not even one that is put in place of the directory
// meanwhile, and hands control back every few entries, because the thread it runs in also answers searches.

import { type BigIntStats, lstatSync, opendirSync } from 'node:fs'
import type { FileIdentity } from '../file-record.ts'
import { errno, identityOf } from './folder-root.ts'
import { leftOut } from './left-out.ts'
import type { Inodes } from './mounts.ts'

/** Entries between two moments at which the caller may do something else: under 1 ms on a warm disk. */
const ENTRIES_PER_TURN = 64
/** Entries that the system hands over at once. */
const READ_AHEAD = 1_024

export interface SeenFile extends FileIdentity {
  readonly name: string
  /** It has other names too. */
  readonly linked: boolean
}

export interface SeenDirectory {
  readonly files: readonly SeenFile[]
  /** Names. */
  readonly directories: readonly string[]
  /** Files that were listed and then could not be looked at: nothing is known of them. */
  readonly unseen: ReadonlySet<string>
  /** Names that are no text. */
  readonly unreadableNames: number
  readonly stats: BigIntStats
}

export type DirectoryLook = SeenDirectory | { readonly failed: string }

/** @param path real and absolute */
export function* lookAtDirectory(path: string, inodes: Inodes): Generator<undefined, DirectoryLook> {
  try {
    const before = lstatSync(path === '' ? '/' : path, { bigint: true })
    if (!before.isDirectory()) return { failed: 'ENOTDIR' }
    const seen = yield* readEntries(path, inodes)
    const after = lstatSync(path === '' ? '/' : path, { bigint: true })
    // Another directory, a link or a volume came in between: what was read belongs to nobody knows what.
    if (identityOf(after) !== identityOf(before)) return { failed: 'CHANGED' }
    return { ...seen, stats: after }
  } catch (error) {
    return { failed: errno(error) }
  }
}

function* readEntries(path: string, inodes: Inodes): Generator<undefined, Omit<SeenDirectory, 'stats'>> {
  const files: SeenFile[] = []
  const directories: string[] = []
  const unseen = new Set<string>()
  let unreadableNames = 0
  const opened = opendirSync(`${path}/`, { bufferSize: READ_AHEAD })
  try {
    for (let count = 1, entry = opened.readSync(); entry !== null; count++, entry = opened.readSync()) {
      if (count % ENTRIES_PER_TURN === 0) yield
      const { name } = entry
      if (leftOut(name) !== undefined) continue
      if (name.includes('\ufffd')) {
        unreadableNames++
      } else if (entry.isDirectory()) {
        directories.push(name)
      } else if (!entry.isSymbolicLink() && !isSpecial(entry)) {
        // Some file systems do not say in the listing what an entry is; then this does.
        const stats = lookAtEntry(`${path}/${name}`)
        if (stats === undefined) unseen.add(name)
        else if (stats.isDirectory()) directories.push(name)
        else if (stats.isFile())
          files.push({ name, linked: stats.nlink > 1n, ...fileIdentity(stats, inodes) })
      }
    }
  } finally {
    opened.closeSync()
  }
  return { files, directories, unseen, unreadableNames }
}

export function fileIdentity(stats: BigIntStats, inodes: Inodes): FileIdentity {
  return {
    lengthBytes: Number(stats.size),
    // The same arithmetic wherever a file is looked at, so that the results compare equal.
    modifiedMs: Number(stats.mtimeNs) / 1e6,
    inode: inodes === 'passing' ? '' : String(stats.ino),
  }
}

function isSpecial(entry: {
  isFIFO(): boolean
  isSocket(): boolean
  isCharacterDevice(): boolean
  isBlockDevice(): boolean
}): boolean {
  return entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice()
}

function lookAtEntry(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    // No longer there, no longer ours to see, or a disk that fails: it stays as it was known.
    return undefined
  }
}
