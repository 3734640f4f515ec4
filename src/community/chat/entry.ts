// One entry of chat: who wrote it after what, and what was written, sealed. Outside stand only what order, keeping and pruning
// need; a keeper sees that and nothing else. Promise: what is decoded was signed by the author's device, whole, and has one way
// to be written.

import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { BDict, BencodeError } from '../../base/bencode-value.ts'
import { concatBytes, EMPTY } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { type CommunityCrypto, NONCE_BYTES, TAG_BYTES } from '../crypto.ts'
import {
  type CircleId,
  type DeviceId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type RecordId,
  SIGNATURE_BYTES,
} from '../ids.ts'
import type { LogRecord } from '../log/log-record.ts'
import { readRecord, signedMessage } from '../record-fields.ts'
import { MAX_DEPENDENCIES, MAX_ENTRY_BYTES, MAX_LAMPORT, MAX_SECONDS, MAX_SEQ } from './limits.ts'

/** What the author says of it in the open. */
export interface EntryBody {
  readonly circle: CircleId
  readonly author: DeviceId
  readonly seq: number
  readonly prev: RecordId | undefined
  /** Entries of others that it was written after: at most eight, and what those were written after. */
  readonly dependencies: readonly RecordId[]
  /** More than that of all of them, and of `prev`. */
  readonly lamport: number
  /** Seconds since 1970 by the author's clock, never before its last one: what pruning and quotas go by. */
  readonly time: number
  /** Whose read key it is sealed with. */
  readonly epoch: RecordId
  readonly sealed: Uint8Array
}

export interface Entry extends EntryBody, LogRecord {
  readonly circle: CircleId
  readonly author: DeviceId
  readonly seq: number
  readonly prev: RecordId | undefined
}

const PURPOSE = 'chat entry 1'
const WHAT = 'entry'
const OUTER_LIMITS = { lengthBytes: MAX_ENTRY_BYTES, depth: 1, tokens: 5 }
const BODY_LIMITS = { lengthBytes: MAX_ENTRY_BYTES, depth: 1, tokens: 19 }

export function encodeBody(body: EntryBody): Uint8Array {
  return encode({
    a: keyBytes(body.author),
    c: keyBytes(body.circle),
    d: concatBytes(body.dependencies.map(keyBytes)),
    e: keyBytes(body.epoch),
    l: body.lamport,
    p: body.prev === undefined ? EMPTY : keyBytes(body.prev),
    q: body.seq,
    t: body.time,
    x: body.sealed,
  })
}

/** Signs it. @throws RecordError where it would be too long */
export function signEntry(body: EntryBody, deviceSeed: Uint8Array, crypto: CommunityCrypto): Entry {
  const encoded = encodeBody(body)
  const bytes = encode({ b: encoded, s: crypto.sign(signedMessage(PURPOSE, encoded), deviceSeed) })
  if (bytes.length > MAX_ENTRY_BYTES) throw new RecordError('RECORD_INVALID', { what: WHAT, field: 'length' })
  return { ...body, id: keyText(crypto.sha256(bytes)), bytes }
}

/** Shape and signature; nothing else is known of it. @throws RecordError */
export function readEntry(bytes: Uint8Array, crypto: CommunityCrypto): Entry {
  const { body, encoded, signature } = decodeEntry(bytes)
  if (!crypto.verify(signature, signedMessage(PURPOSE, encoded), keyBytes(body.author)))
    throw new RecordError('RECORD_INVALID', { what: WHAT, field: 'signature' })
  return { ...body, id: keyText(crypto.sha256(bytes)), bytes }
}

/** Shape only: of an entry whose signature was checked before it was stored. @throws RecordError */
export function decodeEntry(bytes: Uint8Array): {
  readonly body: EntryBody
  readonly encoded: Uint8Array
  readonly signature: Uint8Array
} {
  const { encoded, signature } = outer(bytes)
  const fields = readRecord(encoded, WHAT, BODY_LIMITS)
  const author = keyText<DeviceId>(fields.bytes('a', KEY_BYTES))
  const circle = keyText<CircleId>(fields.bytes('c', KEY_BYTES))
  const heads = fields.bytesWithin('d', 0, MAX_DEPENDENCIES * KEY_BYTES)
  if (heads.length % KEY_BYTES !== 0) fields.refuse('d')
  const dependencies: RecordId[] = []
  for (let at = 0; at < heads.length; at += KEY_BYTES)
    dependencies.push(keyText<RecordId>(heads.subarray(at, at + KEY_BYTES)))
  const epoch = keyText<RecordId>(fields.bytes('e', KEY_BYTES))
  const lamport = fields.int('l', 1, MAX_LAMPORT)
  const prev = fields.bytesWithin('p', 0, KEY_BYTES)
  const seq = fields.int('q', 1, MAX_SEQ)
  if (prev.length !== (seq === 1 ? 0 : KEY_BYTES)) fields.refuse('p')
  const time = fields.int('t', 0, MAX_SECONDS)
  const sealed = fields.bytesWithin('x', NONCE_BYTES + TAG_BYTES, MAX_ENTRY_BYTES)
  fields.end()
  return {
    body: {
      circle,
      author,
      seq,
      prev: seq === 1 ? undefined : keyText<RecordId>(prev),
      dependencies,
      lamport,
      time,
      epoch,
      sealed,
    },
    encoded,
    signature,
  }
}

function outer(bytes: Uint8Array): { encoded: Uint8Array; signature: Uint8Array } {
  const fields = readRecord(bytes, WHAT, OUTER_LIMITS)
  const encoded = fields.bytesWithin('b', 1, MAX_ENTRY_BYTES)
  const signature = fields.bytes('s', SIGNATURE_BYTES)
  fields.end()
  return { encoded, signature }
}

/** Canonical ones only: for reading what stands inside. */
export function dictionaryOf(bytes: Uint8Array, limits: Parameters<typeof decode>[2]): BDict | undefined {
  try {
    const { value } = decode(bytes, 'canonical', limits)
    return value instanceof BDict ? value : undefined
  } catch (error) {
    if (error instanceof BencodeError) return undefined
    throw error
  }
}
