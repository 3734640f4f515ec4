// Where the bytes of each file of a torrent live: under its final name when complete, under the same name with a
// suffix while not, nowhere yet, or (a file that is not wanted) in the torrent's part store.
// Invariant: a file has at most one home, and only its own home is ever written.

import type { Disk, DiskFile, FileStat } from '../../base/ports.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import { FileGate } from './file-gate.ts'
import type { OpenFiles } from './open-files.ts'
import { ProblemError, type StorageProblem } from './trouble.ts'
import { findVolume, type VolumeMark } from './volume.ts'

export const DEFAULT_PART_SUFFIX = '.part'

/** Enough to tell whether a file is still the one that was hashed. */
export interface FileIdentity {
  readonly lengthBytes: number
  readonly modifiedMs: number
  /** As Disk.stat() gives it. */
  readonly identity: string
}

/** What a file was like when it was last known to be right: noticing a change needs all of it. */
export interface FileFacts extends FileIdentity {
  readonly device: string
}

export function factsOf(stat: FileStat): FileFacts {
  const { lengthBytes, modifiedMs, identity, device } = stat
  return { lengthBytes, modifiedMs, identity, device }
}

export function sameFacts(seen: FileIdentity, facts: FileIdentity): boolean {
  return (
    seen.identity === facts.identity &&
    seen.lengthBytes === facts.lengthBytes &&
    seen.modifiedMs === facts.modifiedMs
  )
}

export type Home = 'absent' | 'part' | 'final'

export class DataFile {
  readonly index: number
  readonly lengthBytes: number
  /** Below the save folder; renameFile changes it. */
  components: readonly string[]
  /** Its own, because a move takes one file after another. */
  folder: string
  home: Home = 'absent'
  wanted = true
  /** Bytes of it may be in the part store. */
  inStore = false
  /** At the last sync; undefined before the first. */
  facts: FileFacts | undefined
  /** Written since the facts were taken: they may be behind. */
  writing = false
  readonly gate = new FileGate()
  creating: Promise<void> | undefined
  /** It is ours and not as long yet as it must be. */
  short = false
  /** A half-made file of ours is in the way: it is taken over instead of refused. */
  remake = false
  /** Home, facts or use of the part store differ from the journal. */
  unrecorded = false
  /** Found changed, missing or not vouched for: what was last seen there, to look again only when that changes. */
  suspect: { readonly problem: StorageProblem; seen: FileFacts | undefined } | undefined
  /** When its path was last seen to lead to the same file. */
  pathSeenAt = Number.NEGATIVE_INFINITY

  constructor(file: TorrentFile, folder: string) {
    this.index = file.index
    this.lengthBytes = file.lengthBytes
    this.components = file.path
    this.folder = folder
  }
}

export interface LayoutOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly metainfo: Metainfo
  readonly saveFolder: string
  readonly partSuffix: string
  readonly preallocate: 'sparse' | 'full'
}

export class Layout {
  readonly #disk: Disk
  readonly #openFiles: OpenFiles
  /** Empty: incomplete files already have their final names. */
  readonly partSuffix: string
  readonly #preallocate: 'sparse' | 'full'
  /** By file index; undefined for pads and links, which are never on disk. */
  readonly files: readonly (DataFile | undefined)[]
  saveFolder: string
  /** The volume of the save folder; undefined until it is known. */
  volume: VolumeMark | undefined
  /** Folders with names that are not durable yet. */
  readonly unsyncedFolders = new Set<string>()
  readonly #madeFolders = new Set<string>()

  constructor(options: LayoutOptions) {
    this.#disk = options.disk
    this.#openFiles = options.openFiles
    this.partSuffix = options.partSuffix
    this.#preallocate = options.preallocate
    this.saveFolder = options.saveFolder
    this.files = options.metainfo.files.map((file) =>
      file.pad || file.symlink ? undefined : new DataFile(file, options.saveFolder),
    )
  }

  *dataFiles(): Generator<DataFile> {
    for (const file of this.files) if (file !== undefined) yield file
  }

  pathIn(folder: string, components: readonly string[], home: 'part' | 'final'): string {
    const path = this.#disk.join(folder, ...components)
    return home === 'part' ? path + this.partSuffix : path
  }

  finalPath(file: DataFile): string {
    return this.pathIn(file.folder, file.components, 'final')
  }

  partPath(file: DataFile): string {
    return this.pathIn(file.folder, file.components, 'part')
  }

