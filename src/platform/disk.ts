// The Disk port on Node: callback fs calls on raw descriptors (the cheapest way here), errors as DiskError.
// Invariant: open() never leaves `inside`, never follows a link there, never blocks on a FIFO or device, and
// nothing here replaces or truncates a file unless its name says so.

import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import * as path from 'node:path'
import {
  type Disk,
  type DiskCode,
  DiskError,
  type DiskFile,
  type FileStat,
  type OpenMode,
} from '../base/ports.ts'
import { Confinement, DESCRIPTORS } from './confinement.ts'
import { call } from './disk-call.ts'

/** More than the system takes in one writev (IOV_MAX is 1,024 on Linux and macOS). */
const MAX_VECTORS = 1024

/** What open() gives to a new file, before the umask. */
const NEW_FILE_MODE = 0o666

/** Memory for copying files: large enough for sequential disks. */
const COPY_BYTES = 4 * 1_048_576

function toStat(stats: fs.BigIntStats): FileStat {
  return {
    kind: stats.isFile()
      ? 'file'
      : stats.isDirectory()
        ? 'directory'
        : stats.isSymbolicLink()
          ? 'link'
          : 'other',
    lengthBytes: Number(stats.size),
    modifiedMs: Number(stats.mtimeNs) / 1e6,
    changedMs: Number(stats.ctimeNs) / 1e6,
    identity: `${stats.dev}:${stats.ino}`,
    device: String(stats.dev),
    allocatedBytes: Number(stats.blocks ?? 0n) * 512,
  }
}

class NodeFile implements DiskFile {
  readonly #fd: number
  readonly #path: string
  #closed = false

  constructor(fd: number, at: string) {
    this.#fd = fd
    this.#path = at
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const read = await call<number>(this.#path, (done) =>
        fs.read(this.#fd, into, filled, into.length - filled, position + filled, done),
      )
      if (read === 0) break
      filled += read
    }
    return filled
  }

