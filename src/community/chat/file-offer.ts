// What a message offers: one file by its content id, a folder as a list of such, or a folder whose list is a content of its own.
// Names and paths in it are hostile until the rules of paths have seen them (metainfo); here they are text of bounded length.
// Promise: where its files are known here, it is as many files and bytes as it says that it is.

import type { Encodable } from '../../base/bencode-encode.ts'
import { encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { RecordFields } from '../record-fields.ts'
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

export function offerFields(offer: FileOffer): { readonly [key: string]: Encodable | undefined } {
  const { what } = offer
  return {
    f: offer.files,
    i:
      what.kind === 'list'
        ? what.items.map(({ path, root, lengthBytes }) => ({ l: lengthBytes, p: path, r: root }))
        : undefined,
    k: offer.kind,
    l: offer.lengthBytes,
    n: offer.name,
    r: what.kind === 'file' ? what.root : undefined,
    x: what.kind === 'listed' ? { l: what.list.lengthBytes, r: what.list.root } : undefined,
  }
}

/** Whether it is short enough to stand in a message. */
export function offerFits(offer: FileOffer): boolean {
  return encode(offerFields(offer)).length <= MAX_OFFER_BYTES
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
    const lengthBytes = list.int('l', 1, Number.MAX_SAFE_INTEGER)
    const root = list.bytes('r', ROOT_BYTES)
    list.end()
    return { kind: 'listed', list: { root, lengthBytes } }
  }
  const items = fields.listOfRecords('i', MAX_ITEMS, (item) => ({
    lengthBytes: item.int('l', 0, Number.MAX_SAFE_INTEGER),
    path: item.text('p', MAX_PATH_BYTES),
    root: item.bytes('r', ROOT_BYTES),
  }))
  return { kind: 'list', items }
}
