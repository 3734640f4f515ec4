// Asks the worker about one file after another, each within a deadline. Hostile media may hang or kill the worker: then
// it is ended and another one started, and the file is told to be in trouble.
// Promise: read() always settles, within the deadline and little more; one worker at most is at work.

import { Worker } from 'node:worker_threads'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { FactsAnswer, FactsRequest } from './facts-messages.ts'

/** A healthy file takes milliseconds; a disk that must wake up first takes seconds. */
const DEADLINE_MS = 10_000
/** The parsers need 30; what a file makes them hold beyond this is meant to hurt. */
const HEAP_MB = 128
const YOUNG_HEAP_MB = 16
/** Workers that do not end because a dead disk holds them; beyond, nothing is read until one of them ends. */
const MAX_STUCK = 3

export interface FactsReaderOptions {
  readonly clock: Clock
  /** What the worker runs: facts-worker.ts, or one that fails on purpose. */
  readonly program?: URL
  readonly deadlineMs?: number
}

export class FactsReader {
  readonly #clock: Clock
  readonly #program: URL
  readonly #deadlineMs: number
  #worker: Worker | undefined
  #settle: ((answer: FactsAnswer) => void) | undefined
  #stuck = 0
  #closed = false

  constructor(options: FactsReaderOptions) {
    this.#clock = options.clock
    this.#program = options.program ?? new URL('./facts-worker.ts', import.meta.url)
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS
  }

  /** False while workers are held by a disk that does not answer. */
  get canRead(): boolean {
    return this.#stuck < MAX_STUCK
  }

  /** One at a time: the caller waits for the answer before it asks again. */
  async read(request: FactsRequest): Promise<FactsAnswer> {
    if (this.#closed || this.#settle !== undefined) throw new TypeError('one file at a time')
    const worker = this.#worker ?? this.#start()
    let cancel: (() => void) | undefined
    try {
      return await new Promise<FactsAnswer>((resolve) => {
        this.#settle = resolve
        cancel = this.#clock.schedule((this.#clock.now() + this.#deadlineMs) as Millis, () => {
          this.#end(worker)
          resolve(inTrouble('DEADLINE'))
        })
        worker.ref()
        worker.postMessage(request)
      })
    } finally {
      cancel?.()
      this.#settle = undefined
      this.#worker?.unref()
    }
  }

  close(): void {
    this.#closed = true
    if (this.#worker !== undefined) this.#end(this.#worker)
    this.#settle?.({ kind: 'changed' })
  }

  #start(): Worker {
    const worker = new Worker(this.#program, {
      name: 'shoal-facts',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    })
    worker.on('message', (answer: FactsAnswer) => {
      if (this.#worker === worker) this.#settle?.(answer)
    })
    // Its heap was not enough, or it stumbled over itself: the exit that follows tells.
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#settle?.(inTrouble('KILLED'))
    })
    this.#worker = worker
    return worker
  }

  #end(worker: Worker): void {
    this.#worker = undefined
    this.#stuck++
    void worker.terminate().finally(() => this.#stuck--)
  }
}

function inTrouble(trouble: string): FactsAnswer {
  return { kind: 'learned', mediaType: undefined, facts: {}, trouble }
}
