// Keeps opens below a folder: no component between the folder and the file may be a link.
// Invariant: a file handed out lies, at the moment of opening, really below the folder, and nothing was created
// elsewhere. On Linux /proc tells what was opened, which leaves no gap; elsewhere components are looked at one by one.

import * as fs from 'node:fs'
import * as path from 'node:path'
import { DiskError } from '../base/ports.ts'
import { call, type Done } from './disk-call.ts'

/** Where Linux shows the files of this process by number. */
export const DESCRIPTORS = '/proc/self/fd'

export class Confinement {
  /** Real paths of download folders: few, and checked again when something does not fit. */
  readonly #roots = new Map<string, string>()
  readonly #descriptors: string | undefined

  /** @param descriptors undefined where the system shows no descriptors: components are then looked at one by one */
  constructor(descriptors: string | undefined) {
    this.#descriptors = descriptors
  }

  open(at: string, flags: number, inside: string, done: Done<number>): void {
    this.#open(at, flags, inside).then(
      (fd) => done(null, fd),
      (error: Error) => done(error, -1),
    )
  }

  async #open(at: string, flags: number, inside: string): Promise<number> {
    requireBelow(at, inside)
    const descriptors = this.#descriptors
    if (descriptors === undefined) return await this.#openChecked(at, flags, inside)
    if ((flags & fs.constants.O_CREAT) !== 0) return await this.#createBelow(descriptors, at, flags, inside)
    const fd = await openAt(at, at, flags)
    await this.#keepIf(fd, at, await this.#shows(descriptors, fd, at, inside))
    return fd
  }

  /** The folder is opened and looked at first; the file is then made in that very folder, wherever its name leads. */
  async #createBelow(descriptors: string, at: string, flags: number, inside: string): Promise<number> {
    const folder = path.dirname(at)
    const { O_RDONLY, O_DIRECTORY } = fs.constants
    const folderFd = await openAt(folder, at, O_RDONLY | O_DIRECTORY)
    try {
      if (!(await this.#shows(descriptors, folderFd, folder, inside)))
        throw new DiskError('ELOOP', { path: at })
      return await openAt(`${descriptors}/${folderFd}/${path.basename(at)}`, at, flags)
    } finally {
      await closeFd(folderFd, at)
    }
  }

  /** Without /proc: look, open, look again. */
  async #openChecked(at: string, flags: number, inside: string): Promise<number> {
    await this.refuseLinks(path.dirname(at), inside)
    const fd = await openAt(at, at, flags)
    const root = await realPath(inside)
    const expected = path.join(root, path.relative(inside, at))
    const opened = await call<fs.BigIntStats>(at, (done) => fs.fstat(fd, { bigint: true }, done))
    const named = await call<fs.BigIntStats>(at, (done) => fs.lstat(expected, { bigint: true }, done))
    const folder = path.dirname(expected)
    const same = named.ino === opened.ino && named.dev === opened.dev && (await realPath(folder)) === folder
    await this.#keepIf(fd, at, same)
    return fd
  }

  /** Every existing component from `inside` down to `folder` must be a real folder. @throws DiskError ELOOP, ENOTDIR */
  async refuseLinks(folder: string, inside: string): Promise<void> {
    requireBelow(folder, inside)
    let at = inside
    for (const component of path.relative(inside, folder).split(path.sep)) {
      if (component === '') continue
      at = path.join(at, component)
      let stats: fs.Stats
      try {
        stats = await call<fs.Stats>(at, (done) => fs.lstat(at, done))
      } catch (error) {
        if (error instanceof DiskError && error.code === 'ENOENT') return
        throw error
      }
      if (stats.isSymbolicLink()) throw new DiskError('ELOOP', { path: at })
      if (!stats.isDirectory()) throw new DiskError('ENOTDIR', { path: at })
    }
  }

  /** Whether the descriptor is what `at` names when no link is followed below `inside`. */
  async #shows(descriptors: string, fd: number, at: string, inside: string): Promise<boolean> {
    // A look into /proc, not at a disk: it cannot block.
    const real = fs.readlinkSync(`${descriptors}/${fd}`)
    const below = path.relative(inside, at)
    const known = this.#roots.get(inside)
    if (known !== undefined && real === path.join(known, below)) return true
    const root = await realPath(inside)
    this.#roots.set(inside, root)
    return real === path.join(root, below)
  }

  async #keepIf(fd: number, at: string, right: boolean): Promise<void> {
    if (right) return
    await closeFd(fd, at)
    throw new DiskError('ELOOP', { path: at })
  }
}

function requireBelow(at: string, inside: string): void {
  const below = path.relative(inside, at)
  if (below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below)) {
    throw new DiskError('ELOOP', { path: at })
  }
}

/** `name` is what is opened, `at` what errors speak of. */
function openAt(name: string, at: string, flags: number): Promise<number> {
  return call<number>(at, (done) => fs.open(name, flags, 0o666, done))
}

function realPath(at: string): Promise<string> {
  return call<string>(at, (done) => fs.realpath.native(at, done))
}

function closeFd(fd: number, at: string): Promise<void> {
  return call<void>(at, (done) => fs.close(fd, done as (error: Error | null) => void))
}
