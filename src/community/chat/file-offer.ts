// What a message offers: one file by its content id, a folder as a list of such, or a folder whose list is a content of its own.
// Names and paths in it are hostile until the rules of paths have seen them (metainfo); here they are text of bounded length.
// Promise: where its files are known here, it is as many files and bytes as it says that it is.

import type { Encodable } from '../../base/bencode-encode.ts'
import { encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { RecordError } from '../community-error.ts'
import { RecordFields, readRecord } from '../record-fields.ts'
import { MAX_OFFER_BYTES } from './limits.ts'

/** A content id: length and merkle root. */
export interface OfferedContent {
  readonly root: Uint8Array
  readonly lengthBytes: number
}

export interface OfferedPath extends OfferedContent {
  /** With `/`, below the folder. */
  readonly path: string
}

export interface FileOffer {
  readonly name: string
  /** What it is, for its icon: `image`, `folder` … (library's words). */
  readonly kind: string
  readonly files: number
  readonly lengthBytes: number
  readonly what:
    | { readonly kind: 'file'; readonly root: Uint8Array }
    | { readonly kind: 'list'; readonly items: readonly OfferedPath[] }
    /** Its bytes are a bencoded list of the same items. */
    | { readonly kind: 'listed'; readonly list: OfferedContent }
}

const ROOT_BYTES = 32
const MAX_NAME_BYTES = 255
const MAX_KIND_BYTES = 32
const MAX_PATH_BYTES = 4_096
/** What is left of 32 KiB when each needs some 60 bytes. */
const MAX_ITEMS = 512
/** SAFETY.md: files of one torrent. */
const MAX_FILES = 100_000
/** Of a list that is a content of its own: 80 bytes for each of as many files. */
export const MAX_LISTED_BYTES = 8 * 1_048_576
/** A dictionary of three for each item. */
const LISTED_LIMITS = { lengthBytes: MAX_LISTED_BYTES, depth: 3, tokens: 8 + MAX_FILES * 8 }

export function offerFields(offer: FileOffer): { readonly [key: string]: Encodable | undefined } {
  const { what } = offer
  return {
    f: offer.files,
    i: what.kind === 'list' ? what.items.map(itemFields) : undefined,
    k: offer.kind,
    l: offer.lengthBytes,
    n: offer.name,
    r: what.kind === 'file' ? what.root : undefined,
    x: what.kind === 'listed' ? { l: what.list.lengthBytes, r: what.list.root } : undefined,
  }
}

function itemFields({ path, root, lengthBytes }: OfferedPath): { readonly [key: string]: Encodable } {
  return { l: lengthBytes, p: path, r: root }
}

/** Whether it is short enough to stand in a message. */
export function offerFits(offer: FileOffer): boolean {
  if (offer.what.kind === 'list' && offer.what.items.length > MAX_ITEMS) return false
  return encode(offerFields(offer)).length <= MAX_OFFER_BYTES
}

/** As a content of its own. @throws RecordError for more than whoever gets it would read */
export function encodeItems(items: readonly OfferedPath[]): Uint8Array {
  const bytes = encode({ i: items.map(itemFields) })
  if (items.length > MAX_FILES || bytes.length > MAX_LISTED_BYTES)
    throw new RecordError('RECORD_INVALID', { what: 'list of files' })
  return bytes
}

/** @throws RecordError */
export function decodeItems(bytes: Uint8Array): OfferedPath[] {
  const fields = readRecord(bytes, 'list of files', LISTED_LIMITS)
  const items = readItems(fields, MAX_FILES)
  fields.end()
  return items
}

/** @throws RecordError */
export function readOffer(dict: BDict): FileOffer {
  const fields = new RecordFields(dict, 'file offer')
  const files = fields.int('f', 1, MAX_FILES)
  const kind = fields.text('k', MAX_KIND_BYTES)
  const lengthBytes = fields.int('l', 0, Number.MAX_SAFE_INTEGER)
  const name = fields.text('n', MAX_NAME_BYTES)
  if (name.length === 0) fields.refuse('n')
  const what = readWhat(fields)
  fields.end()
  if (what.kind === 'file' && files !== 1) fields.refuse('f')
  // What a person sees, and says yes to, is what would be fetched.
  if (what.kind === 'list') {
    if (what.items.length !== files) fields.refuse('f')
    if (what.items.reduce((sum, item) => sum + item.lengthBytes, 0) !== lengthBytes) fields.refuse('l')
  }
  return { name, kind, files, lengthBytes, what }
}

function readWhat(fields: RecordFields): FileOffer['what'] {
  if (fields.has('r')) return { kind: 'file', root: fields.bytes('r', ROOT_BYTES) }
  if (fields.has('x')) {
    const list = fields.inner('x')
    const lengthBytes = list.int('l', 1, MAX_LISTED_BYTES)
    const root = list.bytes('r', ROOT_BYTES)
    list.end()
    return { kind: 'listed', list: { root, lengthBytes } }
  }
  return { kind: 'list', items: readItems(fields, MAX_ITEMS) }
}

function readItems(fields: RecordFields, most: number): OfferedPath[] {
  return fields.listOfRecords('i', most, (item) => ({
    lengthBytes: item.int('l', 0, Number.MAX_SAFE_INTEGER),
    path: item.text('p', MAX_PATH_BYTES),
    root: item.bytes('r', ROOT_BYTES),
  }))
}
