// One worker thread of the hasher and the jobs it owes answers to.
// Invariants: requests arrive at the worker in the order they were made; every job settles exactly once, at the latest
// when the thread dies; an idle thread does not keep the process alive, a busy one does.

import { Worker } from 'node:worker_threads'
import type { HashAnswer, HashRequest } from './hash-messages.ts'
import { HashError } from './piece-hash.ts'

interface Job {
  readonly weightBytes: number
  readonly settle: (answer: HashAnswer) => void
  readonly reject: (error: HashError) => void
}

/** A request that is answered, before it has its number. */
type Unnumbered<Request> = Request extends { readonly job: number } ? Omit<Request, 'job'> : never

export class HashThread {
  readonly #worker: Worker
  readonly #onLost: () => void
  readonly #jobs = new Map<number, Job>()
  #nextJob = 0
  #outbox: HashRequest[] = []
  #transfers: ArrayBuffer[] = []
  #pendingBytes = 0
  #lost: HashError | undefined
  /** Streams that live here. */
  openStreams = 0

  /** `onLost` is called once if the thread ends by itself, before its jobs are rejected. */
  constructor(program: URL, onLost: () => void) {
    // Flags of the host process (--input-type, --test) are not for a worker, and some would stop it.
    this.#worker = new Worker(program, { name: 'shoal-hash', execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (answers: readonly HashAnswer[]) => this.#onAnswers(answers))
    this.#worker.on('error', (cause) => this.#die(new HashError('WORKER_LOST', {}, cause)))
    this.#worker.on('exit', (status) => this.#die(new HashError('WORKER_LOST', { status })))
    this.#onLost = onLost
  }

  /** What it still has to hash, roughly: the measure of load. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  get idle(): boolean {
    return this.#jobs.size === 0
  }

  /** `weightBytes`: how much work this is. Memory listed in `transfer` is the worker's from now on. */
  ask(request: Unnumbered<HashRequest>, weightBytes: number, transfer?: ArrayBuffer): Promise<HashAnswer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    if (this.#jobs.size === 0) this.#worker.ref()
    const job = this.#nextJob++
    this.#pendingBytes += weightBytes
    if (transfer !== undefined) this.#transfers.push(transfer)
    this.#post({ ...request, job } as HashRequest)
    return new Promise((settle, reject) => this.#jobs.set(job, { weightBytes, settle, reject }))
  }

  /** A request without an answer. */
  tell(request: Extract<HashRequest, { readonly kind: 'open' | 'abort' }>): void {
    if (this.#lost === undefined) this.#post(request)
  }

  async close(): Promise<void> {
    this.#die(new HashError('CLOSED'))
    await this.#worker.terminate()
  }

  /** All requests of one turn travel in one message: a message costs 15 to 40 µs, however little is in it. */
  #post(request: HashRequest): void {
    this.#outbox.push(request)
    if (this.#outbox.length > 1) return
    process.nextTick(() => {
      if (this.#lost !== undefined) return
      this.#worker.postMessage(this.#outbox, this.#transfers)
      this.#outbox = []
      this.#transfers = []
    })
  }

  #onAnswers(answers: readonly HashAnswer[]): void {
    for (const answer of answers) {
      const job = this.#jobs.get(answer.job)
      if (job === undefined) continue
      this.#jobs.delete(answer.job)
      this.#pendingBytes -= job.weightBytes
      if (answer.kind === 'failed') job.reject(new HashError(answer.code, answer.data))
      else job.settle(answer)
    }
    if (this.#jobs.size === 0) this.#worker.unref()
  }

  #die(error: HashError): void {
    if (this.#lost !== undefined) return
    this.#lost = error
    if (error.code === 'WORKER_LOST') this.#onLost()
    for (const job of this.#jobs.values()) job.reject(error)
    this.#jobs.clear()
    this.#pendingBytes = 0
  }
}
