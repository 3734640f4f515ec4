// A torrent is read or refused with a MetainfoError; what is read keeps the promises of Metainfo, and reads back equal.

import assert from 'node:assert/strict'
import { BDict, decode } from '../../src/base/bencode.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { MetainfoError } from '../../src/metainfo/error.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { fold } from '../../src/metainfo/paths.ts'
import { readInfo, readTorrent } from '../../src/metainfo/read.ts'
import { writeTorrent } from '../../src/metainfo/write.ts'
import { digest } from '../../test/doubles/digest.ts'
import {
  contentOf,
  fakePieces,
  infoV1,
  infoV1Files,
  infoV2,
  layersOf,
  leaf,
  PIECE_BYTES,
  torrent,
} from '../../test/doubles/torrents.ts'
import type { FuzzTarget } from './target.ts'

const small = contentOf(512)
const long = contentOf(3 * PIECE_BYTES + 1)

export const target: FuzzTarget = {
  corpus: [
    torrent(infoV1(), { announce: 'http://t/', 'url-list': ['http://w/'], nodes: [['h', 1]], comment: 'c' }),
    torrent(
      infoV1Files([
        { length: 5, path: ['a', 'b.txt'] },
        { length: 5, path: ['a', 'B.txt'], attr: 'x' },
        { length: 3, path: ['.pad', '3'], attr: 'p' },
        { length: 0, path: ['l'], attr: 'l', 'symlink path': ['a'] },
      ]),
      { 'announce-list': [['udp://t:1/'], ['http://u/']] },
    ),
    torrent(infoV2({ a: leaf(small), d: { e: leaf(new Uint8Array(0)), long: leaf(long) } }), {
      'piece layers': layersOf(long),
    }),
    torrent(
      infoV2(
        { a: leaf(small), long: leaf(long) },
        {
          files: [
            { length: 512, path: ['a'] },
            { attr: 'p', length: PIECE_BYTES - 512, path: ['.pad', '15872'] },
            { length: long.length, path: ['long'] },
          ],
          pieces: fakePieces(PIECE_BYTES + long.length),
        },
      ),
      { 'piece layers': layersOf(long) },
    ),
  ],
  run(input) {
    const metainfo = attempt(() => {
      const read = readTorrent(input, digest)
      const again = readTorrent(writeTorrent({ ...read.metainfo, hints: read.hints }), digest)
      assert.deepEqual(again.hints, read.hints)
      assert.deepEqual(again.metainfo.files, read.metainfo.files)
      return read.metainfo
    })
    if (metainfo === undefined) return
    check(metainfo)
    const top = decode(input, 'torrent').value
    assert.ok(top instanceof BDict)
    const alone = readInfo(top.raw('info') as Uint8Array, digest, metainfo)
    assert.deepEqual(alone.files, metainfo.files)
  },
}

function attempt(read: () => Metainfo): Metainfo | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof MetainfoError) return undefined
    throw error
  }
}

function check(metainfo: Metainfo): void {
  const seen = new Set<string>()
  for (const file of metainfo.files) {
    assert.ok(Number.isSafeInteger(file.lengthBytes) && file.lengthBytes >= 0)
    for (const name of file.path) {
      assert.ok(
        name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name) && utf8(name).length <= 240,
      )
    }
    if (file.pad) continue
    const key = fold(file.path.join('/'))
    assert.ok(!seen.has(key))
    seen.add(key)
  }
  const { geometry } = metainfo
  assert.ok(geometry.pieceCount >= 1 && geometry.pieceCount <= 2_000_000)
  if (metainfo.piecesV1 !== undefined) assert.equal(metainfo.piecesV1.length, 20 * geometry.pieceCount)
}