  /** Each file of these parts is what it was when it was hashed, where that is said. */
  isAs(parts: readonly { readonly file: number }[], hashed: readonly (FileIdentity | undefined)[]): boolean {
    return parts.every(({ file }) => {
      const wanted = hashed[file]
      const facts = this.files[file]?.facts
      return wanted === undefined || (facts !== undefined && sameFacts(facts, wanted))
    })
  }

  /** Where it is, or would be made. */
  path(file: DataFile): string {
    return file.home === 'final' ? this.finalPath(file) : this.partPath(file)
  }

  /** Names that a file may have: what a torrent claims. */
  claimPaths(file: DataFile): string[] {
    return [this.finalPath(file), this.partPath(file)]
  }

  folderOf(file: DataFile): string {
    return this.#disk.join(file.folder, ...file.components.slice(0, -1))
  }

  /** Makes the file if it is absent. Several callers share one making. @throws DiskError, ProblemError */
  ensure(file: DataFile): Promise<void> | undefined {
    if (file.home !== 'absent' && !file.short) return undefined
    file.creating ??= (file.short ? this.#lengthen(file) : this.#create(file)).finally(() => {
      file.creating = undefined
    })
    return file.creating
  }

  async #create(file: DataFile): Promise<void> {
    await this.requireVolume()
    await this.makeFolder(file.folder, file.components.slice(0, -1))
    const path = this.partPath(file)
    await this.#openFiles.create(
      path,
      file.folder,
      file.remake ? 'create' : 'new',
      async (opened: DiskFile) => {
        if (file.remake) await opened.truncate(0)
        if (this.#preallocate === 'full' && file.lengthBytes > 0) await opened.allocate(file.lengthBytes)
        await opened.truncate(file.lengthBytes)
      },
    )
    file.remake = false
    this.unsyncedFolders.add(this.folderOf(file))
    // The volume may have gone between the look and the making; then the new file is in the empty mount point.
    await this.requireVolume(path)
    file.home = 'part'
    file.writing = true
    file.unrecorded = true
  }

  async #lengthen(file: DataFile): Promise<void> {
    await this.#openFiles.use(this.path(file), 'write', file.folder, (opened) =>
      opened.truncate(file.lengthBytes),
    )
    file.short = false
  }

  /** A file that is not right any more goes back under its part name, so that it can be completed. @throws DiskError */
  async demote(file: DataFile): Promise<void> {
    await file.gate.exclusive(async () => {
      if (file.home !== 'final') return
      const from = this.finalPath(file)
      const to = this.partPath(file)
      await this.#openFiles.close(from)
      if (from !== to) await this.#disk.rename(from, to)
      file.home = 'part'
      file.writing = true
      file.unrecorded = true
      this.unsyncedFolders.add(this.folderOf(file))
    })
  }

  /** Folders below the save folder as needed, remembered for syncing. */
  async makeFolder(root: string, components: readonly string[]): Promise<void> {
    const target = this.#disk.join(root, ...components)
    if (this.#madeFolders.has(target)) return
    await this.#disk.makeDirectory(target, root)
    this.syncFolders(root, components)
    this.#madeFolders.add(target)
  }

  /** The same, durable at once: a file moved into a folder that a crash takes away would go with it. */
  async makeFolderDurable(root: string, components: readonly string[]): Promise<void> {
    await this.makeFolder(root, components)
    for (let depth = 0; depth <= components.length; depth++) {
      const folder = this.#disk.join(root, ...components.slice(0, depth))
      if (!this.unsyncedFolders.has(folder)) continue
      await this.#disk.syncDirectory(folder)
      // Not before: a sync that failed is owed still.
      this.unsyncedFolders.delete(folder)
    }
  }

  /** Names on the way to here, `root` included, must become durable with the next batch. */
  syncFolders(root: string, components: readonly string[]): void {
    let folder = root
    this.unsyncedFolders.add(folder)
    for (const component of components) {
      folder = this.#disk.join(folder, component)
      this.unsyncedFolders.add(folder)
    }
  }

  /** Folders may have been removed underneath: look again before relying on them. */
  forgetFolders(): void {
    this.#madeFolders.clear()
  }

  /** @throws ProblemError MISSING_VOLUME; a file just made is taken away again */
  async requireVolume(justMade?: string): Promise<void> {
    if ((await findVolume(this.#disk, this.saveFolder, this.volume)) === 'same') return
    if (justMade !== undefined) {
      await this.#openFiles.close(justMade)
      await this.#disk.remove(justMade).catch(() => undefined)
    }
    throw new ProblemError({ code: 'MISSING_VOLUME', path: this.saveFolder })
  }
}
