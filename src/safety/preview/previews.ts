// Small pictures of pictures, made here: never the original's bytes. Promises: nothing is decoded that says it is large; a decoder has
// a heap, a time and a thread of its own, one at a time; what comes of it is a JPEG of at most MAX_PREVIEW_BYTES, or nothing.

import { open } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { imageSize } from './image-size.ts'

/** Photos of telephones. */
export const MAX_IMAGE_BYTES = 12 * 1024 * 1024
/** 100 MB while it is decoded. */
const MAX_PIXELS = 25_000_000
const PREVIEW_PIXELS = 480
export const MAX_PREVIEW_BYTES = 256 * 1024
/** A photo of 12 MP takes two seconds of one processor. */
const DEADLINE_MS = 20_000
const HEAP_MIB = 256
/** Shown again while somebody scrolls. */
const MAX_KEPT = 64
/** Of those that wait for their turn. */
const MAX_WAITING = 32

const PROGRAM = new URL('./preview-worker.ts', import.meta.url)

export class Previews {
  readonly #deadlineMs: number
  readonly #program: URL
  /** By path, size and time; least recently asked for first. */
  readonly #kept = new Map<string, Uint8Array | undefined>()
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** @param deadlineMs and @param program for tests */
  constructor(deadlineMs: number = DEADLINE_MS, program: URL = PROGRAM) {
    this.#deadlineMs = deadlineMs
    this.#program = program
  }

  /** By its name alone: whether it is worth asking. */
  static mayHave(name: string, lengthBytes: number): boolean {
    return /\.(jpe?g|png)$/i.test(name) && lengthBytes <= MAX_IMAGE_BYTES
  }

  /** Undefined where there is none: no picture, too large, broken. */
  async of(path: string): Promise<Uint8Array | undefined> {
    const read = await readSmall(path)
    if (read === undefined) return undefined
    const { key, bytes } = read
    const known = this.#kept.get(key)
    if (known !== undefined || this.#kept.has(key)) {
      this.#keep(key, known)
      return known
    }
    const size = imageSize(bytes)
    if (size === undefined || size.width * size.height > MAX_PIXELS || this.#waiting >= MAX_WAITING)
      return undefined
    this.#waiting++
    const made = this.#turn.then(() => this.#make(bytes)).finally(() => this.#waiting--)
    this.#turn = made.catch(() => undefined)
    const preview = await made
    this.#keep(key, preview)
    return preview
  }

  #keep(key: string, preview: Uint8Array | undefined): void {
    this.#kept.delete(key)
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as string)
    this.#kept.set(key, preview)
  }

  async #make(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    // Flags of the host process (--input-type, --test) are not for a worker, and some would stop it.
    const worker = new Worker(this.#program, {
      name: 'shoal-preview',
      workerData: { bytes, pixels: PREVIEW_PIXELS },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    })
    const timer = setTimeout(() => resolve(undefined), this.#deadlineMs)
    worker.on('message', resolve)
    // Its heap was full, or the decoder failed: there is no preview.
    worker.on('error', () => resolve(undefined))
    worker.on('exit', () => resolve(undefined))
    const made = await promise
    clearTimeout(timer)
    await worker.terminate()
    return made instanceof Uint8Array && made.length <= MAX_PREVIEW_BYTES ? made : undefined
  }
}

async function readSmall(
  path: string,
): Promise<{ readonly key: string; readonly bytes: Uint8Array } | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.size === 0 || stat.size > MAX_IMAGE_BYTES) return undefined
    const bytes = new Uint8Array(stat.size)
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0)
    return { key: `${path} ${stat.size} ${stat.mtimeMs}`, bytes: bytes.subarray(0, bytesRead) }
  } finally {
    await file.close()
  }
}
