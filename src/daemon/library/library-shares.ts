// Shares of library folders: one for each folder that people with the link get, made of exactly its frozen files.
// Promise: none is in the engine whose folder is not offered by link, whatever was killed in between.

import type { Log } from '../log.ts'
import type { TransferRecord } from '../transfers/record.ts'
import type { Shares } from '../transfers/shares.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { FolderShares } from './offers.ts'

export interface LibrarySharesSurroundings {
  readonly shares: Pick<Shares, 'addOfFolder' | 'drop'>
  readonly transfers: Iterable<Transfer>
  readonly log: Log
}

export class LibraryShares implements FolderShares {
  readonly #around: LibrarySharesSurroundings
  /** Folders that are offered by link, as the library says. */
  #offered: ReadonlySet<string> = new Set()
  #byFolder = new Map<string, string>()

  constructor(around: LibrarySharesSurroundings) {
    this.#around = around
  }

  /** Whether a transfer may be given to the engine. */
  mayOpen({ libraryFolder }: Pick<TransferRecord, 'libraryFolder'>): boolean {
    return libraryFolder === null || this.#offered.has(libraryFolder)
  }

  find(folder: string): string | null {
    return this.#byFolder.get(folder) ?? null
  }

  /** It has the id by which it is offered now. */
  became(folder: string, id: string): void {
    this.#byFolder.set(folder, id)
  }

  async begin(folder: string, root: string): Promise<void> {
    await this.end(folder)
    this.#offered = new Set([...this.#offered, folder])
    const transfer = await this.#around.shares.addOfFolder(folder, root)
    this.#byFolder.set(folder, transfer.id)
  }

  async end(folder: string): Promise<void> {
    this.#offered = new Set([...this.#offered].filter((offered) => offered !== folder))
    this.#byFolder.delete(folder)
    const its = [...this.#around.transfers].filter(({ record }) => record.libraryFolder === folder)
    await Promise.all(its.map((transfer) => this.#around.shares.drop(transfer)))
  }

  async endAll(): Promise<void> {
    this.#offered = new Set()
    this.#byFolder.clear()
    const its = [...this.#around.transfers].filter(({ record }) => record.libraryFolder !== null)
    await Promise.all(its.map((transfer) => this.#around.shares.drop(transfer)))
  }

  /** After a start: what the library does not offer by link goes, what it does is opened or begun. */
  async agree(offered: ReadonlyMap<string, string>): Promise<void> {
    this.#offered = new Set(offered.keys())
    this.#byFolder = new Map()
    for (const transfer of [...this.#around.transfers]) {
      const folder = transfer.record.libraryFolder
      if (folder === null) continue
      if (!offered.has(folder) || this.#byFolder.has(folder) || transfer.record.stopped)
        await this.#around.shares.drop(transfer)
      else {
        this.#byFolder.set(folder, transfer.id)
        await transfer.open({ asked: false })
        transfer.go()
      }
    }
    for (const [folder, root] of offered) if (!this.#byFolder.has(folder)) await this.begin(folder, root)
  }
}
