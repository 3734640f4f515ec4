// What a person names with one word: a .torrent file, a magnet link, or `-` for either on standard input.
// Promise: reads no more than a torrent may have, and every failure is a CodedError with the word in it.

import { open } from 'node:fs/promises'
import { concatBytes, fromUtf8Lenient } from '../base/bytes.ts'
import { CodedError } from '../base/errors.ts'
import type { Digest, Disk } from '../base/ports.ts'
import { contentInfohash, parseContentId } from '../metainfo/content-id.ts'
import { contentOfLink } from '../metainfo/content-torrent.ts'
import { TORRENT_LIMITS } from '../metainfo/limits.ts'
import { formatMagnet, isMagnet, type Magnet, parseMagnet } from '../metainfo/magnet.ts'
import type { Metainfo, Torrent } from '../metainfo/metainfo.ts'
import { readTorrent } from '../metainfo/read.ts'

export class InputError extends CodedError<'FILE_NOT_FOUND' | 'FILE_UNREADABLE'> {}

export type TorrentInput =
  | { readonly kind: 'torrent'; readonly torrent: Torrent; readonly bytes: Uint8Array }
  | {
      readonly kind: 'magnet'
      readonly magnet: Magnet
      /** Of a content link, which says it all by itself. */
      readonly metainfo: Metainfo | undefined
    }

export interface InputOptions {
  readonly digest: Digest
  /** Its names become those of files on this disk. */
  readonly disk: Pick<Disk, 'nameRules'>
  /** Where `-` is read from. */
  readonly stdin: AsyncIterable<Uint8Array>
}

/** @throws InputError, MetainfoError, MagnetError */
export async function readTorrentInput(
  word: string,
  { digest, disk, stdin }: InputOptions,
): Promise<TorrentInput> {
  if (isLink(word)) return readLink(word, { digest, disk })
  const bytes = word === '-' ? await collect(stdin) : await readFileBounded(word)
  const text = bytes.length < TEXT_BYTES || bytes[0] !== DICT ? fromUtf8Lenient(bytes) : ''
  if (isMagnet(text)) return readLink(text, { digest, disk })
  return { kind: 'torrent', torrent: readTorrent(bytes, digest, { names: disk.nameRules }), bytes }
}

/** A magnet link, or a content id alone. @throws MagnetError */
export function readLink(
  text: string,
  { digest, disk }: Pick<InputOptions, 'digest' | 'disk'>,
): Extract<TorrentInput, { kind: 'magnet' }> {
  const content = parseContentId(text.trim())
  const magnet = parseMagnet(
    content === undefined
      ? text
      : formatMagnet({ infohashV1: undefined, infohashV2: contentInfohash(content, digest), content }),
  )
  return { kind: 'magnet', magnet, metainfo: contentOfLink(magnet, digest, disk.nameRules) }
}

/** The file of a torrent only, where a link would not do. @throws InputError, MetainfoError */
export async function readTorrentFile(
  path: string,
  { digest, disk }: Pick<InputOptions, 'digest' | 'disk'>,
): Promise<Torrent> {
  return readTorrent(await readFileBounded(path), digest, { names: disk.nameRules })
}

/** A word with a scheme is meant as a link, whatever is wrong with it. */
function isLink(word: string): boolean {
  return isMagnet(word) || parseContentId(word) !== undefined || /^[a-z][a-z0-9+.-]+:\/\//i.test(word)
}

/** What begins a torrent; a link saved in a file begins otherwise. */
const DICT = 0x64
const TEXT_BYTES = 4

/** One byte more than is allowed, so that the reader of torrents can say by how much it is too large. */
const MOST_BYTES = TORRENT_LIMITS.bencode.lengthBytes + 1
const STEP_BYTES = 262_144

async function readFileBounded(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      if ((await file.stat()).isDirectory())
        throw new InputError('FILE_UNREADABLE', { path, why: 'it is a folder' })
      return await collect(file.createReadStream({ highWaterMark: STEP_BYTES, autoClose: false }))
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError('FILE_NOT_FOUND', { path }, error)
    throw new InputError('FILE_UNREADABLE', { path, why: code }, error)
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let lengthBytes = 0
  for await (const part of stream) {
    parts.push(part)
    lengthBytes += part.length
    if (lengthBytes >= MOST_BYTES) break
  }
  return concatBytes(parts)
}
