// Signed lists of contents that somebody does not want to be passed on: the text format of docs/blocklists.md, read and checked.
// Promise: what is returned is signed by the key it names, over exactly the bytes it was read from; everything else is refused with
// a reason. Bounded before anything is unpacked from it.

import { fromHex, fromUtf8, toHex, utf8 } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Signatures } from '../../base/ports.ts'
import { parseContentId } from '../../metainfo/content-id.ts'

export class BlocklistError extends CodedError<
  | 'BLOCKLIST_NOT_ONE'
  | 'BLOCKLIST_TOO_LARGE'
  | 'BLOCKLIST_SIGNATURE'
  | 'BLOCKLIST_OTHER_KEY'
  | 'BLOCKLIST_OLDER'
  | 'BLOCKLIST_EXPIRED'
  | 'BLOCKLIST_UNREACHABLE'
  | 'BLOCKLIST_UNKNOWN'
  | 'BLOCKLISTS_TOO_MANY'
  | 'BLOCKS_TOO_MANY'
> {}

/** A hundred thousand entries with a word to each. */
export const MAX_LIST_BYTES = 16 * 1_048_576
export const MAX_LIST_ENTRIES = 200_000
/** Said in one line of a row. */
const MAX_NAME_CHARACTERS = 100
const MAX_REASON_CHARACTERS = 200
const FIRST_LINE = 'shoal-blocklist 1'
/** More is no header. */
const MAX_HEADER_LINES = 20

export interface SignedList {
  readonly name: string
  /** Hex of the Ed25519 key. */
  readonly key: string
  /** Grows with every edition. */
  readonly sequence: number
  /** Not believed afterwards; null for ever. */
  readonly expiresMs: number | null
  /** Reasons by content id (metainfo/content-id.ts). */
  readonly entries: ReadonlyMap<string, string>
}

/** Whether these bytes mean to be such a list. */
export function isSignedList(bytes: Uint8Array): boolean {
  const first = utf8(`${FIRST_LINE}\n`)
  return first.every((byte, at) => bytes[at] === byte)
}

/** @throws BlocklistError */
export function readSignedList(bytes: Uint8Array, signatures: Signatures): SignedList {
  if (bytes.length > MAX_LIST_BYTES)
    throw new BlocklistError('BLOCKLIST_TOO_LARGE', { limit: MAX_LIST_BYTES })
  if (!isSignedList(bytes)) throw new BlocklistError('BLOCKLIST_NOT_ONE')
  const text = textOf(bytes)
  const signatureAt = text.lastIndexOf('\nsignature: ') + 1
  const signature = /^signature: ([0-9a-f]{128})\n$/.exec(text.slice(signatureAt))?.[1]
  const [head = '', ...rest] = text.slice(0, signatureAt).split('\n\n')
  const fields = headerOf(head)
  const key = fields.get('key') ?? ''
  const name = fields.get('name') ?? ''
  const sequence = Number(/^\d{1,15}$/.exec(fields.get('sequence') ?? '')?.[0] ?? Number.NaN)
  const expiresMs = momentOf(fields.get('expires'))
  const shaped = /^[0-9a-f]{64}$/.test(key) && Number.isSafeInteger(sequence) && rest.length === 1
  if (signature === undefined || !shaped || Number.isNaN(expiresMs) || !isLine(name, MAX_NAME_CHARACTERS))
    throw new BlocklistError('BLOCKLIST_NOT_ONE')
  // Over the bytes themselves, before any of what they say is looked at.
  const signed = utf8(text.slice(0, signatureAt))
  if (!signatures.verify(fromHex(signature), signed, fromHex(key)))
    throw new BlocklistError('BLOCKLIST_SIGNATURE')
  return { name, key, sequence, expiresMs, entries: entriesOf(rest[0] ?? '') }
}

/** The text of a list, for whoever publishes one. */
export function writeSignedList(
  list: Omit<SignedList, 'key'>,
  seed: Uint8Array,
  signatures: Signatures,
): Uint8Array {
  const key = toHex(signatures.publicKey(seed))
  const expires = list.expiresMs === null ? [] : [`expires: ${new Date(list.expiresMs).toISOString()}`]
  const head = [FIRST_LINE, `name: ${list.name}`, `key: ${key}`, `sequence: ${list.sequence}`, ...expires]
  const entries = [...list.entries].map(([content, reason]) => `${content}\t${reason}\n`).join('')
  const signed = `${head.join('\n')}\n\n${entries}`
  return utf8(`${signed}signature: ${toHex(signatures.sign(utf8(signed), seed))}\n`)
}

function textOf(bytes: Uint8Array): string {
  try {
    const text = fromUtf8(bytes)
    if (utf8(text).length === bytes.length) return text
  } catch {
    // No text at all.
  }
  throw new BlocklistError('BLOCKLIST_NOT_ONE')
}

function headerOf(head: string): ReadonlyMap<string, string> {
  const lines = head.split('\n').slice(1, MAX_HEADER_LINES)
  const pairs = lines.map((line) => /^([a-z]+): (.+)$/.exec(line))
  return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']])))
}

function entriesOf(body: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const line of body.split('\n')) {
    if (line === '') continue
    const [content = '', reason = '', ...more] = line.split('\t')
    if (more.length > 0 || parseContentId(content) === undefined || !isLine(reason, MAX_REASON_CHARACTERS))
      throw new BlocklistError('BLOCKLIST_NOT_ONE')
    if (entries.size >= MAX_LIST_ENTRIES)
      throw new BlocklistError('BLOCKLIST_TOO_LARGE', { limit: MAX_LIST_ENTRIES })
    entries.set(content, reason)
  }
  return entries
}

function momentOf(text: string | undefined): number | null {
  if (text === undefined) return null
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN
}

/** Something to read on one line, without what turns the rest of it around. */
function isLine(text: string, limit: number): boolean {
  return text.length > 0 && text.length <= limit && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
}