  async readv(into: readonly Uint8Array[], position: number): Promise<number> {
    let filled = 0
    let rest = into
    while (rest.length > 0) {
      const batch = rest.slice(0, MAX_VECTORS)
      const read = await call<number>(this.#path, (done) =>
        fs.readv(this.#fd, batch, position + filled, done),
      )
      if (read === 0) break
      filled += read
      rest = skip(rest, read)
    }
    return filled
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      written += await call<number>(this.#path, (done) =>
        fs.write(this.#fd, bytes, written, bytes.length - written, position + written, done),
      )
    }
  }

  async writev(parts: readonly Uint8Array[], position: number): Promise<void> {
    let at = position
    let rest = parts.filter((part) => part.length > 0)
    while (rest.length > 0) {
      const batch = rest.slice(0, MAX_VECTORS)
      const written = await call<number>(this.#path, (done) => fs.writev(this.#fd, batch, at, done))
      at += written
      rest = skip(rest, written)
    }
  }

  async truncate(lengthBytes: number): Promise<void> {
    await call<void>(this.#path, (done) =>
      fs.ftruncate(this.#fd, lengthBytes, done as (error: Error | null) => void),
    )
  }

  async allocate(lengthBytes: number): Promise<void> {
    if (await fallocate(this.#path, lengthBytes)) return
    const zeros = new Uint8Array(Math.min(lengthBytes, COPY_BYTES))
    for (let at = 0; at < lengthBytes; at += zeros.length) {
      await this.write(zeros.subarray(0, Math.min(zeros.length, lengthBytes - at)), at)
    }
  }

  async sync(): Promise<void> {
    await call<void>(this.#path, (done) => fs.fsync(this.#fd, done as (error: Error | null) => void))
  }

  async stat(): Promise<FileStat> {
    return toStat(
      await call<fs.BigIntStats>(this.#path, (done) => fs.fstat(this.#fd, { bigint: true }, done)),
    )
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await call<void>(this.#path, (done) => fs.close(this.#fd, done as (error: Error | null) => void))
  }
}

/** What is left of `views` after their first `count` bytes. */
function skip(views: readonly Uint8Array[], count: number): Uint8Array[] {
  let index = 0
  let left = count
  while (index < views.length && left >= (views[index] as Uint8Array).length) {
    left -= (views[index] as Uint8Array).length
    index++
  }
  const rest = views.slice(index)
  const first = rest[0]
  if (first !== undefined && left > 0) rest[0] = first.subarray(left)
  return rest
}

/**
 * Node has no fallocate(2); util-linux brings it as a program. False where it is missing or the file system cannot.
 * @throws DiskError ENOSPC, EDQUOT, EFBIG: writing zeros would fail as well
 */
function fallocate(at: string, lengthBytes: number): Promise<boolean> {
  if (process.platform !== 'linux' || lengthBytes === 0) return Promise.resolve(false)
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, LC_ALL: 'C' } }
    execFile('fallocate', ['-l', String(lengthBytes), '--', at], options, (error, _stdout, stderr) => {
      if (error === null) resolve(true)
      else if (stderr.includes('No space left')) reject(new DiskError('ENOSPC', { path: at }))
      else if (stderr.includes('quota')) reject(new DiskError('EDQUOT', { path: at }))
      else if (stderr.includes('File too large')) reject(new DiskError('EFBIG', { path: at }))
      else resolve(false)
    })
  })
}

export class NodeDisk implements Disk {
  readonly nameRules = process.platform === 'win32' ? 'windows' : 'posix'
  readonly #confinement: Confinement

  /** @param seesDescriptors whether to trust /proc (see Confinement); given only by tests */
  constructor(seesDescriptors: boolean = fs.existsSync(DESCRIPTORS)) {
    this.#confinement = new Confinement(seesDescriptors ? DESCRIPTORS : undefined)
  }

  join(...parts: readonly string[]): string {
    return path.join(...parts)
  }

  async open(at: string, mode: OpenMode, inside?: string): Promise<DiskFile> {
    const flags = flagsOf(mode)
    const fd = await call<number>(at, (done) => {
      if (inside === undefined) fs.open(at, flags, 0o666, done)
      else this.#confinement.open(at, flags, inside, done)
    })
    const file = new NodeFile(fd, at)
    try {
      const stat = await file.stat()
      if (stat.kind === 'directory') throw new DiskError('EISDIR', { path: at })
      if (stat.kind !== 'file') throw new DiskError('ELOOP', { path: at, kind: stat.kind })
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async stat(at: string, follow?: 'follow'): Promise<FileStat | undefined> {
    const look = follow === 'follow' ? fs.stat : fs.lstat
    try {
      return toStat(await call<fs.BigIntStats>(at, (done) => look(at, { bigint: true }, done)))
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return undefined
      throw error
    }
  }

  async makeDirectory(at: string, inside?: string): Promise<void> {
    if (inside !== undefined) await this.#confinement.refuseLinks(at, inside)
    await makeWithParents(at)
    if (inside !== undefined) await this.#confinement.refuseLinks(at, inside)
  }

  /**
   * link + unlink never replaces, in one step of the system. File systems without hard links get a look and a
   * rename; the gap between the two is theirs.
   */
  async rename(from: string, to: string): Promise<void> {
    const stat = await this.stat(from)
    if (stat === undefined) throw new DiskError('ENOENT', { path: from })
    if (stat.kind === 'file') {
      try {
        await call<void>(to, (done) => fs.link(from, to, done as (error: Error | null) => void))
        await this.remove(from)
        return
      } catch (error) {
        if (!(error instanceof DiskError)) throw error
        const linkless =
          error.code === 'EPERM' || (error.code === 'OTHER' && LINKLESS.has(String(error.data.errno)))
        if (!linkless) throw error
      }
    }
    if ((await this.stat(to)) !== undefined) throw new DiskError('EEXIST', { path: to })
    await this.replace(from, to)
  }

  async replace(from: string, to: string): Promise<void> {
    await call<void>(to, (done) => fs.rename(from, to, done as (error: Error | null) => void))
  }

  async remove(at: string): Promise<void> {
    await call<void>(at, (done) => fs.unlink(at, done as (error: Error | null) => void))
  }

  async removeDirectory(at: string): Promise<boolean> {
    try {
      await call<void>(at, (done) => fs.rmdir(at, done as (error: Error | null) => void))
      return true
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return false
      throw error
    }
  }

  async list(at: string): Promise<string[]> {
    return await call<string[]>(at, (done) => fs.readdir(at, done))
  }

  async syncDirectory(at: string): Promise<void> {
    if (process.platform === 'win32') return
    const fd = await call<number>(at, (done) =>
      fs.open(at, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY, done),
    )
    try {
      await call<void>(at, (done) => fs.fsync(fd, done as (error: Error | null) => void))
    } catch (error) {
      // Some network file systems have no such call for folders; their names are durable at once.
      if (!(error instanceof DiskError && error.data.errno === 'EINVAL')) throw error
    } finally {
      await call<void>(at, (done) => fs.close(fd, done as (error: Error | null) => void))
    }
  }

  async space(at: string): Promise<{ freeBytes: number; totalBytes: number }> {
    const stats = await call<fs.StatsFs>(at, (done) => fs.statfs(at, done))
    return { freeBytes: stats.bavail * stats.bsize, totalBytes: stats.blocks * stats.bsize }
  }

  async reflink(from: string, to: string): Promise<boolean> {
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants
    // Following a link or waiting for a pipe would be somebody else's file.
    if ((await this.stat(from))?.kind !== 'file') throw new DiskError('ENOENT', { path: from })
    try {
      const flags = COPYFILE_EXCL | COPYFILE_FICLONE_FORCE
      await call<void>(to, (done) => fs.copyFile(from, to, flags, done as (error: Error | null) => void))
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'EEXIST' || error.code === 'ENOENT')) throw error
      return false
    }
    // copyFile takes the other's permissions over: a program, or a file that nobody may write to.
    const mode = NEW_FILE_MODE & ~process.umask()
    await call<void>(to, (done) => fs.chmod(to, mode, done as (error: Error | null) => void))
    return true
  }

  async copy(from: string, to: string, onProgress?: (bytes: number) => void): Promise<void> {
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants
    try {
      const flags = COPYFILE_EXCL | COPYFILE_FICLONE_FORCE
      await call<void>(to, (done) => fs.copyFile(from, to, flags, done as (error: Error | null) => void))
      onProgress?.((await this.stat(to))?.lengthBytes ?? 0)
      return
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'EEXIST' || error.code === 'ENOENT')) throw error
    }
    const source = await this.open(from, 'read')
    try {
      const target = await this.open(to, 'new')
      try {
        await copyBytes(source, target, onProgress)
      } finally {
        await target.close()
      }
    } finally {
      await source.close()
    }
  }
}

/**
 * Step by step: Node's own `recursive` never ends, and holds a thread, where the system says that a folder it just
 * refused to make is missing (below /proc).
 */
async function makeWithParents(at: string): Promise<void> {
  const missing: string[] = []
  for (let folder = at; ; folder = path.dirname(folder)) {
    const code = await make(folder)
    if (code === undefined) break
    if (code !== 'ENOENT' || folder === path.dirname(folder)) throw new DiskError(code, { path: at })
    missing.push(folder)
  }
  for (const folder of missing.toReversed()) {
    const code = await make(folder)
    // Its parent is there now: this is how such a system says no.
    if (code !== undefined) throw new DiskError(code === 'ENOENT' ? 'EPERM' : code, { path: at })
  }
}

/** @returns why it is not there now */
async function make(folder: string): Promise<DiskCode | undefined> {
  try {
    await call<void>(folder, (done) => fs.mkdir(folder, done as (error: Error | null) => void))
    return undefined
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    return error.code !== 'ENOENT' && (await isFolder(folder)) ? undefined : error.code
  }
}

/** Roots of drives, for one, are refused with other words than EEXIST. */
function isFolder(folder: string): Promise<boolean> {
  return call<fs.Stats>(folder, (done) => fs.stat(folder, done)).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** What link(2) says where there are no hard links. */
const LINKLESS: ReadonlySet<string> = new Set([
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'UNKNOWN',
])

async function copyBytes(
  source: DiskFile,
  target: DiskFile,
  onProgress: ((bytes: number) => void) | undefined,
) {
  const memory = new Uint8Array(COPY_BYTES)
  for (let at = 0; ; ) {
    const read = await source.read(memory, at)
    if (read === 0) return
    await target.write(memory.subarray(0, read), at)
    at += read
    onProgress?.(at)
  }
}

function flagsOf(mode: OpenMode): number {
  const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants
  // Not defined on Windows, where neither FIFOs nor such links exist in this form.
  const guard = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
  switch (mode) {
    case 'read':
      return O_RDONLY | guard
    case 'write':
      return O_RDWR | guard
    case 'create':
      return O_RDWR | O_CREAT | guard
    case 'new':
      return O_RDWR | O_CREAT | O_EXCL | guard
  }
}
