// Worker thread of the hasher: digests memory, keeps the state of streams, reads and hashes files.
// Promises: memory jobs never wait longer than one read step behind file jobs; memory of the worker does not follow the
// length of a piece; a failing job is answered, never thrown.

import { readSync } from 'node:fs'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { HashResult, SpanFailure } from '../base/ports.ts'
import { diskError } from './disk-call.ts'
import type { FilePiece, HashAnswer, HashRequest } from './hash-messages.ts'
import { OpenFiles } from './open-files.ts'
import { HashError, hashPiece, PieceHash } from './piece-hash.ts'

/** One read and one hash step: sequential for the disk, under 1 ms of hashing, a whole number of blocks. */
const STEP_BYTES = 1_048_576

/** Answers to small jobs travel together until this much was hashed since the last message (0.3 ms). */
const ANSWER_EVERY_BYTES = 524_288

const ZEROS = new Uint8Array(STEP_BYTES)

class HashWorker {
  readonly #port: MessagePort
  readonly #streams = new Map<number, PieceHash | HashError>()
  readonly #files = new OpenFiles()
  readonly #fileJobs: Extract<HashRequest, { readonly kind: 'files' | 'release' }>[] = []
  #buffer: Uint8Array | undefined
  #answers: HashAnswer[] = []
  #hashedBytes = 0
  #reading = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (requests: readonly HashRequest[]) => this.#serve(requests))
  }

  #serve(requests: readonly HashRequest[]): void {
    for (const request of requests) {
      if (request.kind === 'files' || request.kind === 'release') {
        this.#fileJobs.push(request)
        continue
      }
      this.#serveMemory(request)
      if (this.#hashedBytes >= ANSWER_EVERY_BYTES) this.#answer()
    }
    this.#answer()
    if (!this.#reading && this.#fileJobs.length > 0) void this.#serveFiles()
  }

  #serveMemory(request: Exclude<HashRequest, { readonly kind: 'files' | 'release' }>): void {
    switch (request.kind) {
      case 'digest': {
        const { job, bytes, want } = request
        this.#hashedBytes += bytes.length
        this.#try(job, () => {
          this.#answers.push({ job, kind: 'result', result: hashPiece(bytes, want) })
        })
        return
      }
      case 'open':
        try {
          this.#streams.set(request.stream, new PieceHash(request.want))
        } catch (error) {
          // Told to whoever updates or finishes it: opening has no answer.
          this.#streams.set(request.stream, error as HashError)
        }
        return
      case 'update': {
        const { job, stream, bytes } = request
        const state = this.#streams.get(stream)
        this.#hashedBytes += bytes.length
        this.#try(job, () => {
          if (state instanceof HashError) throw state
          state?.update(bytes)
          this.#answers.push({ job, kind: 'done' })
        })
        return
      }
      case 'finish': {
        const { job, stream } = request
        const state = this.#streams.get(stream)
        this.#streams.delete(stream)
        this.#try(job, () => {
          if (state === undefined) throw new HashError('ABORTED')
          if (state instanceof HashError) throw state
          this.#answers.push({ job, kind: 'result', result: state.finish() })
        })
        return
      }
      case 'abort':
        this.#streams.delete(request.stream)
    }
  }

  #try(job: number, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(job, error)
    }
  }

  /** Wrong use is answered with its code; anything else is a bug of ours and ends the thread. */
  #fail(job: number, error: unknown): void {
    if (!(error instanceof HashError)) throw error
    this.#answers.push({ job, kind: 'failed', code: error.code, data: error.data })
  }

  #answer(): void {
    this.#hashedBytes = 0
    if (this.#answers.length === 0) return
    this.#port.postMessage(this.#answers)
    this.#answers = []
  }

  async #serveFiles(): Promise<void> {
    this.#reading = true
    for (let job = this.#fileJobs.shift(); job !== undefined; job = this.#fileJobs.shift()) {
      if (job.kind === 'release') {
        this.#files.closeCall(job.call)
        this.#answers.push({ job: job.job, kind: 'done' })
      } else {
        try {
          const results: (HashResult | SpanFailure)[] = []
          for (const piece of job.pieces) results.push(await this.#hashFiles(job.call, piece))
          this.#answers.push({ job: job.job, kind: 'results', results })
        } catch (error) {
          this.#fail(job.job, error)
        }
      }
      this.#answer()
    }
    this.#buffer = undefined
    this.#reading = false
  }

  /** Gathers the spans of a piece step by step; between two steps, waiting memory jobs are served. */
  async #hashFiles(call: number, piece: FilePiece): Promise<HashResult | SpanFailure> {
    this.#buffer ??= new Uint8Array(STEP_BYTES)
    const state = new PieceHash(piece.want)
    let filled = 0
    for (const span of piece.spans) {
      for (let done = 0; done < span.lengthBytes; ) {
        const wanted = Math.min(span.lengthBytes - done, STEP_BYTES - filled)
        const into = this.#buffer.subarray(filled, filled + wanted)
        if (span.path === undefined) into.set(ZEROS.subarray(0, wanted))
        else {
          const fd = this.#files.descriptor(call, span.path)
          const failure =
            typeof fd === 'string' ? { failed: fd } : readFully(fd, span.path, into, span.offset + done)
          if (failure !== undefined) return failure
        }
        done += wanted
        filled += wanted
        if (filled === STEP_BYTES) {
          state.update(this.#buffer)
          filled = 0
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    }
    state.update(this.#buffer.subarray(0, filled))
    return state.finish()
  }
}

function readFully(fd: number, path: string, into: Uint8Array, position: number): SpanFailure | undefined {
  try {
    for (let at = 0; at < into.length; ) {
      const count = readSync(fd, into, at, into.length - at, position + at)
      if (count === 0) return { failed: 'SHORT' }
      at += count
    }
    return undefined
  } catch (cause) {
    return { failed: diskError(cause as NodeJS.ErrnoException, path).code }
  }
}

if (parentPort === null) throw new Error('hash-worker runs as a worker thread only')
new HashWorker(parentPort)
