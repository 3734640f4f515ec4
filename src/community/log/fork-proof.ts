// What proves that an author signed two chains: two records of one place, or one that does not follow the record before it.

import type { ForkProof, LogRecord } from './log-record.ts'

/** Undefined where both may stand beside each other. Both were read: their signatures are right. */
export function provenFork(a: LogRecord, b: LogRecord): ForkProof | undefined {
  if (a.author !== b.author || a.circle !== b.circle || a.id === b.id) return undefined
  const [first, second] = a.seq <= b.seq ? [a, b] : [b, a]
  const twice = first.seq === second.seq
  const elsewhere = second.seq === first.seq + 1 && second.prev !== first.id
  if (!twice && !elsewhere) return undefined
  return { author: a.author, at: first.seq, first: first.bytes, second: second.bytes }
}
