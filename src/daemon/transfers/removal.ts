// Transfers that go: forgotten, with what becomes of their files; and taken back within a minute.
// Invariant: of a share no file is ever touched, and of anything else only files that the torrent names.

import { after, type Millis } from '../../base/ids.ts'
import type { Clock, Disk } from '../../base/ports.ts'
import type { TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import type { Shares } from './shares.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import type { Transfers } from './transfers.ts'

/** docs/design/daemon.md. */
const RESTORE_MS = 60_000

export interface RemovalSurroundings {
  readonly transfers: Transfers
  readonly store: RecordStore
  readonly shares: Shares
  readonly clock: Clock
  readonly disk: Disk
}

interface Removed {
  readonly record: TransferRecord
  readonly torrent: Uint8Array | undefined
  readonly at: Millis
  /** Files are where they were. */
  readonly kept: boolean
}

export class Removal {
  readonly #around: RemovalSurroundings
  readonly #removed = new Map<string, Removed>()

  constructor(around: RemovalSurroundings) {
    this.#around = around
  }

  async remove(transfer: Transfer, data: 'keep' | 'trash' | 'delete'): Promise<void> {
    const { transfers, store, clock, shares } = this.#around
    if (transfer.record.hashing !== null) {
      await shares.stop([transfer])
      return
    }
    const torrent = await store.readTorrent(transfer.record)
    const kept = data === 'keep' || transfer.record.role === 'share'
    transfers.take(transfer)
    await transfer.close({ data: !kept })
    transfer.forget()
    await store.remove(transfer.id)
    this.#forgetOld()
    this.#removed.set(transfer.id, { record: transfer.record, torrent, at: clock.now(), kept })
  }

  /** @throws TransferError RESTORE_TOO_LATE */
  async restore(id: string): Promise<void> {
    const { transfers, store } = this.#around
    this.#forgetOld()
    const removed = this.#removed.get(id)
    if (removed === undefined || !removed.kept) throw new TransferError('RESTORE_TOO_LATE', { id })
    if (transfers.find(id) !== undefined) return
    const { record, torrent } = removed
    this.#removed.delete(id)
    if (torrent !== undefined) await store.writeTorrent(id, torrent)
    const transfer = transfers.place(record)
    await transfer.save()
    await transfer.open({ asked: false })
  }

  #forgetOld(): void {
    const now = this.#around.clock.now()
    for (const [id, { at }] of this.#removed) if (now >= after(at, RESTORE_MS)) this.#removed.delete(id)
  }
}
