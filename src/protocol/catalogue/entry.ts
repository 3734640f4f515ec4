// One entry of a catalogue: a content, what it is called, and what is said of it. Bytes by docs/decisions/0023-catalogue.md.
// Invariant: bytes that decode are the only way to write that entry; so equal entries are equal bytes and equal hashes.
// Nothing here may change: the hashes of everybody's catalogues are made of these bytes.

import { decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { BDict, BencodeError, BList, type BValue, textOf } from '../../base/bencode-value.ts'
import { concatBytes, equalBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { type CatalogueAudience, EVERYONE, showsFolders } from './audience.ts'
import { CatalogueError } from './catalogue-error.ts'
import { compareTexts, isName, isText } from './entry-text.ts'
import {
  HASH_BYTES,
  MAX_CODEC_BYTES,
  MAX_ENTRY_BYTES,
  MAX_ENTRY_DEPTH,
  MAX_ENTRY_TOKENS,
  MAX_FACT_BYTES,
  MAX_FOLDERS,
  MAX_FOLDERS_BYTES,
  MAX_KIND_BYTES,
  MAX_LICENCE_ID_BYTES,
  MAX_PUBLISHER_BYTES,
  MAX_WORD_BYTES,
  MAX_WORDS,
} from './limits.ts'

/** What gives the right to offer it; without one nothing is offered to everyone. */
export interface EntryLicence {
  readonly kind: 'own-work' | 'open' | 'permission'
  /** SPDX id of an open licence. */
  readonly id?: string
}

/** What a media file says of itself. Never where or when it was made, nor with what device. Whole numbers. */
export interface EntryFacts {
  readonly album?: string
  readonly artist?: string
  /** Bits per second. */
  readonly bitrate?: number
  readonly codec?: string
  readonly durationMs?: number
  readonly height?: number
  readonly title?: string
  readonly track?: number
  readonly width?: number
  readonly year?: number
}

export interface CatalogueEntry {
  /** Content id: 32 bytes and the length, 1 … 2^53 − 1. */
  readonly root: Uint8Array
  readonly lengthBytes: number
  /** Display name. */
  readonly name: string
  /** Normalised words of the name, ascending by their bytes, each once. */
  readonly words: readonly string[]
  /** `video`, `document` … */
  readonly kind: string
  readonly facts: EntryFacts
  readonly licence: EntryLicence | undefined
  readonly publisher: string | undefined
  /** Where it lies in the browse tree, from the top; undefined in what strangers see. */
  readonly folders: readonly string[] | undefined
}

const LICENCE_KINDS: readonly string[] = ['open', 'own-work', 'permission'] satisfies EntryLicence['kind'][]

/** Keys of the facts in the encoding. */
const TEXT_FACTS = { al: 'album', ar: 'artist', c: 'codec', ti: 'title' } as const
const NUMBER_FACTS = {
  b: 'bitrate',
  d: 'durationMs',
  h: 'height',
  tr: 'track',
  w: 'width',
  y: 'year',
} as const

const ENTRY_LIMITS = { lengthBytes: MAX_ENTRY_BYTES, depth: MAX_ENTRY_DEPTH, tokens: MAX_ENTRY_TOKENS }

/** @throws CatalogueError BAD_FIELD when it is not an entry */
export function encodeEntry(entry: CatalogueEntry): Uint8Array {
  checkEntry(entry)
  const facts = encodableFacts(entry.facts)
  return encode({
    d: entry.name,
    f: entry.folders,
    k: entry.kind,
    l: entry.lengthBytes,
    m: Object.keys(facts).length === 0 ? undefined : facts,
    o: entry.publisher,
    r: entry.root,
    u: entry.licence && { i: entry.licence.id, k: entry.licence.kind },
    w: entry.words,
  })
}

/** Copies nothing but text; `root` is a view of `bytes`. @throws CatalogueError */
export function decodeEntry(bytes: Uint8Array): CatalogueEntry {
  const dict = dictOf(bytes)
  const entry: CatalogueEntry = {
    root: dict.bytes('r') ?? bad('root'),
    lengthBytes: dict.int('l') ?? bad('length'),
    name: dict.text('d') ?? bad('name'),
    words: texts(dict.get('w'), 'words'),
    kind: dict.text('k') ?? bad('kind'),
    facts: factsOf(dict.get('m')),
    licence: licenceOf(dict.get('u')),
    publisher: dict.has('o') ? (dict.text('o') ?? bad('publisher')) : undefined,
    folders: dict.has('f') ? texts(dict.get('f'), 'folders') : undefined,
  }
  // Unknown keys, empty facts and whatever else there is more than one way to write.
  if (!equalBytes(encodeEntry(entry), bytes)) throw new CatalogueError('NOT_CANONICAL')
  return entry
}

/** Whether an entry may stand in a catalogue for these: strangers see no folders and always a licence, members see folders. */
export function fitsAudience(entry: CatalogueEntry, audience: CatalogueAudience): boolean {
  if (showsFolders(audience) !== (entry.folders !== undefined)) return false
  return audience !== EVERYONE || entry.licence !== undefined
}

/**
 * Its place in the tree, 32 bytes: for everyone one entry for each content; for members one for each content, folder and name,
 * so that a folder can be fetched whole.
 */
export function entryKey(
  entry: Pick<CatalogueEntry, 'root' | 'lengthBytes' | 'folders' | 'name'>,
  digest: Digest,
): Uint8Array {
  const { root, lengthBytes, folders, name } = entry
  const place = folders === undefined ? [root, lengthBytes] : [root, lengthBytes, folders, name]
  return digest.sha256(concatBytes([KEY_PREFIX, encode(place)]))
}

/** What the tree says of an entry, 32 bytes. */
export function leafHash(bytes: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(concatBytes([LEAF_PREFIX, bytes]))
}

/** Leaves, nodes (tree.ts: 1) and keys are hashed apart, so that none can pass for another (as in RFC 6962). */
const LEAF_PREFIX = Uint8Array.of(0)
const KEY_PREFIX = Uint8Array.of(2)

function checkEntry(entry: CatalogueEntry): void {
  const { root, lengthBytes, name, words, kind, licence, publisher, folders } = entry
  if (root.length !== HASH_BYTES) bad('root')
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1) bad('length')
  if (!isName(name)) bad('name')
  if (!/^[a-z]+(?: [a-z]+)*$/.test(kind) || kind.length > MAX_KIND_BYTES) bad('kind')
  if (words.length > MAX_WORDS || !words.every(isWord) || !ascending(words)) bad('words')
  if (licence !== undefined) checkLicence(licence)
  if (publisher !== undefined && !isText(publisher, MAX_PUBLISHER_BYTES)) bad('publisher')
  if (folders !== undefined) checkFolders(folders)
}

/** Nothing of ASCII that a word cannot hold; further normalising depends on a version of Unicode, so nobody is refused for it. */
function isWord(word: string): boolean {
  return isText(word, MAX_WORD_BYTES) && !holdsForbidden(word)
}

function holdsForbidden(word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const unit = word.charCodeAt(i)
    if (unit <= 0x20 || (unit >= 0x41 && unit <= 0x5a)) return true
  }
  return false
}

