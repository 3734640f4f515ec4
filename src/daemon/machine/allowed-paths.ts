// Which paths a call may name: below the roots of server.roots, or else below the person's home folder, the save folder and
// mounted volumes; decided on the real path, so that no link or `..` leads out. The owner's own calls are not bound: whoever
// reads the account's `api-token` can do all that the account can.
// Promise: the path that is answered is the one that was looked at; whoever uses it uses that, not what was asked.

import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Caller } from '../../api/routes.ts'
import { MachineError } from './machine-error.ts'

export interface AllowedPathsOptions {
  /** server.roots: empty for the usual ones. */
  roots(): readonly string[]
  saveFolder(): string
  readonly home: string
  /** Absolute paths. */
  volumes(): Promise<readonly string[]>
}

export class AllowedPaths {
  readonly #options: AllowedPathsOptions

  constructor(options: AllowedPathsOptions) {
    this.#options = options
  }

  /**
   * @param given absolute; need not exist @param caller undefined counts as a program
   * @returns the real path: of what is there, and the rest as written
   * @throws MachineError FOLDER_RELATIVE, PATH_INVALID, PATH_OUTSIDE
   */
  async check(given: string, caller: Caller | undefined): Promise<string> {
    if (given.includes('\0')) throw new MachineError('PATH_INVALID')
    if (!path.isAbsolute(given)) throw new MachineError('FOLDER_RELATIVE', { folder: given })
    const real = await realNearest(path.resolve(given))
    if (caller?.kind !== 'owner' && !(await this.#isBelowRoot(real)))
      throw new MachineError('PATH_OUTSIDE', { path: given })
    return real
  }

  async allows(given: string, caller: Caller | undefined): Promise<boolean> {
    try {
      await this.check(given, caller)
      return true
    } catch (error) {
      if (error instanceof MachineError) return false
      throw error
    }
  }

  async #isBelowRoot(real: string): Promise<boolean> {
    const { roots, saveFolder, home, volumes } = this.#options
    const set = roots()
    const chosen = set.length > 0 ? set : [home, saveFolder()]
    for (const root of chosen) if (isWithin(real, await realNearest(path.resolve(root)))) return true
    // Mount points are real paths already.
    return set.length === 0 && (await volumes()).some((volume) => isWithin(real, volume))
  }
}

export function isWithin(child: string, folder: string): boolean {
  const relative = path.relative(folder, child)
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative))
}

/** The real path of the nearest folder that exists, and the rest as written. */
async function realNearest(target: string): Promise<string> {
  try {
    return await realpath(target)
  } catch (error) {
    const parent = path.dirname(target)
    // A link that leads nowhere could lead anywhere once somebody makes its target; a loop leads nowhere.
    const { code } = error as NodeJS.ErrnoException
    if (parent === target || (code !== 'ENOENT' && code !== 'ENOTDIR')) throw new MachineError('PATH_INVALID')
    if (code === 'ENOENT' && (await isLink(target))) throw new MachineError('PATH_INVALID', { path: target })
    return path.join(await realNearest(parent), path.basename(target))
  }
}

async function isLink(target: string): Promise<boolean> {
  // Nothing there, or nothing that we may see: no link that could be followed.
  const stat = await lstat(target).catch(() => undefined)
  return stat?.isSymbolicLink() === true
}
