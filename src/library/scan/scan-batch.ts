// What a walk found different, on its way into the store: gathered into batches that each are one transaction.
// Promise: what seems gone is told last, when everything was seen, because it may lie under another name further on.

import type { FileIdentity } from '../file-record.ts'
import type { AddedFile, ChangedFile, ScanStore } from './scan-store.ts'

/** Rows of one transaction: few milliseconds, so that a search never waits long for one. */
const BATCH_ROWS = 500

export class ScanBatch {
  readonly #store: ScanStore
  readonly #folder: string
  #added: AddedFile[] = []
  #changed: ChangedFile[] = []
  readonly #gone: number[] = []
  readonly #goneDirectories: string[] = []
  addedCount = 0

  constructor(store: ScanStore, folder: string) {
    this.#store = store
    this.#folder = folder
  }

  get isFull(): boolean {
    return this.#added.length + this.#changed.length >= BATCH_ROWS
  }

  add(path: string, identity: FileIdentity, like: number | undefined): void {
    this.addedCount++
    this.#added.push({ path, ...identity, ...(like === undefined ? {} : { like }) })
  }

  change(id: number, identity: FileIdentity, like: number | undefined): void {
    this.#changed.push({ id, ...identity, ...(like === undefined ? {} : { like }) })
  }

  /** Told by goneBatches(). */
  seemsGone(id: number): void {
    this.#gone.push(id)
  }

  directorySeemsGone(path: string): void {
    this.#goneDirectories.push(path)
  }

  /** Tells the store what was added and changed so far. */
  flush(): void {
    if (this.#added.length + this.#changed.length === 0) return
    this.#store.apply(this.#folder, {
      added: this.#added,
      changed: this.#changed,
      gone: [],
      goneDirectories: [],
    })
    this.#added = []
    this.#changed = []
  }

  /** Tells a batch of what is gone; false when nothing was left to tell. */
  flushGone(): boolean {
    const gone = this.#gone.splice(-BATCH_ROWS)
    // A directory may hold any number of files: one in each transaction.
    const goneDirectories = gone.length === 0 ? this.#goneDirectories.splice(-1) : []
    if (gone.length + goneDirectories.length === 0) return false
    this.#store.apply(this.#folder, { added: [], changed: [], gone, goneDirectories })
    return true
  }
}
