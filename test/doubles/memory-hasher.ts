// The Hasher port over files in memory, for tests of pure code: what the platform's threads do, at once and on one core.

import { concatBytes } from '../../src/base/bytes.ts'
import type { FileSpan, Hasher, HashResult, HashStream, HashWant, SpanFailure } from '../../src/base/ports.ts'
import { layersBelow, Merkle } from '../../src/metainfo/merkle.ts'
import { digest } from './digest.ts'

const merkle = new Merkle(digest)

export function hashNow(bytes: Uint8Array, want: HashWant): HashResult {
  const sha1 = want.sha1 ? { sha1: digest.sha1(bytes) } : {}
  if (want.merkle === undefined) return sha1
  const leaves = merkle.leaves(bytes.subarray(0, want.merkle.lengthBytes))
  return { ...sha1, leaves, root: merkle.root(leaves, 0, layersBelow(want.merkle.leaves)) }
}

export class MemoryHasher implements Hasher {
  readonly parallelism = 2
  /** Largest number of bytes asked for in one call of files(). */
  largestCallBytes = 0
  readonly #contents: ReadonlyMap<string, Uint8Array>

  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.#contents = contents
  }

  async digest(bytes: Uint8Array, want: HashWant): Promise<HashResult> {
    return hashNow(bytes, want)
  }

  stream(want: HashWant): HashStream {
    const parts: Uint8Array[] = []
    return {
      update: async (bytes) => {
        parts.push(bytes.slice())
      },
      finish: async () => hashNow(concatBytes(parts), want),
      abort: () => parts.splice(0),
    }
  }

  async files(
    pieces: readonly { readonly spans: readonly FileSpan[]; readonly want: HashWant }[],
  ): Promise<(HashResult | SpanFailure)[]> {
    const asked = pieces.flatMap(({ spans }) => spans).reduce((sum, span) => sum + span.lengthBytes, 0)
    this.largestCallBytes = Math.max(this.largestCallBytes, asked)
    return pieces.map(({ spans, want }) => {
      const parts: Uint8Array[] = []
      for (const { path, offset, lengthBytes } of spans) {
        if (path === undefined) {
          parts.push(new Uint8Array(lengthBytes))
          continue
        }
        const content = this.#contents.get(path)
        if (content === undefined) return { failed: 'ENOENT' }
        if (offset + lengthBytes > content.length) return { failed: 'SHORT' }
        parts.push(content.subarray(offset, offset + lengthBytes))
      }
      return hashNow(concatBytes(parts), want)
    })
  }
}
