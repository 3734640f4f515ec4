// Bytes read from beginning to end: of a source, where skipping is free, or of a stream that is unpacked on the way, where it costs.

import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { type ByteSource, CHUNK_BYTES } from './byte-source.ts'
import type { LookBudget } from './look-budget.ts'

export interface ByteCursor {
  /** Exactly so many, or what is left. */
  take(count: number): Promise<Uint8Array>
  /** At most to the end. */
  skip(count: number): Promise<void>
  close(): void
}

export class SourceCursor implements ByteCursor {
  readonly #source: ByteSource
  #at = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      const bytes = await this.#source.read(this.#at, left)
      if (bytes.length === 0) break
      parts.push(bytes)
      this.#at += bytes.length
      left -= bytes.length
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
  }

  async skip(count: number): Promise<void> {
    this.#at += count
  }

  close(): void {}
}

export class UnpackingCursor implements ByteCursor {
  readonly #stream: Readable
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #budget: LookBudget
  #broken = false
  #rest: Uint8Array = new Uint8Array(0)
  #packedBytes = 0
  #unpackedBytes = 0

  constructor(source: ByteSource, format: 'gzip' | 'zstd', budget: LookBudget) {
    this.#budget = budget
    const unpacker = format === 'gzip' ? createGunzip() : createZstdDecompress()
    const packed = Readable.from(this.#packed(source), { objectMode: false })
    packed.on('error', (error) => unpacker.destroy(error))
    this.#stream = packed.pipe(unpacker)
    this.#chunks = (this.#stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let left = count
    while (left > 0 && (await this.#more())) {
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts)
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0 && (await this.#more()); ) {
      const step = Math.min(left, this.#rest.length)
      this.#rest = this.#rest.subarray(step)
      left -= step
    }
  }

  close(): void {
    this.#stream.destroy()
  }

  /** @returns whether there is something; false at the end, for broken bytes, and when the budget is spent */
  async #more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next().catch(() => undefined)
      if (next === undefined && !this.#broken) {
        this.#broken = true
        this.#budget.hides()
      }
      if (next === undefined || next.done === true) return false
      this.#rest = next.value
      this.#unpackedBytes += next.value.length
      this.#budget.holds(this.#unpackedBytes)
      if (!this.#budget.unpack(next.value.length)) return false
      if (!this.#budget.proportionate(this.#unpackedBytes, this.#packedBytes)) return false
    }
    return true
  }

  async *#packed(source: ByteSource): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < source.lengthBytes; ) {
      const bytes = await source.read(at, CHUNK_BYTES)
      if (bytes.length === 0) return
      this.#packedBytes += bytes.length
      at += bytes.length
      yield bytes
    }
  }
}
