// The file systems that one walk of a folder meets: which directories it may enter, which volumes are missing, and
// whether all of them are still the ones that were read.

import { type BigIntStats, lstatSync } from 'node:fs'
import { errno, type FolderRoot, identityOf, isMissing, isStillThere, rootAt } from './folder-root.ts'
import { leftOut } from './left-out.ts'
import { isOnDisk, type Mounts } from './mounts.ts'
import type { KnownRoot } from './scan-store.ts'

/** Nobody sorts deeper; a path of the system ends at 4,096 bytes. */
export const MAX_DEPTH = 100
/** Volumes below one folder. */
const MAX_ROOTS = 64

export type NotEntered =
  | { readonly why: 'UNREADABLE' | 'TOO_DEEP' | 'OTHER_FILE_SYSTEM' | 'PART_MISSING' }
  /** Nobody needs to hear of it. */
  | { readonly why: 'OURS' }

export class ScanRoots {
  readonly #top: FolderRoot
  readonly #mounts: Mounts
  readonly #before: readonly KnownRoot[]
  readonly #never: readonly string[]
  readonly #met: FolderRoot[]
  /** Known volumes that are not there: kept in memory, and with them all that is known below. */
  readonly #missing = new Map<string, KnownRoot>()

  constructor(top: FolderRoot, before: readonly KnownRoot[], mounts: Mounts, never: readonly string[]) {
    this.#top = top
    this.#before = before
    this.#mounts = mounts
    this.#never = never
    this.#met = [top]
  }

  /** A path below the folder as an absolute one. */
  real(path: string): string {
    return path === '' ? this.#top.realPath : `${this.#top.realPath}/${path}`
  }

  /** The root on which a directory lies that was found by walking down from `parent`, or why it is not entered. */
  enter(
    path: string,
    root: FolderRoot,
    parent: BigIntStats,
    known: () => readonly string[],
  ): FolderRoot | NotEntered {
    const real = this.real(path)
    if (this.#never.includes(real)) return { why: 'OURS' }
    if (path.split('/').length > MAX_DEPTH) return { why: 'TOO_DEEP' }
    const type = this.#mounts.at(real)
    const before = this.#knownRoot(path)
    // By far the most: an ordinary directory, for which the system need not be asked.
    if (type === undefined && before === undefined && this.#mounts.known) return root
    const stats = look(real)
    if (stats === undefined) return { why: 'UNREADABLE' }
    const another = this.#mounts.known ? type !== undefined && !isOnDisk(type) : stats.dev !== parent.dev
    if (another) return { why: 'OTHER_FILE_SYSTEM' }
    const found = rootAt(path, real, stats, this.#mounts)
    if ((type !== undefined || before !== undefined) && isMissing(found, before, known, this.#mounts)) {
      this.#missing.set(path, before ?? { path, identity: found.identity })
      return { why: 'PART_MISSING' }
    }
    if (type === undefined) return root
    if (this.#met.length >= MAX_ROOTS) return { why: 'OTHER_FILE_SYSTEM' }
    this.#met.push(found)
    return found
  }

  /**
   * The root of a directory that is looked at by itself; undefined when it may not be entered, is not there, or
   * lies on a volume that came or went, which a whole walk must judge.
   */
  find(path: string): FolderRoot | undefined {
    const components = path === '' ? [] : path.split('/')
    if (components.length > MAX_DEPTH || components.some((name) => leftOut(name) !== undefined))
      return undefined
    let root = this.#top
    for (let depth = 1; depth <= components.length; depth++) {
      const ancestor = components.slice(0, depth).join('/')
      const real = this.real(ancestor)
      const stats = look(real)
      if (stats?.isDirectory() !== true || this.#never.includes(real)) return undefined
      if (!this.#mounts.known && stats.dev !== this.#top.device) return undefined
      const before = this.#knownRoot(ancestor)
      if ((this.#mounts.at(real) === undefined) !== (before === undefined)) return undefined
      if (before === undefined) continue
      if (before.identity !== identityOf(stats)) return undefined
      root = this.#met.find((met) => met.path === ancestor) ?? rootAt(ancestor, real, stats, this.#mounts)
      if (!this.#met.includes(root)) this.#met.push(root)
    }
    return root
  }

  /** Volumes that lay at or below a directory that is no longer listed: with their mount point they vanish, too. */
  vanishedWith(path: string): readonly KnownRoot[] {
    const volumes = this.#before.filter((root) => root.path === path || isBelow(root.path, path))
    for (const volume of volumes) this.#missing.set(volume.path, volume)
    return volumes
  }

  /** Whether everything that was read still lies where it was read. */
  areStillThere(): boolean {
    return this.#met.every(isStillThere)
  }

  /** The path of the root on which a known file lies. */
  holding(path: string): string {
    let best = ''
    for (const root of this.#met)
      if (isBelow(path, root.path) && root.path.length > best.length) best = root.path
    return best
  }

  /** What to remember after a walk of everything, or of a few directories only. */
  remembered(walk: 'whole' | 'part'): KnownRoot[] {
    const roots = new Map(this.#missing)
    // A walk of a few directories met only the roots that lie there.
    if (walk === 'part') for (const root of this.#before) roots.set(root.path, root)
    for (const { path, identity } of this.#met) roots.set(path, { path, identity })
    return [...roots.values()]
  }

  #knownRoot(path: string): KnownRoot | undefined {
    return this.#before.find((root) => root.path === path)
  }
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`)
}

function look(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    // A mount whose server died answers with errors of its own; anything but a code is a fault of ours.
    if (errno(error) === 'OTHER') throw error
    return undefined
  }
}
