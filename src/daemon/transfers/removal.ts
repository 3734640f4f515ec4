// Transfers that go: forgotten, with what becomes of their files; and taken back within a minute.
// Invariant: of a share no file is ever touched, and of anything else only files that the torrent names and that it wrote or
// verified: what was found there and is something else stays.

import path from 'node:path'
import trash from 'trash'
import { after, type Millis } from '../../base/ids.ts'
import type { Clock, Disk } from '../../base/ports.ts'
import type { SharePages } from '../share-page/share-pages.ts'
import { Owners } from './owners.ts'
import type { TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import { WANTED_PRIORITY } from './selection.ts'
import type { Shares } from './shares.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import type { Transfers } from './transfers.ts'

/** docs/design/daemon.md. */
const RESTORE_MS = 60_000
/** Removals that can be taken back: as many as there can be transfers. */
const MAX_REMEMBERED = 20_000

export interface RemovalSurroundings {
  readonly transfers: Transfers
  readonly store: RecordStore
  readonly shares: Shares
  readonly clock: Clock
  readonly disk: Disk
  readonly pages: Pick<SharePages, 'close'>
  /** A library folder is offered to nobody any more, and its share is gone, when it resolves. */
  keepToOneself(folder: string): Promise<void>
  /** Puts it where the person can find it again. */
  readonly trash?: (paths: readonly string[]) => Promise<void>
}

interface Removed {
  readonly record: TransferRecord
  readonly torrent: Uint8Array | undefined
  readonly at: Millis
}

export class Removal {
  readonly #around: RemovalSurroundings
  readonly #removed = new Map<string, Removed>()
  #cancelForgetting: (() => void) | undefined
  /** With their files. */
  readonly #going = new Set<Transfer>()
  /** Of all that is removed in one go; made anew for the next. */
  #owners: Owners | undefined

  constructor(around: RemovalSurroundings) {
    this.#around = around
  }

  /**
   * @throws TransferError TRASH_FAILED, TRANSFER_CLOSED, BUSY, FILES_OF_ANOTHER; LibraryError, of the share of a library folder.
   * Then nothing was removed
   */
  async remove(transfer: Transfer, data: 'keep' | 'trash' | 'delete'): Promise<void> {
    const { libraryFolder } = transfer.record
    if (libraryFolder !== null) {
      // Else it would be begun again, for the folder is still offered.
      await this.#around.keepToOneself(libraryFolder)
      return
    }
    if (transfer.record.hashing !== null) {
      await this.#around.shares.stop([transfer])
      return
    }
    if (data === 'keep' || transfer.record.role === 'share') {
      await this.#remove(transfer, 'keep')
      return
    }
    refuseUnlessOpen(transfer)
    this.#going.add(transfer)
    try {
      // All that go together are known by then.
      await Promise.resolve()
      this.#refuseOthers(transfer)
      await this.#remove(transfer, data)
    } finally {
      this.#going.delete(transfer)
    }
  }

  #refuseOthers(transfer: Transfer): void {
    if (this.#owners === undefined) {
      this.#owners = new Owners(this.#around.transfers)
      setImmediate(() => {
        this.#owners = undefined
      })
    }
    const other = this.#owners.other(transfer, this.#going)
    if (other === undefined) return
    throw new TransferError('FILES_OF_ANOTHER', { name: transfer.record.name, other: other.row().name })
  }

  async #remove(transfer: Transfer, data: 'keep' | 'trash' | 'delete'): Promise<void> {
    const { transfers, store, clock } = this.#around
    const kept = data === 'keep'
    const torrent = await store.readTorrent(transfer.record)
    const files = data === 'trash' && !kept ? await this.#wholeFiles(transfer) : []
    if (!kept) {
      // What is whole goes to where it can be found again; what is left of it then is parts, and goes for good.
      const { paused } = transfer.record
      // Cut off from here on it rests at the next start, and fetches nothing again that was to go. A full disk keeps nobody from
      // making room.
      await transfer.update({ paused: true }).catch(() => undefined)
      await transfer.atRest()
      try {
        if (data === 'trash') await this.#trash(files, transfer.record)
        await transfer.torrent?.deleteData()
      } catch (error) {
        // It stays, and goes on as it did.
        await transfer.update({ paused }).catch(() => undefined)
        transfer.go()
        throw error
      }
    }
    transfers.take(transfer)
    await Promise.all([transfer.close(), this.#around.pages.close(transfer.id)])
    transfer.forget()
    await store.remove(transfer.id)
    this.#forgetOld()
    if (!kept) return
    this.#removed.set(transfer.id, { record: transfer.record, torrent, at: clock.now() })
    this.#forgetLater()
  }

  /** Under their final names: the engine gives those to what is whole only. */
  async #wholeFiles({ metainfo, record }: Transfer): Promise<string[]> {
    const { disk } = this.#around
    const found: string[] = []
    for (const file of metainfo?.files ?? []) {
      if (file.pad || file.symlink || (record.priorities?.[file.index] ?? WANTED_PRIORITY) === 0) continue
      const at = path.join(record.saveFolder, ...(record.renamed[file.index] ?? file.path))
      if ((await disk.stat(at))?.kind === 'file') found.push(at)
    }
    return found
  }

  async #trash(files: readonly string[], record: TransferRecord): Promise<void> {
    const put = this.#around.trash ?? ((paths) => trash(paths, { glob: false }))
    const [top] = record.name === '' ? [] : [path.join(record.saveFolder, record.name)]
    try {
      // One thing to take back, where the folder holds nothing else.
      const whole = top !== undefined && (await this.#holdsOnly(top, new Set(files)))
      await put(whole && top !== undefined ? [top] : files)
    } catch (error) {
      throw new TransferError('TRASH_FAILED', { path: top ?? record.saveFolder }, error)
    }
  }

  /** Every file in that folder is one of these. */
  async #holdsOnly(folder: string, files: ReadonlySet<string>): Promise<boolean> {
    const { disk } = this.#around
    if ((await disk.stat(folder))?.kind !== 'directory') return false
    for (const name of await disk.list(folder)) {
      const at = path.join(folder, name)
      const kind = (await disk.stat(at))?.kind
      if (kind === 'directory' ? !(await this.#holdsOnly(at, files)) : !files.has(at)) return false
    }
    return true
  }

  /** What can still be taken back, the oldest first. */
  removed(): Pick<TransferRecord, 'id' | 'name' | 'infohashV1' | 'infohashV2'>[] {
    this.#forgetOld()
    return [...this.#removed.values()].map(({ record: { id, name, shownName, infohashV1, infohashV2 } }) => ({
      id,
      name: shownName ?? name,
      infohashV1,
      infohashV2,
    }))
  }

  /** @throws TransferError RESTORE_TOO_LATE */
  async restore(id: string): Promise<void> {
    const { transfers, store } = this.#around
    this.#forgetOld()
    const removed = this.#removed.get(id)
    if (removed === undefined) throw new TransferError('RESTORE_TOO_LATE', { id })
    if (transfers.find(id) !== undefined) return
    const { record, torrent } = removed
    const transfer = transfers.place(record)
    try {
      const written = torrent === undefined ? undefined : store.writeTorrent(id, torrent).written
      await Promise.all([written, transfer.save()])
    } catch (error) {
      // As removed as before: it can be tried again.
      transfer.forget()
      transfers.take(transfer)
      throw error
    }
    this.#removed.delete(id)
    await transfer.open({ asked: false })
  }

  /** Nothing can be taken back any more. */
  close(): void {
    this.#cancelForgetting?.()
    this.#removed.clear()
  }

  /** Of thousands the torrent files are kept in memory: no longer than they are good for. */
  #forgetLater(): void {
    const { clock } = this.#around
    this.#cancelForgetting ??= clock.schedule(after(clock.now(), RESTORE_MS), () => {
      this.#cancelForgetting = undefined
      this.#forgetOld()
      if (this.#removed.size > 0) this.#forgetLater()
    })
  }

  #forgetOld(): void {
    const now = this.#around.clock.now()
    for (const [id, { at }] of this.#removed) {
      if (now < after(at, RESTORE_MS) && this.#removed.size <= MAX_REMEMBERED) return
      this.#removed.delete(id)
    }
  }
}

/** Whose files are to go: they are where its torrent says, and only it knows which are its own. @throws TransferError */
function refuseUnlessOpen({
  torrent,
  metainfo,
  activity,
  record: { name, movingTo, torrentCrc },
}: Transfer): void {
  if (activity.kind === 'moving' || movingTo !== null) throw new TransferError('BUSY', { name })
  // Nothing of it can be there before its list of files was known.
  const some = metainfo !== undefined || torrentCrc !== null
  if (torrent === undefined && some) throw new TransferError('TRANSFER_CLOSED', { name })
}
