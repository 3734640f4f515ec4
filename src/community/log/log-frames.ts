// The frames by which logs are brought together, read strictly: whatever has another shape ends the link.

import type { BDict } from '../../base/bencode-value.ts'
import { readUint32, writeUint32 } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'

export const LOG_KINDS = ['sum', 'vector', 'heads', 'pull', 'page', 'fork', 'want-fork'] as const
export type LogKind = (typeof LOG_KINDS)[number]

/** From where on an author's records are asked for. */
export interface Want {
  readonly author: DeviceId
  /** The last one that is there already. */
  readonly after: number
}

/** COMMUNITY.md: pulls come in pages of at most 256 KiB. */
export const PAGE_BYTES = 256 * 1_024
/** Through a relay, which others pay for. */
export const RELAYED_PAGE_BYTES = 32 * 1_024
/** A record has some 200 bytes at least. */
export const PAGE_RECORDS = 2_048
/** 36 bytes each: fits a frame. */
export const MAX_WANTS = 4_096
const WANT_BYTES = KEY_BYTES + 4

export function isLogKind(kind: string): kind is LogKind {
  return (LOG_KINDS as readonly string[]).includes(kind)
}

export function packWants(wants: readonly Want[]): Uint8Array {
  const bytes = new Uint8Array(wants.length * WANT_BYTES)
  wants.forEach(({ author, after }, index) => {
    bytes.set(keyBytes(author), index * WANT_BYTES)
    writeUint32(bytes, index * WANT_BYTES + KEY_BYTES, after)
  })
  return bytes
}

/** Each author once. @throws RecordError */
export function unpackWants(bytes: Uint8Array): Want[] {
  if (bytes.length % WANT_BYTES !== 0 || bytes.length > MAX_WANTS * WANT_BYTES) throw invalid('wants length')
  const wants = new Map<DeviceId, Want>()
  for (let at = 0; at < bytes.length; at += WANT_BYTES) {
    const author = keyText<DeviceId>(bytes.subarray(at, at + KEY_BYTES))
    wants.set(author, { author, after: readUint32(bytes, at + KEY_BYTES) })
  }
  if (wants.size * WANT_BYTES !== bytes.length) throw invalid('author twice')
  return [...wants.values()]
}

/** Which circle a frame is about. @throws RecordError */
export function circleOf(body: BDict): CircleId {
  return keyText<CircleId>(fixedBytes(body, 'c', KEY_BYTES))
}

/** @throws RecordError */
export function authorOf(body: BDict): DeviceId {
  return keyText<DeviceId>(fixedBytes(body, 'a', KEY_BYTES))
}

export function fixedBytes(body: BDict, key: string, length: number): Uint8Array {
  const bytes = body.bytes(key)
  if (bytes?.length !== length) throw invalid(key)
  return bytes
}

export function anyBytes(body: BDict, key: string): Uint8Array {
  const bytes = body.bytes(key)
  if (bytes === undefined) throw invalid(key)
  return bytes
}

export function count(body: BDict, key: string, most: number): number {
  const value = body.int(key)
  if (value === undefined || value < 0 || value > most) throw invalid(key)
  return value
}

/** The records of a page, views. */
export function pageRecords(body: BDict): Uint8Array[] {
  const list = body.list('r')
  if (list === undefined || list.length > PAGE_RECORDS) throw invalid('r')
  return [...list].map((item) => {
    if (!(item instanceof Uint8Array)) throw invalid('r')
    return item
  })
}

export function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what })
}
