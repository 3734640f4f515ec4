// The session's open descriptors: at most a few hundred, the least recently used closed first, so that torrents of
// 100,000 files need no more than those of one. Invariant: a descriptor in use is never closed under its user;
// above the limit only while more are in use at once.

import type { Millis } from '../../base/ids.ts'
import type { Disk, DiskFile } from '../../base/ports.ts'
import { DiskError } from '../../base/ports.ts'

/** Well below the usual 1,024 of a process, which sockets need too. */
export const DEFAULT_OPEN_FILES = 256

export type UseMode = 'read' | 'write'

class Entry {
  readonly path: string
  readonly opening: Promise<DiskFile>
  file: DiskFile | undefined
  users = 0
  usedAt: Millis
  doomed = false
  closed: Promise<void> | undefined
  idle: (() => void) | undefined

  constructor(path: string, opening: Promise<DiskFile>, now: Millis) {
    this.path = path
    this.opening = opening
    this.usedAt = now
  }
}

export class OpenFiles {
  readonly #disk: Disk
  readonly #limit: number
  readonly #now: () => Millis
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>()

  constructor(disk: Disk, now: () => Millis, limit: number = DEFAULT_OPEN_FILES) {
    this.#disk = disk
    this.#now = now
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  /** Opens (or reuses) the file for the duration of `work`. Never creates. @throws DiskError */
  async use<T>(
    path: string,
    mode: UseMode,
    inside: string,
    work: (file: DiskFile) => Promise<T>,
  ): Promise<T> {
    const entry = this.#entry(path, mode, () => this.#open(path, mode, inside))
    entry.users++
    try {
      const file = entry.file ?? (await this.#opened(entry, keyOf(path, mode)))
      return await work(file)
    } finally {
      this.#left(entry)
    }
  }

  /**
   * Makes a new file, prepares it, and keeps it open for writing. What cannot be prepared is taken away again if it was
   * made here (`new`), so that the next attempt does not find it in its way.
   * @throws DiskError EEXIST and others
   */
  async create(
    path: string,
    inside: string,
    mode: 'new' | 'create',
    prepare: (file: DiskFile) => Promise<void>,
  ): Promise<void> {
    const file = await this.#openWithRoom(() => this.#disk.open(path, mode, inside))
    try {
      await prepare(file)
    } catch (error) {
      await file.close()
      // A disk that fails twice keeps it: what failed first is what is told.
      if (mode === 'new') await this.#disk.remove(path).catch(() => undefined)
      throw error
    }
    const key = keyOf(path, 'write')
    if (this.#entries.has(key)) {
      await file.close()
      return
    }
    const entry = new Entry(path, Promise.resolve(file), this.#now())
    entry.file = file
    this.#entries.set(key, entry)
    this.#shrink()
  }

  /** Closes every descriptor of a path, after its users are done. Call before renaming or removing it. */
  async close(path: string): Promise<void> {
    for (const mode of ['read', 'write'] as const) {
      const entry = this.#entries.get(keyOf(path, mode))
      if (entry === undefined) continue
      this.#entries.delete(keyOf(path, mode))
      await this.#finish(entry)
    }
  }

  /** Closes what nobody used since `before`: volumes can then be unmounted and made read-only. */
  async closeIdle(before: Millis): Promise<void> {
    const closing: Promise<void>[] = []
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0 || entry.usedAt >= before) continue
      this.#entries.delete(key)
      closing.push(this.#finish(entry))
    }
    await Promise.all(closing)
  }

  async closeAll(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map((entry) => this.#finish(entry)))
  }

  #entry(path: string, mode: UseMode, open: () => Promise<DiskFile>): Entry {
    const key = keyOf(path, mode)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = new Entry(path, open(), this.#now())
      this.#entries.set(key, entry)
    } else {
      this.#entries.delete(key)
      this.#entries.set(key, entry)
      entry.usedAt = this.#now()
    }
    return entry
  }

  async #opened(entry: Entry, key: string): Promise<DiskFile> {
    try {
      entry.file = await entry.opening
      return entry.file
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    } finally {
      this.#shrink()
    }
  }

  #open(path: string, mode: UseMode, inside: string): Promise<DiskFile> {
    return this.#openWithRoom(() => this.#disk.open(path, mode, inside))
  }

  /** Out of descriptors: lets go of everything idle and tries once more. */
  async #openWithRoom(open: () => Promise<DiskFile>): Promise<DiskFile> {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== 'EMFILE') throw error
      await this.closeIdle(Number.POSITIVE_INFINITY as Millis)
      return await open()
    }
  }

  #left(entry: Entry): void {
    entry.users--
    if (entry.users > 0) return
    entry.idle?.()
    if (!entry.doomed) this.#shrink()
  }

  #shrink(): void {
    if (this.#entries.size <= this.#limit) return
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0) continue
      this.#entries.delete(key)
      void this.#finish(entry)
      if (this.#entries.size <= this.#limit) return
    }
  }

  #finish(entry: Entry): Promise<void> {
    entry.doomed = true
    entry.closed ??= this.#closeWhenIdle(entry)
    return entry.closed
  }

  /** A failing close loses nothing: what was written is only trusted after a successful sync. */
  async #closeWhenIdle(entry: Entry): Promise<void> {
    if (entry.users > 0) {
      await new Promise<void>((resolve) => {
        entry.idle = resolve
      })
    }
    const file = await entry.opening.catch(() => undefined)
    await file?.close().catch(() => undefined)
  }
}

function keyOf(path: string, mode: UseMode): string {
  return mode === 'read' ? `r:${path}` : `w:${path}`
}
