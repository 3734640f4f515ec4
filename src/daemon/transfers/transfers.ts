// All transfers of the daemon: by id and by hash, opened in slices after a start, closed in order at the end.
// It coordinates: what one transfer is, how one is added, shared or removed is for the files beside it.

import type { Totals } from '../../api/schemas/status.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { after } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { Torrent as Content } from '../../metainfo/metainfo.ts'
import { readContent } from './content.ts'
import { isLively } from './lively.ts'
import type { TransferRecord } from './record.ts'
import type { RowSource } from './row-feed.ts'
import type { TransferSurroundings } from './surroundings.ts'
import { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

/** docs/design/daemon.md. */
export const MAX_TRANSFERS = 20_000
/** Opened in one go, at most, before others have their turn: well under the 50 ms that nobody may hold the loop. */
const SLICE_MS = 8
/** Torrent files read ahead of what is opened: most of it is waiting for the disk. */
const READ_AHEAD = 16
/** Counters are written this often. */
const KEEP_EVERY_MS = 60_000

export class Transfers implements RowSource {
  readonly #clock: Clock
  readonly #around: TransferSurroundings
  readonly #totals: () => Totals
  readonly #byId = new Map<string, Transfer>()
  readonly #byHash = new Map<string, Transfer>()
  /** Ids that a share had while it was hashed, in this run. */
  readonly #aliases = new Map<string, string>()
  /** Touched, and lively when they were last looked at: nobody looks at the thousands that rest. */
  readonly #lively = new Set<Transfer>()
  /** Grows whenever one of them is touched. */
  #touches = 0
  /** Kept ones that the engine was not given yet; what is added is given at once. */
  #unopened = 0
  #opening: Promise<void> = Promise.resolve()
  #closed = false
  #cancelKeeping: (() => void) | undefined

  constructor(clock: Clock, around: TransferSurroundings, totals: () => Totals) {
    this.#clock = clock
    this.#around = around
    this.#totals = totals
    this.#keepLater()
  }

  get size(): number {
    return this.#byId.size
  }

  /** Those that the engine has, of all. */
  get opened(): { readonly done: number; readonly of: number } {
    return { done: Math.max(0, this.size - this.#unopened), of: this.size }
  }

  [Symbol.iterator](): IterableIterator<Transfer> {
    return this.#byId.values()
  }

  /** @throws TransferError TRANSFER_UNKNOWN */
  get(id: string): Transfer {
    const found = this.find(id)
    if (found === undefined) throw new TransferError('TRANSFER_UNKNOWN', { id })
    return found
  }

  find(id: string): Transfer | undefined {
    return this.#byId.get(id) ?? this.#byId.get(this.#aliases.get(id) ?? '')
  }

  /** By any of the hashes that it is known by. */
  findByHash(hashes: readonly string[]): Transfer | undefined {
    for (const hash of hashes) {
      const found = this.#byHash.get(hash)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** @throws TransferError TOO_MANY_TRANSFERS */
  place(record: TransferRecord): Transfer {
    if (this.size >= MAX_TRANSFERS) throw new TransferError('TOO_MANY_TRANSFERS', { most: MAX_TRANSFERS })
    const transfer = new Transfer(record, this.#around)
    this.#byId.set(record.id, transfer)
    this.index(transfer)
    this.#around.touch(record.id)
    return transfer
  }

  /** Again when it got another hash. */
  index(transfer: Transfer): void {
    for (const hash of transfer.hashes) this.#byHash.set(hash, transfer)
  }

  take(transfer: Transfer): void {
    this.#byId.delete(transfer.id)
    // A hash that it is known by stays one of its hashes: others may come to it only.
    for (const hash of transfer.hashes) if (this.#byHash.get(hash) === transfer) this.#byHash.delete(hash)
    this.#around.touch(transfer.id)
  }

  alias(before: string, now: string): void {
    this.#aliases.set(before, now)
  }

  // ── opening ──

  /** Everything that was kept gets its row; torrents come once there is an engine. */
  begin(records: readonly TransferRecord[]): void {
    for (const record of records) {
      if (this.size >= MAX_TRANSFERS) {
        this.#around.log.write('error', 'too-many-transfers', { most: MAX_TRANSFERS })
        break
      }
      this.place(record)
    }
  }

  /** Gives the engine everything that it does not have. */
  openAll(): void {
    const all = [...this.#byId.values()]
    this.#unopened = all.length
    this.#opening = this.#openInSlices(all)
  }

  async #openInSlices(transfers: readonly Transfer[]): Promise<void> {
    // Torrent files are read ahead, side by side; opened one after the other, the queue keeps its order.
    const ahead: Promise<Content | undefined>[] = []
    let since = this.#clock.now()
    for (const [at, transfer] of transfers.entries()) {
      while (ahead.length < Math.min(transfers.length, at + READ_AHEAD))
        ahead.push(this.#readAhead(transfers[ahead.length] as Transfer))
      const content = await ahead[at]
      if (this.#closed) return
      await transfer.open({ asked: false, ...(content === undefined ? {} : { content }) })
      this.index(transfer)
      this.#unopened--
      if (this.#clock.now() < after(since, SLICE_MS)) continue
      await new Promise<void>((resolve) => setImmediate(resolve))
      since = this.#clock.now()
    }
  }

  /** What cannot be read is looked at again, and told, when it is opened. */
  async #readAhead({ record, torrent }: Transfer): Promise<Content | undefined> {
    const engine = this.#around.engine()
    if (engine === undefined || torrent !== undefined) return undefined
    return await readContent(record, this.#around.store, engine).catch(() => undefined)
  }

  /** Resolves when everything that was kept is open. */
  allOpened(): Promise<void> {
    return this.#opening
  }

  // ── the engine goes and comes ──

  /** Before an engine is closed: what was counted is kept. */
  async detachAll(): Promise<void> {
    for (const transfer of this) transfer.detach()
    await this.keep()
  }

  // ── keeping ──

  #keepLater(): void {
    this.#cancelKeeping = this.#clock.schedule(after(this.#clock.now(), KEEP_EVERY_MS), () => {
      void this.keep().finally(() => {
        if (!this.#closed) this.#keepLater()
      })
    })
  }

  /** Writes the records of those that counted something. */
  async keep(): Promise<void> {
    const counted = [...this].filter((transfer) => {
      transfer.fold()
      return transfer.unsaved
    })
    const results = await Promise.allSettled(counted.map((transfer) => transfer.save()))
    const failed = results.filter(({ status }) => status === 'rejected').length
    if (failed > 0) this.#around.log.write('warn', 'records-not-written', { count: failed })
  }

  /** Nothing is opened or written by itself any more. Call after the engine is closed, or before to fold its counters. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelKeeping?.()
    await this.#opening
    await this.keep()
    await this.#around.store.settled()
  }

  // ── RowSource ──

  ids(): readonly string[] {
    return [...this.#byId.keys()]
  }

  row(id: string): TransferRow | undefined {
    return this.#byId.get(id)?.row()
  }

  *lively(): Iterable<string> {
    for (const { id } of this.livelyOnes()) yield id
  }

  /** Those that change by themselves. */
  *livelyOnes(): Iterable<Transfer> {
    for (const transfer of this.#lively) {
      if (isLively(transfer) && this.#byId.get(transfer.id) === transfer) yield transfer
      else this.#lively.delete(transfer)
    }
  }

  /** Something about it changed: it may be lively now. */
  touched(id: string): void {
    this.#touches++
    const transfer = this.#byId.get(id)
    if (transfer !== undefined) this.#lively.add(transfer)
  }

  /** Another number whenever something was told of one of them. */
  get touches(): number {
    return this.#touches
  }

  totals(): Totals {
    return this.#totals()
  }
}
