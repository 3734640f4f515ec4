// Fields of the frames by which operations are synced, read and written: ids side by side in one string of bytes.

import type { BDict } from '../../base/bencode-value.ts'
import { RecordError } from '../community-error.ts'
import { KEY_BYTES, keyText, type RecordId } from '../ids.ts'

export function idsOf(body: BDict, most: number): RecordId[] {
  const bytes = anyBytes(body, 'i')
  if (bytes.length % KEY_BYTES !== 0 || bytes.length > most * KEY_BYTES) throw invalid('i')
  const ids: RecordId[] = []
  for (let at = 0; at < bytes.length; at += KEY_BYTES)
    ids.push(keyText<RecordId>(bytes.subarray(at, at + KEY_BYTES)))
  return ids
}

export function join(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * KEY_BYTES)
  for (const [index, hash] of hashes.entries()) bytes.set(hash, index * KEY_BYTES)
  return bytes
}

export function anyBytes(body: BDict, key: string): Uint8Array {
  return body.bytes(key) ?? fail(key)
}

export function fixed(body: BDict, key: string, length: number): Uint8Array {
  const bytes = body.bytes(key)
  return bytes?.length === length ? bytes : fail(key)
}

function fail(what: string): never {
  throw invalid(what)
}

export function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what })
}
