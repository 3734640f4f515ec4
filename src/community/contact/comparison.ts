// Words by which two people see that nobody stands between them: made of both person keys, the same on both sides.

import { compareBytes, concatBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { keyBytes, type PersonId } from '../ids.ts'

/** Six of 2,048 are 66 bits, and are read aloud in a breath. */
const WORDS = 6
const BITS = 11
/**
 * Somebody in between would look for two keys of theirs that give both sides the same words: 2^33 tries for 66 bits. Each try
 * costs this many hashes, so that it is 2^47; ours costs some milliseconds, once.
 */
const ROUNDS = 1 << 14
const PREFIX = utf8('shoal comparison 1\n')

/** @param list 2,048 words, the same on both sides */
export function comparisonWords(
  a: PersonId,
  b: PersonId,
  digest: Digest,
  list: readonly string[],
): readonly string[] {
  const [low, high] = [keyBytes(a), keyBytes(b)].sort(compareBytes) as [Uint8Array, Uint8Array]
  const both = concatBytes([PREFIX, low, high])
  let hash = digest.sha256(both)
  for (let round = 1; round < ROUNDS; round++) hash = digest.sha256(concatBytes([hash, both]))
  let bits = hash.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n) >> BigInt(256 - WORDS * BITS)
  const words: string[] = []
  for (let i = 0; i < WORDS; i++) {
    words.unshift(list[Number(bits & 2_047n)] as string)
    bits >>= BigInt(BITS)
  }
  return words
}
