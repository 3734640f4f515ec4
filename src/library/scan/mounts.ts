// Which file systems are mounted where, as far as the system tells: what a walk may enter below a folder, and whether
// an inode there names one file for as long as it exists.

import { readFileSync } from 'node:fs'

export interface Mount {
  /** Absolute. */
  readonly path: string
  /** As the kernel calls it: `ext4`, `vfat`, `fuse.sshfs`. */
  readonly type: string
}

/**
 * File systems of this computer's own disks. Others below a folder are not entered: what the kernel makes up (proc) is
 * no collection, and what comes over a network would be fetched whole to be hashed. As folders of their own both may be added.
 */
const ON_DISK: ReadonlySet<string> = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs jfs bcachefs vfat msdos exfat ntfs ntfs3 fuseblk hfsplus udf iso9660 squashfs'.split(
    ' ',
  ),
)

/** Here an inode belongs to one file from its making to its end, across mounts. */
const LASTING_INODES: ReadonlySet<string> = new Set(
  'ext2 ext3 ext4 xfs zfs f2fs jfs tmpfs nfs nfs4'.split(' '),
)

/** Here inodes are numbers given out anew at each mount, or whatever a server makes up: they say nothing. */
const PASSING_INODES: ReadonlySet<string> = new Set('vfat msdos exfat cifs smb3 9p iso9660 udf'.split(' '))

export type Inodes = 'lasting' | 'doubtful' | 'passing'

export function inodesOf(type: string | undefined): Inodes {
  if (type === undefined) return 'doubtful'
  if (LASTING_INODES.has(type)) return 'lasting'
  return PASSING_INODES.has(type) || (type.startsWith('fuse') && type !== 'fuseblk') ? 'passing' : 'doubtful'
}

/** A table of at most this size is read: a machine with thousands of containers has some hundred KiB. */
const MAX_TABLE_CHARACTERS = 4_194_304

export class Mounts {
  readonly #types: ReadonlyMap<string, string>
  /** False where the system does not tell: then only devices do. */
  readonly known: boolean

  constructor(mounts: readonly Mount[] | undefined) {
    this.known = mounts !== undefined
    // The last one mounted over a place is the one that is seen there.
    this.#types = new Map(mounts?.map(({ path, type }) => [path, type]))
  }

  /** As they are now. */
  static read(): Mounts {
    if (process.platform !== 'linux') return new Mounts(undefined)
    try {
      const table = readFileSync('/proc/self/mountinfo', 'utf8')
      return new Mounts(table.length > MAX_TABLE_CHARACTERS ? undefined : parseMountinfo(table))
    } catch {
      // No /proc in this container: then devices alone tell where a file system begins.
      return new Mounts(undefined)
    }
  }

  /** The type of what is mounted exactly here. */
  at(path: string): string | undefined {
    return this.#types.get(path)
  }

  /** The type of the file system on which this real path lies. */
  holding(path: string): string | undefined {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const type = this.#types.get(at)
      if (type !== undefined) return type
    }
    return this.#types.get('/')
  }
}

export function isOnDisk(type: string): boolean {
  return ON_DISK.has(type)
}

/** Lines of /proc/self/mountinfo (proc(5)); what is no such line is passed over. */
export function parseMountinfo(table: string): Mount[] {
  const mounts: Mount[] = []
  for (const line of table.split('\n')) {
    const [before, after] = line.split(' - ', 2)
    const path = before?.split(' ')[4]
    const type = after?.split(' ')[0]
    if (path === undefined || type === undefined || type === '') continue
    mounts.push({
      path: path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
      type,
    })
  }
  return mounts
}
