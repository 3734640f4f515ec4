// The resume journal of one torrent on disk: append-only, checksummed, compacted by write-temp, fsync, rename,
// fsync-folder. Invariant: after append() resolves, its records survive a crash, and so does everything before;
// a damaged journal is set aside under another name, never silently deleted.

import { type Disk, DiskError, type DiskFile } from '../../base/ports.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { decodeRecord, encodeRecord, encodeRecords, type JournalRecord } from './journal-record.ts'
import { JournalState } from './journal-state.ts'
import { syncReading } from './sync-reading.ts'

/** Compact when the file is this many times its snapshot, and not before it is worth a rename. */
const COMPACT_FACTOR = 4
const COMPACT_MIN_BYTES = 65_536
/** More than any real journal (100,000 files and 2 million pieces need some 20 MB): not read, set aside. */
const MAX_JOURNAL_BYTES = 256 * 1_048_576

/** `cut`: the last batch was torn by a crash. `corrupt`: durable records were damaged; the file was set aside. */
export type JournalDamage = 'none' | 'cut' | 'corrupt'

export interface ReadJournal {
  readonly damage: JournalDamage
  /** Where a corrupt journal was put. */
  readonly setAside: string | undefined
  readonly existed: boolean
}

const NOTHING_READ: ReadJournal = { damage: 'none', setAside: undefined, existed: false }

export class Journal {
  readonly #disk: Disk
  /** Undefined: it is kept in memory alone. */
  readonly #path: string | undefined
  readonly state: JournalState
  /** Bytes that are good; undefined while there is no file or its tail is not known to be good. */
  #end: number | undefined
  #snapshotBytes = 0
  /** Its name is durable: a crash may have come between an earlier rename and the sync of the folder. */
  #named = false
  #queue: Promise<void> = Promise.resolve()

  private constructor(disk: Disk, path: string | undefined, metainfo: Metainfo) {
    this.#disk = disk
    this.#path = path
    this.state = new JournalState(metainfo)
  }

  /** Reads what is there. Nothing is written except that damage is put aside. @throws DiskError */
  static async open(
    disk: Disk,
    path: string | undefined,
    metainfo: Metainfo,
  ): Promise<{ journal: Journal; read: ReadJournal }> {
    const journal = new Journal(disk, path, metainfo)
    const read = path === undefined ? NOTHING_READ : await journal.#read(path)
    return { journal, read }
  }

  /** This process wrote to it: what it says of writing, and its name, are known to be durable. */
  get confirmed(): boolean {
    return this.#named || this.#path === undefined
  }

  get path(): string {
    return this.#path ?? ''
  }

  /** One batch: a mark is added at its end. @throws DiskError; the records are then part of the next append */
  append(records: readonly JournalRecord[], mark: { wallMs: number; writing: boolean }): Promise<void> {
    const batch: JournalRecord[] = [...records, { type: 'mark', batch: this.state.batch + 1, ...mark }]
    for (const record of batch) this.state.apply(record)
    const path = this.#path
    if (path === undefined) return Promise.resolve()
    const job = this.#queue.then(() => this.#write(path, encodeRecords(batch)))
    this.#queue = job.catch(() => undefined)
    return job
  }

  async remove(): Promise<void> {
    await this.#queue
    this.#end = undefined
    if (this.#path === undefined) return
    for (const path of [this.#path, temporary(this.#path)]) {
      if ((await this.#disk.stat(path)) !== undefined) await this.#disk.remove(path)
    }
  }

  /** Resolves when all appends so far are over. */
  async settled(): Promise<void> {
    await this.#queue
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const end = this.#end
    const limit = Math.max(COMPACT_MIN_BYTES, COMPACT_FACTOR * this.#snapshotBytes)
    if (end === undefined || end + bytes.length > limit) return await this.#compact(path)
    this.#end = undefined
    const file = await this.#open(path)
    if (file === undefined) return await this.#compact(path)
    try {
      await file.write(bytes, end)
      await file.sync()
    } finally {
      await file.close()
    }
    if (!this.#named) await this.#syncName(path)
    this.#end = end + bytes.length
  }

  /** Undefined when somebody removed it. */
  async #open(path: string): Promise<DiskFile | undefined> {
    try {
      return await this.#disk.open(path, 'write')
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Writes the state as a new file in place of the old one. */
  async #compact(path: string): Promise<void> {
    this.#end = undefined
    const bytes = encodeRecords(this.state.snapshot())
    const beside = temporary(path)
    const file = await this.#disk.open(beside, 'create')
    try {
      await file.truncate(0)
      await file.write(bytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    this.#named = false
    await this.#disk.replace(beside, path)
    await this.#syncName(path)
    this.#end = bytes.length
    this.#snapshotBytes = bytes.length
  }

  async #syncName(path: string): Promise<void> {
    await this.#disk.syncDirectory(folderOf(this.#disk, path))
    this.#named = true
  }

  async #read(path: string): Promise<ReadJournal> {
    const stat = await this.#disk.stat(path)
    if (stat === undefined) return NOTHING_READ
    if (stat.kind !== 'file' || stat.lengthBytes > MAX_JOURNAL_BYTES) return await this.#setAside(path)
    const bytes = new Uint8Array(stat.lengthBytes)
    const file = await this.#disk.open(path, 'read')
    try {
      // A process killed before this one may have left records that only the system's memory has.
      await syncReading(file)
      if ((await file.read(bytes, 0)) < bytes.length) throw new DiskError('EIO', { path })
    } finally {
      await file.close()
    }
    const first = decodeRecord(bytes, 0)
    if (first === undefined || !this.#isOurs(first.record)) return await this.#setAside(path)
    let at = first.next
    for (let decoded = decodeRecord(bytes, at); decoded !== undefined; decoded = decodeRecord(bytes, at)) {
      this.state.apply(decoded.record)
      at = decoded.next
    }
    if (at === bytes.length) {
      this.#end = at
      this.#snapshotBytes = at
      return { damage: 'none', setAside: undefined, existed: true }
    }
    if (laterBatch(bytes, at + 1, this.state.batch + 2)) {
      this.state.forgetContent()
      return await this.#setAside(path)
    }
    // The next append writes a fresh file: that cuts the torn tail off.
    return { damage: 'cut', setAside: undefined, existed: true }
  }

  #isOurs(record: JournalRecord): boolean {
    const { header } = this.state
    return (
      record.type === 'header' &&
      record.version === header.version &&
      record.torrent === header.torrent &&
      record.pieceCount === header.pieceCount &&
      record.fileCount === header.fileCount
    )
  }

  async #setAside(path: string): Promise<ReadJournal> {
    for (let number = 1; ; number++) {
      const aside = `${path}.corrupt-${number}`
      if ((await this.#disk.stat(aside)) !== undefined) continue
      await this.#disk.rename(path, aside)
      await this.#disk.syncDirectory(folderOf(this.#disk, path))
      return { damage: 'corrupt', setAside: aside, existed: true }
    }
  }
}

/**
 * Each batch is durable before the next begins, so only the last one can be torn by a crash: a whole mark of a later
 * one behind the damage means that durable bytes changed.
 */
function laterBatch(bytes: Uint8Array, from: number, batch: number): boolean {
  const size = encodeRecord({ type: 'mark', batch, wallMs: 0, writing: true }).length
  for (let at = from; at + size - 2 <= bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) continue
    const decoded = decodeRecord(bytes, at)
    if (decoded?.record.type === 'mark' && decoded.record.batch >= batch) return true
  }
  return false
}

function temporary(path: string): string {
  return `${path}.new`
}

function folderOf(disk: Disk, path: string): string {
  return disk.join(path, '..')
}
