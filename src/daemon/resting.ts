// Everything rests until a moment, or until a person says so; also over restarts. What was paused by itself stays paused.

import { CodedError } from '../base/errors.ts'
import { inTurns } from './in-turns.ts'
import type { Log } from './log.ts'
import type { Memory } from './memory.ts'
import type { Transfer } from './transfers/transfer.ts'

export interface RestingTask {
  readonly memory: Memory
  readonly transfers: Iterable<Transfer>
  readonly log: Log
  wallMs(): number
  /** Nobody is given by its content what is not offered any more when this resolves. */
  offersChanged(): Promise<void>
}

export class Resting {
  readonly #task: RestingTask

  constructor(task: RestingTask) {
    this.#task = task
  }

  /** Milliseconds since 1970, or 'told'; null when nothing rests by this. */
  get until(): number | 'told' | null {
    const { pausedUntil } = this.#task.memory.now
    if (pausedUntil === null || pausedUntil === 'told') return pausedUntil
    return pausedUntil > this.#task.wallMs() ? pausedUntil : null
  }

  get on(): boolean {
    return this.until !== null
  }

  /** Nothing is taken or given any more when this resolves. */
  async begin(until: number | 'told'): Promise<void> {
    const { memory, transfers } = this.#task
    try {
      await memory.change({ pausedUntil: until })
    } finally {
      // Everything rests, whether that could be kept or not.
      await inTurns(transfers, (transfer) => {
        transfer.rest()
        transfer.touch()
      })
      await this.#task.offersChanged()
    }
  }

  async end(): Promise<void> {
    const { memory, transfers } = this.#task
    await memory.change({ pausedUntil: null })
    await inTurns(transfers, (transfer) => {
      transfer.go()
      transfer.touch()
    })
  }

  /** Looks whether it is over. */
  beat(): void {
    const { memory, log } = this.#task
    if (memory.now.pausedUntil === null || this.on) return
    this.end().catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error
      // It is over all the same; a restart before the next try would find it over, too.
      log.write('warn', 'state-not-written', { why: error.code })
    })
  }
}
