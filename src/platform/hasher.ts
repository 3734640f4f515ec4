// The Hasher port on Node: worker threads over shared memory, started when there is work for them.
// Promises: shared memory is never copied; one piece of 1 MiB costs the calling thread well under 30 µs; a thread that
// dies takes only its own jobs with it and is replaced.
//
// Why threads of our own and not Node's pool: subtle.digest takes no shared memory, hashes in one go only, and copies
// its input (figures: lab/bench/hasher.ts).

import { availableParallelism } from 'node:os'
import type { Hasher, HashResult, HashStream, HashWant, SpanFailure } from '../base/ports.ts'
import type { FilePiece, HashAnswer } from './hash-messages.ts'
import { HashThread } from './hash-thread.ts'
import { HashError, hashPiece } from './piece-hash.ts'

/** Up to here hashing (17 µs) costs the calling thread no more than asking somebody else. */
const INLINE_BYTES = 32_768

/** A further thread is started when each one running has this much to do (2.5 ms); one alone does 1.8 GB/s. */
const BUSY_BYTES = 4_194_304

/** Pieces of one files() run: a message costs 1 % of hashing this. */
const RUN_BYTES = 4_194_304

/** Runs a thread holds at once, so that it never waits for the calling thread. */
const RUNS_AHEAD = 2

export class NodeHasher implements Hasher {
  readonly parallelism: number
  readonly #threads: HashThread[] = []
  #nextId = 0
  #closed = false

  readonly #program: URL

  /** `program` is what the threads run: hash-worker.ts, or one that fails on purpose. */
  constructor(options: { readonly parallelism?: number; readonly program?: URL } = {}) {
    this.parallelism = Math.max(1, options.parallelism ?? availableParallelism())
    this.#program = options.program ?? new URL('./hash-worker.ts', import.meta.url)
  }

  async digest(bytes: Uint8Array, want: HashWant): Promise<HashResult> {
    if (this.#closed) throw new HashError('CLOSED')
    if (bytes.length <= INLINE_BYTES) return hashPiece(bytes, want)
    const { lent, transfer } = lend(bytes)
    const thread = this.#leastLoaded()
    return resultOf(await thread.ask({ kind: 'digest', bytes: lent, want }, bytes.length, transfer))
  }

  stream(want: HashWant): HashStream {
    if (this.#closed) throw new HashError('CLOSED')
    return new ThreadStream(this.#leastLoaded(), this.#nextId++, want)
  }

  async files(pieces: readonly FilePiece[]): Promise<(HashResult | SpanFailure)[]> {
    if (this.#closed) throw new HashError('CLOSED')
    const call = this.#nextId++
    const runs = runsOf(pieces)
    const results: (HashResult | SpanFailure)[][] = runs.map(() => [])
    let next = 0
    const work = async (thread: HashThread): Promise<void> => {
      while (next < runs.length) {
        const index = next++
        const run = runs[index] as Run
        const answer = await thread.ask({ kind: 'files', call, pieces: run.pieces }, run.lengthBytes)
        if (answer.kind === 'results') results[index] = [...answer.results]
      }
    }
    while (this.#threads.length < Math.min(this.parallelism, runs.length)) this.#start()
    const threads = this.#threads.slice(0, runs.length)
    const lanes = threads.flatMap((thread) => Array.from({ length: RUNS_AHEAD }, () => work(thread)))
    const settled = await Promise.allSettled(lanes)
    const released = await Promise.allSettled(
      threads.map((thread) => thread.ask({ kind: 'release', call }, 0)),
    )
    for (const outcome of [...settled, ...released]) if (outcome.status === 'rejected') throw outcome.reason
    return results.flat()
  }

  /** Rejects what is pending with CLOSED and ends the threads; everything after that is rejected too. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()))
  }

  #leastLoaded(): HashThread {
    let best: HashThread | undefined
    for (const thread of this.#threads) {
      if (best === undefined || loadOf(thread) < loadOf(best)) best = thread
    }
    if (best !== undefined && (best.pendingBytes < BUSY_BYTES || this.#threads.length >= this.parallelism))
      return best
    return this.#start()
  }

  #start(): HashThread {
    const thread: HashThread = new HashThread(this.#program, () => {
      const at = this.#threads.indexOf(thread)
      if (at >= 0) this.#threads.splice(at, 1)
    })
    this.#threads.push(thread)
    return thread
  }
}

/** An open stream will bring more: it counts like a MiB of work. */
function loadOf(thread: HashThread): number {
  return thread.pendingBytes + thread.openStreams * 1_048_576
}

class ThreadStream implements HashStream {
  readonly #thread: HashThread
  readonly #id: number
  #open = true

  constructor(thread: HashThread, id: number, want: HashWant) {
    this.#thread = thread
    this.#id = id
    thread.openStreams++
    thread.tell({ kind: 'open', stream: id, want })
  }

  update(bytes: Uint8Array): Promise<void> {
    if (!this.#open) return refused()
    const { lent, transfer } = lend(bytes)
    const asked = this.#thread.ask({ kind: 'update', stream: this.#id, bytes: lent }, bytes.length, transfer)
    return handled(asked.then(() => undefined))
  }

  finish(): Promise<HashResult> {
    if (!this.#open) return refused()
    this.#end()
    return this.#thread.ask({ kind: 'finish', stream: this.#id }, 0).then(resultOf)
  }

  abort(): void {
    if (!this.#open) return
    this.#end()
    this.#thread.tell({ kind: 'abort', stream: this.#id })
  }

  #end(): void {
    this.#open = false
    this.#thread.openStreams--
  }
}

function refused(): Promise<never> {
  return handled(Promise.reject(new HashError('ABORTED')))
}

/** Updates may be queued without waiting: what went wrong is told again by finish(), so nobody must listen here. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

function resultOf(answer: HashAnswer): HashResult {
  if (answer.kind !== 'result') throw new HashError('WORKER_LOST', { answer: answer.kind })
  return answer.result
}

/** Shared memory is passed as it is, anything else as a copy that then belongs to the worker. */
function lend(bytes: Uint8Array): { readonly lent: Uint8Array; readonly transfer: ArrayBuffer | undefined } {
  if (bytes.buffer instanceof SharedArrayBuffer) return { lent: bytes, transfer: undefined }
  const copy = new Uint8Array(bytes)
  return { lent: copy, transfer: copy.buffer }
}

interface Run {
  readonly pieces: FilePiece[]
  lengthBytes: number
}

/** Neighbouring pieces together, so that each thread reads stretches of the disk in order. */
function runsOf(pieces: readonly FilePiece[]): Run[] {
  const runs: Run[] = []
  let run: Run | undefined
  for (const piece of pieces) {
    if (run === undefined || run.lengthBytes >= RUN_BYTES) {
      run = { pieces: [], lengthBytes: 0 }
      runs.push(run)
    }
    run.pieces.push(piece)
    for (const span of piece.spans) run.lengthBytes += span.lengthBytes
  }
  return runs
}
