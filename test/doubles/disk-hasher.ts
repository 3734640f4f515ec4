// The Hasher port for storage tests: right hashes at once, files read through whatever Disk the test has.

import type {
  Disk,
  FileSpan,
  Hasher,
  HashResult,
  HashStream,
  HashWant,
  SpanFailure,
} from '../../src/base/ports.ts'
import { DiskError } from '../../src/base/ports.ts'
import { hashPiece, PieceHash } from '../../src/platform/piece-hash.ts'

export class DiskHasher implements Hasher {
  readonly parallelism = 2
  /** Jobs so far, to see how much was hashed. */
  digests = 0
  filePieces = 0
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Hashes late, to notice memory that changes while it is lent. */
  async digest(bytes: Uint8Array, want: HashWant): Promise<HashResult> {
    this.digests++
    await Promise.resolve()
    await Promise.resolve()
    return hashPiece(bytes, want)
  }

  stream(want: HashWant): HashStream {
    const hash = new PieceHash(want)
    let aborted = false
    return {
      update: async (bytes) => {
        await Promise.resolve()
        if (!aborted) hash.update(bytes)
      },
      finish: async () => {
        this.digests++
        await Promise.resolve()
        return hash.finish()
      },
      abort: () => {
        aborted = true
      },
    }
  }

  async files(
    pieces: readonly { readonly spans: readonly FileSpan[]; readonly want: HashWant }[],
  ): Promise<(HashResult | SpanFailure)[]> {
    const results: (HashResult | SpanFailure)[] = []
    for (const { spans, want } of pieces) {
      this.filePieces++
      results.push(await this.#piece(spans, want))
    }
    return results
  }

  async #piece(spans: readonly FileSpan[], want: HashWant): Promise<HashResult | SpanFailure> {
    const bytes = new Uint8Array(spans.reduce((sum, span) => sum + span.lengthBytes, 0))
    let at = 0
    for (const { path, offset, lengthBytes } of spans) {
      const into = bytes.subarray(at, at + lengthBytes)
      at += lengthBytes
      if (path === undefined) continue
      try {
        const file = await this.#disk.open(path, 'read')
        const read = await file.read(into, offset)
        await file.close()
        if (read < lengthBytes) return { failed: 'SHORT' }
      } catch (error) {
        if (error instanceof DiskError) return { failed: error.code }
        throw error
      }
    }
    return hashPiece(bytes, want)
  }
}
