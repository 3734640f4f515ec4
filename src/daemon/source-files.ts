// The files below what a person named, as they are to be put into a torrent; and whether they are still the same
// after they were read. Links, special files and names that are no text are left out and named. Read-only.

import { type Disk, DiskError, type FileStat } from '../base/ports.ts'
import { CreateError } from '../metainfo/create.ts'
import type { CreateSource, SourceFile } from '../metainfo/create-plan.ts'
import { MetainfoError } from '../metainfo/error.ts'
import { TORRENT_LIMITS } from '../metainfo/limits.ts'

export interface FoundSource extends CreateSource {
  /** As found, in the order of `files`. */
  readonly stats: readonly FileStat[]
  /** Relative paths of links, special files, and files that cannot be named. */
  readonly leftOut: readonly string[]
}

/** Files looked at together. */
const STATS_AT_ONCE = 32

/**
 * Five times what a torrent may have, since patterns may leave most of them out; without a bound a drive would be looked
 * through, and held in memory, to the end.
 */
const MAX_FOUND = 5 * TORRENT_LIMITS.files

/** U+FFFD, in place of bytes that are no text. */
const UNREADABLE_SIGN = '\ufffd'

/** Names and times only: nothing is opened. */
type LookedDisk = Pick<Disk, 'join' | 'stat' | 'list'>

interface Found {
  readonly files: SourceFile[]
  readonly stats: FileStat[]
  readonly leftOut: string[]
}

/**
 * @param path absolute, no link.
 * @param name of the torrent.
 * @param except an absolute path that is not part of it: the torrent file being replaced.
 * @throws CreateError FILE_NOT_FOUND, FILE_UNREADABLE; MetainfoError TOO_MANY_FILES
 */
export async function findSource(
  disk: LookedDisk,
  path: string,
  name: string,
  except: string,
): Promise<FoundSource> {
  const stat = await readable(path, () => disk.stat(path))
  if (stat === undefined) throw new CreateError('FILE_NOT_FOUND', { path })
  const found: Found = { files: [], stats: [], leftOut: [] }
  if (stat.kind === 'directory') await walk(disk, path, [], except, found)
  else if (stat.kind === 'file') add(found, { components: [name], path, lengthBytes: stat.lengthBytes }, stat)
  else throw new CreateError('FILE_UNREADABLE', { path, why: 'it is neither a file nor a folder' })
  return { name, singleFile: stat.kind === 'file', ...found }
}

async function walk(
  disk: LookedDisk,
  folder: string,
  components: readonly string[],
  except: string,
  found: Found,
): Promise<void> {
  const names = (await readable(folder, () => disk.list(folder))).toSorted()
  for (let at = 0; at < names.length; at += STATS_AT_ONCE) {
    const paths = names.slice(at, at + STATS_AT_ONCE).map((name) => disk.join(folder, name))
    const stats = await Promise.all(paths.map((path) => readable(path, () => disk.stat(path))))
    for (const [i, path] of paths.entries()) {
      const inside = [...components, names[at + i] as string]
      const stat = stats[i]
      if (path === except) continue
      if (stat === undefined) {
        // A name that is no UTF-8 is shown with this sign in it, and nothing is found under what is shown.
        if (!path.includes(UNREADABLE_SIGN)) throw new CreateError('FILE_CHANGED', { path })
        found.leftOut.push(inside.join('/'))
        continue
      }
      if (stat.kind === 'directory') await walk(disk, path, inside, except, found)
      else if (stat.kind === 'file')
        add(found, { components: inside, path, lengthBytes: stat.lengthBytes }, stat)
      else {
        bounded(found)
        found.leftOut.push(inside.join('/'))
      }
    }
  }
}

/** @throws MetainfoError TOO_MANY_FILES */
function add(found: Found, file: SourceFile, stat: FileStat): void {
  bounded(found)
  found.files.push(file)
  found.stats.push(stat)
}

function bounded({ files, leftOut }: Found): void {
  const most = MAX_FOUND
  if (files.length + leftOut.length < most) return
  throw new MetainfoError('TOO_MANY_FILES', { files: `more than ${most}`, limit: TORRENT_LIMITS.files })
}

/** @throws CreateError FILE_CHANGED when a file is not what it was. */
export async function checkUnchanged(disk: Disk, { files, stats }: FoundSource): Promise<void> {
  for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
    await Promise.all(
      files.slice(at, at + STATS_AT_ONCE).map(async ({ path }, i) => {
        const before = stats[at + i] as FileStat
        const now = await readable(path, () => disk.stat(path))
        if (now === undefined || !sameFile(before, now)) throw new CreateError('FILE_CHANGED', { path })
      }),
    )
  }
}

/** Also when its time was set back after it was written. */
export function sameFile(a: FileStat, b: FileStat): boolean {
  const sameTimes = a.modifiedMs === b.modifiedMs && a.changedMs === b.changedMs
  return a.identity === b.identity && a.lengthBytes === b.lengthBytes && sameTimes
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    throw new CreateError('FILE_UNREADABLE', { path, why: error.code }, error)
  }
}
