// What a device says it holds of each author, packed: 76 bytes an author. Heads that are pushed are vectors of few authors.

import { readUint32, writeUint32 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type RecordId } from '../ids.ts'

export interface VectorEntry {
  readonly author: DeviceId
  /** Holds `begin` … `seq`. */
  readonly begin: number
  readonly seq: number
  /** Undefined for 0. */
  readonly head: RecordId | undefined
  /** Where two records of it were found; it counts up to the one before. */
  readonly forkedAt: number | undefined
}

/** Author, begin, seq, place of the fork or 0, head. */
export const VECTOR_ENTRY_BYTES = KEY_BYTES + 4 + 4 + 4 + KEY_BYTES
/** COMMUNITY.md: 500 members, design: 8 devices each, and those that left. */
export const MAX_AUTHORS = 8_192
/** What fits a frame of 264 KiB; a whole vector comes in parts. */
export const MAX_VECTOR_PART = 3_400
/** Pushed together at most: a bound for the reader; one takes 76 bytes. */
export const MAX_HEADS = 1_024
const MAX_SEQ = 0xffff_fffe

export function packVector(entries: readonly VectorEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * VECTOR_ENTRY_BYTES)
  let at = 0
  for (const { author, begin, seq, head, forkedAt } of entries) {
    bytes.set(keyBytes(author), at)
    writeUint32(bytes, at + KEY_BYTES, begin)
    writeUint32(bytes, at + KEY_BYTES + 4, seq)
    writeUint32(bytes, at + KEY_BYTES + 8, forkedAt ?? 0)
    if (head !== undefined) bytes.set(keyBytes(head), at + KEY_BYTES + 12)
    at += VECTOR_ENTRY_BYTES
  }
  return bytes
}

/** @throws RecordError */
export function unpackVector(bytes: Uint8Array, most: number): VectorEntry[] {
  if (bytes.length % VECTOR_ENTRY_BYTES !== 0 || bytes.length > most * VECTOR_ENTRY_BYTES)
    throw new RecordError('FRAME_INVALID', { what: 'vector length' })
  const entries: VectorEntry[] = []
  for (let at = 0; at < bytes.length; at += VECTOR_ENTRY_BYTES) {
    const begin = readUint32(bytes, at + KEY_BYTES)
    const seq = readUint32(bytes, at + KEY_BYTES + 4)
    const forkedAt = readUint32(bytes, at + KEY_BYTES + 8)
    if (begin < 1 || seq > MAX_SEQ || begin > seq + 1 || (forkedAt !== 0 && seq >= forkedAt))
      throw new RecordError('FRAME_INVALID', { what: 'vector entry' })
    entries.push({
      author: keyText<DeviceId>(bytes.subarray(at, at + KEY_BYTES)),
      begin,
      seq,
      head:
        seq === 0
          ? undefined
          : keyText<RecordId>(bytes.subarray(at + KEY_BYTES + 12, at + VECTOR_ENTRY_BYTES)),
      forkedAt: forkedAt === 0 ? undefined : forkedAt,
    })
  }
  return entries
}

/** Of a sorted one: equal exactly where vectors are. */
export function vectorSum(entries: readonly VectorEntry[], digest: Digest): Uint8Array {
  return digest.sha256(packVector(entries))
}

export function sortVector(entries: VectorEntry[]): VectorEntry[] {
  return entries.sort((a, b) => (a.author < b.author ? -1 : a.author > b.author ? 1 : 0))
}
