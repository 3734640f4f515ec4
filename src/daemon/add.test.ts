import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import { infoV1, torrent as torrentBytes } from '../../test/doubles/torrents.ts'
import { parseMagnet } from '../metainfo/magnet.ts'
import { readTorrent } from '../metainfo/read.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from './add.ts'
import { hostsIn } from './get-source.ts'

const FILES = 'http://files.test/temp'
const PIECES = 'http://pieces.test/seed'

function content(info: Parameters<typeof infoV1>[0] = {}) {
  return readTorrent(torrentBytes(infoV1(info), { 'url-list': [FILES], httpseeds: [PIECES] }), digest)
}

const choices = (more: Partial<AddChoices> = {}): AddChoices => ({ saveFolder: '/x', events: {}, ...more })

function urls(more: Partial<AddChoices> = {}, info = {}): string[] {
  const { webSeeds = [] } = optionsForTorrent(content(info), choices(more))
  return webSeeds.map(({ url, kind, by }) => `${kind} ${by} ${url}`)
}

test('web seeds of the torrent are asked, and those that the person typed', () => {
  assert.deepEqual(urls(), [`pieces link ${PIECES}`, `files link ${FILES}`])
  assert.deepEqual(urls({ webSeeds: [FILES, 'http://mine.test/'] }), [
    `pieces link ${PIECES}`,
    `files hand ${FILES}`,
    'files hand http://mine.test/',
  ])
})

test('an unlisted torrent has no web seeds that would be told its infohash; a private one may', () => {
  assert.deepEqual(urls({ listing: 'link' }), [`files link ${FILES}`])
  assert.deepEqual(urls({ listing: 'link' }, { private: 1 }), [
    `pieces link ${PIECES}`,
    `files link ${FILES}`,
  ])
})

test('who only gives asks nobody', () => {
  assert.deepEqual(urls({ webSeeds: 'none' }), [])
})

test('a link names servers of files, also an unlisted one', () => {
  const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&ws=${encodeURIComponent(FILES)}`
  for (const text of [link, `${link}&x.to=link`])
    assert.deepEqual(optionsForMagnet(parseMagnet(text), undefined, choices()).webSeeds, [
      { url: FILES, kind: 'files', by: 'link' },
    ])
})

test('hosts of web seeds are named before they are contacted', () => {
  const torrent = content()
  assert.deepEqual(hostsIn({ kind: 'torrent', torrent, bytes: new Uint8Array(0) }), [
    'files.test',
    'pieces.test',
  ])
  const magnet = parseMagnet(
    `magnet:?xt=urn:btih:${'ab'.repeat(20)}&ws=${encodeURIComponent('http://me:secret@w.test:81/x')}`,
  )
  assert.deepEqual(hostsIn({ kind: 'magnet', magnet, metainfo: undefined }), ['w.test:81'])
})
