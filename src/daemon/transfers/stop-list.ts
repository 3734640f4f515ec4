// What must not be offered though a record or the library still says so: written before a stop of many is answered, and kept until
// records and library say it themselves. Promise: a daemon killed at any instant after the answer offers nothing of it.

import { KeptFile, type KeptPlace } from '../kept-file.ts'
import type { TransferRecord } from './record.ts'

const FILE = 'stopping.json'

interface Stopping {
  readonly transfers: readonly string[]
  /** The library offers nothing of what it offered when this was written. */
  readonly library: boolean
}

const NOTHING: Stopping = { transfers: [], library: false }

export class StopList {
  readonly #file: KeptFile<Stopping>
  #now: Stopping

  private constructor(file: KeptFile<Stopping>, now: Stopping) {
    this.#file = file
    this.#now = now
  }

  /** @throws StateError STATE_NEWER, DiskError */
  static async open(place: KeptPlace): Promise<StopList> {
    const file = new KeptFile<Stopping>(place, FILE)
    return new StopList(file, (await file.read()) ?? NOTHING)
  }

  /** Of the last run: the library has to end what it offers before anything of it is offered again. */
  get library(): boolean {
    return this.#now.library
  }

  /** Durable when it resolves. @throws DiskError */
  async add(transfers: readonly string[], library: boolean): Promise<void> {
    const all = new Set([...this.#now.transfers, ...transfers])
    await this.#keep({ transfers: [...all], library: library || this.#now.library })
  }

  /** The records of transfers say it themselves now. @throws DiskError */
  async transfersSayIt(): Promise<void> {
    if (this.#now.transfers.length > 0) await this.#keep({ ...this.#now, transfers: [] })
  }

  /** The library says it itself now. @throws DiskError */
  async librarySaysIt(): Promise<void> {
    if (this.#now.library) await this.#keep({ ...this.#now, library: false })
  }

  get transfers(): ReadonlySet<string> {
    return new Set(this.#now.transfers)
  }

  /** Records as they are to be read after a start, and the ids of those that go, having never been shared. */
  appliedTo(records: readonly TransferRecord[]): {
    readonly records: TransferRecord[]
    readonly gone: string[]
  } {
    const { transfers } = this
    const gone = records
      .filter(({ id, hashing }) => hashing !== null && transfers.has(id))
      .map(({ id }) => id)
    const left = new Set(gone)
    return {
      gone,
      records: records
        .filter(({ id }) => !left.has(id))
        .map((record) => (transfers.has(record.id) ? { ...record, stopped: true } : record)),
    }
  }

  async #keep(now: Stopping): Promise<void> {
    const before = this.#now
    this.#now = now
    try {
      await this.#file.write(now)
    } catch (error) {
      this.#now = before
      throw error
    }
  }
}
