// Which folders are never shared whole: home, drive roots, key stores, profiles, roots of clouds, system folders (SAFETY.md, leaks).
// Invariant: the answer is about the real path, so a link or `..` cannot talk its way around it.

import { realpathSync as fsRealpathSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { configuredSyncRoots, type SyncRoot, syncRootByMark, syncRootByName } from './sync-roots.ts'

/** The system's own, which also gives the case in which a name was made where case is ignored. */
const realpathSync = fsRealpathSync.native

export type RefusedRoot =
  | { readonly why: 'HOME' | 'DRIVE_ROOT' | 'HOME_PARENT' | 'SYSTEM' }
  | { readonly why: 'KEYS' | 'PROFILE'; readonly folder: string }
  | { readonly why: 'SYNC'; readonly folder: string; readonly service: string }

/** Below home: keys, wallets, password stores. Neither they nor anything inside may be shared. */
const KEY_FOLDERS = [
  '.ssh',
  '.gnupg',
  '.pki',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.password-store',
  '.local/share/keyrings',
  '.config/gcloud',
  '.config/gh',
  '.bitcoin',
  '.electrum',
  '.ethereum',
  '.monero',
  '.config/keepassxc',
  'Library/Keychains',
  'AppData/Roaming/gnupg',
  'AppData/Roaming/Microsoft/Protect',
  'AppData/Roaming/Microsoft/Credentials',
] as const

/** Of these, what is called so holds keys wherever it lies: in another home, a backup, a project. */
const KEY_FOLDERS_ANYWHERE: readonly (readonly string[])[] = [
  ['.ssh'],
  ['.gnupg'],
  ['.pki'],
  ['.aws'],
  ['.azure'],
  ['.kube'],
  ['.password-store'],
  ['.bitcoin'],
  ['.electrum'],
  ['.ethereum'],
  ['.monero'],
  ['share', 'keyrings'],
  ['library', 'keychains'],
]

/** Below home: browser, mail and messenger profiles, and settings that hold tokens. */
const PROFILE_FOLDERS = [
  '.mozilla',
  '.thunderbird',
  '.config',
  '.local',
  '.cache',
  '.var/app',
  '.shoal',
  'AppData',
  'Library',
] as const

const SYSTEM_FOLDERS = [
  '/etc',
  '/proc',
  '/sys',
  '/dev',
  '/boot',
  '/root',
  '/var',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/run',
]
const SYSTEM_FOLDERS_WINDOWS = ['Windows', 'Program Files', 'Program Files (x86)', 'ProgramData', 'Users']

export interface ShareRootFacts {
  readonly home: string
  readonly platform: NodeJS.Platform
  readonly stateFolder: string
  /** Of realFacts(): roots that settings of sync services name. */
  readonly syncRoots?: readonly SyncRoot[]
}

/** @param given an existing path. @returns why it may not be shared, or undefined. */
export function refusedRoot(given: string, facts: ShareRootFacts): RefusedRoot | undefined {
  const real = realpathSync(given)
  const refused = refusedRealPath(real, realFacts(facts))
  if (refused !== undefined) return refused
  const sync = syncRootByMark(real)
  return sync === undefined ? undefined : { why: 'SYNC', ...sync }
}

/** For many paths one after another: home, state folder and roots of sync services by their real paths. */
export function realFacts(facts: ShareRootFacts): ShareRootFacts {
  const home = realOr(facts.home)
  const syncRoots = configuredSyncRoots(home).map((root) => ({ ...root, folder: realOr(root.folder) }))
  return { ...facts, home, stateFolder: realOr(facts.stateFolder), syncRoots }
}

/** @param real the real path of what is there @param facts of realFacts(): the disk is not asked */
export function refusedRealPath(real: string, facts: ShareRootFacts): RefusedRoot | undefined {
  const { home, stateFolder } = facts
  if (path.dirname(real) === real) return { why: 'DRIVE_ROOT' }
  if (same(real, home)) return { why: 'HOME' }
  if (inside(home, real)) return { why: 'HOME_PARENT' }
  if (insideOrSame(real, stateFolder) || inside(stateFolder, real)) {
    return { why: 'PROFILE', folder: stateFolder }
  }
  for (const folder of KEY_FOLDERS) {
    if (insideOrSame(real, path.join(home, folder))) return { why: 'KEYS', folder: path.join(home, folder) }
  }
  const keys = keyFolderIn(real.split(path.sep))
  if (keys !== undefined) return { why: 'KEYS', folder: keys.join(path.sep) }
  const sync = syncRootByName(real, home, facts.syncRoots ?? [])
  if (sync !== undefined) return { why: 'SYNC', ...sync }
  for (const folder of PROFILE_FOLDERS) {
    const profile = path.join(home, folder)
    if (insideOrSame(real, profile)) return { why: 'PROFILE', folder: profile }
  }
  if (facts.platform !== 'win32' && SYSTEM_FOLDERS.some((folder) => same(real, folder)))
    return { why: 'SYSTEM' }
  if (
    facts.platform !== 'win32' &&
    ['/etc', '/proc', '/sys', '/dev', '/boot'].some((folder) => inside(real, folder))
  ) {
    return { why: 'SYSTEM' }
  }
  if (facts.platform === 'win32') {
    const root = path.parse(real).root
    if (SYSTEM_FOLDERS_WINDOWS.some((folder) => same(real, path.join(root, folder)))) return { why: 'SYSTEM' }
  }
  return undefined
}

/** The first components up to a folder of keys, if the path leads into one; by whatever case the file system lets pass. */
export function keyFolderIn(components: readonly string[]): readonly string[] | undefined {
  const lower = components.map((component) => component.toLowerCase())
  for (let end = 1; end <= lower.length; end++) {
    const found = KEY_FOLDERS_ANYWHERE.some(
      (names) => end >= names.length && names.every((name, i) => lower[end - names.length + i] === name),
    )
    if (found) return components.slice(0, end)
  }
  return undefined
}

/**
 * Whether something received may be written there: never into key and profile folders, whatever a torrent is called.
 * @param target where its file or folder would lie; need not exist.
 */
export function refusedTarget(target: string, facts: ShareRootFacts): RefusedRoot | undefined {
  const real = realNearest(path.resolve(target))
  const home = realOr(facts.home)
  for (const [why, folders] of [
    ['KEYS', KEY_FOLDERS],
    ['PROFILE', PROFILE_FOLDERS],
  ] as const) {
    for (const folder of folders) {
      const kept = path.join(home, folder)
      if (insideOrSame(real, kept)) return { why, folder: kept }
    }
  }
  return undefined
}

/** The real path of the nearest folder that exists, and the rest as written. */
function realNearest(target: string): string {
  const parent = path.dirname(target)
  try {
    return realpathSync(target)
  } catch {
    // Not there yet: its parent decides where it would be.
    return parent === target ? target : path.join(realNearest(parent), path.basename(target))
  }
}

export function shareRootFacts(stateFolder: string): ShareRootFacts {
  return { home: os.homedir(), platform: process.platform, stateFolder }
}

function realOr(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    // A folder that is not there cannot be what is shared; its written form is what to compare with.
    return path.resolve(folder)
  }
}

function same(a: string, b: string): boolean {
  return path.relative(a, b) === ''
}

/** Whether `child` lies below `folder`. */
function inside(child: string, folder: string): boolean {
  const relative = path.relative(folder, child)
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)
}

function insideOrSame(child: string, folder: string): boolean {
  return same(child, folder) || inside(child, folder)
}
