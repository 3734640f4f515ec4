// What my own devices tell one another, as frames: contacts, circles with their secrets, direct messages of before.

import type { Encodable } from '../../base/bencode-encode.ts'
import type { ContactRow } from '../contact/contact-records.ts'
import { MAX_NAME_BYTES } from '../contact/link-fields.ts'
import type { DirectMessage } from '../direct/direct-inbox.ts'
import { MAX_CONTENT_BYTES, MAX_HEADS, MAX_NUMBER, MAX_SECONDS } from '../direct/limits.ts'
import { type CircleId, KEY_BYTES, keyBytes, keyText, type PersonId, type RecordId } from '../ids.ts'
import type { RecordFields } from '../record-fields.ts'

/** Rows, epochs and messages of one frame. */
export const MAX_ROWS = 200
export const MAX_EPOCHS = 1_000
export const MAX_MESSAGES = 32
/** A page of messages ends before it is longer; one alone may be. */
export const PAGE_BYTES = 128 * 1_024
const MAX_BYTES = Number.MAX_SAFE_INTEGER
const FLAGS = ['contact', 'verified', 'ignored', 'blocked'] as const

/** A secret of one epoch, as the circle service keeps it. */
export interface OwnEpoch {
  readonly id: RecordId
  readonly access: Uint8Array
  readonly read: Uint8Array | undefined
}

export function rowFields(row: ContactRow): { [key: string]: Encodable | undefined } {
  const flags = FLAGS.reduce((bits, flag, i) => bits | (row[flag] ? 1 << i : 0), 0)
  return {
    a: row.alias ?? undefined,
    f: flags,
    n: row.name ?? undefined,
    o: row.acceptedOffers,
    p: keyBytes(row.person),
    t: row.changedAt,
    w: row.alwaysAcceptBytes,
  }
}

export function rowIn(fields: RecordFields): ContactRow {
  const flags = fields.int('f', 0, 15)
  const is = (flag: (typeof FLAGS)[number]) => (flags & (1 << FLAGS.indexOf(flag))) !== 0
  return {
    person: keyText<PersonId>(fields.bytes('p', KEY_BYTES)),
    alias: fields.has('a') ? fields.text('a', MAX_NAME_BYTES) : null,
    name: fields.has('n') ? fields.text('n', MAX_NAME_BYTES) : null,
    contact: is('contact'),
    verified: is('verified'),
    ignored: is('ignored'),
    blocked: is('blocked'),
    alwaysAcceptBytes: fields.int('w', 0, MAX_BYTES),
    acceptedOffers: fields.int('o', 0, MAX_NUMBER),
    seenAt: null,
    changedAt: fields.int('t', 0, MAX_SECONDS),
  }
}

export function epochFields({ id, access, read }: OwnEpoch): { [key: string]: Encodable | undefined } {
  return { a: access, i: keyBytes(id), r: read }
}

export function epochIn(fields: RecordFields): OwnEpoch {
  return {
    id: keyText<RecordId>(fields.bytes('i', KEY_BYTES)),
    access: fields.bytes('a', KEY_BYTES),
    read: fields.optionalBytes('r', KEY_BYTES),
  }
}

export function circleIn(fields: RecordFields): CircleId {
  return keyText<CircleId>(fields.bytes('i', KEY_BYTES))
}

export function messageFields(message: DirectMessage): { [key: string]: Encodable | undefined } {
  return {
    a: keyBytes(message.author),
    c: message.content,
    d: keyBytes(message.device),
    h: message.after.map(keyBytes),
    i: keyBytes(message.id),
    l: message.lamport,
    p: keyBytes(message.person),
    t: message.at,
  }
}

export function messageIn(fields: RecordFields): DirectMessage {
  return {
    id: keyText<RecordId>(fields.bytes('i', KEY_BYTES)),
    person: keyText<PersonId>(fields.bytes('p', KEY_BYTES)),
    author: keyText<PersonId>(fields.bytes('a', KEY_BYTES)),
    device: keyText(fields.bytes('d', KEY_BYTES)),
    at: fields.int('t', 0, MAX_SECONDS),
    lamport: fields.int('l', 0, MAX_NUMBER),
    after: fields.listOfBytes('h', MAX_HEADS, KEY_BYTES, KEY_BYTES).map((key) => keyText<RecordId>(key)),
    content: fields.bytesWithin('c', 0, MAX_CONTENT_BYTES),
  }
}
