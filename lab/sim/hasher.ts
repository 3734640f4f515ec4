// The Hasher port on virtual time: real hashes, computed at the moment the job would be done, so that memory changed too
// early gives a wrong hash here as it would in a thread.

import type { Hasher, SpanFailure } from '../../src/base/ports.ts'
import {
  type Disk,
  DiskError,
  type FileSpan,
  type HashResult,
  type HashStream,
  type HashWant,
} from '../../src/base/ports.ts'
import { HashError, hashPiece, LEAF_BLOCK_BYTES, PieceHash } from '../../src/platform/piece-hash.ts'
import type { World } from './world.ts'

export interface SimHasherOptions {
  /** Default 1 GB/s each. */
  readonly bytesPerSecond?: number
  readonly parallelism?: number
  /** Nothing is answered any more once this says no. */
  readonly alive?: () => boolean
}

/** Fixed cost of a job: a message there and one back. */
const JOB_MS = 0.05

/** Bytes of a file read at once. */
const STEP_BYTES = 64 * LEAF_BLOCK_BYTES

export class SimHasher implements Hasher {
  readonly parallelism: number
  readonly #world: World
  readonly #disk: Disk
  readonly #bytesPerMs: number
  readonly #alive: () => boolean
  /** When each worker is free again. */
  readonly #freeAtMs: number[]

  constructor(world: World, disk: Disk, options: SimHasherOptions = {}) {
    this.#world = world
    this.#disk = disk
    this.#bytesPerMs = (options.bytesPerSecond ?? 1e9) / 1000
    this.parallelism = options.parallelism ?? 2
    this.#alive = options.alive ?? (() => true)
    this.#freeAtMs = new Array<number>(this.parallelism).fill(0)
  }

  digest(bytes: Uint8Array, want: HashWant): Promise<HashResult> {
    return this.#work(this.#leastBusy(), bytes.length, () => hashPiece(bytes, want))
  }

  stream(want: HashWant): HashStream {
    const worker = this.#leastBusy()
    const state = new PieceHash(want)
    let open = true
    const refused = async (): Promise<never> => {
      throw new HashError('ABORTED')
    }
    return {
      update: (bytes) => (open ? this.#work(worker, bytes.length, () => state.update(bytes)) : refused()),
      finish: () => {
        if (!open) return refused()
        open = false
        return this.#work(worker, 0, () => state.finish())
      },
      abort: () => {
        open = false
      },
    }
  }

  files(
    pieces: readonly { readonly spans: readonly FileSpan[]; readonly want: HashWant }[],
  ): Promise<(HashResult | SpanFailure)[]> {
    return Promise.all(pieces.map((piece) => this.#hashFiles(piece.spans, piece.want)))
  }

  async #hashFiles(spans: readonly FileSpan[], want: HashWant): Promise<HashResult | SpanFailure> {
    const worker = this.#leastBusy()
    const state = new PieceHash(want)
    const lengthBytes = spans.reduce((sum, span) => sum + span.lengthBytes, 0)
    const buffer = new Uint8Array(Math.min(STEP_BYTES, lengthBytes))
    let filled = 0
    for (const span of spans) {
      for (let done = 0; done < span.lengthBytes; ) {
        const part = buffer.subarray(
          filled,
          filled + Math.min(span.lengthBytes - done, buffer.length - filled),
        )
        const failure =
          span.path === undefined ? undefined : await this.#fill(part, span.path, span.offset + done)
        if (failure !== undefined) return failure
        if (span.path === undefined) part.fill(0)
        done += part.length
        filled += part.length
        if (filled < buffer.length) continue
        state.update(buffer)
        filled = 0
      }
    }
    state.update(buffer.subarray(0, filled))
    return this.#work(worker, lengthBytes, () => state.finish())
  }

  async #fill(part: Uint8Array, path: string, position: number): Promise<SpanFailure | undefined> {
    try {
      if ((await this.#disk.stat(path))?.kind === 'link') return { failed: 'ELOOP' }
      const file = await this.#disk.open(path, 'read')
      try {
        return (await file.read(part, position)) < part.length ? { failed: 'SHORT' } : undefined
      } finally {
        await file.close()
      }
    } catch (error) {
      if (error instanceof DiskError) return { failed: error.code }
      throw error
    }
  }

  #leastBusy(): number {
    let best = 0
    for (let i = 1; i < this.#freeAtMs.length; i++) {
      if ((this.#freeAtMs[i] as number) < (this.#freeAtMs[best] as number)) best = i
    }
    return best
  }

  #work<T>(worker: number, lengthBytes: number, compute: () => T): Promise<T> {
    const startMs = Math.max(this.#world.nowMs, this.#freeAtMs[worker] as number)
    const doneMs = startMs + JOB_MS + lengthBytes / this.#bytesPerMs
    this.#freeAtMs[worker] = doneMs
    return new Promise((resolve, reject) => {
      this.#world.at(doneMs, () => {
        if (!this.#alive()) return
        try {
          resolve(compute())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}
