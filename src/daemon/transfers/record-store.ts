// The folder of records: reads them all at the start, writes those that changed, many at a time.
// Invariant: a write that resolved is durable; of one record writes never overlap and the last one asked for wins; what
// cannot be read is set aside and the others load.

import { readFileSync, statSync } from 'node:fs'
import { crc32c } from '../../base/crc32c.ts'
import { type Disk, DiskError } from '../../base/ports.ts'
import { type StateFile, writeStateFiles } from '../../base/state-file.ts'
import { readWhole, setAside } from '../checked-file.ts'
import { StateError } from '../kept-file.ts'
import type { Log } from '../log.ts'
import { ManyFiles } from './many-files.ts'
import { decodeRecord, encodeRecord, type TransferRecord } from './record.ts'

/** A record of 100,000 files, each with a priority and a path of its own. */
const RECORD_LIMIT_BYTES = 64_000_000
/** SAFETY.md: a torrent file is at most 10 MB; one that we write has its piece layers besides. */
const TORRENT_LIMIT_BYTES = 64_000_000
/** From so many on they are made durable as one file first: a person who stops a thousand shares is answered at once. */
const MANY = 32
/** A few milliseconds. */
const READS_IN_A_SLICE = 100
/** Each waits for the disk; thousands go in seconds so. */
const REMOVALS_AT_ONCE = 16
const NAME = /^([0-9a-f]{40})\.json$/

interface Pending {
  readonly bytes: Uint8Array | 'remove'
  readonly done: (() => void)[]
  readonly failed: ((error: unknown) => void)[]
}

export class RecordStore {
  readonly #disk: Disk
  readonly #folder: string
  readonly #log: Log
  readonly #wallMs: () => number
  readonly #together: ManyFiles
  /** By file name. */
  #pending = new Map<string, Pending>()
  #working: Promise<void> | undefined

  constructor(disk: Disk, stateFolder: string, log: Log, wallMs: () => number) {
    this.#disk = disk
    this.#folder = disk.join(stateFolder, 'transfers')
    this.#log = log
    this.#wallMs = wallMs
    this.#together = new ManyFiles(disk, this.#folder, log, wallMs)
  }

  /**
   * All that can be read, in the order they were added. Read without giving way, in slices: nothing else happens before they
   * are known, and thousands come in much sooner so.
   * @throws StateError STATE_NEWER, DiskError for the folder
   */
  async readAll(): Promise<TransferRecord[]> {
    await this.#disk.makeDirectory(this.#folder)
    await this.#together.finish()
    const names = (await this.#disk.list(this.#folder)).filter((name) => NAME.test(name))
    const records: TransferRecord[] = []
    for (const [at, name] of names.entries()) {
      const record = await this.#read(name)
      if (record !== undefined) records.push(record)
      if (at % READS_IN_A_SLICE === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    return records.sort((a, b) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1))
  }

  async #read(name: string): Promise<TransferRecord | undefined> {
    const path = this.#disk.join(this.#folder, name)
    const bytes = readNow(path)
    if (typeof bytes === 'string') {
      // It stays where it is: the next start may be able to read it.
      this.#log.write('error', 'record-unreadable', { file: name, why: bytes })
      return undefined
    }
    const record = decodeRecord(bytes)
    if (record === 'newer') throw new StateError('STATE_NEWER', { path })
    if (record !== 'corrupt' && `${record.id}.json` === name) return record
    const aside = await setAside(this.#disk, this.#folder, name, this.#wallMs())
    this.#log.write('error', 'record-corrupt', { file: name, aside })
    return undefined
  }

  /** Undefined when it is gone or not what the record says. */
  async readTorrent({ id, torrentCrc }: TransferRecord): Promise<Uint8Array | undefined> {
    if (torrentCrc === null) return undefined
    const name = torrentName(id)
    const bytes = await readWhole(this.#disk, this.#disk.join(this.#folder, name), TORRENT_LIMIT_BYTES)
    if (bytes === undefined || crc32c(bytes) === torrentCrc) return bytes
    const aside = await setAside(this.#disk, this.#folder, name, this.#wallMs())
    this.#log.write('error', 'torrent-file-corrupt', { file: name, aside })
    return undefined
  }

  /** Resolves when it, or a later one of the same transfer, is durable. @throws DiskError */
  write(record: TransferRecord): Promise<void> {
    return this.#put(`${record.id}.json`, encodeRecord(record))
  }

  /** To be followed by a record that has the checksum: they go together. */
  writeTorrent(
    id: string,
    bytes: Uint8Array,
  ): { readonly torrentCrc: number; readonly written: Promise<void> } {
    return { torrentCrc: crc32c(bytes), written: this.#put(torrentName(id), bytes) }
  }

  /** Record and torrent file. @throws DiskError */
  async remove(id: string): Promise<void> {
    // The record first: a torrent file without a record means nothing.
    await this.#put(`${id}.json`, 'remove')
    await this.#put(torrentName(id), 'remove')
  }

  /** Resolves when everything asked for is done, or failed. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working
  }

  #put(name: string, bytes: Pending['bytes']): Promise<void> {
    return new Promise((done, failed) => {
      const before = this.#pending.get(name)
      this.#pending.set(name, {
        bytes,
        done: [...(before?.done ?? []), done],
        failed: [...(before?.failed ?? []), failed],
      })
      this.#working ??= this.#work()
    })
  }

  async #work(): Promise<void> {
    // What is asked for in this turn goes together.
    await Promise.resolve()
    while (this.#pending.size > 0) {
      const batch = this.#pending
      this.#pending = new Map()
      const answer = (error?: unknown): void => {
        for (const { done, failed } of batch.values())
          if (error === undefined) for (const resolve of done) resolve()
          else for (const reject of failed) reject(error)
      }
      try {
        await this.#carry(batch, answer)
        answer()
      } catch (error) {
        answer(error)
      }
    }
    this.#working = undefined
  }

  /** @param durable to be called as soon as what was asked for can no more be lost */
  async #carry(batch: ReadonlyMap<string, Pending>, durable: () => void): Promise<void> {
    await this.#together.goOn()
    const files: StateFile[] = []
    const gone: string[] = []
    for (const [name, { bytes }] of batch) {
      if (bytes !== 'remove') files.push({ name, bytes })
      else gone.push(name)
    }
    await this.#removeAll(gone)
    // A record that names a torrent file comes after it.
    files.sort((a, b) => Number(NAME.test(a.name)) - Number(NAME.test(b.name)))
    if (files.length < MANY) await writeStateFiles(this.#disk, this.#folder, files)
    else await this.#together.write(files, durable)
  }

  async #removeAll(names: readonly string[]): Promise<void> {
    const left = names.values()
    const remove = async (): Promise<void> => {
      for (const name of left)
        await this.#disk.remove(this.#disk.join(this.#folder, name)).catch((error: unknown) => {
          if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
        })
    }
    const removing = Array.from({ length: Math.min(REMOVALS_AT_ONCE, names.length) }, remove)
    for (const result of await Promise.allSettled(removing))
      if (result.status === 'rejected') throw result.reason
  }
}

/** The bytes, or why not. */
function readNow(path: string): Uint8Array | string {
  try {
    if (statSync(path).size > RECORD_LIMIT_BYTES) return 'TOO_LARGE'
    return readFileSync(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN'
  }
}

function torrentName(id: string): string {
  return `${id}.torrent`
}
