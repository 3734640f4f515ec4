// One worker thread of the scan and the one file it has. Promise: every file is answered once, at the latest at its deadline;
// a thread that dies or hangs is replaced, and its file is answered by its name and as unreadable.

import { Worker } from 'node:worker_threads'
import type { PrivateFinding } from './finding.ts'
import { sureOf } from './finding.ts'
import type { ScanInput } from './scan-file.ts'
import type { ScanAnswer, ScanRequest } from './scan-worker.ts'

/** A hostile document may ask for any amount; honest ones of 64 MiB take less than half of it. */
const HEAP_MIB = 512

export interface ScanThreadOptions {
  readonly program: URL
  readonly deadlineMs: number
  /** First use of a thread loads words and code: that is not the file's fault. */
  readonly startMs: number
}

type Lost = 'deadline' | 'killed'

export class ScanThread {
  readonly #options: ScanThreadOptions
  #worker: Worker | undefined
  #warm = false
  #nextJob = 0
  #closed = false

  constructor(options: ScanThreadOptions) {
    this.#options = options
  }

  async scan(input: ScanInput): Promise<readonly PrivateFinding[]> {
    const first = this.#closed ? 'killed' : await this.#ask({ input })
    if (typeof first !== 'string') return first
    if (this.#closed) return [sureOf('unreadable', 'file', { reason: first })]
    const second = await this.#ask({ input, nameOnly: first })
    return typeof second === 'string' ? [sureOf('unreadable', 'file', { reason: first })] : second
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #ask(request: Omit<ScanRequest, 'job'>): Promise<readonly PrivateFinding[] | Lost> {
    const worker = this.#open()
    const job = this.#nextJob++
    const { deadlineMs, startMs } = this.#options
    return new Promise((resolve) => {
      const settle = (result: readonly PrivateFinding[] | Lost): void => {
        clearTimeout(timer)
        // Its own alone: whoever ends the worker waits for its exit.
        worker.off('message', answered).off('error', killed).off('exit', killed)
        worker.unref()
        if (typeof result === 'string') {
          if (this.#worker === worker) this.#worker = undefined
          void worker.terminate()
        } else this.#warm = true
        resolve(result)
      }
      const timer = setTimeout(() => settle('deadline'), this.#warm ? deadlineMs : deadlineMs + startMs)
      const answered = (answer: ScanAnswer): void => {
        if (answer.job === job) settle(answer.findings)
      }
      const killed = (): void => settle('killed')
      worker.ref()
      worker.on('message', answered).on('error', killed).on('exit', killed)
      worker.postMessage({ ...request, job } satisfies ScanRequest)
    })
  }

  #open(): Worker {
    if (this.#worker === undefined) {
      // Flags of the host process (--input-type, --test) are not for a worker, and some would stop it.
      this.#worker = new Worker(this.#options.program, {
        name: 'shoal-sensitive',
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      })
      // What it says when it is being ended has nobody to hear it.
      this.#worker.on('error', () => undefined)
      this.#warm = false
    }
    return this.#worker
  }
}
