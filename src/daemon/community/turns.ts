// Transactions of the people process. All that happens in one turn of the event loop is written together; what it wants to
// say (frames, events, answers) is said after that is on disk. Promise: nobody hears of a record that a crash could take back.

import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../../base/errors.ts'

export interface TurnEvents {
  /** It is durable: what waited for that may leave. */
  committed(): void
  /** Memory and disk no longer say the same: whoever hears this ends the process, and everything is read anew. */
  failed(error: unknown): void
}

export class Turns {
  readonly #database: DatabaseSync
  readonly #events: TurnEvents
  #open: PromiseWithResolvers<void> | undefined
  #immediate: NodeJS.Immediate | undefined
  #failed = false

  constructor(database: DatabaseSync, events: TurnEvents) {
    this.#database = database
    this.#events = events
  }

  /**
   * Does `work` inside the transaction of this turn. An error of ours (CodedError) is the caller's, and what was written
   * before it stays, as it does in memory. Any other ends everything.
   */
  run<T>(work: () => T): T {
    if (this.#failed) throw new Error('the process is about to end')
    try {
      if (this.#open === undefined) this.#begin()
      return work()
    } catch (error) {
      if (!(error instanceof CodedError)) this.#fail(error)
      throw error
    }
  }

  /** Resolves when all that was done until now is durable; never where that fails, for then the process ends. */
  durable(): Promise<void> {
    return this.#open?.promise ?? Promise.resolve()
  }

  /** At once; before the database is closed. */
  commit(): void {
    const open = this.#open
    if (open === undefined) return
    clearImmediate(this.#immediate)
    this.#open = undefined
    try {
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#fail(error)
      return
    }
    open.resolve()
    this.#events.committed()
  }

  #begin(): void {
    this.#database.exec('BEGIN IMMEDIATE')
    this.#open = Promise.withResolvers()
    this.#immediate = setImmediate(() => this.commit())
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    clearImmediate(this.#immediate)
    this.#events.failed(error)
  }
}
