// Stopping to share, one or ten thousand: nothing of them is given any more when it is answered, nor at any later start.
// Few are stopped record by record; of many the list goes to disk first, as one small file, and their records follow the answer.

import { CodedError } from '../../base/errors.ts'
import type { SharePages } from '../share-page/share-pages.ts'
import type { RecordStore } from './record-store.ts'
import type { ShareHashing } from './share-hashing.ts'
import type { StopList } from './stop-list.ts'
import type { Transfer } from './transfer.ts'
import type { Transfers } from './transfers.ts'

/** From so many on their records follow the answer: written first, they would keep it waiting. */
const MANY = 32
/** Records written together, so that others get their turn. */
const RECORDS_AT_ONCE = 500

export interface StoppingSurroundings {
  readonly transfers: Transfers
  readonly store: RecordStore
  readonly pages: Pick<SharePages, 'close'>
  readonly stopList: StopList
  /** Nothing of the library is offered from here on. */
  endOffers(): void
  unwritten(error: unknown): void
}

export class ShareStopping {
  readonly #around: StoppingSurroundings
  readonly #hashing: Pick<ShareHashing, 'cancel'>
  /** Records that follow an answer. */
  #following: Promise<void> = Promise.resolve()

  constructor(around: StoppingSurroundings, hashing: Pick<ShareHashing, 'cancel'>) {
    this.#around = around
    this.#hashing = hashing
  }

  /** What the last run did not come to. @param gone ids of what was being hashed */
  goOn(gone: readonly string[], stopped: ReadonlySet<string>): void {
    const given = [...this.#around.transfers].filter(({ id }) => stopped.has(id))
    if (gone.length > 0 || given.length > 0) this.#following = this.#follow(gone, given)
  }

  /** Records say themselves what stopped: what is shared again now stays so. */
  settled(): Promise<void> {
    return this.#following
  }

  /** @param library nothing of it is offered at the next start either. @throws DiskError when it could not be kept; it rests all the same */
  async stop(chosen: readonly Transfer[], library: boolean): Promise<void> {
    if (chosen.length < MANY && !library) await Promise.all(chosen.map((transfer) => this.#stop(transfer)))
    else await this.#stopMany(chosen, library)
  }

  async #stop(transfer: Transfer): Promise<void> {
    if (transfer.record.hashing !== null) {
      this.#forget(transfer)
      await this.#around.store.remove(transfer.id)
      return
    }
    // The record first: files of many that are closed at once would keep the disk from it.
    const kept = Promise.all([transfer.update({ stopped: true }), this.#around.pages.close(transfer.id)])
    // It is given no more, whether that could be kept or not.
    await kept.finally(() => transfer.rest())
  }

  async #stopMany(chosen: readonly Transfer[], library: boolean): Promise<void> {
    const { stopList, pages } = this.#around
    await this.#following
    const kept = stopList.add(
      chosen.map(({ id }) => id),
      library,
    )
    const [hashing, given] = parted(chosen)
    for (const transfer of hashing) this.#forget(transfer)
    for (const transfer of given) {
      transfer.hold({ stopped: true })
      transfer.rest()
      void pages.close(transfer.id)
    }
    if (library) this.#around.endOffers()
    try {
      await kept
    } finally {
      this.#following = this.#follow(
        hashing.map(({ id }) => id),
        given,
      )
    }
  }

  #forget(transfer: Transfer): void {
    this.#hashing.cancel(transfer)
    transfer.forget()
    this.#around.transfers.take(transfer)
  }

  /** What could not be written is in the list until it can be. */
  async #follow(gone: readonly string[], given: readonly Transfer[]): Promise<void> {
    const { store, stopList } = this.#around
    try {
      await Promise.all(gone.map((id) => store.remove(id)))
      for (let at = 0; at < given.length; at += RECORDS_AT_ONCE)
        await Promise.all(given.slice(at, at + RECORDS_AT_ONCE).map((transfer) => transfer.save()))
      await stopList.transfersSayIt()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#around.unwritten(error)
    }
  }
}

function parted(chosen: readonly Transfer[]): [hashing: Transfer[], given: Transfer[]] {
  return [
    chosen.filter(({ record }) => record.hashing !== null),
    chosen.filter(({ record }) => record.hashing === null),
  ]
}
