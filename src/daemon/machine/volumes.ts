// Volumes that are mounted and that a person means by that word: disks, sticks, shares of the network, folders given to a
// container. What the system mounts for itself is none of them. Read without touching a volume: one may hang.

import { access, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** Kept by the kernel or made in memory, and layers of containers and packages. */
const SYSTEM_KINDS =
  /^(?:autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs|fuse\.(?:gvfsd-fuse|portal|lxcfs|snapfuse)|fusectl|hugetlbfs|mqueue|nsfs|overlay|proc|pstore|ramfs|rpc_pipefs|securityfs|squashfs|swap|sysfs|tmpfs|tracefs)$/
const SYSTEM_FOLDERS = ['/boot', '/dev', '/efi', '/etc', '/nix', '/proc', '/snap', '/sys', '/usr', '/var']
/** Below /run lies what the system runs, and volumes of the person. */
const RUN = '/run'
const RUN_VOLUMES = '/run/media'
/** More than a person looks through. */
const MAX_VOLUMES = 100
const WINDOWS_LETTERS = 'CDEFGHIJKLMNOPQRSTUVWXYZAB'

/** @returns absolute paths */
export async function mountedVolumes(platform: NodeJS.Platform = process.platform): Promise<string[]> {
  if (platform === 'win32') return await drives()
  if (platform === 'darwin') return await below('/Volumes')
  try {
    return volumesIn(await readFile('/proc/self/mountinfo', 'utf8'))
  } catch {
    // No Linux, or a system that does not tell: then volumes are found by their path.
    return []
  }
}

/** @param table as proc_pid_mountinfo(5) has it */
export function volumesIn(table: string): string[] {
  const found = new Set<string>()
  for (const line of table.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ')
    const at = mount.split(' ')[4]
    const kind = source.split(' ')[0] ?? ''
    if (at === undefined || SYSTEM_KINDS.test(kind)) continue
    const place = at.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    const folder = Buffer.from(place, 'latin1').toString('utf8')
    if (folder !== '/' && !isSystem(folder) && found.size < MAX_VOLUMES) found.add(folder)
  }
  return [...found]
}

function isSystem(folder: string): boolean {
  if (folder.startsWith(`${RUN_VOLUMES}/`)) return false
  return [...SYSTEM_FOLDERS, RUN].some((system) => folder === system || folder.startsWith(`${system}/`))
}

async function below(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.slice(0, MAX_VOLUMES).map((name) => path.join(folder, name))
}

async function drives(): Promise<string[]> {
  const found: string[] = []
  for (const letter of WINDOWS_LETTERS) {
    const drive = `${letter}:\\`
    // Not there: no drive of that letter.
    if (
      await access(drive).then(
        () => true,
        () => false,
      )
    )
      found.push(drive)
  }
  return found
}
