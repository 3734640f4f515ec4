// The sensitive scan of many files: streaming, cancelable, and never ahead of who listens: files are pulled as workers are free.
// Promise: every file that was pulled is answered once, however long who listens takes over another, and however many scans there are.

import type { PrivateFinding } from './finding.ts'
import type { ScanInput } from './scan-file.ts'
import { ScanThread } from './scan-thread.ts'

/** Design: two at once keeps a small computer usable. */
const WORKERS = 2
/** Design: 5 s a file. */
const DEADLINE_MS = 5_000
/** Loading words and packages in a new thread, on a slow disk. */
const START_MS = 10_000

export interface ScannedFile {
  readonly file: ScanInput
  readonly findings: readonly PrivateFinding[]
}

export interface SensitiveScanOptions {
  readonly workers?: number
  readonly deadlineMs?: number
  readonly startMs?: number
  /** Another program for the threads: tests. */
  readonly program?: URL
}

export class SensitiveScan {
  readonly #threads: ScanThread[]
  readonly #free: ScanThread[]
  /** Of other scans at the same time: a thread has one file. */
  readonly #waiting: ((thread: ScanThread) => void)[] = []
  #closed = false

  constructor({
    workers = WORKERS,
    deadlineMs = DEADLINE_MS,
    startMs = START_MS,
    program,
  }: SensitiveScanOptions = {}) {
    const options = {
      program: program ?? new URL('./scan-worker.ts', import.meta.url),
      deadlineMs,
      startMs,
    }
    this.#threads = Array.from({ length: workers }, () => new ScanThread(options))
    this.#free = [...this.#threads]
  }

  /** In the order they are done. Ends early when the signal is aborted; files on their way then are not waited for. */
  async *scan(
    files: AsyncIterable<ScanInput> | Iterable<ScanInput>,
    signal?: AbortSignal,
  ): AsyncGenerator<ScannedFile, void, undefined> {
    const source = Symbol.asyncIterator in files ? files[Symbol.asyncIterator]() : files[Symbol.iterator]()
    const running = new Set<Promise<ScannedFile>>()
    /** Done while who listens was busy with another. */
    const done: ScannedFile[] = []
    const aborted = new Promise<undefined>((resolve) => {
      if (signal?.aborted) resolve(undefined)
      signal?.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    let exhausted = false
    const stopped = (): boolean => this.#closed || signal?.aborted === true
    try {
      while (!stopped()) {
        while (!exhausted && !stopped() && running.size + done.length < this.#threads.length) {
          const next = await source.next()
          if (next.done === true) exhausted = true
          else {
            const job = this.#one(next.value).then((scanned) => {
              running.delete(job)
              done.push(scanned)
              return scanned
            })
            running.add(job)
          }
        }
        if (done.length === 0) {
          if (running.size === 0) return
          await Promise.race([...running, aborted])
        }
        if (stopped()) return
        const next = done.shift()
        if (next !== undefined) yield next
      }
    } finally {
      await source.return?.()
      // Nobody asks for what is still on its way.
      for (const job of running) job.catch(() => undefined)
    }
  }

  async #one(file: ScanInput): Promise<ScannedFile> {
    const thread =
      this.#free.pop() ?? (await new Promise<ScanThread>((resolve) => this.#waiting.push(resolve)))
    try {
      return { file, findings: await thread.scan(file) }
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(thread)
      else next(thread)
    }
  }

  /** Ends the threads; a scan on its way ends with them. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}
