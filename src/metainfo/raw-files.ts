// The files of an info dictionary as they are written, before names are made safe: the v1 list and the v2 tree.
// Promise: lengths are non-negative and their sum is exact, symlinks are empty, roots are 32 bytes and not zero.

import { BDict, type BList } from '../base/bencode.ts'
import { textOf } from '../base/bencode-value.ts'
import { fromLatin1, utf8 } from '../base/bytes.ts'
import { MetainfoError } from './error.ts'
import { HASH_BYTES } from './merkle.ts'

export interface RawFile {
  /** Components as written, without the torrent's name; empty for the file of a v1 single-file torrent. */
  readonly path: readonly Uint8Array[]
  readonly lengthBytes: number
  readonly pad: boolean
  readonly executable: boolean
  readonly hidden: boolean
  readonly symlink: boolean
  readonly root: Uint8Array | undefined
}

/** What some clients called pad files before BEP 47, beginning with this, without any attribute. */
const OLD_PAD_NAME = '_____padding_file_'

/**
 * `files`, or the single file of `length` (BEP 3, 47).
 * @param hybrid whether a v2 tree stands beside it: then the v2 rules for names hold.
 */
export function readFileList(info: BDict, limit: number, hybrid: boolean): RawFile[] {
  if (!info.has('files')) return [withLength(info, { ...attributesOf(info), path: [] })]
  const list = info.list('files')
  if (list === undefined) throw new MetainfoError('BAD_FILE')
  if (list.length > limit) throw new MetainfoError('TOO_MANY_FILES', { files: list.length, limit })
  const files: RawFile[] = []
  let totalBytes = 0
  for (const item of list) {
    if (!(item instanceof BDict)) throw new MetainfoError('BAD_FILE', { file: files.length })
    const file = readListed(item, files.length, hybrid)
    totalBytes = sum(totalBytes, file.lengthBytes)
    files.push(file)
  }
  return files
}

function readListed(item: BDict, index: number, hybrid: boolean): RawFile {
  const attributes = attributesOf(item)
  const path = pathOf(item, hybrid)
  const pad = attributes.pad || (!hybrid && path !== undefined && isOldPad(path))
  if (path !== undefined) return withLength(item, { ...attributes, pad, path }, index)
  if (!pad || item.has('path')) throw new MetainfoError('BAD_PATH', { file: index })
  const file = withLength(item, { ...attributes, path: [] }, index)
  return { ...file, path: [utf8('.pad'), utf8(String(file.lengthBytes))] }
}

/** At least one component, all byte strings. v1 torrents of old may give the UTF-8 form beside one in a local code. */
function pathOf(item: BDict, hybrid: boolean): Uint8Array[] | undefined {
  const preferred = hybrid ? undefined : componentsOf(item.list('path.utf-8'))
  if (preferred?.every((name) => textOf(name) !== undefined)) return preferred
  return componentsOf(item.list('path'))
}

function componentsOf(list: BList | undefined): Uint8Array[] | undefined {
  if (list === undefined || list.length === 0) return undefined
  const components: Uint8Array[] = []
  for (const component of list) {
    if (!(component instanceof Uint8Array)) return undefined
    components.push(component)
  }
  return components
}

function isOldPad(path: readonly Uint8Array[]): boolean {
  return fromLatin1((path.at(-1) as Uint8Array).subarray(0, OLD_PAD_NAME.length)) === OLD_PAD_NAME
}

type Attributes = Pick<RawFile, 'pad' | 'executable' | 'hidden' | 'symlink'>

/** BEP 47. A link without a target is an ordinary file. */
function attributesOf(item: BDict): Attributes {
  const attr = item.bytes('attr')
  const has = (letter: string) => attr?.includes(letter.charCodeAt(0)) === true
  return {
    pad: has('p'),
    executable: has('x'),
    hidden: has('h'),
    symlink: has('l') && componentsOf(item.list('symlink path')) !== undefined,
  }
}

/** The length of a link is zero, whatever is written (BEP 47). */
function withLength(item: BDict, file: Attributes & Pick<RawFile, 'path'>, index = 0): RawFile {
  const lengthBytes = file.symlink ? 0 : item.int('length')
  if (lengthBytes === undefined || lengthBytes < 0) throw new MetainfoError('BAD_LENGTH', { file: index })
  return { ...file, lengthBytes, root: undefined }
}

function sum(totalBytes: number, lengthBytes: number): number {
  const next = totalBytes + lengthBytes
  if (!Number.isSafeInteger(next)) throw new MetainfoError('BAD_LENGTH', { totalBytes: next })
  return next
}

interface Folder {
  readonly path: readonly Uint8Array[]
  readonly dict: BDict
}

/** `file tree` (BEP 52), in its own order, which is that of the piece space. */
export function readFileTree(info: BDict, limit: number): RawFile[] {
  const root = info.dict('file tree')
  if (root === undefined) throw new MetainfoError('BAD_FILE_TREE', { reason: 'absent' })
  if (root.has('')) throw new MetainfoError('BAD_FILE_TREE', { reason: 'root is a file' })
  const files: RawFile[] = []
  let totalBytes = 0
  const waiting: Folder[] = [{ path: [], dict: root }]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { path, dict } = node
    if (!dict.sorted) throw new MetainfoError('BAD_FILE_TREE', { reason: 'unsorted' })
    if (dict.has('')) {
      const file = readLeaf(dict, path, files.length)
      totalBytes = sum(totalBytes, file.lengthBytes)
      if (files.push(file) > limit) throw new MetainfoError('TOO_MANY_FILES', { limit })
      continue
    }
    for (const entry of dict.entries().toReversed()) {
      if (!(entry.value instanceof BDict))
        throw new MetainfoError('BAD_FILE_TREE', { reason: 'not a folder' })
      waiting.push({ path: [...path, dict.keyBytes(entry)], dict: entry.value })
    }
  }
  return files
}

function readLeaf(dict: BDict, path: readonly Uint8Array[], index: number): RawFile {
  const properties = dict.dict('')
  if (properties === undefined) throw new MetainfoError('BAD_FILE_TREE', { reason: 'not a file' })
  if (dict.size !== 1) throw new MetainfoError('BAD_FILE_TREE', { reason: 'a file with children' })
  if (!properties.sorted) throw new MetainfoError('BAD_FILE_TREE', { reason: 'unsorted' })
  const file = withLength(properties, { ...attributesOf(properties), path }, index)
  if (file.pad) throw new MetainfoError('BAD_FILE_TREE', { reason: 'pad file' })
  if (file.lengthBytes === 0) return file
  const root = properties.bytes('pieces root')
  if (root?.length !== HASH_BYTES || root.every((byte) => byte === 0)) {
    throw new MetainfoError('BAD_ROOT', { file: index })
  }
  return { ...file, root }
}
