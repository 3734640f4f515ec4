// One direct message as all of its readers have it: who wrote it to whom, when, after what, and its content.
// Its id is the hash of its bytes and the same in every copy, so that duplicates are told apart however they came.
// It carries no signature: the envelope that it comes in has one (envelope.ts).

import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId, type RecordId } from '../ids.ts'
import { readRecord } from '../record-fields.ts'
import { MAX_CONTENT_BYTES, MAX_ENTRY_BYTES, MAX_HEADS, MAX_NUMBER, MAX_SECONDS } from './limits.ts'

export type EntryKind =
  /** Something said: `content` is of the kinds that chat knows. */
  | 'message'
  /** Which messages have arrived: `content` is their ids, one after the other. */
  | 'receipt'

export interface DirectEntry {
  readonly kind: EntryKind
  readonly author: PersonId
  readonly device: DeviceId
  readonly to: PersonId
  /** Seconds since 1970 by the author's clock: for showing. */
  readonly at: number
  readonly lamport: number
  /** Last messages that the author had seen. */
  readonly after: readonly RecordId[]
  /** 16 random bytes: the same words twice are two messages. */
  readonly salt: Uint8Array
  readonly content: Uint8Array
}

const SALT_BYTES = 16
const KINDS: readonly EntryKind[] = ['message', 'receipt']
const ID_PREFIX = utf8('shoal direct entry 1\n')
const ENTRY_LIMITS = { lengthBytes: MAX_ENTRY_BYTES, depth: 2, tokens: 40 }
const WHAT = 'direct entry'

export function encodeEntry(entry: DirectEntry): Uint8Array {
  const { kind, author, device, to, at, lamport, after, salt, content } = entry
  return encode({
    a: keyBytes(author),
    c: content,
    d: keyBytes(device),
    h: after.map(keyBytes),
    k: kind,
    l: lamport,
    n: salt,
    t: keyBytes(to),
    w: at,
  })
}

/** @throws RecordError */
export function decodeEntry(bytes: Uint8Array): DirectEntry {
  const fields = readRecord(bytes, WHAT, ENTRY_LIMITS)
  const entry: DirectEntry = {
    kind: fields.oneOf('k', KINDS),
    author: keyText(fields.bytes('a', KEY_BYTES)),
    device: keyText(fields.bytes('d', KEY_BYTES)),
    to: keyText(fields.bytes('t', KEY_BYTES)),
    at: fields.int('w', 0, MAX_SECONDS),
    lamport: fields.int('l', 0, MAX_NUMBER),
    after: fields.listOfBytes('h', MAX_HEADS, KEY_BYTES, KEY_BYTES).map((key) => keyText<RecordId>(key)),
    salt: fields.bytes('n', SALT_BYTES),
    content: fields.bytesWithin('c', 0, MAX_CONTENT_BYTES),
  }
  fields.end()
  return entry
}

export function entryId(bytes: Uint8Array, digest: Digest): RecordId {
  return keyText<RecordId>(digest.sha256(concatBytes([ID_PREFIX, bytes])))
}
