// One thread of the library and the calls it owes answers to. Every call settles exactly once: with its answer, with its
// error, or when the thread ends. It does not keep the process alive by itself.

import { Worker } from 'node:worker_threads'
import type { Millis } from '../../base/ids.ts'
import { type Clock, DiskError } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { CarriedError, Question, ThreadMessage, ThreadPlan } from './library-messages.ts'

interface Waiting {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
}

export interface WorkerEvents {
  ready(setAside: string | undefined): void
  refused(message: Extract<ThreadMessage, { kind: 'refused' }>): void
  /** Its database turned out to be damaged; it goes on with what it can. */
  damaged(): void
  changed(folder: string): void
  offersChanged(): void
  /** Once, last: it ended by itself. */
  lost(why: string): void
}

/** What it may use for JavaScript: a batch of files, the words of it, an answer. SQLite's memory comes on top. */
const HEAP_MB = { writer: 160, reader: 64 }
const YOUNG_HEAP_MB = 16

/** Given to the thread at once, so that a short call need not wait behind more than these. */
const MOST_GIVEN = 32
/** Waiting beside them; whoever asks faster than it answers is told so instead of filling the memory. */
const MOST_WAITING = 2_000

/** No call takes so long, nor does closing; a thread that says nothing for that long has stopped. */
const LONGEST_SILENCE_MS = 120_000
const LONGEST_CLOSE_MS = 10_000

export class LibraryWorker {
  readonly #worker: Worker
  readonly #clock: Clock
  #cancelWatch: (() => void) | undefined
  readonly #stopped: () => void
  readonly #calls = new Map<number, Waiting>()
  #queue: Question[] = []
  #given = 0
  #next = 0
  #ended: string | undefined

  constructor(plan: ThreadPlan, events: WorkerEvents, program: URL, clock: Clock) {
    this.#clock = clock
    this.#worker = new Worker(program, {
      name: `shoal-library-${plan.role}`,
      workerData: plan,
      // Flags of the host process (--input-type, --test) are not for a worker, and some would stop it.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB[plan.role], maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    })
    this.#worker.unref()
    this.#worker.on('message', (message: ThreadMessage) => this.#onMessage(message, events))
    const lost = (why: string): void => {
      if (this.#ended !== undefined) return
      this.#end(why)
      events.lost(why)
    }
    this.#stopped = () => {
      lost('its thread stopped answering')
      void this.#worker.terminate()
    }
    this.#worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)))
    this.#worker.on('exit', (status) => lost(`its thread ended with ${status}`))
  }

  ask(name: string, input: readonly unknown[]): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(unavailable(this.#ended))
    if (this.#queue.length >= MOST_WAITING) return Promise.reject(unavailable('it is asked too much at once'))
    const number = this.#next++
    if (this.#calls.size === 0) {
      this.#worker.ref()
      this.#watch()
    }
    return new Promise((resolve, reject) => {
      this.#calls.set(number, { resolve, reject })
      this.#queue.push({ number, name, input })
      this.#give()
    })
  }

  /** After what was asked before. */
  async close(): Promise<void> {
    if (this.#ended === undefined) {
      // When it cannot close any more, SQLite's log does at the next start.
      const late = Promise.withResolvers<void>()
      const cancel = this.#clock.schedule((this.#clock.now() + LONGEST_CLOSE_MS) as Millis, late.resolve)
      await Promise.race([late.promise, this.ask('close', []).catch(() => undefined)])
      cancel()
    }
    await this.end('it was closed')
  }

  /** At once; what it was doing is taken back. */
  async end(why: string): Promise<void> {
    this.#end(why)
    await this.#worker.terminate()
  }

  #onMessage(message: ThreadMessage, events: WorkerEvents): void {
    if (this.#ended !== undefined) return
    switch (message.kind) {
      case 'ready':
        events.ready(message.setAside)
        break
      case 'refused':
        events.refused(message)
        break
      case 'damaged':
        events.damaged()
        break
      case 'changed':
        events.changed(message.folder)
        break
      case 'offers':
        events.offersChanged()
        break
      case 'answer':
        this.#settle(message.number, (call) => call.resolve(message.output))
        break
      case 'failure':
        this.#settle(message.number, (call) => call.reject(errorFrom(message.error)))
    }
  }

  #settle(number: number, how: (call: Waiting) => void): void {
    const call = this.#calls.get(number)
    if (call === undefined) return
    this.#calls.delete(number)
    this.#given--
    this.#cancelWatch?.()
    if (this.#calls.size === 0) this.#worker.unref()
    else this.#watch()
    this.#give()
    how(call)
  }

  #watch(): void {
    this.#cancelWatch = this.#clock.schedule(
      (this.#clock.now() + LONGEST_SILENCE_MS) as Millis,
      this.#stopped,
    )
  }

  #give(): void {
    while (this.#given < MOST_GIVEN) {
      const question = this.#queue.shift()
      if (question === undefined) return
      this.#given++
      this.#worker.postMessage(question)
    }
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#cancelWatch?.()
    this.#queue = []
    for (const { reject } of this.#calls.values()) reject(unavailable(why))
    this.#calls.clear()
  }
}

export function unavailable(why: string): LibraryError {
  return new LibraryError('LIBRARY_UNAVAILABLE', { why })
}

function errorFrom({ kind, code, data, message }: CarriedError): Error {
  if (kind === 'LibraryError') return new LibraryError(code as LibraryError['code'], data)
  if (kind === 'DiskError') return new DiskError(code as DiskError['code'], data)
  return unavailable(message)
}
