// The library's threads as the rest of the daemon knows them: ask and be answered. Promise: without them the daemon runs
// on; every call is then refused with LIBRARY_UNAVAILABLE (or LIBRARY_NEWER), and they are started again until it works.

import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { RefusedDatabase } from '../../platform/database.ts'
import type { ReaderCalls, WriterCalls } from './library-calls.ts'
import { LibraryWorker, unavailable } from './library-worker.ts'

type Calls = WriterCalls & ReaderCalls
type Input<Name extends keyof Calls> = Parameters<Calls[Name]>
type Output<Name extends keyof Calls> = Awaited<ReturnType<Calls[Name]>>

export interface LinkPlan {
  /** `library.db` in the state folder, absolute. */
  readonly path: string
  readonly clock: Clock
  /** The state below changed: it is there, or it is not and why. */
  readonly changed?: () => void
  /** Real paths that are never entered. */
  readonly never?: readonly string[]
  readonly folderChanged?: (folder: string) => void
  readonly offersChanged?: () => void
  readonly program?: URL
}

/** Asked of the reader; everything else of the writer. */
const READ: ReadonlySet<string> = new Set<keyof ReaderCalls>([
  'search',
  'browse',
  'entry',
  'duplicates',
  'byContent',
])

/** After a thread was lost: soon, then ever later, for what is wrong may stay wrong. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000

export class LibraryLink {
  readonly #plan: LinkPlan
  #writer: LibraryWorker | undefined
  #reader: LibraryWorker | undefined
  #waitMs = FIRST_WAIT_MS
  #cancelRestart: (() => void) | undefined
  #closed = false
  #damaged = false
  #problem: LibraryError | undefined
  #setAside: string | undefined
  /** Calls made while it opens wait for it. */
  #opening: PromiseWithResolvers<void> | undefined
  readonly #pressure = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

  constructor(plan: LinkPlan) {
    this.#plan = plan
    this.#start()
  }

  /** Why there is no library now. Undefined while there is one, or while it opens. */
  get problem(): LibraryError | undefined {
    return this.#problem
  }

  /** Where a damaged database was set aside, since this started: what was in it is made again. */
  get setAside(): string | undefined {
    return this.#setAside
  }

  /** How much of the machine transfers want, 0 … 1: hashing makes room for them. */
  set pressure(share: number) {
    Atomics.store(this.#pressure, 0, Math.round(100 * share))
  }

  /** @throws LibraryError */
  async ask<Name extends keyof Calls>(name: Name, ...input: Input<Name>): Promise<Output<Name>> {
    // The first time it opens is waited for; later, whoever asks is told at once.
    if (this.#problem === undefined) await this.#opening?.promise
    if (this.#problem !== undefined) throw this.#problem
    const worker = READ.has(name) ? this.#reader : this.#writer
    if (worker === undefined) throw unavailable('it is closed')
    return (await worker.ask(name, input)) as Output<Name>
  }

  /** Resolves when all is in the file. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelRestart?.()
    this.#settleOpening()
    await this.#reader?.close()
    await this.#writer?.close()
    this.#reader = undefined
    this.#writer = undefined
  }

  #start(): void {
    if (this.#closed) return
    this.#opening ??= Promise.withResolvers()
    this.#writer = this.#worker('writer', (setAside) => {
      // It was closed while it opened: nobody would end the other.
      if (this.#closed) return
      this.#damaged = false
      this.#setAside ??= setAside
      this.#reader = this.#worker('reader', () => {
        this.#problem = undefined
        this.#waitMs = FIRST_WAIT_MS
        this.#settleOpening()
        this.#plan.changed?.()
      })
    })
  }

  #worker(role: 'writer' | 'reader', ready: (setAside: string | undefined) => void): LibraryWorker {
    const { path, program = new URL('./library-thread.ts', import.meta.url) } = this.#plan
    return new LibraryWorker(
      { role, path, damaged: this.#damaged, never: this.#plan.never ?? [], pressure: this.#pressure.buffer },
      {
        ready,
        refused: ({ refusal }) => this.#again(problemOf(refusal)),
        damaged: () => {
          this.#damaged = true
          this.#again(unavailable('its database is damaged and begun anew'))
        },
        lost: (why) => this.#again(unavailable(why)),
        changed: (folder) => this.#plan.folderChanged?.(folder),
        offersChanged: () => this.#plan.offersChanged?.(),
      },
      program,
      this.#plan.clock,
    )
  }

  /** Ends both, for one is nothing without the other, and starts them later. */
  #again(problem: LibraryError): void {
    if (this.#closed || this.#cancelRestart !== undefined) return
    this.#problem = problem
    this.#settleOpening()
    const ended = Promise.allSettled([this.#reader?.end(problem.message), this.#writer?.end(problem.message)])
    this.#reader = undefined
    this.#writer = undefined
    const { clock } = this.#plan
    const waitMs = this.#waitMs
    this.#waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    this.#cancelRestart = clock.schedule((clock.now() + waitMs) as Millis, () => {
      this.#cancelRestart = undefined
      // Not before both have let go of the file.
      void ended.then(() => this.#start())
    })
    this.#plan.changed?.()
  }

  #settleOpening(): void {
    this.#opening?.resolve()
    this.#opening = undefined
  }
}

function problemOf({ code, why, found, known }: RefusedDatabase): LibraryError {
  return code === 'NEWER' ? new LibraryError('LIBRARY_NEWER', { found, known }) : unavailable(why)
}