function ascending(words: readonly string[]): boolean {
  return words.every((word, i) => i === 0 || compareTexts(words[i - 1] as string, word) < 0)
}

function checkLicence({ kind, id }: EntryLicence): void {
  if (!LICENCE_KINDS.includes(kind)) bad('licence')
  if (id !== undefined && (!/^[A-Za-z0-9.+-]+$/.test(id) || id.length > MAX_LICENCE_ID_BYTES)) bad('licence')
}

function checkFolders(folders: readonly string[]): void {
  if (folders.length > MAX_FOLDERS || !folders.every(isName)) bad('folders')
  const path = folders.join('/')
  if (3 * path.length > MAX_FOLDERS_BYTES && utf8(path).length > MAX_FOLDERS_BYTES) bad('folders')
}

function encodableFacts(facts: EntryFacts): Record<string, Encodable> {
  const encodable: Record<string, Encodable> = {}
  for (const [key, fact] of Object.entries(TEXT_FACTS)) {
    const value = facts[fact]
    if (value === undefined) continue
    if (!isText(value, fact === 'codec' ? MAX_CODEC_BYTES : MAX_FACT_BYTES)) bad(fact)
    encodable[key] = value
  }
  for (const [key, fact] of Object.entries(NUMBER_FACTS)) {
    const value = facts[fact]
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 0) bad(fact)
    encodable[key] = value
  }
  return encodable
}

function factsOf(value: BValue | undefined): EntryFacts {
  if (value === undefined) return {}
  if (!(value instanceof BDict)) return bad('facts')
  const facts: Record<string, string | number> = {}
  for (const [key, fact] of Object.entries(TEXT_FACTS))
    if (value.has(key)) facts[fact] = value.text(key) ?? bad(fact)
  for (const [key, fact] of Object.entries(NUMBER_FACTS))
    if (value.has(key)) facts[fact] = value.int(key) ?? bad(fact)
  return facts
}

function licenceOf(value: BValue | undefined): EntryLicence | undefined {
  if (value === undefined) return undefined
  if (!(value instanceof BDict)) return bad('licence')
  const kind = (value.text('k') ?? bad('licence')) as EntryLicence['kind']
  return value.has('i') ? { kind, id: value.text('i') ?? bad('licence') } : { kind }
}

function texts(value: BValue | undefined, field: string): string[] {
  if (!(value instanceof BList)) return bad(field)
  return [...value].map((item) => (item instanceof Uint8Array ? textOf(item) : undefined) ?? bad(field))
}

function dictOf(bytes: Uint8Array): BDict {
  try {
    const { value } = decode(bytes, 'canonical', ENTRY_LIMITS)
    if (value instanceof BDict) return value
  } catch (cause) {
    if (!(cause instanceof BencodeError)) throw cause
    throw new CatalogueError('MALFORMED', { what: 'entry', why: cause.code }, cause)
  }
  throw new CatalogueError('MALFORMED', { what: 'entry' })
}

function bad(field: string): never {
  throw new CatalogueError('BAD_FIELD', { field })
}
