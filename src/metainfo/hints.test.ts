import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import { type Dict, infoV1, infoV1Files, torrent } from '../../test/doubles/torrents.ts'
import type { Encodable } from '../base/bencode-encode.ts'
import { NO_HINTS } from './hints.ts'
import type { TorrentHints } from './metainfo.ts'
import { readTorrent } from './read.ts'

function hints(around: Dict, info: Dict = infoV1()): TorrentHints {
  return readTorrent(torrent(info, around), digest).hints
}

test('a torrent without hints has none', () => {
  assert.deepEqual(hints({}), NO_HINTS)
})

test('announce is the only tier when there is no list, and ignored when there is one', () => {
  const announce = ' udp://a.example:80/announce\n'
  assert.deepEqual(hints({ announce }).trackers, [['udp://a.example:80/announce']])
  const list = [['http://b/announce', 'udp://c:1/announce'], ['https://d/announce?key=1']]
  assert.deepEqual(hints({ announce, 'announce-list': list }).trackers, list)
  assert.deepEqual(hints({ announce, 'announce-list': [] }).trackers, [['udp://a.example:80/announce']])
  assert.deepEqual(hints({ announce, 'announce-list': [[]] }).trackers, [['udp://a.example:80/announce']])
})

test('trackers that are none, and repeated ones, are left out', () => {
  const list: Encodable = [
    ['http://a/', 5, 'ftp://b/', 'tracker.example:80/announce', '', 'http://', 'javascript:alert(1)'],
    'http://not-in-a-tier/',
    ['http://a/', 'wss://c/'],
    [Uint8Array.of(0xff, 0xfe), 'http://d/'],
    [`http://long/${'x'.repeat(3_000)}`],
  ]
  assert.deepEqual(hints({ 'announce-list': list }).trackers, [['http://a/'], ['http://d/']])
})

test('at most twenty trackers and twenty web seeds are read', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `http://t${i}/`)
  const { trackers, webSeeds, httpSeeds } = hints({
    'announce-list': many.map((url) => [url]),
    'url-list': many,
    httpseeds: many,
  })
  assert.deepEqual([trackers.length, webSeeds.length, httpSeeds.length], [20, 20, 20])
  assert.equal(hints({ 'announce-list': [many] }).trackers[0]?.length, 20)
})

test('web seeds come as a list or as one string, escaped, and end with a slash for a folder', () => {
  assert.deepEqual(hints({ 'url-list': 'http://a/b c' }).webSeeds, ['http://a/b%20c'])
  const folder = infoV1Files([{ length: 5, path: ['x'] }])
  assert.deepEqual(hints({ 'url-list': ['http://a/b c', 'https://a/d/'] }, folder).webSeeds, [
    'http://a/b%20c/',
    'https://a/d/',
  ])
  assert.deepEqual(hints({ 'url-list': [[], 5, 'ftp://a/', 'nonsense', ''] }).webSeeds, [])
  assert.deepEqual(hints({ 'url-list': '' }).webSeeds, [])
})

test('nodes are a host and a port', () => {
  const nodes: Encodable = [
    ['router.example', 6881],
    ['2001:db8::1', 1],
    ['a', 0],
    ['a', 65_536],
    ['a'],
    'a',
    ['with space', 5],
    [5, 5],
  ]
  assert.deepEqual(hints({ nodes }).nodes, [
    { host: 'router.example', port: 6881 },
    { host: '2001:db8::1', port: 1 },
  ])
  assert.equal(hints({ nodes: Array.from({ length: 500 }, () => ['a', 1]) }).nodes.length, 50)
})

test('comment and creator are text, cut where they are long', () => {
  const read = hints({ comment: Uint8Array.of(0x61, 0xff), 'created by': 'me', 'creation date': 5 })
  assert.deepEqual([read.comment, read.createdBy, read.creationDate], ['a\ufffd', 'me', 5])
  assert.equal(hints({ comment: 'x'.repeat(100_000) }).comment?.length, 4_096)
  assert.equal(hints({ comment: 'old', 'comment.utf-8': 'new' }).comment, 'new')
  assert.equal(hints({ comment: 5, 'creation date': -1 }).comment, undefined)
  assert.equal(hints({ 'creation date': -1 }).creationDate, undefined)
})

test('wrong types are never a reason to refuse', () => {
  const wrong = {
    announce: 5,
    'announce-list': 'x',
    'url-list': 5,
    httpseeds: {},
    nodes: 5,
    'created by': [],
    'creation date': 'x',
  }
  assert.deepEqual(hints(wrong), NO_HINTS)
})
