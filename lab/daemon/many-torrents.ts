// Thousands of small torrents with their data on disk: what a seedbox holds, made in seconds from a count.

import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { infoV1, torrent } from '../../test/doubles/torrents.ts'

const FILE_BYTES = 2_048
const PIECE_BYTES = 16_384
const WRITES_AT_ONCE = 64

export interface ManyTorrents {
  readonly saveFolder: string
  /** Of 10,000 they are a few megabytes. */
  readonly torrents: readonly Uint8Array[]
}

export async function makeManyTorrents(folder: string, count: number): Promise<ManyTorrents> {
  await mkdir(folder, { recursive: true })
  const torrents: Uint8Array[] = []
  let writes: Promise<void>[] = []
  for (let at = 0; at < count; at++) {
    const data = Buffer.alloc(FILE_BYTES, at % 251)
    data.writeUInt32LE(at, 0)
    const name = `${WORDS[at % WORDS.length]} ${at}.bin`
    writes.push(writeFile(join(folder, name), data))
    if (writes.length === WRITES_AT_ONCE) {
      await Promise.all(writes)
      writes = []
    }
    const pieces = createHash('sha1').update(data).digest()
    torrents.push(torrent(infoV1({ name, length: FILE_BYTES, 'piece length': PIECE_BYTES, pieces })))
  }
  await Promise.all(writes)
  return { saveFolder: folder, torrents }
}

const WORDS = ['Herring', 'sprat', 'Ålesund cod', 'mackerel of the north', 'tuna', 'Anchovy', 'sardine']
