// What stands inside an entry, or a direct message: the kinds of content. A kind that is not known, of a later version, is kept
// and shows nothing; a known one of a wrong shape counts as unknown. Names of circles, rooms and people live here only.

import { type Encodable, encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { fromHex, toHex, utf8 } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { KEY_BYTES, keyBytes, keyText, type PersonId, type RecordId } from '../ids.ts'
import { RecordFields } from '../record-fields.ts'
import { dictionaryOf } from './entry.ts'
import { type FileOffer, offerFields, readOffer } from './file-offer.ts'
import { MAX_EMOJI_BYTES, MAX_ENTRY_BYTES, MAX_MENTIONS, MAX_NAME_BYTES, MAX_TEXT_BYTES } from './limits.ts'

/** 32 hex digits; absent in direct conversations. */
export type RoomId = string

export type Content =
  | {
      readonly kind: 'text'
      readonly room: RoomId | undefined
      readonly text: string
      readonly replyTo: RecordId | undefined
      readonly mentions: readonly PersonId[]
    }
  | {
      readonly kind: 'file'
      readonly room: RoomId | undefined
      readonly offer: FileOffer
      readonly text: string
      readonly replyTo: RecordId | undefined
    }
  | {
      readonly kind: 'edit'
      readonly target: RecordId
      readonly text: string
      readonly mentions: readonly PersonId[]
    }
  /** By its author, or taken away by a moderator: who wrote it tells which. */
  | { readonly kind: 'delete'; readonly target: RecordId }
  | { readonly kind: 'react'; readonly target: RecordId; readonly emoji: string; readonly on: boolean }
  /** Makes the room, or changes it. */
  | { readonly kind: 'room'; readonly room: RoomId; readonly name: string; readonly archived: boolean }
  /** Of the circle. */
  | { readonly kind: 'circle'; readonly name: string }
  /** Of the person whose device wrote it. */
  | { readonly kind: 'profile'; readonly name: string }
  | { readonly kind: 'unknown'; readonly word: string }

export type ContentKind = Content['kind']

const ROOM_BYTES = 16
const LIMITS = { lengthBytes: MAX_ENTRY_BYTES, depth: 4, tokens: 8_192 }
const MAX_WORD_BYTES = 32

/** @throws RecordError for what nobody would accept */
export function encodeContent(content: Exclude<Content, { kind: 'unknown' }>): Uint8Array {
  const bytes = encode(fieldsOf(content))
  // What is refused by others is not written.
  if (decodeContent(bytes).kind === 'unknown')
    throw new RecordError('RECORD_INVALID', { what: 'content', field: content.kind })
  return bytes
}

function fieldsOf(content: Exclude<Content, { kind: 'unknown' }>): { [key: string]: Encodable | undefined } {
  const k = content.kind
  const room = 'room' in content && content.room !== undefined ? fromHex(content.room) : undefined
  switch (content.kind) {
    case 'text':
      return { k, m: mentionBytes(content.mentions), r: room, t: content.text, y: keyOf(content.replyTo) }
    case 'file':
      return { f: offerFields(content.offer), k, r: room, t: content.text, y: keyOf(content.replyTo) }
    case 'edit':
      return { k, m: mentionBytes(content.mentions), o: keyBytes(content.target), t: content.text }
    case 'delete':
      return { k, o: keyBytes(content.target) }
    case 'react':
      return { e: content.emoji, k, n: content.on ? 1 : 0, o: keyBytes(content.target) }
    case 'room':
      return { a: content.archived ? 1 : 0, k, n: content.name, r: room }
    case 'circle':
    case 'profile':
      return { k, n: content.name }
  }
}

export function decodeContent(bytes: Uint8Array): Content {
  const dict = dictionaryOf(bytes, LIMITS)
  const word = dict?.text('k')
  if (dict === undefined || word === undefined) return { kind: 'unknown', word: '' }
  try {
    const fields = new RecordFields(dict, 'content')
    fields.text('k', MAX_WORD_BYTES)
    const content = readKind(word, fields, dict)
    if (content !== undefined) {
      fields.end()
      return content
    }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    // Signed by a member, and sealed: of another version, so it is kept.
  }
  return { kind: 'unknown', word: word.slice(0, MAX_WORD_BYTES) }
}

function readKind(word: string, fields: RecordFields, dict: BDict): Content | undefined {
  switch (word) {
    case 'text':
      return {
        kind: 'text',
        room: roomIn(fields),
        text: textIn(fields, 1),
        replyTo: keyIn(fields, 'y'),
        mentions: mentionsIn(fields),
      }
    case 'file': {
      const inner = dict.dict('f')
      if (inner === undefined) return undefined
      fields.inner('f')
      return {
        kind: 'file',
        room: roomIn(fields),
        offer: readOffer(inner),
        text: textIn(fields, 0),
        replyTo: keyIn(fields, 'y'),
      }
    }
    case 'edit':
      return { kind: 'edit', target: targetIn(fields), text: textIn(fields, 1), mentions: mentionsIn(fields) }
    case 'delete':
      return { kind: 'delete', target: targetIn(fields) }
    case 'react': {
      const emoji = fields.text('e', MAX_EMOJI_BYTES)
      if (!isEmoji(emoji)) fields.refuse('e')
      return { kind: 'react', target: targetIn(fields), emoji, on: fields.flag('n') }
    }
    case 'room': {
      const room = roomIn(fields)
      if (room === undefined) return undefined
      return { kind: 'room', room, name: nameIn(fields), archived: fields.flag('a') }
    }
    case 'circle':
      return { kind: 'circle', name: nameIn(fields) }
    case 'profile':
      return { kind: 'profile', name: nameIn(fields) }
    default:
      return undefined
  }
}

/** Short, and nothing that turns the text around it. */
export function isEmoji(text: string): boolean {
  return (
    text.length > 0 &&
    utf8(text).length <= MAX_EMOJI_BYTES &&
    !/[\p{Cc}\p{Co}\p{Cn}\p{L}\s\u202a-\u202e\u2066-\u2069]/u.test(text)
  )
}

/** As api/schemas/people.ts GivenName says: what a person may call themselves. */
function nameIn(fields: RecordFields): string {
  const name = fields.text('n', MAX_NAME_BYTES)
  if (
    name.trim() !== name ||
    name.length === 0 ||
    /[\p{Cc}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069]/u.test(name)
  )
    fields.refuse('n')
  return name
}

function textIn(fields: RecordFields, least: number): string {
  const text = fields.text('t', MAX_TEXT_BYTES)
  if (text.length < least) fields.refuse('t')
  return text
}

function roomIn(fields: RecordFields): RoomId | undefined {
  const bytes = fields.optionalBytes('r', ROOM_BYTES)
  return bytes && toHex(bytes)
}

function targetIn(fields: RecordFields): RecordId {
  return keyText<RecordId>(fields.bytes('o', KEY_BYTES))
}

function keyIn(fields: RecordFields, key: string): RecordId | undefined {
  const bytes = fields.optionalBytes(key, KEY_BYTES)
  return bytes && keyText<RecordId>(bytes)
}

function keyOf(id: RecordId | undefined): Uint8Array | undefined {
  return id === undefined ? undefined : keyBytes(id)
}

function mentionBytes(mentions: readonly PersonId[]): Encodable | undefined {
  return mentions.length === 0 ? undefined : mentions.map(keyBytes)
}

function mentionsIn(fields: RecordFields): readonly PersonId[] {
  if (!fields.has('m')) return []
  return fields.listOfBytes('m', MAX_MENTIONS, KEY_BYTES, KEY_BYTES).map((key) => keyText<PersonId>(key))
}
