// The Disk port in memory, seeded: a file system that loses, tears and garbles what was not synced when the power
// fails, and whose faults (errors, full disk, volumes that go away) are scripted by the test.
// Promise: what was synced survives a crash exactly; everything else may survive, vanish or be mangled, the seed decides.
// Two orders of names are modelled: as a journaling file system keeps them, and as POSIX merely allows.

import {
  type Disk,
  type DiskCode,
  DiskError,
  type DiskFile,
  type FileStat,
  type OpenMode,
} from '../../src/base/ports.ts'
import { type Random, randomInt } from '../../src/base/random.ts'
import { SimInode } from './disk-inode.ts'
import { isBelow, SimNames } from './disk-names.ts'

export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'allocate'
  | 'sync'
  | 'stat'
  | 'makeDirectory'
  | 'rename'
  | 'replace'
  | 'remove'
  | 'removeDirectory'
  | 'list'
  | 'syncDirectory'
  | 'space'
  | 'copy'
  | 'reflink'

export interface SimDiskOptions {
  readonly random: Random
  /** For modification times. */
  readonly wallMs: () => number
  readonly capacityBytes?: number
  /** Default posix. */
  readonly nameRules?: Disk['nameRules']
  /** How long an operation takes; default: some turns of the promise queue. */
  readonly latency?: () => Promise<void>
}

const ROOT_DEVICE = 1

export class SimDisk implements Disk {
  readonly nameRules: Disk['nameRules']
  readonly #random: Random
  readonly #wallMs: () => number
  readonly #latency: (() => Promise<void>) | undefined
  readonly names = new SimNames()
  /** Counts stops: operations begun before one, or while stopped, never end. */
  #generation = 0
  #stopped = false
  #inodes = 1
  #devices = ROOT_DEVICE
  #lastModifiedMs = 0
  capacityBytes: number
  /** Nothing can be changed any more. */
  readOnly = false
  /** Files can share their bytes. */
  reflinks = false
  /** A scripted failure: asked before each operation takes effect. */
  fault: ((operation: DiskOperation, path: string) => DiskCode | undefined) | undefined
  /** Told before each operation takes effect. */
  watch: ((operation: DiskOperation, path: string) => void) | undefined

  constructor(options: SimDiskOptions) {
    this.nameRules = options.nameRules ?? 'posix'
    this.#random = options.random
    this.#wallMs = options.wallMs
    this.#latency = options.latency
    this.capacityBytes = options.capacityBytes ?? 1e15
    this.names.start(new SimInode(this.#inodes++, 'directory', ROOT_DEVICE, 0))
  }

  // ── the port ──

  join(...parts: readonly string[]): string {
    const joined: string[] = []
    for (const component of parts.join('/').split('/')) {
      if (component === '' || component === '.') continue
      if (component === '..') joined.pop()
      else joined.push(component)
    }
    return `/${joined.join('/')}`
  }

  async open(path: string, mode: OpenMode, inside?: string): Promise<DiskFile> {
    return await this.#do('open', path, () => {
      if (inside !== undefined) this.#refuseLinks(path, inside)
      const inode = this.names.find(path, inside === undefined)
      if (inode === undefined) return this.#create(path, mode)
      if (mode === 'new') throw new DiskError('EEXIST', { path })
      if (inode.kind === 'directory') throw new DiskError('EISDIR', { path })
      if (inode.kind !== 'file') throw new DiskError('ELOOP', { path })
      if (mode !== 'read') this.#requireWritable(path)
      return this.#handle(inode, path, mode !== 'read')
    })
  }

  async stat(path: string, follow?: 'follow'): Promise<FileStat | undefined> {
    return await this.#do('stat', path, () => this.names.find(path, follow === 'follow')?.stat())
  }

