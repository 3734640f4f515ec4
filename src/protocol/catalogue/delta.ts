// The differences between two states of a catalogue, in pages. From the empty catalogue they are all of it.
// A page is one bencoded dictionary: a the root they start from, b the root they lead to, f the key after which this page
// begins (empty for the first), n the key with which it ends (absent in the last), o the changes ascending by key: a key
// of 32 bytes is removed, a longer string is an entry that is added or replaces the one with its key.

import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { BDict, BencodeError } from '../../base/bencode-value.ts'
import { compareBytes, EMPTY, equalBytes } from '../../base/bytes.ts'
import { CatalogueError } from './catalogue-error.ts'
import { HASH_BYTES, MAX_ENTRY_BYTES, MAX_PAGE_BYTES, MAX_PAGE_CHANGES } from './limits.ts'

export interface DeltaPage {
  readonly from: Uint8Array
  readonly to: Uint8Array
  /** Empty, or 32 bytes. */
  readonly after: Uint8Array
  /** The key with which it ends; undefined in the last page. */
  readonly end: Uint8Array | undefined
  /** Keys that are removed, and bytes of entries that are added. */
  readonly changes: readonly Uint8Array[]
}

/** One change to be told; `entry` undefined means removed. */
export interface DeltaChange {
  readonly key: Uint8Array
  readonly entry: Uint8Array | undefined
}

/** Both roots, both keys and the dictionary around them. */
const PAGE_FRAME_BYTES = 200
/** Digits and colon before a string. */
const STRING_FRAME_BYTES = 5
const PAGE_LIMITS = { lengthBytes: MAX_PAGE_BYTES, depth: 2, tokens: MAX_PAGE_CHANGES + 16 }

/**
 * Takes as many changes as fit a page. @param changes ascending by key, all after `after`; only as many are drawn as are needed
 */
export function deltaPage(
  ends: { readonly from: Uint8Array; readonly to: Uint8Array; readonly after: Uint8Array | undefined },
  changes: Iterable<DeltaChange>,
): Uint8Array {
  const told: Uint8Array[] = []
  let end: Uint8Array | undefined
  let last: Uint8Array | undefined
  let lengthBytes = PAGE_FRAME_BYTES
  for (const { key, entry } of changes) {
    const text = entry ?? key
    lengthBytes += STRING_FRAME_BYTES + text.length
    if (lengthBytes > MAX_PAGE_BYTES || told.length === MAX_PAGE_CHANGES) {
      end = last
      break
    }
    told.push(text)
    last = key
  }
  return encode({ a: ends.from, b: ends.to, f: ends.after ?? EMPTY, n: end, o: told })
}

/** @throws CatalogueError */
export function decodeDeltaPage(bytes: Uint8Array): DeltaPage {
  const dict = dictOf(bytes)
  const page: DeltaPage = {
    from: hash(dict.bytes('a'), 'from'),
    to: hash(dict.bytes('b'), 'to'),
    after: dict.bytes('f') ?? bad('after'),
    end: dict.has('n') ? hash(dict.bytes('n'), 'end') : undefined,
    changes: changesOf(dict),
  }
  if (page.after.length !== 0) hash(page.after, 'after')
  // A page that does not end the whole goes on, or whoever follows would be kept for ever.
  if (page.end !== undefined && (page.changes.length === 0 || compareBytes(page.end, page.after) <= 0))
    bad('end')
  const { from: a, to: b, after: f, end: n, changes: o } = page
  if (!equalBytes(encode({ a, b, f, n, o }), bytes)) throw new CatalogueError('NOT_CANONICAL')
  return page
}

function changesOf(dict: BDict): Uint8Array[] {
  const list = dict.list('o') ?? bad('changes')
  if (list.length > MAX_PAGE_CHANGES) bad('changes')
  return [...list].map((item) => {
    const fits = item instanceof Uint8Array && item.length >= HASH_BYTES && item.length <= MAX_ENTRY_BYTES
    return fits ? item : bad('changes')
  })
}

function hash(bytes: Uint8Array | undefined, field: string): Uint8Array {
  return bytes?.length === HASH_BYTES ? bytes : bad(field)
}

function dictOf(bytes: Uint8Array): BDict {
  try {
    const { value } = decode(bytes, 'canonical', PAGE_LIMITS)
    if (value instanceof BDict) return value
  } catch (cause) {
    if (!(cause instanceof BencodeError)) throw cause
    throw new CatalogueError('MALFORMED', { what: 'page', why: cause.code }, cause)
  }
  throw new CatalogueError('MALFORMED', { what: 'page' })
}

function bad(field: string): never {
  throw new CatalogueError('BAD_FIELD', { field })
}
