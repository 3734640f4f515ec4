import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import {
  contentOf,
  infoV1,
  infoV2,
  layersOf,
  leaf,
  PIECE_BYTES,
  torrent,
} from '../../test/doubles/torrents.ts'
import { fromLatin1, utf8 } from '../base/bytes.ts'
import { NO_HINTS } from './hints.ts'
import type { TorrentHints } from './metainfo.ts'
import { readTorrent } from './read.ts'
import { writeTorrent } from './write.ts'

test('what is written is read back equal, layers and hints included', () => {
  const long = contentOf(3 * PIECE_BYTES)
  const { metainfo } = readTorrent(
    torrent(infoV2({ long: leaf(long) }), { 'piece layers': layersOf(long) }),
    digest,
  )
  const hints: TorrentHints = {
    trackers: [['http://a/', 'udp://b:1/'], ['https://c/']],
    webSeeds: ['http://w/x'],
    httpSeeds: ['http://h/y'],
    nodes: [{ host: 'n', port: 5 }],
    comment: 'ü',
    createdBy: 'test',
    creationDate: 1,
  }
  const read = readTorrent(
    writeTorrent({ infoBytes: metainfo.infoBytes, pieceLayers: metainfo.pieceLayers, hints }),
    digest,
  )
  assert.deepEqual(read.hints, hints)
  assert.deepEqual(read.metainfo.infoBytes, metainfo.infoBytes)
  assert.deepEqual(read.metainfo.pieceLayers, metainfo.pieceLayers)
})

test('info bytes are written as they were, canonical or not', () => {
  const infoBytes = utf8(`d4:name1:x6:lengthi1e12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e`)
  const bytes = writeTorrent({ infoBytes, pieceLayers: new Map(), hints: {} })
  assert.equal(fromLatin1(bytes), `d4:info${fromLatin1(infoBytes)}e`)
  assert.deepEqual(readTorrent(bytes, digest).metainfo.infoBytes, infoBytes)
})

test('one tracker needs no list', () => {
  const { metainfo } = readTorrent(torrent(infoV1()), digest)
  const bytes = writeTorrent({
    ...metainfo,
    hints: { ...NO_HINTS, trackers: [['http://a/']] },
    version: 'v1',
  })
  assert.match(fromLatin1(bytes), /^d8:announce9:http:\/\/a\/4:info/)
})

test('a v2 torrent whose files need no layer has an empty dictionary of them', () => {
  const { metainfo } = readTorrent(torrent(infoV2({ a: leaf(contentOf(5)) })), digest)
  assert.match(fromLatin1(writeTorrent({ ...metainfo, hints: NO_HINTS })), /12:piece layersdee$/)
})