  async makeDirectory(path: string, inside?: string): Promise<void> {
    await this.#do('makeDirectory', path, () => {
      if (inside !== undefined) this.#refuseLinks(this.join(path, 'x'), inside)
      let at = ''
      for (const component of path.split('/').slice(1)) {
        const parent = at === '' ? '/' : at
        at = `${at}/${component}`
        const there = this.names.find(at, true)
        if (there?.kind === 'directory') continue
        if (there !== undefined) throw new DiskError('EEXIST', { path: at })
        this.#requireWritable(at)
        const device = this.names.find(parent, true)?.device ?? ROOT_DEVICE
        this.names.link(at, new SimInode(this.#inodes++, 'directory', device, this.#now()))
      }
    })
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#do('rename', to, () => {
      if (this.names.find(to, false) !== undefined) throw new DiskError('EEXIST', { path: to })
      this.#rename(from, to)
    })
  }

  async replace(from: string, to: string): Promise<void> {
    await this.#do('replace', to, () => this.#rename(from, to))
  }

  async remove(path: string): Promise<void> {
    await this.#do('remove', path, () => {
      this.#requireWritable(path)
      const inode = this.names.find(path, false)
      if (inode === undefined) throw new DiskError('ENOENT', { path })
      if (inode.kind === 'directory') throw new DiskError('EISDIR', { path })
      this.names.unlink(path)
    })
  }

  async removeDirectory(path: string): Promise<boolean> {
    return await this.#do('removeDirectory', path, () => {
      this.#requireWritable(path)
      const inode = this.names.find(path, false)
      if (inode === undefined) throw new DiskError('ENOENT', { path })
      if (inode.kind !== 'directory') throw new DiskError('ENOTDIR', { path })
      if (this.names.list(path).length > 0) return false
      this.names.unlink(path)
      return true
    })
  }

  async list(path: string): Promise<string[]> {
    return await this.#do('list', path, () => {
      const inode = this.names.find(path, true)
      if (inode === undefined) throw new DiskError('ENOENT', { path })
      if (inode.kind !== 'directory') throw new DiskError('ENOTDIR', { path })
      return this.names.list(path)
    })
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#do('syncDirectory', path, () => {
      if (this.names.find(path, true)?.kind !== 'directory') throw new DiskError('ENOENT', { path })
      this.names.sync(path)
    })
  }

  async space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    return await this.#do('space', path, () => {
      if (this.names.find(path, true) === undefined) throw new DiskError('ENOENT', { path })
      return { freeBytes: Math.max(0, this.capacityBytes - this.usedBytes), totalBytes: this.capacityBytes }
    })
  }

  async reflink(from: string, to: string): Promise<boolean> {
    if ((await this.stat(from))?.kind !== 'file') throw new DiskError('ENOENT', { path: from })
    const deviceOf = (path: string) => this.names.find(path, true)?.device
    const near = await this.#do('reflink', to, () => deviceOf(from) === deviceOf(this.join(to, '..')))
    if (!this.reflinks || !near) return false
    await this.copy(from, to)
    return true
  }

  async copy(from: string, to: string, onProgress?: (bytes: number) => void): Promise<void> {
    const source = await this.open(from, 'read')
    const target = await this.open(to, 'new')
    const buffer = new Uint8Array(65_536)
    for (let at = 0; ; ) {
      const read = await source.read(buffer, at)
      if (read === 0) break
      await target.write(buffer.subarray(0, read), at)
      at += read
      onProgress?.(at)
    }
    await source.close()
    await target.close()
  }

  // ── what tests do to it ──

  get usedBytes(): number {
    let usedBytes = 0
    for (const inode of this.names.inodes()) usedBytes += inode.allocatedBytes
    return usedBytes
  }

  /** Power fails: only what was synced is certain. Nothing under way ever ends; start() begins anew. */
  crash(random: Random = this.#random): void {
    this.kill()
    this.names.crash(random)
    for (const inode of this.names.inodes()) inode.crash(random)
  }

  /** The process is killed: everything that took effect stays. Nothing under way ever ends; start() begins anew. */
  kill(): void {
    this.#generation++
    this.#stopped = true
  }

  /** For the next process: a disk of its own to work with, dead with it. What an older one still asks never ends. */
  start(): Disk {
    this.#stopped = false
    const generation = this.#generation
    return new Proxy<Disk>(this, {
      get: (disk, name: keyof Disk) => {
        if (name === 'join' || name === 'nameRules') return disk[name]
        const method = disk[name] as (...args: unknown[]) => Promise<unknown>
        return (...args: unknown[]) =>
          generation === this.#generation ? method.apply(disk, args) : new Promise(() => {})
      },
    })
  }

  /** A volume at this folder, empty, with a device of its own. */
  mount(path: string): void {
    const inode = new SimInode(this.#inodes++, 'directory', ++this.#devices, this.#now())
    this.names.link(path, inode)
    this.names.sync(this.join(path, '..'))
  }

  /** Takes the volume away; its folder stays, empty. @returns what remount() puts back, with another number */
  unmount(path: string): { remount: () => void } {
    const taken = this.names.take(path)
    const parent = this.names.find(this.join(path, '..'), true)
    this.names.link(path, new SimInode(this.#inodes++, 'directory', parent?.device ?? ROOT_DEVICE, 0))
    return {
      remount: () => {
        const device = ++this.#devices
        this.names.take(path)
        this.names.put(taken)
        for (const inode of taken.values()) inode.device = device
      },
    }
  }

  /** Whatever bytes are there, without asking the port; undefined when there is no such file. */
  peek(path: string): Uint8Array | undefined {
    const inode = this.names.find(path, false)
    return inode?.kind === 'file' ? inode.bytes() : undefined
  }

  /** Somebody else makes a file, or changes one. */
  poke(path: string, bytes: Uint8Array, offset = 0): void {
    const inode = this.names.find(path, false) ?? this.#newFile(path)
    inode.write(bytes, offset, this.#now())
    inode.sync()
    this.names.sync(this.join(path, '..'))
  }

  /** Somebody else cuts a file. */
  cut(path: string, lengthBytes: number): void {
    const inode = this.names.find(path, false)
    inode?.truncate(lengthBytes, this.#now())
    inode?.sync()
  }

  /** Somebody else removes a file. */
  drop(path: string): void {
    this.names.unlink(path)
    this.names.sync(this.join(path, '..'))
  }

  /** Something that is neither file nor folder. */
  plant(path: string, kind: 'link' | 'other', target = ''): void {
    const inode = new SimInode(this.#inodes++, kind, ROOT_DEVICE, this.#now())
    inode.target = target
    this.names.link(path, inode)
    this.names.sync(this.join(path, '..'))
  }

  // ── inside ──

  #now(): number {
    this.#lastModifiedMs = Math.max(this.#wallMs(), this.#lastModifiedMs + 1 / 1024)
    return this.#lastModifiedMs
  }

  #create(path: string, mode: OpenMode): DiskFile {
    if (mode === 'read' || mode === 'write') throw new DiskError('ENOENT', { path })
    this.#requireWritable(path)
    if (this.names.find(this.join(path, '..'), true)?.kind !== 'directory')
      throw new DiskError('ENOENT', { path })
    return this.#handle(this.#newFile(path), path, true)
  }

  #newFile(path: string): SimInode {
    const folder = this.names.find(this.join(path, '..'), true)
    const inode = new SimInode(this.#inodes++, 'file', folder?.device ?? ROOT_DEVICE, this.#now())
    this.names.link(path, inode)
    return inode
  }

  #rename(from: string, to: string): void {
    this.#requireWritable(to)
    const inode = this.names.find(from, false)
    const folder = this.names.find(this.join(to, '..'), true)
    if (inode === undefined || folder?.kind !== 'directory') throw new DiskError('ENOENT', { path: from })
    if (inode.device !== folder.device) throw new DiskError('EXDEV', { path: to })
    this.names.rename(from, to)
  }

  #requireWritable(path: string): void {
    if (this.readOnly) throw new DiskError('EROFS', { path })
  }

  #refuseLinks(path: string, inside: string): void {
    if (!isBelow(path, inside)) throw new DiskError('ELOOP', { path })
    let at = inside
    for (const component of path.slice(inside.length).split('/').filter(Boolean).slice(0, -1)) {
      at = this.join(at, component)
      if (this.names.find(at, false)?.kind === 'link') throw new DiskError('ELOOP', { path: at })
    }
  }

  #handle(inode: SimInode, path: string, writable: boolean): DiskFile {
    let closed = false
    const generation = this.#generation
    const run = <T>(operation: DiskOperation, work: () => T): Promise<T> => {
      if (generation !== this.#generation) return new Promise(() => {})
      if (closed) throw new Error(`${operation} on a closed file: ${path}`)
      return this.#do(operation, path, work)
    }
    const change = (): void => {
      this.#requireWritable(path)
      if (!writable) throw new DiskError('OTHER', { path, errno: 'EBADF' })
    }
    const write = (parts: readonly Uint8Array[], position: number): void => {
      change()
      let at = position
      for (const part of parts) {
        this.#requireRoom(inode, part.length, at, path)
        inode.write(part, at, this.#now())
        at += part.length
      }
    }
    return {
      read: (into, position) => run('read', () => inode.read([into], position)),
      readv: (into, position) => run('read', () => inode.read(into, position)),
      write: (bytes, position) => run('write', () => write([bytes], position)),
      writev: (parts, position) => run('write', () => write(parts, position)),
      truncate: (lengthBytes) =>
        run('truncate', () => {
          change()
          inode.truncate(lengthBytes, this.#now())
        }),
      allocate: (lengthBytes) =>
        run('allocate', () => {
          change()
          this.#requireRoom(inode, lengthBytes, 0, path)
          inode.allocate(lengthBytes, this.#now())
        }),
      sync: async () => {
        try {
          await run('sync', () => inode.sync())
        } catch (error) {
          inode.failSync(this.#random)
          throw error
        }
      },
      stat: () => run('stat', () => inode.stat()),
      close: async () => {
        closed = true
      },
    }
  }

  #requireRoom(inode: SimInode, lengthBytes: number, position: number, path: string): void {
    const more = inode.newlyAllocated(lengthBytes, position)
    if (more > 0 && this.usedBytes + more > this.capacityBytes) throw new DiskError('ENOSPC', { path })
  }

  /** Takes its time, then happens at once, unless the process was restarted meanwhile. */
  async #do<T>(operation: DiskOperation, path: string, work: () => T): Promise<T> {
    const generation = this.#stopped ? -1 : this.#generation
    await this.#pass()
    if (generation !== this.#generation) return await new Promise<T>(() => {})
    this.watch?.(operation, path)
    if (generation !== this.#generation) return await new Promise<T>(() => {})
    const code = this.fault?.(operation, path)
    if (code !== undefined) throw new DiskError(code, { path })
    const result = work()
    await this.#pass()
    if (generation !== this.#generation) return await new Promise<T>(() => {})
    return result
  }

  async #pass(): Promise<void> {
    if (this.#latency !== undefined) return await this.#latency()
    for (let turns = randomInt(this.#random, 4); turns > 0; turns--) await Promise.resolve()
  }
}
