// Reads type and facts of what waits for them, one file after another, and tells the store.
// Promise: what the worker dies or hangs over is recorded as trouble and not tried again until the file changes.

import { join } from 'node:path'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { FactStore, WaitingFile } from '../scan/scan-store.ts'
import { WaitingTurns } from '../scan/waiting-turns.ts'
import { type Pressure, pause, restAfter } from '../scan/yielding.ts'
import type { FactsReader } from './facts-reader.ts'

/** So many before it looks whether somebody else wants the machine. */
const BATCH_FILES = 32
const SHORTEST_WAIT_MS = 50

export interface FactQueueOptions {
  readonly store: FactStore
  readonly reader: FactsReader
  readonly clock: Clock
  readonly pressure: Pressure
  /** Where a folder lies, while its files may be read. */
  readonly pathOf: (folder: string) => string | undefined
  readonly stale: (file: WaitingFile) => void
  readonly recorded: (folder: string) => void
  /** The store failed: nothing more is read. */
  readonly failed: (error: unknown) => void
}

export class FactQueue {
  readonly #options: FactQueueOptions
  readonly #turns: WaitingTurns
  #running = false
  #closed = false
  #cancelAlarm: (() => void) | undefined

  constructor(options: FactQueueOptions) {
    this.#options = options
    const query = options.store.unread.bind(options.store)
    this.#turns = new WaitingTurns(query, (folder) => options.pathOf(folder) !== undefined)
  }

  /** There may be something to read. */
  wake(): void {
    this.#turns.wake()
    this.#run()
  }

  get isIdle(): boolean {
    return !this.#running
  }

  /** Nothing is recorded from here on. */
  close(): void {
    this.#closed = true
    this.#cancelAlarm?.()
    this.#options.reader.close()
  }

  #run(): void {
    this.#cancelAlarm?.()
    this.#cancelAlarm = undefined
    if (this.#closed || this.#running) return
    this.#running = true
    void this.#readAll()
      .catch((error) => {
        if (!this.#closed) this.#options.failed(error)
        this.#closed = true
      })
      .finally(() => {
        this.#running = false
        this.#sleep()
      })
  }

  #sleep(): void {
    const at = this.#turns.nextAtMs()
    if (this.#closed || at === undefined || this.#cancelAlarm !== undefined) return
    const { clock } = this.#options
    const waitMs = Math.max(SHORTEST_WAIT_MS, at - clock.wallMs())
    this.#cancelAlarm = clock.schedule((clock.now() + waitMs) as Millis, () => this.#run())
  }

  async #readAll(): Promise<void> {
    const { clock, pressure, reader } = this.#options
    while (!this.#closed && reader.canRead) {
      const began = clock.now()
      const batch = this.#turns.next(BATCH_FILES, Number.MAX_SAFE_INTEGER, clock.wallMs())
      if (batch.length === 0 && !this.#turns.hasMore) return
      if (batch.length === 0) await pause(clock, SHORTEST_WAIT_MS)
      for (const file of batch) await this.#read(file)
      await pause(clock, restAfter(clock.now() - began, pressure()))
    }
  }

  async #read(file: WaitingFile): Promise<void> {
    const { store, reader, clock, pathOf, stale, recorded } = this.#options
    const folder = pathOf(file.folder)
    if (this.#closed || folder === undefined || !reader.canRead) {
      this.#turns.done(file)
      return
    }
    // Nothing can be said of nothing, and nothing needs to be opened for it.
    const answer =
      file.lengthBytes === 0
        ? ({ kind: 'learned', mediaType: undefined, facts: {} } as const)
        : await reader.read({ path: join(folder, file.path), identity: identityOnly(file) })
    if (this.#closed) return
    if (answer.kind === 'changed') {
      this.#turns.rest(file, clock.wallMs())
      stale(file)
      return
    }
    this.#turns.done(file)
    const trouble = 'trouble' in answer ? answer.trouble : undefined
    store.recordFacts(file.id, file, answer.mediaType, answer.facts, trouble)
    recorded(file.folder)
  }
}

function identityOnly({ lengthBytes, modifiedMs, inode }: WaitingFile) {
  return { lengthBytes, modifiedMs, inode }
}
